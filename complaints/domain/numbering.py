"""Numbers that people read out on the telephone: TS-20261122-0031 (complaint), FW-… (service request)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from complaints.choices.cases import CaseKind
from complaints.models import Complaint, WorkOrder
from core.domain.numbers import take_numbers

PREFIXES = {CaseKind.COMPLAINT: "TS", CaseKind.REQUEST: "FW"}


def next_number(kind: str, *, at: datetime) -> str:
    """Return the next number of the day. Must run in the transaction that uses it: no gaps, no doubles."""
    return next_numbers(kind, 1, at=at)[0]


def next_numbers(kind: str, count: int, *, at: datetime) -> list[str]:
    """Return the next numbers of the day, as `next_number` does one."""
    prefix, day = PREFIXES[CaseKind(kind)], timezone.localtime(at)
    taken = take_numbers(f"case-{prefix}-{day:%Y%m%d}", count)
    return [f"{prefix}-{day:%Y%m%d}-{number:04d}" for number in taken]


def work_order_number(complaint: Complaint) -> str:
    """Return the next number of a work order of the case: the case's own, and the place after the last one.

    Those that a merge carried to another case keep the number, and so their place. The case must be locked.
    """
    own = f"{complaint.number}-"
    given = WorkOrder.objects.filter(number__startswith=own).values_list("number", flat=True)
    places = [int(place) for number in given if (place := number.removeprefix(own)).isdecimal()]
    return f"{own}{max(places, default=0) + 1}"
