"""Whether what was done made complaints fewer: their rate before and after a day, with its interval."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from complaints.choices.cases import State
from complaints.domain.taxonomy import codes_below
from complaints.models import Category, Cause, Complaint, ComplaintCause
from complaints.rates import RateRatio, rate_ratio
from core.zones import midnight
from customers.models import Customer

#: The most days before and after that are compared; both sides take as many as there are after.
MOST_DAYS = 90
LEAST_DAYS = 14
#: An import, or a spurt of growth, moves the rate by itself: beyond this change it does not judge alone.
MOST_CHANGE = 1.25
BASE_CHANGED = "base_changed"


def complaints_with(cause: Cause | None, category: Category | None) -> QuerySet[Complaint] | None:
    """Return the complaints that tell of an effect; None where nothing says which.

    Those that have the cause, where one is named; else those of the category and of all below it, through
    their editions.
    """
    rows: QuerySet[Complaint] = Complaint.objects.complaints().exclude(state=State.MERGED)
    if cause is not None:
        return rows.filter(Exists(ComplaintCause.objects.filter(complaint=OuterRef("pk"), cause=cause)))
    if category is None:
        return None
    return rows.filter(category__code__in=codes_below(category.kind).get(category.code, (category.code,)))


def effect_of_fix(cause: Cause, *, at: datetime) -> dict[str, Any]:
    """Compare the rates of complaints with the cause before and after it was fixed; {} while it never was."""
    rows = complaints_with(cause, None)
    if cause.fixed_at is None or rows is None:
        return {}
    day = timezone.localdate(cause.fixed_at)
    effect = effect_around(rows, day, at=at)
    return effect | named_shares(day, effect["days"]) if effect else {}


def effect_around(rows: QuerySet[Complaint], day: date, *, at: datetime) -> dict[str, Any]:
    """Compare the rates of `rows` per 1,000 customers before and after `day`.

    As many days before as after, ninety at the most; {} while there are fewer than fourteen. Customers are
    those of the average day of each side. Without a single complaint on both sides there is neither ratio nor
    verdict; where the customers changed by more than a quarter, the bare counts must say the same as the
    rates, or there is no verdict, but `base_changed`.
    """
    days = min((timezone.localdate(at) - day).days, MOST_DAYS)
    if days < LEAST_DAYS:
        return {}
    begin, end = day - timedelta(days=days), day + timedelta(days=days)
    before, after = _count(rows, begin, day), _count(rows, day, end)
    customers = _average_customers(begin, day, end)
    effect: dict[str, Any] = {
        "days": days,
        "before": before,
        "after": after,
        "customers_before": round(customers[0]),
        "customers_after": round(customers[1]),
    }
    found = rate_ratio(before, customers[0] * days / 1_000, after, customers[1] * days / 1_000)
    if found is not None:
        effect |= {name: asdict(found)[name] for name in ("ratio", "low", "high")}
        effect["verdict"] = _verdict(found)
        if max(customers) > MOST_CHANGE * min(customers):
            bare = rate_ratio(before, days, after, days)
            if bare is None or _verdict(bare) != effect["verdict"]:
                effect["verdict"] = BASE_CHANGED
    return effect


def _verdict(found: RateRatio) -> str:
    return "lower" if found.is_lower else "higher" if found.is_higher else "unclear"


def named_shares(day: date, days: int) -> dict[str, float | None]:
    """Return how many of all complaints have any cause named, before and after; None where there are none.

    Causes are named by people: a rate by cause falls, too, where fewer complaints are investigated.
    """
    rows: QuerySet[Complaint] = Complaint.objects.complaints().exclude(state=State.MERGED)
    named = rows.filter(Exists(ComplaintCause.objects.filter(complaint=OuterRef("pk"))))
    spans = {
        "named_before": (day - timedelta(days=days), day),
        "named_after": (day, day + timedelta(days=days)),
    }
    found: dict[str, float | None] = {}
    for name, span in spans.items():
        total = _count(rows, *span)
        found[name] = round(_count(named, *span) / total, 4) if total else None
    return found


def _count(rows: QuerySet[Complaint], first: date, until: date) -> int:
    return int(rows.filter(received_at__gte=midnight(first), received_at__lt=midnight(until)).count())


def _average_customers(begin: date, day: date, end: date) -> tuple[float, float]:
    """Return the customers of the average day before and after: whoever came in between counts in part."""
    there = Customer.objects.live().filter(created_at__lt=midnight(begin)).count()
    came = Customer.objects.live().filter(created_at__gte=midnight(begin), created_at__lt=midnight(end))
    came_on = dict(came.order_by().values_list(TruncDate("created_at")).annotate(n=Count("pk")))
    before = sum(n * (day - on).days for on, n in came_on.items() if on < day)
    after = sum(n * ((end - on).days if on >= day else (end - day).days) for on, n in came_on.items())
    return there + before / (day - begin).days, there + after / (end - day).days
