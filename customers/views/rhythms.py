"""Order rhythms for pages: the days of many customers in one query, silence compared with habit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from core.rhythm import silence_level
from customers.models import Customer, OrderDay

LIST_DAYS = 426
"""Fourteen months, as the list shows."""
RECORD_DAYS = 731
"""Twenty-four months, as the record page shows."""


@dataclass(frozen=True)
class Rhythm:
    """What a strip and the words beside it need."""

    start: date
    end: date
    ticks: list[tuple[date, Any]] = field(default_factory=list)
    last_day: date | None = None
    usual_gap: float | None = None

    @property
    def silent_days(self) -> int | None:
        """Days since the last order."""
        return (self.end - self.last_day).days if self.last_day and self.last_day <= self.end else None

    @property
    def level(self) -> str:
        """How far the silence is out of habit: ok, mid or high."""
        return silence_level(self.silent_days, self.usual_gap) if self.silent_days is not None else "ok"

    @property
    def css(self) -> str:
        """The text colour of the silence."""
        return {"mid": "t-warn", "high": "t-bad"}.get(self.level, "")

    @property
    def missed(self) -> int:
        """Orders that the habit let expect since the last one."""
        if self.silent_days is None or not self.usual_gap or self.level == "ok":
            return 0
        return int(self.silent_days // self.usual_gap)


def rhythms_of(customers: Iterable[Customer], *, today: date, days: int) -> dict[int, Rhythm]:
    """Return the rhythm of each customer by its key: one query for the days of all of them.

    The customers come with their order totals.
    """
    shown = list(customers)
    start = today - timedelta(days=days)
    ticks: dict[int, list[tuple[date, Any]]] = defaultdict(list)
    rows = OrderDay.objects.purchases().between(start, today).filter(customer__in=[row.pk for row in shown])
    for customer_id, day, amount in rows.order_by("day").values_list("customer_id", "day", "amount"):
        ticks[customer_id].append((day, amount))
    return {row.pk: _rhythm(row, ticks[row.pk], start, today) for row in shown}


def silence_of(customer: Customer, today: date) -> Rhythm:
    """Return the silence of a customer without the ticks: no query."""
    return _rhythm(customer, [], today, today)


def _rhythm(customer: Customer, ticks: list[tuple[date, Any]], start: date, today: date) -> Rhythm:
    totals = getattr(customer, "totals", None)
    return Rhythm(
        start=start,
        end=today,
        ticks=ticks,
        last_day=totals.last_day if totals else None,
        usual_gap=totals.usual_gap if totals else None,
    )
