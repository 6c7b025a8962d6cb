"""Work orders: given to another team, accepted, done; due before the case is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from complaints.choices.cases import WORK_MOVES, ClockKind, Unit, WorkState
from complaints.deadlines import due_after
from complaints.domain.benches import calendar_row
from complaints.domain.calendars import working_calendar
from complaints.domain.entries import tell
from complaints.domain.numbering import work_order_number
from complaints.domain.whom import whom_to_tell
from complaints.models import Clock, Complaint, WorkOrder
from complaints.rules import ensure_open
from complaints.sla import add_working_time, working_seconds
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import Team, User
from customers.domain.changes import ensure_valid

#: Without a solution clock a work order is due after so many working days.
_USUAL_DAYS = 2
#: The outcome of what was called off because its case ended; shown in the language of the reader.
CASE_ENDED = gettext_noop("The case has ended.")


@transaction.atomic
def create_work_order(
    complaint: Complaint,
    title: str,
    *,
    team: Team,
    by: User,
    owner: User | None = None,
    note: str = "",
    due_at: datetime | None = None,
    at: datetime | None = None,
) -> WorkOrder:
    """Ask a team to do something for the case, tell it, and return the work order.

    Without a time of its own it is due when half of the working time to the solution is over, and moves
    with it.
    Refused: for a case that is not open, without a title, and for a time that has passed.
    """
    moment = at or timezone.now()
    stored = locked(complaint)
    ensure_open(stored)
    if due_at is not None and due_at <= moment:
        text = _("This moment has passed.")
        raise DomainError("in_the_past", text, fields={"due_at": text})
    order = WorkOrder(
        complaint=stored,
        number=work_order_number(stored),
        title=title.strip(),
        note=note,
        team=team,
        owner=owner,
        due_at=due_at or _due_with(stored, moment),
        follows_case=due_at is None,
        created_by=by,
        created_at=moment,
    )
    ensure_valid(order, {"title", "note"})
    order.save(force_insert=True)
    record(AuditAction.CREATED, by=by, subject=order)
    tell(stored, "work_order", at=moment, by=by, number=order.number, title=order.title, team=team.name)
    receivers = _receivers(order, by=by, at=moment)
    key = f"work-order-{order.pk}"
    tell_about(receivers, order, "work_order_given", gettext_lazy("To do: %(order)s"), key)
    return order


def _receivers(order: WorkOrder, *, by: User, at: datetime) -> tuple[User, ...]:
    """Return who does it, or who leads the team that does; nobody where that is who asked for it."""
    wanted = order.owner or order.team.lead
    if wanted is not None and wanted.pk == by.pk:
        return ()
    return whom_to_tell(order.team, [wanted], at=at, fits=lambda person: person.pk != by.pk).people


def _due_with(complaint: Complaint, at: datetime) -> datetime:
    """Return when half of the working time to the solution is over; without a clock, in two working days."""
    clock = Clock.objects.open().filter(complaint=complaint, kind=ClockKind.SOLVE).first()
    if clock is None or clock.due_at <= at:
        calendar = working_calendar(calendar_row(complaint, None), since=at)
        return due_after(at, _USUAL_DAYS, Unit.WORKING_DAYS, calendar)
    calendar = working_calendar(clock.calendar, since=at)
    left = working_seconds(at, clock.due_at, calendar)
    due: datetime = add_working_time(at, left / 2, calendar) if left else clock.due_at
    return due


def tell_about(people: Iterable[User], order: WorkOrder, kind: str, title: Any, dedupe: str) -> None:
    """Tell people of a work order, once for each `dedupe`."""
    notify(
        people,
        kind=kind,
        title=title,
        params={"order": str(order)},
        url=order.get_absolute_url(),
        subject=order,
        dedupe=dedupe,
    )


@transaction.atomic
def move_work_order(
    order: WorkOrder, state: str, *, by: User, outcome: str = "", at: datetime | None = None
) -> WorkOrder:
    """Accept, finish, cancel or reopen it; the database settles who was first.

    Refused: a move that its state does not allow, done or cancelled without a word about the outcome, and
    opening one again whose case has ended.
    """
    moment, words = at or timezone.now(), outcome.strip()
    ends = state in {WorkState.DONE, WorkState.CANCELLED}
    if ends and not words:
        text = _("Say what came of it.")
        raise DomainError("outcome_needed", text, fields={"outcome": text})
    # The case first, as its end does, which calls off what is open.
    locked(order.complaint)
    before = locked(order)
    # Read anew: a merge may have carried it over to another case.
    if not ends and before.complaint.has_ended:
        raise Conflict("case_ended", _("This case is not open. Reopen it first."))
    values: dict[str, Any] = {
        "state": state,
        "ended_at": moment if ends else None,
        "outcome": words if ends else "",
        "version": F("version") + 1,
        "updated_at": moment,
    }
    if state == WorkState.ACCEPTED:
        values["owner"] = by
    moved = state in WORK_MOVES[before.state]
    if not moved or not WorkOrder.objects.filter(pk=order.pk, state=before.state).update(**values):
        raise Conflict(
            "work_order_moved",
            _("This work order is “%(state)s” already.") % {"state": before.get_state_display()},
        )
    stored: WorkOrder = WorkOrder.objects.for_list().get(pk=order.pk)
    record(AuditAction.CHANGED, by=by, subject=stored, changes={"state": (before.state, state)}, note=words)
    tell(stored.complaint, f"work_order_{state}", at=moment, by=by, number=stored.number, outcome=words)
    if ends and stored.complaint.owner is not None and stored.complaint.owner.pk != by.pk:
        key = f"work-order-{stored.pk}-v{stored.version}"
        title = gettext_lazy("Ended: %(order)s")
        tell_about([stored.complaint.owner], stored, "work_order_ended", title, key)
    return stored


def call_off_work(case: Complaint, *, by: User | None, at: datetime) -> int:
    """Call off the open work orders of a case that ends, each with a line, and tell who had them."""
    orders = _write_open(case, at, state=WorkState.CANCELLED, ended_at=at, outcome=CASE_ENDED)
    for order, before in orders:
        record(AuditAction.CHANGED, by=by, subject=order, changes={"state": (before, WorkState.CANCELLED)})
        tell(case, "work_order_cancelled", at=at, by=by, number=order.number, outcome=CASE_ENDED)
        who = order.owner or order.team.lead
        if who is not None and (by is None or who.pk != by.pk):
            key = f"work-order-off-{order.pk}-v{order.version}"
            tell_about([who], order, "work_order_called_off", gettext_lazy("Called off: %(order)s"), key)
    return len(orders)


def carry_over_work(case: Complaint, into: Complaint, *, by: User, at: datetime) -> int:
    """Hand the open work orders of a case that is merged to the case that goes on, with a line there."""
    orders = _write_open(case, at, complaint=into)
    for order, _state in orders:
        changes = {"complaint": (case.number, into.number)}
        record(AuditAction.CHANGED, by=by, subject=order, changes=changes)
        tell(into, "work_order_here", at=at, by=by, number=order.number, title=order.title)
    return len(orders)


def _write_open(case: Complaint, at: datetime, **values: Any) -> list[tuple[WorkOrder, str]]:
    """Write `values` to the open work orders of the case; return each with the state that it had."""
    rows = WorkOrder.objects.open().filter(complaint=case).select_for_update(no_key=True, of=("self",))
    before = dict(rows.order_by("pk").values_list("pk", "state"))
    WorkOrder.objects.filter(pk__in=before).update(version=F("version") + 1, updated_at=at, **values)
    found = WorkOrder.objects.filter(pk__in=before).select_related("complaint", "owner", "team__lead")
    return [(order, before[order.pk]) for order in found.order_by("pk")]
