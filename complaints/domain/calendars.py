"""Business calendars as the arithmetic of `complaints.sla` takes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from django.conf import settings

from complaints.deadlines import round_the_clock
from complaints.models import BusinessCalendar, CalendarDay, CalendarHours
from complaints.sla import Calendar, Hours

#: A pause or a level before the due time may reach back a little further than the case itself.
_MARGIN = timedelta(days=31)


def default_calendar() -> BusinessCalendar | None:
    """Return the calendar that is used where no other is named."""
    found: BusinessCalendar | None = BusinessCalendar.objects.active().filter(is_default=True).first()
    return found


def working_calendar(row: BusinessCalendar | None, *, since: datetime) -> Calendar:
    """Return the calendar for what began at `since`. Two queries; without a row it is always open.

    Hours that were changed since then are kept as they were on the days before the change, so that
    editing a calendar never moves what is past.
    """
    if row is None:
        return round_the_clock(settings.TIME_ZONE)
    begin = (since - _MARGIN).date()
    hours = list(CalendarHours.objects.filter(calendar=row))
    days = list(CalendarDay.objects.filter(calendar=row, day__gte=begin))
    return assembled(row.time_zone, hours, days, begin=begin)


def assembled(
    time_zone: str, hours: Iterable[CalendarHours], days: Iterable[CalendarDay], *, begin: date
) -> Calendar:
    """Return the calendar that the rows make, right from `begin` on."""
    rows = list(hours)
    first = min((row.valid_from for row in rows), default=begin)
    changes = sorted({row.valid_from for row in rows} | {_after(row) for row in rows if row.valid_to})
    last = changes[-1] if changes else begin
    weekly = _weekly_on(rows, last)
    closed: set[date] = set()
    extra: dict[date, tuple[Hours, ...]] = {}
    day = begin
    while day < last:  # as it was before the last change
        # Before its first hours a calendar is as on their first day: a new one gives nobody fresh time.
        then = _weekly_on(rows, max(day, first)).get(day.weekday(), ())
        if then:
            extra[day] = then
        else:
            closed.add(day)
        day += timedelta(days=1)
    for special in days:
        extra.pop(special.day, None)
        if special.is_open:
            extra[special.day] = spans_of(special)
        else:
            closed.add(special.day)
    if not any(weekly.values()) and not extra:
        return round_the_clock(time_zone)
    return Calendar(time_zone, weekly, closed, extra)


def _after(row: CalendarHours) -> date:
    assert row.valid_to is not None
    return row.valid_to + timedelta(days=1)


def _weekly_on(rows: Iterable[CalendarHours], day: date) -> Mapping[int, tuple[Hours, ...]]:
    found: dict[int, list[Hours]] = defaultdict(list)
    for row in rows:
        if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to):
            found[row.weekday].append((row.opens, row.closes))
    return {weekday: tuple(spans) for weekday, spans in found.items()}


def spans_of(special: CalendarDay) -> tuple[Hours, ...]:
    """Return the hours of a day that is worked on out of turn."""
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in special.spans)
