"""Public holidays and make-up working days of mainland China, as rows that people may correct.

The data come with the package `chinesecalendar` and end with the last year whose notice it knows. A year
without data has its weekly hours only, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from chinese_calendar import constants
from django.db import transaction

from complaints.models import BusinessCalendar, CalendarDay

#: Earlier years matter to nobody's open case.
FIRST_YEAR = 2024


def last_year_known() -> int:
    """Return the last year of which the notice is known."""
    return max(int(day.year) for day in constants.holidays)


def missing_years(calendar: BusinessCalendar, today: date) -> list[int]:
    """Return this year and the next, as far as the calendar follows China and nobody has entered them.

    The notice for a year comes in the autumn before: until November the next year is not missed.
    """
    if not calendar.follows_china:
        return []
    wanted = [today.year] + ([today.year + 1] if today.month >= 11 else [])
    return [year for year in wanted if not calendar.days.filter(day__year=year).exists()]


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

    A make-up day has the hours of the calendar's Monday.
    """
    if not calendar.follows_china:
        return 0
    monday = [
        [f"{row.opens:%H:%M}", f"{row.closes:%H:%M}"]
        for row in calendar.hours.filter(weekday=0, valid_to__isnull=True).order_by("opens")
    ]
    known = set(calendar.days.values_list("day", flat=True))
    rows = []
    for day, name, worked in _days():
        if day not in known and (monday or not worked):
            spans = monday if worked else []
            row = CalendarDay(calendar=calendar, day=day, name=name, is_open=worked, spans=spans)
            row.is_seeded = True
            rows.append(row)
    CalendarDay.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def follow_notices() -> int:
    """Enter what a new release of the data knows into every calendar that follows China."""
    calendars = BusinessCalendar.objects.active().filter(follows_china=True)
    return sum(enter_holidays(calendar) for calendar in calendars)
