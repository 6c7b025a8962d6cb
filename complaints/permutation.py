"""Scores of two windows compared: an exact permutation test for few answers, and Welch's interval. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from scipy import stats
from scipy.special import gammaln

from complaints.chance import LEAST_VARIANCE, Fall

#: Up to so many later answers the test is exact; above it the normal limit is good to three digits.
MOST_EXACT: Final = 150
#: Scores are compared in halves of a point.
STEP: Final = 0.5


def fall_of(before: Sequence[float], after: Sequence[float]) -> Fall:
    """Compare scores of two windows. Refuses an empty one (ValueError).

    The test is Fisher's exact permutation test of the difference of means (one side: lower). The interval
    is Welch's, with a variance of at least a quarter in each window.
    """
    if not before or not after:
        raise ValueError("both windows need answers")
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    difference = float(second.mean() - first.mean())
    half = _welch_half(first, second)
    return Fall(
        len(first),
        float(first.mean()),
        len(second),
        float(second.mean()),
        difference,
        difference - half,
        difference + half,
        permutation_p(before, after),
    )


def _welch_half(first: np.ndarray, second: np.ndarray) -> float:
    parts = []
    for one in (first, second):
        variance = float(one.var(ddof=1)) if len(one) > 1 else 0.0
        parts.append((max(variance, LEAST_VARIANCE) / len(one), max(len(one) - 1, 1)))
    error = sum(part for part, _df in parts)
    freedom = error**2 / sum(part**2 / df for part, df in parts)
    return float(stats.t.ppf(0.975, freedom)) * math.sqrt(error)


def permutation_p(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the chance of a sum of the later scores as low as seen, over all ways to pick them from all.

    Scores are rounded to halves. Exact up to `MOST_EXACT` later scores (multivariate hypergeometric, level
    by level), then the normal limit with the variance of drawing without replacement.
    """
    levels = [round(value / STEP) for value in (*before, *after)]
    least = min(levels)
    pooled = Counter(level - least for level in levels)
    seen = sum(level - least for level in levels[len(before) :])
    if len(pooled) == 1:
        return 1.0
    if len(after) > MOST_EXACT:
        return _normal_p(pooled, len(after), seen)
    sums = _sums(pooled, len(after))
    return float(min(sums[: seen + 1].sum(), 1.0))


def _sums(pooled: Mapping[int, int], drawn: int) -> np.ndarray:
    """Return the distribution of the sum of `drawn` scores picked without replacement."""
    chances = np.zeros((drawn + 1, drawn * max(pooled) + 1))
    chances[0, 0] = 1.0
    left = sum(pooled.values())
    for level, count in sorted(pooled.items()):
        following = np.zeros_like(chances)
        for taken in range(drawn + 1):
            row = chances[taken]
            if not row.any():
                continue
            wanted = drawn - taken
            picks = np.arange(max(0, wanted - (left - count)), min(count, wanted) + 1)
            for pick, chance in zip(picks, _picked(picks, left, count, wanted), strict=True):
                shift = int(pick) * level
                following[taken + pick, shift:] += chance * row[: row.size - shift]
        chances, left = following, left - count
    found: np.ndarray = chances[drawn]
    return found


def _picked(picks: np.ndarray, left: int, count: int, wanted: int) -> np.ndarray:
    """Return the hypergeometric chance of each number of scores of one level among those still wanted."""
    ways = _ln_ways(count, picks) + _ln_ways(left - count, wanted - picks) - _ln_ways(left, np.array(wanted))
    chances: np.ndarray = np.exp(ways)
    return chances


def _ln_ways(size: int, picks: np.ndarray) -> np.ndarray:
    ways: np.ndarray = gammaln(size + 1) - gammaln(picks + 1) - gammaln(size - picks + 1)
    return ways


def _normal_p(pooled: Mapping[int, int], drawn: int, seen: int) -> float:
    size = sum(pooled.values())
    mean = sum(level * count for level, count in pooled.items()) / size
    variance = sum(count * (level - mean) ** 2 for level, count in pooled.items()) / size
    spread = math.sqrt(drawn * variance * (size - drawn) / (size - 1))
    return float(stats.norm.cdf((seen + 0.5 - drawn * mean) / spread))
