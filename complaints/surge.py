"""Control limits of complaint rates. Pure: counts in, verdict out.

u-chart (Montgomery, Introduction to Statistical Quality Control, 7.3.2): centre ū = Σx / Σn, upper limit
ū + 3·√(ū / n). For small counts the normal limit is too low, so that a surge must pass the exact upper
quantile of the count too: Poisson where the past scatters no more than chance, negative binomial
(moments) where it does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SIGMAS: Final = 3.0
#: Chance of a false alarm of one look, as three sigmas have on one side.
TAIL: Final = 0.00135
LEAST: Final = 5
LEAST_WINDOWS: Final = 8


@dataclass(frozen=True)
class Verdict:
    """What was seen in a window against what is usual."""

    count: int
    expected: float
    limit: float
    windows: int
    is_surge: bool


def u_limits(counts: Sequence[int], sizes: Sequence[float], size: float) -> tuple[float, float, float]:
    """Return (centre, lower, upper) of the rate for a window of `size` units; the lower is never negative."""
    centre = sum(counts) / sum(sizes)
    spread = SIGMAS * math.sqrt(centre / size)
    return centre, max(centre - spread, 0.0), centre + spread


def count_limit(history: Sequence[int]) -> float:
    """Return the largest count that chance explains, given counts of like windows before."""
    # Loaded here: pages import this module, and the library is large.
    from scipy import stats

    mean = sum(history) / len(history)
    if mean == 0:
        return 0.0
    variance = sum((one - mean) ** 2 for one in history) / max(len(history) - 1, 1)
    if variance <= mean:
        return float(stats.poisson.isf(TAIL, mean))
    shape = mean**2 / (variance - mean)
    return float(stats.nbinom.isf(TAIL, shape, shape / (shape + mean)))


def judged(count: int, history: Sequence[int], *, least: int = LEAST) -> Verdict:
    """Judge a count against those of like windows before: the same weekday and hours of past weeks.

    No surge is called from fewer than eight past windows, or below `least` complaints.
    """
    if not history:
        return Verdict(count, 0.0, 0.0, 0, False)
    expected = sum(history) / len(history)
    upper = u_limits(history, [1.0] * len(history), 1.0)[2] if expected else 0.0
    limit = max(count_limit(history), upper)
    is_surge = len(history) >= LEAST_WINDOWS and count >= least and count > limit
    return Verdict(count, expected, limit, len(history), is_surge)
