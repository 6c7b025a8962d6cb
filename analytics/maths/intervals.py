"""Intervals for the figures on a dashboard, and whether a change is more than chance.

Every estimate carries its n. Where there is nothing to estimate from, the answer is None.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from analytics.maths.arrays import Floats, above_zero, fraction, same_length, vector, whole_number

RESAMPLED_UP_TO = 5_000
"""Customers up to which means are bootstrapped; above, the normal interval is as good and free."""


@dataclass(frozen=True)
class Estimate:
    """A value with its interval and the number of observations behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Change:
    """A difference with its interval. `relative` is the difference as a share of the earlier figure,
    None when that is not above 0. `n` counts the observations of both periods."""

    difference: float
    low: float
    high: float
    relative: float | None
    n: int

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0; if not, say "no clear change"."""
        return self.low > 0 or self.high < 0


def wilson(successes: int, n: int, *, level: float = 0.95) -> Estimate | None:
    """A share with Wilson's score interval (Wilson 1927, JASA 22); None for n = 0.

    ValueError names `n` or `successes` where they are no counts or successes exceed n.
    """
    n = whole_number("n", n, least=0)
    successes = whole_number("successes", successes, least=0)
    if successes > n:
        raise ValueError(f"successes: {successes} of {n}")
    if n == 0:
        return None
    z2, share = _normal(level) ** 2, successes / n
    middle = (successes + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * (share * (1 - share) * n + z2 / 4)) / (n + z2)
    low = 0.0 if successes == 0 else float(middle - half)
    high = 1.0 if successes == n else float(middle + half)
    return Estimate(share, low, high, n)


def proportion_change(
    successes: int, n: int, successes_before: int, n_before: int, *, level: float = 0.95
) -> Change | None:
    """Share now minus share before, of independent groups, with Newcombe's hybrid score interval
    (Newcombe 1998, Statistics in Medicine 17, method 10); None when either group is empty."""
    now = wilson(successes, n, level=level)
    before = wilson(successes_before, n_before, level=level)
    if now is None or before is None:
        return None
    gap = now.value - before.value
    low = gap - np.hypot(now.value - now.low, before.high - before.value)
    high = gap + np.hypot(now.high - now.value, before.value - before.low)
    return Change(gap, float(low), float(high), _share(gap, before.value), n + n_before)


def count_change(
    count: int,
    count_before: int,
    *,
    length: float = 1.0,
    length_before: float = 1.0,
    level: float = 0.95,
) -> Change | None:
    """Change of a Poisson count (orders, complaints) between periods of given lengths, per `length`.

    The interval is that of the ratio of rates, exact given the sum of both counts (Clopper & Pearson
    1934), applied to the earlier count; None when both counts are 0 or the earlier one is, for then
    there is nothing to compare with.
    """
    # Loaded here: pages import this module, and the library is large.
    from scipy.special import betaincinv

    count = whole_number("count", count, least=0)
    count_before = whole_number("count_before", count_before, least=0)
    scale = above_zero("length", length) / above_zero("length_before", length_before)
    tail = (1 - fraction("level", level)) / 2
    if count_before == 0:
        return None
    base = count_before * scale
    low = betaincinv(count, count_before + 1, tail) if count else 0.0
    high = betaincinv(count + 1, count_before, 1 - tail)
    limits = [base * (share / (1 - share) / scale - 1) for share in (low, high)]
    return Change(count - base, float(limits[0]), float(limits[1]), count / base - 1, count + count_before)


def mean_interval(
    values: npt.ArrayLike, *, rng: np.random.Generator, level: float = 0.95, draws: int = 1_000
) -> Estimate | None:
    """Mean with its bootstrap percentile interval (normal above `RESAMPLED_UP_TO`); None without values."""
    sample = vector("values", values, negative=True)
    whole_number("draws", draws, least=100)
    fraction("level", level)
    if not sample.size:
        return None
    low, high = _mean_limits(sample, rng, level, draws)
    return Estimate(float(sample.mean()), low, high, sample.size)


def total_change(
    now: npt.ArrayLike,
    before: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    level: float = 0.95,
    draws: int = 1_000,
) -> Change | None:
    """Change of a total (revenue) between two periods of equal length; None without customers.

    `now` and `before` hold each customer's amount in the two periods, shape (n,), same order, 0 where
    there was none: the customer is what is sampled, for one customer's orders hang together.
    """
    later = vector("now", now, negative=True)
    earlier = vector("before", before, negative=True)
    same_length(now=later, before=earlier)
    whole_number("draws", draws, least=100)
    fraction("level", level)
    if not later.size:
        return None
    gaps = later - earlier
    low, high = (limit * gaps.size for limit in _mean_limits(gaps, rng, level, draws))
    total = float(gaps.sum())
    return Change(total, low, high, _share(total, float(earlier.sum())), gaps.size)


def _mean_limits(sample: Floats, rng: np.random.Generator, level: float, draws: int) -> tuple[float, float]:
    if sample.size > RESAMPLED_UP_TO:
        half = _normal(level) * float(sample.std(ddof=1)) / np.sqrt(sample.size)
        return float(sample.mean() - half), float(sample.mean() + half)
    values, counts = np.unique(sample, return_counts=True)
    drawn = rng.multinomial(sample.size, counts / sample.size, draws)
    means = drawn @ values / sample.size
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _normal(level: float) -> float:
    return NormalDist().inv_cdf((1 + fraction("level", level)) / 2)


def _share(difference: float, base: float) -> float | None:
    return difference / base if base > 0 else None
