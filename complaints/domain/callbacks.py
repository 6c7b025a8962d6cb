"""Call-backs: planned when a case is solved, for somebody else than its handler, who is told of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, gettext_noop

from complaints.choices.cases import Unit
from complaints.choices.solving import CallBackState
from complaints.deadlines import due_after
from complaints.domain.calendars import default_calendar, working_calendar
from complaints.domain.whom import administrators, whom_to_tell
from complaints.models import BusinessCalendar, CallBack, Complaint, Handler
from complaints.sla import Calendar, add_working_time
from core.access import can
from core.domain.absences import away_now
from core.domain.changed import records_changed
from core.domain.jobs import later
from core.domain.notifications import notify
from core.models import User

#: Late call-backs that one look takes.
MOST_REMINDED = 500


def plan(case: Complaint, at: datetime) -> CallBack:
    """Make the call-back of this cycle due on the next working day; asked again it returns the same.

    Who calls is told; where nobody can, whoever would decide for them.
    """
    due = due_after(at, 1, Unit.WORKING_DAYS, calendar_for(case, None, since=at))
    made: CallBack
    made, is_new = CallBack.objects.get_or_create(
        complaint=case,
        cycle=case.cycle,
        defaults={
            "owner": caller_for(case, due=due),
            "handler": case.owner,
            "due_at": due,
            "created_at": at,
            "updated_at": at,
        },
    )
    if not is_new:
        return made
    records_changed(CallBack, [made.pk])
    if address_of(case):
        later(
            "complaints.tasks.send_callback_link",
            title=gettext_noop("Question after a solution, by e-mail"),
            dedupe=f"callback-{made.pk}",
            callback_id=made.pk,
        )
    mine, nobody = gettext_lazy("To call back: %(case)s"), gettext_lazy("Nobody calls back: %(case)s")
    _tell(made, mine if made.owner_id is not None else nobody, at=at, dedupe=f"callback-{made.pk}-planned")
    return made


def caller_for(case: Complaint, *, due: datetime, besides: Collection[int | None] = ()) -> User | None:
    """Return who calls: of the colleagues who work that day the one with the fewest call-backs due.

    Else the lead, or who stands in; never the handler, nor the people `besides`, given by id. Nobody where
    nobody else is there: whoever has the right takes it from the list.
    """
    never = {case.owner_id, *besides}
    load = Count("user__callbacks", filter=Q(user__callbacks__state=CallBackState.DUE))
    rows = Handler.objects.active().filter(user__team=case.team_id)
    rows = rows.exclude(user__in=[pk for pk in never if pk is not None])
    found = list(rows.select_related("user", "calendar").annotate(due=load).order_by("due", "user_id"))
    away = away_now([row.user_id for row in found], on=timezone.localdate(due))
    works: dict[BusinessCalendar | None, bool] = {}
    for row in found:
        if row.user_id in away:
            continue
        if row.calendar not in works:
            works[row.calendar] = _is_worked_on(due, calendar_for(case, row.calendar, since=due))
        if works[row.calendar]:
            return row.user  # type: ignore[no-any-return]
    lead = case.team.lead if case.team is not None else None
    whom = whom_to_tell(
        case.team, [lead], at=due, fits=lambda person: person.pk not in never and _may_call(case, person)
    )
    keepers = administrators()  # they keep the product, and call no customers
    return next((person for person in whom.there if person not in keepers), None)


def _may_call(case: Complaint, person: User) -> bool:
    return person.pk != case.owner_id and can(person, "change", CallBack)


def _is_worked_on(moment: datetime, calendar: Calendar) -> bool:
    return calendar.is_working_day(moment.astimezone(calendar.timezone).date())


def calendar_for(case: Complaint, row: BusinessCalendar | None, *, since: datetime) -> Calendar:
    """Return the hours of whoever calls, else those of the queue, else the usual ones."""
    of_queue = case.queue.calendar if case.queue is not None else None
    return working_calendar(row or of_queue or default_calendar(), since=since)


def in_working_time(callback: CallBack, moment: datetime) -> datetime:
    """Return the moment, or when the caller works again after it."""
    handler = Handler.objects.filter(user=callback.owner_id).select_related("calendar").first()
    own = handler.calendar if handler is not None else None
    return add_working_time(moment, 0, calendar_for(callback.complaint, own, since=moment))


def address_of(case: Complaint) -> str:
    """Return the e-mail address of the complainant, or nothing."""
    return case.contact_email or (case.person.email if case.person is not None else "")


def call_off(case: Complaint, at: datetime) -> None:
    """Call off what is due for the case: it is open again, or was taken back."""
    due = list(CallBack.objects.filter(complaint=case, state=CallBackState.DUE).values_list("pk", flat=True))
    rows = CallBack.objects.filter(pk__in=due, state=CallBackState.DUE)
    rows.update(state=CallBackState.CANCELLED, updated_at=at)
    records_changed(CallBack, due)


def remind_of_late(at: datetime) -> int:
    """Tell of call-backs whose time has passed, once for each time they were due; return how many."""
    rows = CallBack.objects.overdue(at).filter(late_told_at__isnull=True).order_by("due_at", "id")
    keys = list(rows.values_list("pk", flat=True)[:MOST_REMINDED])
    return sum(_remind(pk, at=at) for pk in keys)


@transaction.atomic
def _remind(pk: int, *, at: datetime) -> bool:
    rows = CallBack.objects.overdue(at).filter(pk=pk, late_told_at__isnull=True)
    if not rows.update(late_told_at=at):
        return False
    late = CallBack.objects.for_list().select_related("complaint__team__lead").get(pk=pk)
    title = gettext_lazy("Call-back is late: %(case)s")
    _tell(late, title, at=at, dedupe=f"callback-{pk}-late-{late.due_at:%Y%m%d%H%M}")
    return True


def _tell(callback: CallBack, title: Promise, *, at: datetime, dedupe: str) -> None:
    """Tell who calls, and who stands in for them; where nobody does, the lead or who comes next."""
    case = callback.complaint
    lead = case.team.lead if case.team is not None else None
    wanted = [callback.owner or lead]
    whom = whom_to_tell(case.team, wanted, at=at, fits=lambda person: _may_call(case, person))
    notify(
        whom.people,
        kind="callback",
        title=title,
        params={"case": str(case)},
        url=case.get_absolute_url(),
        subject=case,
        dedupe=dedupe,
    )
