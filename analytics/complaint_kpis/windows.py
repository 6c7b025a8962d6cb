"""Which days figures cover, with what they are compared, and of which rows they are made. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from analytics.periods import Window, month_start, months_before

DAY: Final = timedelta(days=1)
MOST_DAYS: Final = 3 * 366


class Span(TextChoices):
    """Periods to choose from; they end with the last complete day."""

    WEEK = "7d", _("Last 7 days")
    MONTH = "30d", _("Last 30 days")
    QUARTER = "90d", _("Last 90 days")
    YEAR = "12m", _("Last 12 months")
    LAST_MONTH = "month", _("Last month")
    CHOSEN = "chosen", _("From … to")


class Step(TextChoices):
    """In what steps a trend is drawn."""

    DAY = "day", _("By day")
    WEEK = "week", _("By week")
    MONTH = "month", _("By month")


@dataclass(frozen=True)
class Compared:
    """A period, the one of equal length before it, and the same days of the year before."""

    now: Window
    before: Window
    year: Window


def compared(span: str, last: date, *, first: date | None = None, until: date | None = None) -> Compared:
    """Return the period `span` that ends on `last`; a chosen one runs from `first` to `until`."""
    if span == Span.LAST_MONTH:
        end = month_start(last + DAY) - DAY
        return _whole_months(end, 1)
    if span == Span.YEAR:
        return _whole_months(last, 12)
    if span == Span.CHOSEN and first is not None and until is not None:
        now = Window(first - DAY, until)
    else:
        days = {Span.WEEK: 7, Span.QUARTER: 90}.get(Span(span), 30)
        now = Window(last - timedelta(days=days), last)
    return Compared(now, now.shifted(days_of(now)), _year_before(now))


def _whole_months(end: date, months: int) -> Compared:
    """A period of whole months that ends on `end`, whose neighbours are as many months."""
    edges = [_end_before(end, months * turn) for turn in range(3)]
    now = Window(edges[1], edges[0])
    return Compared(now, Window(edges[2], edges[1]), _year_before(now))


def _end_before(end: date, months: int) -> date:
    """So many months before; the end of a month stays one."""
    if end == month_start(months_before(end, -1)) - DAY:
        return month_start(months_before(end, months - 1)) - DAY
    return months_before(end, months)


def _year_before(now: Window) -> Window:
    return Window(_end_before(now.after, 12), _end_before(now.until, 12))


def days_of(window: Window) -> int:
    """How many days a window has."""
    return (window.until - window.after).days


@dataclass(frozen=True)
class Parts:
    """A window as whole months and the days that are left over: few rows for any period."""

    months: tuple[date, ...]
    days: tuple[tuple[date, date], ...]


def parts_of(window: Window) -> Parts:
    """Cut a window into whole months and the ranges of days before and after them."""
    first_month = window.first if window.first.day == 1 else months_before(month_start(window.first), -1)
    after_last = month_start(window.until + DAY)
    if first_month >= after_last:
        return Parts((), ((window.first, window.until),))
    months: list[date] = []
    month = first_month
    while month < after_last:
        months.append(month)
        month = months_before(month, -1)
    ranges = ((window.first, first_month - DAY), (after_last, window.until))
    return Parts(tuple(months), tuple((first, last) for first, last in ranges if first <= last))


def step_for(window: Window) -> str:
    """Return the step that gives a readable number of points."""
    days = days_of(window)
    return Step.DAY if days <= 31 else Step.WEEK if days <= 120 else Step.MONTH


def start_of(day: date, step: str) -> date:
    """Return the first day of the step in which a day lies; weeks begin on Monday."""
    if step == Step.MONTH:
        return month_start(day)
    return day - timedelta(days=day.weekday()) if step == Step.WEEK else day


def end_of(start: date, step: str) -> date:
    """Return the last day of the step that begins on `start`."""
    if step == Step.MONTH:
        return months_before(start, -1) - DAY
    return start + timedelta(days=6) if step == Step.WEEK else start


def steps_in(window: Window, step: str) -> list[tuple[date, date]]:
    """Return (first, last day) of each step of the window, cut at its ends."""
    found, start = [], start_of(window.first, step)
    while start <= window.until:
        end = end_of(start, step)
        found.append((max(start, window.first), min(end, window.until)))
        start = end + DAY
    return found
