"""Giving what somebody was responsible for to somebody else, many records in a few statements."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from core.choices import AuditAction
from core.domain.audit import audit_line
from core.domain.changed import records_changed
from core.domain.handing_over import gone
from core.domain.sequence import note_below
from core.models import AuditEntry
from core.responsibilities import HandOver, Moved
from customers.choices import EventKind, TaskState
from customers.domain.changes import changes_for_timeline
from customers.domain.timeline import timeline_event
from customers.models import Customer, Task, TimelineEvent


def hand_over_customers(order: HandOver) -> Moved:
    """Make the receiver own the customers that the leaver still owns; their team comes along.

    Each gets its audit and timeline line. What is no longer the leaver's, or in the recycle bin, is left
    alone. Nobody is told: the caller sums up.
    """
    rows = Customer.objects.live().filter(pk__in=order.ids, owner=order.leaver)
    found = list(_locked(rows).select_related("team"))
    _give(Customer, found, order)
    events = [
        timeline_event(
            customer,
            EventKind.CHANGED,
            at=order.at,
            by=order.by,
            data=changes_for_timeline(Customer, _changes(customer, order)),
        )
        for customer in found
    ]
    TimelineEvent.objects.bulk_create(events)
    return Moved([row.pk for row in found], gone(order, {row.pk for row in found}))


def hand_over_tasks(order: HandOver) -> Moved:
    """Give the receiver the open tasks that are still the leaver's."""
    rows = Task.objects.filter(pk__in=order.ids, owner=order.leaver, state=TaskState.OPEN)
    found = list(_locked(rows).select_related("team"))
    _give(Task, found, order)
    return Moved([row.pk for row in found], gone(order, {row.pk for row in found}))


def _locked(rows: Any) -> Any:
    return rows.select_for_update(no_key=True, of=("self",)).order_by("pk")


def _changes(row: Any, order: HandOver) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {"owner": (order.leaver, order.receiver)}
    if order.receiver.team_id is not None and order.receiver.team_id != row.team_id:
        changes["team"] = (row.team, order.receiver.team)
    return changes


def _give(model: Any, found: list[Any], order: HandOver) -> None:
    """Write owner, team and version of the locked rows, and a line about each."""
    if not found:
        return
    values: dict[str, Any] = {"owner": order.receiver, "version": F("version") + 1, "updated_at": order.at}
    if order.receiver.team_id is not None:
        values["team"] = order.receiver.team_id
    pks = [row.pk for row in found]
    model.objects.filter(pk__in=pks, owner=order.leaver).update(**values)
    AuditEntry.objects.bulk_create(
        audit_line(
            AuditAction.CHANGED, by=order.by, subject=row, changes=_changes(row, order), note=order.note
        )
        for row in found
    )
    records_changed(model, pks)
    note_below(model, pks)
