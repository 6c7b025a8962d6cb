"""How much of the value the most valuable customers hold.

Shares are of the positive value. Customers with nothing or with more refunds than purchases hold a
share of 0; the curve therefore stays between 0 and 1 and the refunds are reported beside it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.maths.arrays import Floats, fraction, vector, whole_number
from analytics.maths.intervals import Estimate

SINGLE = 2_000
"""The most valuable customers, each counted by itself in the bootstrap; below, groups of equals do."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Concentration curve: the `customers` share (most valuable first) holds the `value` share.

    Both run from 0 to 1. `negative_n` customers with `negative_value` in all count as holding nothing.
    """

    customers: Floats
    value: Floats
    n: int
    total: float
    negative_n: int
    negative_value: float


def concentration_curve(value: npt.ArrayLike, *, points: int = 101) -> Curve | None:
    """Cumulated share of value over the share of customers, at `points` even steps (Lorenz 1905, from
    the top). None when no customer has a positive value. ValueError names `value` or `points`."""
    raw = vector("value", value, negative=True)
    points = whole_number("points", points, least=2)
    held = np.sort(np.maximum(raw, 0))[::-1]
    total = float(held.sum())
    if total <= 0:
        return None
    steps = np.linspace(0, 1, points)
    cumulated = np.append(0.0, np.cumsum(held / total))
    shares = np.interp(steps * held.size, np.arange(held.size + 1), np.minimum(cumulated, 1.0))
    shares[-1] = 1.0
    return Curve(steps, shares, held.size, total, int((raw < 0).sum()), float(raw[raw < 0].sum()))


def top_share(
    value: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    top: float = 0.2,
    level: float = 0.95,
    draws: int = 400,
) -> Estimate | None:
    """Share of the positive value held by the `top` share of the customers, with a bootstrap percentile
    interval; None when no customer has a positive value.

    The customer at the edge counts by the part that falls inside, so that 20 % of 7 customers means 1.4.
    """
    raw = vector("value", value, negative=True)
    fraction("top", top)
    fraction("level", level)
    held = np.sort(np.maximum(raw, 0))[::-1]
    if not held.sum() > 0:
        return None
    sizes, means = _groups(held)
    counts = rng.multinomial(held.size, sizes / held.size, whole_number("draws", draws, least=100))
    drawn = _top_shares(counts.astype(np.float64), means, top)
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    share = float(_top_shares(sizes[np.newaxis], means, top)[0])
    return Estimate(share, float(low), float(high), held.size)


def _groups(held: Floats) -> tuple[Floats, Floats]:
    """Sizes and means of groups of neighbours, falling by value: single at the top, at most 4,000 in all."""
    starts = np.arange(min(held.size, SINGLE))
    if held.size > SINGLE:
        rest = np.linspace(SINGLE, held.size, min(SINGLE, held.size - SINGLE) + 1)[:-1].astype(np.int64)
        starts = np.append(starts, np.unique(rest))
    sizes = np.diff(np.append(starts, held.size)).astype(np.float64)
    return sizes, np.add.reduceat(held, starts) / sizes


def _top_shares(counts: Floats, means: Floats, top: float) -> Floats:
    """Share of the `top` customers for each row of group counts; NaN for a row without value."""
    inside = np.minimum(np.cumsum(counts, axis=1), top * counts.sum(axis=1, keepdims=True))
    taken = np.diff(inside, axis=1, prepend=0.0)
    total = counts @ means
    unknown: Floats = np.full(total.shape, np.nan)
    np.divide(taken @ means, total, out=unknown, where=total > 0)
    return unknown
