"""Call-backs: planned when a case is solved, for somebody else than its handler."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Q

from complaints.choices.cases import Unit
from complaints.choices.solving import CallBackState
from complaints.deadlines import due_after
from complaints.domain.calendars import default_calendar, working_calendar
from complaints.models import CallBack, Complaint, Handler
from core.domain.changed import records_changed
from core.domain.jobs import later
from core.models import User


def plan(case: Complaint, at: datetime) -> CallBack:
    """Make the call-back of this cycle due on the next working day; asked again it returns the same."""
    row = case.queue.calendar if case.queue is not None and case.queue.calendar is not None else None
    calendar = working_calendar(row or default_calendar(), since=at)
    made: CallBack
    made, is_new = CallBack.objects.get_or_create(
        complaint=case,
        cycle=case.cycle,
        defaults={
            "owner": caller_for(case),
            "due_at": due_after(at, 1, Unit.WORKING_DAYS, calendar),
            "created_at": at,
            "updated_at": at,
        },
    )
    if is_new:
        records_changed(CallBack, [made.pk])
    if is_new and address_of(case):
        later("complaints.tasks.send_callback_link", dedupe=f"callback-{made.pk}", callback_id=made.pk)
    return made


def caller_for(case: Complaint) -> User | None:
    """Return who calls: the colleague with the fewest call-backs due, else the lead; never the handler.

    Nobody where there is only the handler: whoever has the right takes it from the list.
    """
    load = Count("user__callbacks", filter=Q(user__callbacks__state=CallBackState.DUE))
    rows = Handler.objects.active().filter(user__team=case.team_id).exclude(user=case.owner_id)
    found = rows.select_related("user").annotate(due=load).order_by("due", "user_id").first()
    if found is not None:
        return found.user  # type: ignore[no-any-return]
    lead = case.team.lead if case.team is not None else None
    return lead if lead is not None and lead.pk != case.owner_id and lead.is_active else None


def address_of(case: Complaint) -> str:
    """Return the e-mail address of the complainant, or nothing."""
    return case.contact_email or (case.person.email if case.person is not None else "")


def call_off(case: Complaint, at: datetime) -> None:
    """Call off what is due for the case: it is open again, or was taken back."""
    due = list(CallBack.objects.filter(complaint=case, state=CallBackState.DUE).values_list("pk", flat=True))
    rows = CallBack.objects.filter(pk__in=due, state=CallBackState.DUE)
    rows.update(state=CallBackState.CANCELLED, updated_at=at)
    records_changed(CallBack, due)
