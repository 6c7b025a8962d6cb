"""When a mail may go out: quiet hours, the daily summary and pauses, on the clock of the person.

Pure: moments in, moments out. Wall times become moments the way schedules do it: a time that a clock
change skips comes an hour later, of a doubled one the first counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
_WORKDAYS = frozenset(range(5))


@dataclass(frozen=True)
class Timing:
    """What one person chose. Quiet windows begin on `quiet_days` (Monday is 0) and may pass midnight."""

    zone: ZoneInfo
    quiet_from: time | None = None
    quiet_to: time | None = None
    quiet_days: frozenset[int] = EVERY_DAY
    digest_at: time = time(8, 0)
    digest_on_workdays: bool = False
    paused_until: date | None = None


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def end_of_quiet(at: datetime, timing: Timing) -> datetime:
    """Return `at` itself, or the end of the quiet hours it lies in; windows that touch count as one."""
    while (end := _end_of_window(at, timing)) is not None:
        at = end
    return at


def _end_of_window(at: datetime, timing: Timing) -> datetime | None:
    if timing.quiet_from is None or timing.quiet_to is None:
        return None
    overnight = timedelta(days=int(timing.quiet_to <= timing.quiet_from))
    today = at.astimezone(timing.zone).date()
    for day in (today, today - timedelta(days=1)):
        if day.weekday() not in timing.quiet_days:
            continue
        end = _moment(day + overnight, timing.quiet_to, timing.zone)
        if _moment(day, timing.quiet_from, timing.zone) <= at < end:
            return end
    return None


def next_digest(at: datetime, timing: Timing) -> datetime:
    """Return the first moment after `at` at which the person gets a summary, pauses and quiet hours kept."""
    days = _WORKDAYS if timing.digest_on_workdays else EVERY_DAY
    day = at.astimezone(timing.zone).date()
    if timing.paused_until is not None:
        day = max(day, timing.paused_until)
    while (moment := _moment(day, timing.digest_at, timing.zone)) <= at or day.weekday() not in days:
        day += timedelta(days=1)
    return end_of_quiet(moment, timing)


def is_paused(at: datetime, timing: Timing) -> bool:
    """Tell whether mails are held back: until the day named begins."""
    return timing.paused_until is not None and at < _moment(timing.paused_until, time.min, timing.zone)
