"""Dashboard figures from days of orders and customer figures: sums per scope, arithmetic only.

Everything is a sum over customers, so customers come in pieces and any number of scopes is counted at
once. A scope is a number; `Members` says which customers of the piece belong to which scopes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analytics.maths.arrays import Bools, Floats, Ints
from analytics.maths.intervals import proportion_change, wilson
from analytics.periods import REPURCHASE_DAYS

Z_95 = 1.959963984540054


def _summed(place: Ints, weights: Floats, size: int) -> Floats:
    sums: Floats = np.bincount(place, weights, minlength=size).astype(np.float64)
    return sums


@dataclass(frozen=True)
class Members:
    """Pairs (customer place in the piece, scope number): who counts where."""

    customer: Ints
    scope: Ints
    customers: int
    scopes: int

    def total(self, values: Any) -> Floats:
        """Sum a value of each customer over the members of each scope."""
        weights = np.asarray(values, dtype=np.float64)[self.customer]
        return _summed(self.scope, weights, self.scopes)

    def by_group(self, group: Ints, groups: int, values: Any) -> Floats:
        """Sum over scope × group, shape (scopes, groups); a negative group is left out."""
        inside = group[self.customer] >= 0
        place = self.scope[inside] * groups + group[self.customer[inside]]
        weights = np.asarray(values, dtype=np.float64)[self.customer[inside]]
        return _summed(place, weights, self.scopes * groups).reshape(self.scopes, groups)


@dataclass(frozen=True)
class Days:
    """Days with orders of a piece of customers, by customer and day. `customer` is the place in the piece."""

    customer: Ints
    day: Ints
    is_purchase: Bools
    amount: Floats
    until_next: Ints
    customers: int

    @classmethod
    def of(cls, frame: pd.DataFrame, ids: Ints) -> Days:
        """Build from the frame of `extract.order_days` and the sorted ids of the piece."""
        customer = np.searchsorted(ids, frame["customer_id"].to_numpy())
        day = frame["day"].to_numpy()
        is_purchase = frame["orders"].to_numpy() > 0
        until_next = np.full(day.size, np.iinfo(np.int32).max, dtype=np.int64)
        bought = np.flatnonzero(is_purchase)
        gaps = np.diff(day[bought])
        same = np.diff(customer[bought]) == 0
        until_next[bought[:-1][same]] = gaps[same]
        return cls(customer, day, is_purchase, frame["amount"].to_numpy(), until_next, ids.size)

    def bought(self, window: tuple[int, int]) -> Bools:
        """Whether each customer has a purchase day inside (after, until]."""
        inside = self._inside(window) & self.is_purchase
        return np.bincount(self.customer[inside], minlength=self.customers) > 0

    def amounts(self, window: tuple[int, int]) -> Floats:
        """Turnover of each customer inside the window, refunds netted."""
        inside = self._inside(window)
        return _summed(self.customer[inside], self.amount[inside], self.customers)

    def bought_again(self, window: tuple[int, int], within: int) -> tuple[Bools, Bools]:
        """(bought inside the window, and again within `within` days of the first purchase inside)."""
        inside = np.flatnonzero(self._inside(window) & self.is_purchase)
        who, first = np.unique(self.customer[inside], return_index=True)
        some, again = np.zeros(self.customers, dtype=bool), np.zeros(self.customers, dtype=bool)
        some[who] = True
        again[who] = self.until_next[inside[first]] <= within
        return some, again

    def _inside(self, window: tuple[int, int]) -> Bools:
        return (self.day > window[0]) & (self.day <= window[1])


@dataclass
class PeriodSums:
    """Sums of one period and one day over the pieces, each an array over scopes."""

    sums: dict[str, Floats] = field(default_factory=dict)

    def add(self, name: str, values: Floats) -> None:
        """Add what a piece brings."""
        self.sums[name] = self.sums[name] + values if name in self.sums else values

    def __getitem__(self, name: str) -> Floats:
        return self.sums[name]


def add_period(
    sums: PeriodSums, days: Days, first_day: Floats, members: Members, spans: Sequence[tuple[int, int]]
) -> None:
    """Add the customers of a piece to the sums of a period. `spans`: now, before, and before that.

    `first_day` is the first purchase day of each customer of the piece, NaN for none.
    """
    now, before, _earlier = spans
    bought, bought_before, bought_earlier = (days.bought(span) for span in spans)
    amount, amount_before = days.amounts(now), days.amounts(before)
    gap = amount - amount_before
    again = days.bought_again(_shifted(now), REPURCHASE_DAYS)
    again_before = days.bought_again(_shifted(before), REPURCHASE_DAYS)
    of_customers = {
        "customers": first_day <= now[1],
        "customers_before": first_day <= before[1],
        "active": bought,
        "active_before": bought_before,
        "both": bought & bought_before,
        "earlier": bought_earlier,
        "both_before": bought_before & bought_earlier,
        "revenue": amount,
        "revenue_before": amount_before,
        "revenue_gap_squared": gap * gap,
        "repurchase_n": again[0],
        "repurchase": again[1],
        "repurchase_n_before": again_before[0],
        "repurchase_before": again_before[1],
    }
    for name, values in of_customers.items():
        sums.add(name, members.total(values))


def _shifted(span: tuple[int, int]) -> tuple[int, int]:
    """The window whose purchases have all had their 90 days."""
    return span[0] - REPURCHASE_DAYS, span[1] - REPURCHASE_DAYS


@dataclass(frozen=True)
class Figure:
    """One KPI value of one scope, as `KpiValue` stores it."""

    kpi: str
    scope: int
    value: float | None
    n: int
    key: str = ""
    low: float | None = None
    high: float | None = None
    before: float | None = None
    change_low: float | None = None
    change_high: float | None = None


def period_figures(sums: PeriodSums) -> Iterator[Figure]:
    """Yield customers, active, revenue, retention and repurchase of every scope."""
    for scope in range(sums["customers"].size):
        one = {name: float(values[scope]) for name, values in sums.sums.items()}
        if not one["customers"]:
            continue
        yield Figure(
            "customers", scope, one["customers"], int(one["customers"]), before=one["customers_before"]
        )
        yield _active(scope, one)
        yield _revenue(scope, one)
        yield _share(
            "retention", scope, one["both"], one["active_before"], one["both_before"], one["earlier"]
        )
        yield _share(
            "repurchase",
            scope,
            one["repurchase"],
            one["repurchase_n"],
            one["repurchase_before"],
            one["repurchase_n_before"],
        )


def _active(scope: int, one: dict[str, float]) -> Figure:
    squares = one["active"] + one["active_before"] - 2 * one["both"]
    change = one["active"] - one["active_before"]
    half = _half_width(change, squares, one["customers"])
    return Figure(
        "active",
        scope,
        one["active"],
        int(one["customers"]),
        before=one["active_before"],
        change_low=None if half is None else change - half,
        change_high=None if half is None else change + half,
    )


def _revenue(scope: int, one: dict[str, float]) -> Figure:
    change = one["revenue"] - one["revenue_before"]
    half = _half_width(change, one["revenue_gap_squared"], one["customers"])
    return Figure(
        "revenue",
        scope,
        round(one["revenue"], 2),
        int(one["active"]),
        before=round(one["revenue_before"], 2),
        change_low=None if half is None else change - half,
        change_high=None if half is None else change + half,
    )


def _half_width(total: float, squares: float, n: float) -> float | None:
    """Half of the 95 % interval of a sum of n customers' changes, None for one (the customer is sampled)."""
    if n < 2:
        return None
    variance = max(squares - total * total / n, 0.0) / (n - 1)
    return Z_95 * float(np.sqrt(n * variance))


def _share(kpi: str, scope: int, yes: float, n: float, yes_before: float, n_before: float) -> Figure:
    now = wilson(int(yes), int(n))
    before = wilson(int(yes_before), int(n_before))
    change = proportion_change(int(yes), int(n), int(yes_before), int(n_before))
    return Figure(
        kpi,
        scope,
        now.value if now else None,
        int(n),
        low=now.low if now else None,
        high=now.high if now else None,
        before=before.value if before else None,
        change_low=change.low if change else None,
        change_high=change.high if change else None,
    )
