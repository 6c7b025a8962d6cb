"""What chance alone explains: exact tests for few answers, intervals, looking at many groups. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from scipy import stats
from scipy.special import gammaln

Key = TypeVar("Key", bound=Hashable)

#: Up to so many later answers the test is exact; above it the normal limit is good to three digits.
MOST_EXACT: Final = 150
#: Scores are compared in halves of a point.
STEP: Final = 0.5
#: Half of a 95% interval, in standard errors.
Z95: Final = 1.959963984540054
#: Equal answers do not prove that nobody would answer otherwise: the variance of a split between neighbours.
LEAST_VARIANCE: Final = 0.25


@dataclass(frozen=True)
class Share:
    """`k` of `n`, with Wilson's 95% interval."""

    k: int
    n: int
    value: float
    low: float
    high: float


def share_of(k: int, n: int) -> Share | None:
    """Return the share with Wilson's score interval (1927); None where nobody was counted."""
    if n <= 0:
        return None
    p, z2 = k / n, Z95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low, high = (0.0 if k == 0 else centre - half), (1.0 if k == n else centre + half)
    return Share(k, n, p, max(low, 0.0), min(high, 1.0))


@dataclass(frozen=True)
class Fall:
    """Mean scores before and after; `difference` is after minus before, with its 95% interval.

    `p` is the chance that the later answers lie so low, or lower, if they are a random part of all answers.
    """

    n_before: int
    mean_before: float
    n_after: int
    mean_after: float
    difference: float
    low: float
    high: float
    p: float


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


def discoveries(chances: Mapping[Key, float], rate: float) -> set[Key]:
    """Return the keys whose finding stands when so many were looked at (Benjamini & Hochberg 1995).

    Of the findings returned, at most the share `rate` is expected to be due to chance.
    """
    ranked = sorted(chances.items(), key=lambda pair: pair[1])
    last = 0
    for place, (_key, chance) in enumerate(ranked, start=1):
        if chance <= rate * place / len(ranked):
            last = place
    return {key for key, _chance in ranked[:last]}
