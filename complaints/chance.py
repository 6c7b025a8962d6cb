"""What chance alone explains: intervals, falls, looking at many groups. Pure, without numerical libraries."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

Key = TypeVar("Key", bound=Hashable)

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
