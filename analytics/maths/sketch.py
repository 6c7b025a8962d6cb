"""Quantiles of durations from counts in logarithmic buckets: sketches of days add up to that of a year.

DDSketch (Masson, Rim & Lee 2019, VLDB 12): bucket i holds the values in (γ^(i−1), γ^i] with
γ = (1+α)/(1−α), so that any quantile is off by at most the share α of its value. Here α is 1 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, log

ALPHA = 0.01
_GAMMA = (1 + ALPHA) / (1 - ALPHA)
_LOG = log(_GAMMA)
#: Bucket of what took no whole second.
ZERO = -1

Sketch = dict[int, int]


def bucket_of(seconds: int) -> int:
    """Return the bucket of a duration in whole seconds. ValueError for a negative one."""
    if seconds < 0:
        raise ValueError(f"seconds: {seconds}")
    return ZERO if seconds < 1 else ceil(log(seconds) / _LOG - 1e-12)


def value_of(bucket: int) -> float:
    """Return the duration that stands for a bucket: at most ALPHA from any in it."""
    return 0.0 if bucket == ZERO else 2 * _GAMMA**bucket / (_GAMMA + 1)


def quantile(sketch: Mapping[int, int], share: float) -> float | None:
    """Return the smallest value with at least `share` of all at or below it (nearest rank), or None.

    `sketch` is bucket → count. ValueError unless 0 < share ≤ 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share: {share}")
    total = sum(sketch.values())
    if total <= 0:
        return None
    rank, seen = ceil(share * total - 1e-9), 0
    for bucket in sorted(sketch):
        seen += sketch[bucket]
        if seen >= rank:
            return value_of(bucket)
    return None
