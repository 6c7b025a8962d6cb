"""What is kept of a day: counts, hits, money and sketches of durations, which add up. Pure.

A sum is a flat dictionary of whole numbers: "closed" counts facts, "closed+" those that were hit, "given$"
is money in hundredths, and "solved:net" is a sketch, bucket → count, with buckets as text, for JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analytics.maths.sketch import Sketch, bucket_of, quantile

Sums = dict[str, Any]


def add_fact(
    sums: Sums, what: str, *, hit: bool | None, net: int | None, gross: int | None, cents: int | None
) -> None:
    """Count one fact."""
    sums[what] = sums.get(what, 0) + 1
    if hit:
        sums[f"{what}+"] = sums.get(f"{what}+", 0) + 1
    if cents is not None:
        sums[f"{what}$"] = sums.get(f"{what}$", 0) + cents
    for name, seconds in (("net", net), ("gross", gross)):
        if seconds is not None:
            sketch = sums.setdefault(f"{what}:{name}", {})
            bucket = str(bucket_of(seconds))
            sketch[bucket] = sketch.get(bucket, 0) + 1


def merged(parts: Iterable[Mapping[str, Any]]) -> Sums:
    """Return the sum of sums; the order does not matter."""
    total: Sums = {}
    for part in parts:
        for key, value in part.items():
            if isinstance(value, Mapping):
                sketch = total.setdefault(key, {})
                for bucket, count in value.items():
                    sketch[bucket] = sketch.get(bucket, 0) + count
            else:
                total[key] = total.get(key, 0) + value
    return total


def sketch_of(sums: Mapping[str, Any], what: str, name: str) -> Sketch:
    """Return the sketch of a duration with its buckets as numbers."""
    return {int(bucket): count for bucket, count in sums.get(f"{what}:{name}", {}).items()}


def duration(sums: Mapping[str, Any], what: str, name: str, share: float) -> float | None:
    """Return a quantile of a duration in seconds, or None where nothing was measured."""
    return quantile(sketch_of(sums, what, name), share)
