"""From sums to figures: value, n and interval of each, and whether a change is more than chance. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

from analytics.complaint_kpis.definitions import Kpi
from analytics.complaint_kpis.sums import duration, sketch_of
from analytics.maths.intervals import count_change, proportion_change, wilson
from analytics.maths.sketch import Sketch, quantile

FEW: Final = 10
"""Below this many cases a figure says "few data", and its changes are not judged."""
PER: Final = 1_000


@dataclass(frozen=True)
class Reading:
    """One figure of one period. `value` is None where there is nothing to tell: no data is not zero.

    Shares are 0 to 1, durations net seconds (median), money in the base currency. `hits` of `n` counted.
    """

    kpi: Kpi
    value: float | None
    n: int
    hits: int = 0
    low: float | None = None
    high: float | None = None
    #: Of a duration, in seconds: p90 net, median gross, p90 gross.
    p90: float | None = None
    gross: float | None = None
    gross_p90: float | None = None

    @property
    def is_few(self) -> bool:
        """True where a rate or time stands on too little to be taken for more than a hint."""
        return self.kpi.unit in {"share", "duration"} and 0 < self.n < FEW


@dataclass(frozen=True)
class Comparison:
    """What changed against another period: "up" or "down" where it is more than chance, else ""."""

    before: Reading
    difference: float | None
    direction: str = ""
    verdict: str = ""


def read(kpi: Kpi, sums: Mapping[str, Any], *, active: int | None = None) -> Reading:
    """Return the figure that the sums tell. `active` is the number of active customers, for the rate."""
    n, hits = int(sums.get(kpi.fact, 0)), int(sums.get(f"{kpi.fact}+", 0))
    if kpi.unit == "share":
        found = wilson(hits, n)
        if found is None:
            return Reading(kpi, None, 0)
        return Reading(kpi, found.value, n, hits, low=found.low, high=found.high)
    if kpi.unit == "duration":
        return _time(kpi, sums, n)
    if kpi.unit == "money":
        return Reading(kpi, sums.get(f"{kpi.fact}$", 0) / 100 if n else None, n)
    if kpi.unit == "rate":
        return Reading(kpi, n / active * PER if active else None, n)
    return Reading(kpi, float(n), n)


def _time(kpi: Kpi, sums: Mapping[str, Any], n: int) -> Reading:
    limits = median_interval(sketch_of(sums, kpi.fact, "net"))
    return Reading(
        kpi,
        duration(sums, kpi.fact, "net", 0.5),
        n,
        low=limits[0] if limits else None,
        high=limits[1] if limits else None,
        p90=duration(sums, kpi.fact, "net", 0.9),
        gross=duration(sums, kpi.fact, "gross", 0.5),
        gross_p90=duration(sums, kpi.fact, "gross", 0.9),
    )


def median_interval(sketch: Sketch) -> tuple[float, float] | None:
    """Return the 95 % interval of the median by order statistics, or None below FEW values.

    The ranks are n/2 ∓ 0.98·√n (normal approximation of the binomial), so no distribution is assumed.
    """
    n = sum(sketch.values())
    if n < FEW:
        return None
    half = 0.98 * sqrt(n)
    low = quantile(sketch, max((n / 2 - half) / n, 1 / n))
    high = quantile(sketch, min((n / 2 + half + 1) / n, 1.0))
    return (low, high) if low is not None and high is not None else None


def compare(now: Reading, before: Reading, *, days: int = 1, days_before: int = 1) -> Comparison:
    """Return the change; its direction is told only where the 95 % interval leaves out no change."""
    if now.value is None or before.value is None:
        return Comparison(before, None)
    difference = now.value - before.value
    if not difference or not _is_clear(now, before, days, days_before):
        return Comparison(before, difference)
    direction = "up" if difference > 0 else "down"
    better = now.kpi.better
    verdict = "" if not better else "good" if direction == better else "bad"
    return Comparison(before, difference, direction, verdict)


def _is_clear(now: Reading, before: Reading, days: int, days_before: int) -> bool:
    unit = now.kpi.unit
    if unit == "share":
        change = proportion_change(now.hits, now.n, before.hits, before.n)
        return change is not None and change.is_clear and min(now.n, before.n) >= FEW
    if unit == "duration":
        known = (now.low, now.high, before.low, before.high)
        if any(limit is None for limit in known):
            return False
        low, high, low_before, high_before = (float(limit or 0) for limit in known)
        return low > high_before or high < low_before
    if unit in {"count", "rate"}:
        counts = count_change(now.n, before.n, length=days, length_before=days_before)
        return counts is not None and counts.is_clear
    return False  # the sum of few payments has no interval worth its name
