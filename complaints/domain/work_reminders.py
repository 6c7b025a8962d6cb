"""Who is told of the time of a work order: whoever does it before it is due, the lead when it is late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from complaints.domain.benches import calendar_row
from complaints.domain.calendars import working_calendar
from complaints.domain.telling import told_before
from complaints.domain.work_orders import tell_about
from complaints.models import WorkOrder
from complaints.sla import add_working_time

#: Working time before the due time at which whoever does it is reminded.
NOTICE = timedelta(hours=4)
#: No four working hours of any calendar with a working day a week reach farther back.
_LOOK_AHEAD = timedelta(days=14)
_SOON, _LATE = "work-order-soon-", "work-order-late-"


def remind_of_work_orders(at: datetime, *, most: int = 500) -> dict[str, int]:
    """Remind of what is due within four working hours, and tell leads of what is late; return how many.

    Each work order is told of once before and once after its due time, however often its time moves. One
    that nobody has accepted is told to the lead of its team. What was given with less time than that is
    not reminded of: it was told just now.
    """
    return {"soon": _remind(at, most), "late": _tell_leads(at, most)}


def _remind(at: datetime, most: int) -> int:
    rows = WorkOrder.objects.open().filter(due_at__gt=at, due_at__lte=at + _LOOK_AHEAD)
    told = 0
    for order in _untold(rows, _SOON, Coalesce(F("owner"), F("team__lead")))[:most]:
        case = order.complaint
        calendar = working_calendar(calendar_row(case, None), since=order.created_at)
        moment = add_working_time(order.due_at, -NOTICE.total_seconds(), calendar)
        who = order.owner or order.team.lead
        if who is None or not order.created_at < moment <= at:
            continue
        tell_about([who], order, "work_order_soon", gettext_lazy("Due soon: %(order)s"), f"{_SOON}{order.pk}")
        told += 1
    return told


def _tell_leads(at: datetime, most: int) -> int:
    rows = WorkOrder.objects.overdue(at).filter(team__lead__isnull=False)
    late = list(_untold(rows, _LATE, F("team__lead"))[:most])
    for order in late:
        tell_about(
            [order.team.lead], order, "work_order_late", gettext_lazy("Late: %(order)s"), f"{_LATE}{order.pk}"
        )
    return len(late)


def _untold(rows: Any, key: str, who: Any) -> Any:
    """Leave out what was told before: its own key says so."""
    found = rows.alias(receiver=who).filter(~told_before(key, "receiver"), receiver__isnull=False)
    related = ("complaint__queue__calendar", "team__lead", "owner")
    return found.select_related(*related).order_by("due_at", "pk")
