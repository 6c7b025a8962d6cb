"""Giving open cases and work orders of somebody who leaves to somebody else."""

from __future__ import annotations

from django.db.models import F

from complaints.choices.cases import AssignReason
from complaints.domain.entries import tell
from complaints.models import Assignment, Complaint, WorkOrder
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.handing_over import gone
from core.responsibilities import HandOver, Moved


def hand_over_cases(order: HandOver) -> Moved:
    """Make the receiver the handler of the cases that are still the leaver's; nobody is told one by one."""
    rows = Complaint.objects.unended().filter(pk__in=order.ids, owner=order.leaver)
    found = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    team = order.receiver.team
    for case in found:
        values = {"owner": order.receiver, "team": team or case.team, "version": F("version") + 1}
        Complaint.objects.filter(pk=case.pk).update(**values, updated_at=order.at)
        Assignment.objects.create(
            complaint=case,
            owner=order.receiver,
            team=team or case.team,
            at=order.at,
            by=order.by,
            reason=AssignReason.DEPARTURE,
        )
        told = {"to": str(order.receiver), "reason": AssignReason.DEPARTURE.value, "note": order.note}
        tell(case, "assigned", at=order.at, by=order.by, **told)
        changes = {"owner": (order.leaver, order.receiver)}
        record(AuditAction.CHANGED, by=order.by, subject=case, changes=changes, note=order.note)
    return Moved([case.pk for case in found], gone(order, {case.pk for case in found}))


def hand_over_work(order: HandOver) -> Moved:
    """Give the receiver the open work orders that are still the leaver's."""
    rows = WorkOrder.objects.open().filter(pk__in=order.ids, owner=order.leaver)
    found = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    for row in found:
        values = {"owner": order.receiver, "version": F("version") + 1, "updated_at": order.at}
        WorkOrder.objects.filter(pk=row.pk).update(**values)
        changes = {"owner": (order.leaver, order.receiver)}
        record(AuditAction.CHANGED, by=order.by, subject=row, changes=changes, note=order.note)
    return Moved([row.pk for row in found], gone(order, {row.pk for row in found}))
