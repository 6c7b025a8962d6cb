"""What moves with the solution of a case."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from complaints.models import Complaint, WorkOrder
from core.domain.changed import records_changed


def follow_case(complaint: Complaint, old_due: datetime, new_due: datetime) -> int:
    """Move the open work orders that are due with the case by as much as its solution moved."""
    rows = WorkOrder.objects.open().filter(complaint=complaint, follows_case=True)
    ids = list(rows.values_list("pk", flat=True))
    moved = rows.filter(pk__in=ids).update(due_at=F("due_at") + (new_due - old_due))
    records_changed(WorkOrder, ids)
    return moved
