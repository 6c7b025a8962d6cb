"""Figures of charts: months, groups and the concentration of value; arithmetic only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from analytics.figures import Figure
from analytics.maths.arrays import Floats

CURVE_STEPS = np.round(np.append(np.arange(0, 0.2, 0.01), np.linspace(0.2, 1, 17)), 2)
"""Shares of customers at which the curve is kept: finer where it bends."""
CURVE_DRAWS = 200
CURVE_SINGLE = 1_000
"""The most valuable customers drawn one by one; the others in groups of equals."""


def month_figures(amounts: dict[str, Floats], buyers: dict[str, Floats]) -> Iterator[Figure]:
    """Yield turnover of each month and how many customers it came from, for every scope."""
    for month, values in amounts.items():
        for scope in range(values.size):
            yield Figure(
                "revenue_month", scope, round(float(values[scope]), 2), int(buyers[month][scope]), key=month
            )


def grouped_figures(
    kpi: str,
    keys: Sequence[str],
    value: Floats,
    n: Floats,
    low: Floats | None = None,
    high: Floats | None = None,
) -> Iterator[Figure]:
    """Yield a figure for each scope and group that has customers; arrays of shape (scopes, groups)."""
    for scope, place in zip(*np.nonzero(n), strict=True):
        yield Figure(
            kpi,
            int(scope),
            round(float(value[scope, place]), 2),
            int(n[scope, place]),
            key=keys[place],
            low=None if low is None else round(float(low[scope, place]), 2),
            high=None if high is None else round(float(high[scope, place]), 2),
        )


def concentration_figures(scope: int, value: Floats, *, seed: int) -> Iterator[Figure]:
    """Yield the share of value that the most valuable 5 %, 10 % … of customers hold, with a 95 % band.

    The band is a bootstrap over customers. Nothing when no customer has a positive value.
    """
    held = np.sort(np.maximum(value, 0.0))[::-1]
    if not held.sum() > 0:
        return
    sizes, means = _groups(held)
    counts = np.random.default_rng(seed).multinomial(held.size, sizes / held.size, CURVE_DRAWS)
    drawn = np.array([_shares(row.astype(np.float64), means) for row in counts])
    low, high = np.nanquantile(drawn, [0.025, 0.975], axis=0)
    shares = _shares(sizes, means)
    for place, step in enumerate(CURVE_STEPS):
        yield Figure(
            "concentration",
            scope,
            float(shares[place]),
            held.size,
            key=f"{step:.2f}",
            low=float(min(low[place], shares[place])),
            high=float(max(high[place], shares[place])),
        )


def _groups(held: Floats) -> tuple[Floats, Floats]:
    starts = np.arange(min(held.size, CURVE_SINGLE))
    if held.size > CURVE_SINGLE:
        rest = np.linspace(CURVE_SINGLE, held.size, CURVE_SINGLE + 1)[:-1].astype(np.int64)
        starts = np.append(starts, np.unique(rest))
    sizes = np.diff(np.append(starts, held.size)).astype(np.float64)
    return sizes, np.add.reduceat(held, starts) / sizes


def _shares(counts: Floats, means: Floats) -> Floats:
    """Share of value held by the first share of customers, at each of `CURVE_STEPS`."""
    customers = np.append(0.0, np.cumsum(counts))
    value = np.append(0.0, np.cumsum(counts * means))
    total = value[-1]
    if not total > 0:
        return np.full(CURVE_STEPS.size, np.nan)
    shares: Floats = np.interp(CURVE_STEPS * customers[-1], customers, value / total)
    return shares
