"""Geometry of the order-rhythm strip: dated amounts in, drawing positions out.

The strip answers one question at a glance: does this customer still order the way it used to?
It is pure arithmetic; `core.templatetags.ui.rhythm` turns the result into SVG.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Level = Literal["ok", "mid", "high"]

WIDTH = 600
HEIGHT = 36
LEFT = 2.0
RIGHT = 598.0
LOWEST_TICK = 12.0
HIGHEST_TICK = 32.0
LATE = 1.5
"""Silent for this many usual gaps: amber."""
SILENT = 3.0
"""Silent for this many usual gaps: red."""
MOST_MISSES = 60


@dataclass(frozen=True)
class Tick:
    """One day with orders: where it stands and how high it reaches (the top's y)."""

    x: float
    top: float


@dataclass(frozen=True)
class Gap:
    """The silence since the last order, as a rectangle from the baseline to the top."""

    x: float
    width: float
    level: Level


@dataclass(frozen=True)
class Strip:
    """Everything the drawing needs, in the units of a 600 × 36 box."""

    ticks: tuple[Tick, ...]
    misses: tuple[float, ...]
    gap: Gap | None
    orders: int
    silent_days: int | None
    missed: int


def silence_level(silent_days: float, usual_gap: float | None) -> Level:
    """How far a silence is out of habit: `ok`, `mid` from 1.5 usual gaps, `high` from 3."""
    habit = _habit(usual_gap)
    if habit is None:
        return "ok"
    ratio = silent_days / habit
    if ratio >= SILENT:
        return "high"
    return "mid" if ratio >= LATE else "ok"


def lay_out(
    orders: Iterable[tuple[date, float]],
    *,
    start: date,
    end: date,
    last_day: date | None,
    usual_gap: float | None,
) -> Strip:
    """Lay out the strip for the window `start`…`end` (both included; `end` is today).

    `orders` are (day, amount); days outside the window are left out, equal days added up.
    `last_day` may lie before the window: the silence then fills it from the left edge.
    `usual_gap` is in days; None (fewer than two orders) draws no expectation.
    Raises ValueError when `end` is not after `start`.
    """
    if end <= start:
        raise ValueError("end must be after start")
    days = _amount_per_day(orders, start, end)
    if last_day is None or last_day > end:
        return Strip(_ticks(days, start, end), (), None, len(days), None, 0)
    silent_days = (end - last_day).days
    level = silence_level(silent_days, usual_gap)
    habit = _habit(usual_gap) if level != "ok" else None
    expected = _expected(silent_days, habit) if habit else []
    misses = [_x((last_day - start).days + offset, start, end) for offset in expected]
    left = max(LEFT, _x((last_day - start).days, start, end))
    return Strip(
        ticks=_ticks(days, start, end),
        misses=tuple(x for x in misses if x >= LEFT),
        gap=Gap(left, round(RIGHT - left, 1), level),
        orders=len(days),
        silent_days=silent_days,
        missed=int(silent_days // habit) if habit else 0,
    )


def _habit(usual_gap: float | None) -> float | None:
    """The usual gap in days; at least one, for the strip knows nothing finer than a day."""
    return max(1.0, usual_gap) if usual_gap and usual_gap > 0 else None


def _amount_per_day(orders: Iterable[tuple[date, float]], start: date, end: date) -> dict[date, float]:
    days: dict[date, float] = {}
    for day, amount in orders:
        if start <= day <= end:
            days[day] = days.get(day, 0.0) + float(amount)
    return days


def _x(days_from_start: float, start: date, end: date) -> float:
    return round(LEFT + (RIGHT - LEFT) * days_from_start / (end - start).days, 1)


def _ticks(days: dict[date, float], start: date, end: date) -> tuple[Tick, ...]:
    largest = max(days.values(), default=0.0)
    return tuple(
        Tick(_x((day - start).days, start, end), _top(amount, largest))
        for day, amount in sorted(days.items())
    )


def _top(amount: float, largest: float) -> float:
    share = max(0.0, amount) / largest if largest > 0 else 0.0
    return round(HEIGHT - LOWEST_TICK - (HIGHEST_TICK - LOWEST_TICK) * share, 1)


def _expected(silent_days: int, usual_gap: float) -> list[float]:
    """Days after the last order on which one was to be expected; the latest ones when too many to draw."""
    count = int(silent_days // usual_gap)
    first = max(1, count - MOST_MISSES + 1)
    return [usual_gap * turn for turn in range(first, count + 1)]
