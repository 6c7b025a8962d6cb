"""Public holidays and make-up working days of mainland China, as rows that people may correct.

The data come with the package `chinesecalendar` and end with the last year whose notice it knows. A year
without data has its weekly hours only, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from chinese_calendar import constants
from django.db import transaction
from django.utils import timezone

from complaints.models import BusinessCalendar, CalendarDay, CalendarHours, Clock
from core.zones import zone_named

#: Earlier years matter to nobody's open case.
FIRST_YEAR = 2024


def last_year_known() -> int:
    """Return the last year of which the notice is known."""
    return max(int(day.year) for day in constants.holidays)


def missing_years(calendar: BusinessCalendar, today: date) -> list[int]:
    """Return this year and the next, as far as the calendar follows China and their notice is not entered.

    It is where the product knows the year, or somebody has said of the calendar that they entered it. The
    notice for a year comes in the autumn before: until November the next year is not missed.
    """
    if not calendar.follows_china:
        return []
    wanted = [today.year] + ([today.year + 1] if today.month >= 11 else [])
    known = max(last_year_known(), calendar.notices_until or 0)
    return [year for year in wanted if year > known]


def _days() -> Iterator[tuple[date, str, bool]]:
    """Yield (day, name, whether it is worked on) of the working days that are free, and the reverse."""
    for day, name in constants.holidays.items():
        if day.year >= FIRST_YEAR:
            yield day, str(name), False
    for day, name in constants.workdays.items():
        if day.year >= FIRST_YEAR:
            yield day, str(name), True


@transaction.atomic
def enter_holidays(calendar: BusinessCalendar) -> int:
    """Enter the days that the calendar does not have yet and return how many; typed ones are left alone.

    A make-up day has the hours of the calendar's Monday as they are on that day; those to come follow new
    hours. Where deadlines were worked out by the calendar already, days that are past are not entered.
    """
    if not calendar.follows_china:
        return 0
    today = timezone.localdate(timezone=zone_named(calendar.time_zone))
    begin = today if Clock.objects.filter(calendar=calendar).exists() else date(FIRST_YEAR, 1, 1)
    mondays = list(calendar.hours.filter(weekday=0).order_by("opens"))
    _follow_hours(calendar, mondays, today)
    known = set(calendar.days.values_list("day", flat=True))
    rows = []
    for day, name, worked in _days():
        if day < begin or day in known:
            continue
        spans = _monday_on(day, mondays) if worked else []
        if spans or not worked:
            row = CalendarDay(calendar=calendar, day=day, name=name, is_open=worked, spans=spans)
            row.is_seeded = True
            rows.append(row)
    CalendarDay.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _monday_on(day: date, mondays: Sequence[CalendarHours]) -> list[list[str]]:
    """Return the hours of a Monday on the day; before the first ones, those."""
    asked = max(day, min((row.valid_from for row in mondays), default=day))
    return [
        [f"{row.opens:%H:%M}", f"{row.closes:%H:%M}"]
        for row in mondays
        if row.valid_from <= asked and (row.valid_to is None or asked <= row.valid_to)
    ]


def _follow_hours(calendar: BusinessCalendar, mondays: Sequence[CalendarHours], today: date) -> None:
    """Give make-up days to come, as the product entered them, the hours that a Monday has then."""
    changed = []
    for row in calendar.days.filter(day__gte=today, is_seeded=True, is_open=True):
        spans = _monday_on(row.day, mondays)
        if spans and row.spans != spans:
            row.spans = spans
            changed.append(row)
    CalendarDay.objects.bulk_update(changed, ["spans"])


def follow_notices() -> int:
    """Enter what a new release of the data knows into every calendar that follows China."""
    calendars = BusinessCalendar.objects.active().filter(follows_china=True)
    return sum(enter_holidays(calendar) for calendar in calendars)
