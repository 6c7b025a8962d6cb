"""Geometry of the small line in a KPI tile: values in, positions in a 104 × 40 box out."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 104
HEIGHT = 40
LEFT, RIGHT = 2.0, 100.0
TOP, BOTTOM = 4.0, 36.0


@dataclass(frozen=True)
class Sparkline:
    """Runs of points (a missing value breaks the line), the last point, the height of the target."""

    runs: tuple[tuple[tuple[float, float], ...], ...]
    last: tuple[float, float] | None
    target: float | None


def lay_out(values: Sequence[float | None], *, target: float | None = None) -> Sparkline:
    """Spread the values over the width; the highest and the lowest, target included, touch the edges.

    Equal values lie in the middle. Missing values (None) leave a gap and keep their place in time.
    """
    known = [float(value) for value in values if value is not None]
    scale = [*known, float(target)] if target is not None else known
    if not scale:
        return Sparkline((), None, None)
    low, high = min(scale), max(scale)

    def y(value: float) -> float:
        if high == low:
            return (TOP + BOTTOM) / 2
        return round(BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low), 1)

    step = (RIGHT - LEFT) / max(1, len(values) - 1)
    points = [
        None if value is None else (round(LEFT + step * place, 1), y(float(value)))
        for place, value in enumerate(values)
    ]
    return Sparkline(_runs(points), _last(points), None if target is None else y(float(target)))


def _last(points: Sequence[tuple[float, float] | None]) -> tuple[float, float] | None:
    return next((point for point in reversed(points) if point is not None), None)


def _runs(points: Sequence[tuple[float, float] | None]) -> tuple[tuple[tuple[float, float], ...], ...]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return tuple(tuple(run) for run in runs if run)
