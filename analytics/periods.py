"""Calendar arithmetic of the dashboard: which days a period covers, and the one it is compared with."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
REPURCHASE_DAYS = 90
"""A repurchase counts within so many days; fixed, so that periods can be compared."""

_MONTHS = {"3m": 3, "6m": 6, "12m": 12}


@dataclass(frozen=True)
class Window:
    """Days after `after`, up to and including `until`."""

    after: date
    until: date

    @property
    def first(self) -> date:
        """The first day inside."""
        return self.after + timedelta(days=1)

    @property
    def numbers(self) -> tuple[int, int]:
        """Both limits as day numbers."""
        return day_number(self.after), day_number(self.until)

    def shifted(self, days: int) -> Window:
        """The same window, `days` earlier."""
        return Window(self.after - timedelta(days=days), self.until - timedelta(days=days))


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(number))


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the last day of a shorter month."""
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_start(day: date) -> date:
    """The first day of the month."""
    return day.replace(day=1)


def month_ends(before: date, count: int) -> list[date]:
    """The last days of the `count` months before the month of `before`, oldest first."""
    return [month_start(months_before(before, turn)) - timedelta(days=1) for turn in range(count - 1, -1, -1)]


def windows(period: str, on: date) -> tuple[Window, Window, Window]:
    """The period that ends on `on`, the one before it, and the one before that.

    Months count back from the day; "ytd" runs from 1 January and is compared with the same days of the
    years before.
    """
    if period == "ytd":
        ends = [months_before(on, 12 * turn) for turn in range(3)]
        now, before, earlier = (Window(date(end.year - 1, 12, 31), end) for end in ends)
    else:
        months = _MONTHS[period]
        edges = [months_before(on, months * turn) for turn in range(4)]
        now, before, earlier = (Window(edges[turn + 1], edges[turn]) for turn in range(3))
    return now, before, earlier
