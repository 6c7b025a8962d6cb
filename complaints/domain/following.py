"""What moves with the solution of a case."""

from __future__ import annotations

from datetime import datetime

from complaints.models import Complaint, WorkOrder
from complaints.sla import Calendar, add_working_time, working_seconds
from core.domain.changed import records_changed


def follow_case(complaint: Complaint, old_due: datetime, new_due: datetime, calendar: Calendar) -> int:
    """Keep the open work orders that are due with the case as much working time before its solution as
    they were; return how many they are.
    """
    rows = list(WorkOrder.objects.open().filter(complaint=complaint, follows_case=True))
    for order in rows:
        before = working_seconds(order.due_at, old_due, calendar)
        order.due_at = add_working_time(new_due, -before, calendar) if before else new_due
    WorkOrder.objects.bulk_update(rows, ["due_at"])
    records_changed(WorkOrder, [order.pk for order in rows])
    return len(rows)
