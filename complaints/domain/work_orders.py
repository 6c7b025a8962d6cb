"""Work orders: given to another team, accepted, done; due before the case is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import WORK_MOVES, ClockKind, WorkState
from complaints.domain.entries import tell
from complaints.domain.numbering import work_order_number
from complaints.domain.whom import whom_to_tell
from complaints.models import Clock, Complaint, WorkOrder
from complaints.rules import ensure_open
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.errors import Conflict, DomainError
from core.models import Team, User
from customers.domain.changes import ensure_valid, locked

#: Without a solution clock a work order is due after this time.
_USUAL = timedelta(days=2)


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

    Without a time of its own it is due when half of the time to the solution is over, and moves with it.
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
    _tell(
        _receivers(order, by=by, at=moment),
        order,
        "work_order_given",
        gettext_lazy("To do: %(order)s"),
        f"work-order-{order.pk}",
    )
    return order


def _receivers(order: WorkOrder, *, by: User, at: datetime) -> tuple[User, ...]:
    """Return who does it, or who leads the team that does; nobody where that is who asked for it."""
    wanted = order.owner or order.team.lead
    if wanted is not None and wanted.pk == by.pk:
        return ()
    return whom_to_tell(order.team, [wanted], at=at, fits=lambda person: person.pk != by.pk).people


def _due_with(complaint: Complaint, at: datetime) -> datetime:
    clock = Clock.objects.running().filter(complaint=complaint, kind=ClockKind.SOLVE).first()
    if clock is None or clock.due_at <= at:
        return at + _USUAL
    half: datetime = at + (clock.due_at - at) / 2
    return half


def _tell(people: Iterable[User], order: WorkOrder, kind: str, title: Any, dedupe: str) -> None:
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

    Refused: a move that its state does not allow, and done or cancelled without a word about the outcome.
    """
    moment, words = at or timezone.now(), outcome.strip()
    ends = state in {WorkState.DONE, WorkState.CANCELLED}
    if ends and not words:
        text = _("Say what came of it.")
        raise DomainError("outcome_needed", text, fields={"outcome": text})
    before = locked(order)
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
        _tell([stored.complaint.owner], stored, "work_order_ended", gettext_lazy("Ended: %(order)s"), key)
    return stored
