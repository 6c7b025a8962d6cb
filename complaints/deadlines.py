"""When something is due: a target in its own unit, over a calendar, with pauses as holes.

Pure arithmetic on values over `complaints.sla`. Units by the clock (hours, calendar days, weeks) walk
through nights and holidays; pauses move them by exactly as long as they last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from complaints.choices.cases import Unit
from complaints.sla import Calendar, Span, add_working_days, add_working_time, working_seconds

_ALL_DAY = ((time(0), time(0)),)
_SECONDS = {
    Unit.SECONDS: 1,
    Unit.WORKING_MINUTES: 60,
    Unit.WORKING_HOURS: 3_600,
    Unit.CALENDAR_HOURS: 3_600,
}
_IN_WORKING_TIME = (Unit.WORKING_MINUTES, Unit.WORKING_HOURS)
#: Pauses that begin while the first ones are made up for; more rounds than any case has pauses.
_MOST_ROUNDS: Final = 1_000


def round_the_clock(zone: str) -> Calendar:
    """Return a calendar that is open always, for what is counted by the clock."""
    return Calendar(zone, {weekday: _ALL_DAY for weekday in range(7)})


def due_after(
    start: datetime, amount: int, unit: str, calendar: Calendar, pauses: Sequence[Span] = ()
) -> datetime:
    """Return when a target of `amount` `unit` that began at `start` is due.

    Raises ValueError for an unknown unit, and where the calendar's working time ends.
    """
    kind = Unit(unit)
    if kind in _SECONDS:
        walked = calendar if kind in _IN_WORKING_TIME else round_the_clock(str(calendar.timezone))
        return add_working_time(start, amount * _SECONDS[kind], walked, pauses)
    if kind in {Unit.WORKING_DAYS, Unit.WORKING_DAYS_CLOSE}:
        end_of_day = kind == Unit.WORKING_DAYS_CLOSE
        due = add_working_days(start, amount, calendar, end_of_day=end_of_day)
        return _made_up(start, due, calendar, pauses)
    days = amount * 7 if kind == Unit.WEEKS else amount
    return _made_up(start, _same_time(start, days, calendar), round_the_clock(str(calendar.timezone)), pauses)


def _same_time(start: datetime, days: int, calendar: Calendar) -> datetime:
    """Return the same time on the wall some days later; a time that the clock change skips, an hour later."""
    local = start.astimezone(calendar.timezone)
    moved = datetime.combine(local.date() + timedelta(days=days), local.time(), calendar.timezone)
    return moved.astimezone(UTC).astimezone(calendar.timezone)


def _made_up(start: datetime, due: datetime, calendar: Calendar, pauses: Sequence[Span]) -> datetime:
    """Move a due time by the time that was paused before it, and by pauses within that time, too."""
    moved = due
    for _round in range(_MOST_ROUNDS):
        lost = paused_seconds(start, moved, calendar, pauses)
        again = add_working_time(due, lost, calendar) if lost else due
        if again == moved:
            break
        moved = again
    return moved


def paused_seconds(start: datetime, end: datetime, calendar: Calendar, pauses: Iterable[Span]) -> int:
    """Return the seconds of working time between two moments that the pauses took."""
    return working_seconds(start, end, calendar) - working_seconds(start, end, calendar, tuple(pauses))


def level_moment(
    due: datetime, minutes: int, calendar: Calendar | None, pauses: Sequence[Span] = ()
) -> datetime:
    """Return when a level fires that lies `minutes` from a due time: in working time, or by the clock (None).

    A level at the due time itself fires exactly then, on closed time too.
    """
    if minutes == 0:
        return due
    if calendar is None:
        return due + timedelta(minutes=minutes)
    return add_working_time(due, minutes * 60, calendar, pauses)
