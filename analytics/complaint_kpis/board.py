"""The stored sums behind one page, read in a handful of queries, and the figures that they tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from analytics.choices import Grain, Period, Side
from analytics.complaint_kpis.asking import Asked
from analytics.complaint_kpis.definitions import KPIS, OF_NOW, Kpi
from analytics.complaint_kpis.reckoning import Comparison, Reading, compare, read
from analytics.complaint_kpis.sums import Sums, merged
from analytics.complaint_kpis.windows import Step, days_of, parts_of, steps_in
from analytics.models import CaseTally, KpiValue, TallyState
from analytics.periods import Window

#: A figure of active customers older than this says nothing of the end of a period.
ACTIVE_DAYS = 45

Sides = Mapping[tuple[str, str], Sums]


@dataclass(frozen=True)
class Board:
    """Everything a page, a file or an answer of the API needs."""

    asked: Asked
    state: TallyState
    now: Sides
    before: Sides
    year: Sides
    open: Sides
    steps: tuple[tuple[date, date], ...]
    trend: tuple[Sums, ...]
    active: Mapping[date, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True when nothing was ever counted for this choice."""
        return not (self.now or self.before or self.year or self.open)

    def reading(self, kpi: Kpi, side: str = "", key: str = "") -> Reading:
        """Return a figure of the period, or of now, from one side."""
        if kpi.key in OF_NOW:
            return read(kpi, self.open.get((side, key), {}))
        return read(kpi, self.now.get((side, key), {}), active=self._active(self.asked.windows.now))

    def change(self, kpi: Kpi, side: str = "", key: str = "") -> Comparison:
        """Return what changed against the period before."""
        windows = self.asked.windows
        before = read(kpi, self.before.get((side, key), {}), active=self._active(windows.before))
        return compare(
            self.reading(kpi, side, key),
            before,
            days=days_of(windows.now),
            days_before=days_of(windows.before),
        )

    def last_year(self, kpi: Kpi) -> Reading:
        """Return the figure of the same days of the year before."""
        return read(kpi, self.year.get(("", ""), {}), active=self._active(self.asked.windows.year))

    def over_time(self, kpi: Kpi) -> list[Reading]:
        """Return the figure of each step of the period."""
        ends = (end for _first, end in self.steps)
        return [
            read(kpi, sums, active=self.active.get(end)) for sums, end in zip(self.trend, ends, strict=True)
        ]

    def keys(self, side: Side) -> list[str]:
        """Return the parts of a side that have something in the period or the one before."""
        return sorted({key for one, key in (*self.now, *self.before) if one == side})

    def _active(self, window: Window) -> int | None:
        return self.active.get(window.until)


def load_board(asked: Asked, state: TallyState) -> Board:
    """Read the sums of the choice: a fixed number of queries, few rows whatever the number of cases."""
    windows = asked.windows
    rows = CaseTally.objects.visible_to(asked.user).filter(scope=asked.whose.scope, kind__in=asked.kinds)
    steps = tuple(steps_in(windows.now, asked.step))
    ends = [windows.now.until, windows.before.until, windows.year.until, *(end for _first, end in steps)]
    return Board(
        asked=asked,
        state=state,
        now=_sides(rows, windows.now, None),
        before=_sides(rows, windows.before, ("", Side.GRADE, Side.CATEGORY)),
        year=_sides(rows, windows.year, ("",)),
        open=_by_side(rows.filter(grain=Grain.OPEN, on=state.as_of)),
        steps=steps,
        trend=_trend(rows, windows.now, steps, asked.step),
        active=_active_customers(asked, ends),
    )


def _within(window: Window) -> Q:
    """The rows that make up a window: whole months, and the days before and after them."""
    parts = parts_of(window)
    found = Q(grain=Grain.MONTH, on__in=parts.months) if parts.months else Q(pk__in=[])
    for first, last in parts.days:
        found |= Q(grain=Grain.DAY, on__range=(first, last))
    return found


def _sides(rows: Any, window: Window, sides: tuple[str, ...] | None) -> Sides:
    found = rows.filter(_within(window))
    return _by_side(found if sides is None else found.filter(side__in=sides))


def _by_side(rows: Any) -> Sides:
    parts: dict[tuple[str, str], list[Sums]] = {}
    for side, key, sums in rows.order_by().values_list("side", "key", "sums"):
        parts.setdefault((side, key), []).append(_without_case(sums))
    return {place: merged(found) for place, found in parts.items()}


def _without_case(sums: Sums) -> Sums:
    """The number of the oldest case is no count; it is read on its own."""
    return {name: value for name, value in sums.items() if name != "oldest"}


def oldest_open(asked: Asked, state: TallyState) -> list[int]:
    """Return the numbers of the oldest open case of each kind asked for."""
    rows = CaseTally.objects.visible_to(asked.user).filter(
        scope=asked.whose.scope, kind__in=asked.kinds, grain=Grain.OPEN, on=state.as_of, side=""
    )
    return [sums["oldest"] for sums in rows.values_list("sums", flat=True) if "oldest" in sums]


def _trend(rows: Any, window: Window, steps: tuple[tuple[date, date], ...], step: str) -> tuple[Sums, ...]:
    """Sum each step: months from months, where the whole of them lies in the window, the rest from days."""
    inside = (
        _within(window) if step == Step.MONTH else Q(grain=Grain.DAY, on__range=(window.first, window.until))
    )
    parts: list[list[Sums]] = [[] for _step in steps]
    place = {}
    for number, (first, last) in enumerate(steps):
        day = first
        while day <= last:
            place[day] = number
            day += timedelta(days=1)
    for on, sums in rows.filter(inside, side="").order_by().values_list("on", "sums"):
        parts[place[on]].append(sums)
    return tuple(merged(found) for found in parts)


def _active_customers(asked: Asked, ends: list[date]) -> dict[date, int]:
    """Return the active customers at each end, as the nightly run last counted them by that day."""
    if asked.whose.owner_id is not None:
        return {}
    known = list(
        KpiValue.objects.filter(
            scope=asked.whose.scope, kpi="active", period=Period.MONTHS_12, key="",
            on__gte=min(ends) - timedelta(days=ACTIVE_DAYS), on__lte=max(ends), value__isnull=False,
        )
        .order_by("-on")
        .values_list("on", "value")
    )  # fmt: skip
    found = {}
    for end in ends:
        fitting = (value for on, value in known if end - timedelta(days=ACTIVE_DAYS) <= on <= end)
        value = next(fitting, None)
        if value:
            found[end] = int(value)
    return found


def shown_kpis(asked: Asked) -> list[Kpi]:
    """Return the figures that make sense for the kind asked for."""
    return [one for one in KPIS if not (one.only_complaints and asked.kind == "request")]
