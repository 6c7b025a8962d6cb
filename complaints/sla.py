"""Working time: when something is due, and how much working time lies between two moments.

Pure arithmetic on values. Opening hours are local times of one zone; everything else is reckoned in UTC,
because two moments that share a zone differ by wall time, which is an hour wrong on a night of clock
changes. A local time that the change skips stands for the same moment an hour later on the wall; one that
comes twice stands for the first.

Working time is a set of half-open spans: a moment of opening is open, a moment of closing is closed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

Hours = tuple[time, time]
Span = tuple[datetime, datetime]

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class Calendar:
    """Opening hours of one zone, with what is closed and what is open beyond them.

    `weekly`: weekday 0 (Monday) to 6 → spans of local times; a weekday that is missing is closed. A span
    that does not end after it starts ends on the next day, so `time(0)` to `time(0)` is all day. A span
    belongs to the day on which it starts.
    `closed`: dates, on which no span of the week starts, and (start, end) pairs of aware moments.
    `open_extra`: make-up working dates → their spans, in place of the weekday's; they beat `closed`.

    Raises ValueError for a calendar without any working time, an unknown weekday, hours with a zone of
    their own, and a pair that is naive or ends before it starts.
    """

    def __init__(
        self,
        timezone: ZoneInfo | str,
        weekly: Mapping[int, Sequence[Hours]],
        closed: Iterable[date | Span] = (),
        open_extra: Mapping[date, Sequence[Hours]] | Iterable[tuple[date, Sequence[Hours]]] = (),
    ) -> None:
        self.timezone = ZoneInfo(timezone) if isinstance(timezone, str) else timezone
        self.weekly = {weekday: _hours(spans) for weekday, spans in weekly.items()}
        self.open_extra = {day: _hours(spans) for day, spans in dict(open_extra).items()}
        if unknown := sorted(set(self.weekly) - set(range(7))):
            raise ValueError(f"weekdays are 0 to 6, not {unknown}")
        if not any(self.weekly.values()) and not any(self.open_extra.values()):
            raise ValueError("the calendar has no working time")
        entries = tuple(closed)
        if any(isinstance(entry, datetime) for entry in entries):
            raise ValueError("a moment closes nothing: give a date, or a pair of moments")
        self.closed_dates = frozenset(day for day in entries if isinstance(day, date))
        self.closed_spans = _merged(_checked(pair) for pair in entries if not isinstance(pair, date))
        self._ends = [end for _start, end in self.closed_spans]

    def is_working_day(self, day: date) -> bool:
        """Tell whether some working time starts on this local day."""
        return bool(self._spans_from(day))

    def closing_of(self, day: date) -> datetime:
        """Return when the last span of a working day ends, which may be on the next day."""
        return self._spans_from(day)[-1][1].astimezone(self.timezone)

    def local_day(self, moment: datetime) -> date:
        """Return the day on the wall calendar of this zone."""
        return moment.astimezone(self.timezone).date()

    def spans_of(self, day: date) -> list[Span]:
        """Return the spans that start on a local day, in UTC, less what the day before covers already."""
        spans = self._spans_from(day)
        # A span lasts a day at most, so only the day before can reach into this one.
        return _without(spans, self._spans_from(day - _DAY)) if spans else spans

    def last_extra_day(self) -> date | None:
        """Return the last day with working time where no week has any; None where weeks go on for ever."""
        if any(self.weekly.values()):
            return None
        return max(day for day, hours in self.open_extra.items() if hours)

    def first_extra_day(self) -> date | None:
        """Return the first day with working time where no week has any; None where weeks go back for ever."""
        if any(self.weekly.values()):
            return None
        return min(day for day, hours in self.open_extra.items() if hours)

    def past_closure(self, day: date, step: timedelta) -> date:
        """Return the day itself or, inside a pair that closes it and the next, the next one worth a look.

        A span may reach out of the day on which it starts: the days at either end of the pair are looked at.
        """
        if not self.closed_spans or not date.min + 3 * _DAY < day < date.max - 3 * _DAY:
            return day
        first = bisect_right(self._ends, self._moment(day, time(0)))
        if first == len(self._ends):
            return day
        opens, closes = self.closed_spans[first]
        if opens > self._moment(day, time(0)) or closes < self._moment(day + 2 * _DAY, time(0)):
            return day
        if step > timedelta(0):
            far = _day_of(closes, self.timezone) - _DAY
            return max(day, min((extra for extra in self.open_extra if day <= extra < far), default=far))
        far = _day_of(opens, self.timezone)
        return min(day, max((extra for extra in self.open_extra if far < extra <= day), default=far))

    def _spans_from(self, day: date) -> list[Span]:
        """Return what starts on the day, overlaps joined."""
        extra = self.open_extra.get(day)
        if extra is not None:
            return _merged(self._span(day, hours) for hours in extra)
        if day in self.closed_dates:
            return []
        spans = _merged(self._span(day, pair) for pair in self.weekly.get(day.weekday(), ()))
        return _without(spans, self._closures(spans[0][0], spans[-1][1])) if spans else spans

    def _span(self, day: date, hours: Hours) -> Span:
        opens, closes = hours
        return self._moment(day, opens), self._moment(day if closes > opens else day + _DAY, closes)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.timezone).astimezone(UTC)

    def _closures(self, start: datetime, until: datetime) -> list[Span]:
        """Return the pairs that close something between two moments."""
        first = bisect_right(self._ends, start)
        return list(takewhile(lambda pair: pair[0] < until, self.closed_spans[first:]))


def add_working_time(
    start: datetime, seconds: float, calendar: Calendar, pauses: Iterable[Span] = ()
) -> datetime:
    """Return the moment that lies `seconds` of working time after `start`, in the calendar's zone.

    Pauses are holes in the calendar. What falls due exactly at closing time stays there, and so does what
    falls, walking backwards with negative seconds, exactly on an opening. Zero seconds on closed time give
    the next opening. Raises ValueError for a naive `start`, and where the calendar's working time ends.
    """
    _ensure_aware(start)
    holes = _merged(_checked(pause) for pause in pauses)
    wanted = timedelta(seconds=seconds)
    origin = start.astimezone(UTC)
    found = (
        _backward(origin, -wanted, calendar, holes)
        if seconds < 0
        else _forward(origin, wanted, calendar, holes)
    )
    return found.astimezone(calendar.timezone)


def _forward(origin: datetime, wanted: timedelta, calendar: Calendar, holes: list[Span]) -> datetime:
    for day in _days_after(calendar, origin):
        for opens, closes in _without(calendar.spans_of(day), holes):
            opens = max(opens, origin)
            if opens >= closes:
                continue
            if wanted <= closes - opens:
                return opens + wanted
            wanted -= closes - opens
    raise ValueError("the calendar has not so much working time after this moment")


def _backward(origin: datetime, wanted: timedelta, calendar: Calendar, holes: list[Span]) -> datetime:
    for day in _days_before(calendar, origin):
        for opens, closes in reversed(_without(calendar.spans_of(day), holes)):
            closes = min(closes, origin)
            if opens >= closes:
                continue
            if wanted <= closes - opens:
                return closes - wanted
            wanted -= closes - opens
    raise ValueError("the calendar has not so much working time before this moment")


def working_seconds(start: datetime, end: datetime, calendar: Calendar, pauses: Iterable[Span] = ()) -> int:
    """Return the whole seconds of working time from `start` to `end`, without the pauses.

    Negative when `end` lies before `start`. Raises ValueError for naive moments.
    """
    _ensure_aware(start)
    _ensure_aware(end)
    if end < start:
        return -working_seconds(end, start, calendar, pauses)
    holes = _merged(_checked(pause) for pause in pauses)
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    total = timedelta(0)
    for day in _days_after(calendar, first, until=calendar.local_day(last)):
        for opens, closes in _without(calendar.spans_of(day), holes):
            total += max(min(closes, last) - max(opens, first), timedelta(0))
    return total // _SECOND


def add_working_days(start: datetime, days: int, calendar: Calendar, end_of_day: bool = False) -> datetime:
    """Return the moment `days` working days after `start`, at the same local time, even before opening.

    The day of `start` is not counted: one day after a Saturday is the Monday, as after the Friday. Negative
    days walk backwards; zero days move a day without work to the next working day. `end_of_day` gives the
    closing of the day found. Raises ValueError for a naive `start`, and where the working days end.
    """
    _ensure_aware(start)
    local = start.astimezone(calendar.timezone)
    day = _working_day(local.date(), days, calendar)
    if end_of_day:
        return calendar.closing_of(day)
    if day == local.date():
        return local
    # Through UTC, so that a time that the clock change skips becomes one that exists.
    moved = datetime.combine(day, local.time(), calendar.timezone)
    return moved.astimezone(UTC).astimezone(calendar.timezone)


def _working_day(day: date, days: int, calendar: Calendar) -> date:
    if days == 0 and calendar.is_working_day(day):
        return day
    step = -_DAY if days < 0 else _DAY
    left = max(abs(days), 1)
    limit = calendar.first_extra_day() if days < 0 else calendar.last_extra_day()
    while left:
        if limit is not None and (day <= limit if days < 0 else day >= limit):
            raise ValueError("the calendar has not so many working days")
        day = calendar.past_closure(_moved(day, step), step)
        left -= calendar.is_working_day(day)
    return day


# ---- days -------------------------------------------------------------------------------------------
def _days_after(calendar: Calendar, moment: datetime, *, until: date | None = None) -> Iterator[date]:
    """Yield the days whose spans may lie after the moment, the one before it first: it may reach over."""
    day = _moved(calendar.local_day(moment), -_DAY)
    last = calendar.last_extra_day()
    limit = min((bound for bound in (until, last) if bound is not None), default=date.max - _DAY)
    while day <= limit:
        yield day
        day = calendar.past_closure(day + _DAY, _DAY) if day < limit else day + _DAY


def _days_before(calendar: Calendar, moment: datetime) -> Iterator[date]:
    """Yield the days whose spans may lie before the moment, going back."""
    day = calendar.local_day(moment)
    limit = calendar.first_extra_day() or date.min + 2 * _DAY
    while day >= limit:
        yield day
        day = calendar.past_closure(day - _DAY, -_DAY)


def _day_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local day; at either end of time the last one that can be reckoned with."""
    try:
        day = moment.astimezone(zone).date()
    except OverflowError:
        day = moment.date()
    return min(max(day, date.min + 3 * _DAY), date.max - 3 * _DAY)


def _moved(day: date, step: timedelta) -> date:
    try:
        return day + step
    except OverflowError as error:
        raise ValueError("no such date") from error


# ---- spans ------------------------------------------------------------------------------------------
def _hours(spans: Sequence[Hours]) -> tuple[Hours, ...]:
    if any(at.tzinfo is not None for span in spans for at in span):
        raise ValueError("opening hours are local times of the calendar's zone")
    return tuple((opens, closes) for opens, closes in spans)


def _ensure_aware(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone")


def _checked(span: Span) -> Span:
    """Return the span in UTC; refuse one that is naive or ends before it starts."""
    start, end = span
    _ensure_aware(start)
    _ensure_aware(end)
    if end < start:
        raise ValueError("a span ends before it starts")
    return start.astimezone(UTC), end.astimezone(UTC)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, overlaps joined and empty ones left out."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _without(spans: list[Span], holes: list[Span]) -> list[Span]:
    """Return what is left of the spans without the holes; both are in order and do not overlap."""
    if not holes:
        return spans
    found: list[Span] = []
    for start, end in spans:
        for hole_start, hole_end in holes:
            if hole_end <= start or hole_start >= end:
                continue
            if hole_start > start:
                found.append((start, hole_start))
            start = max(start, hole_end)
            if start >= end:
                break
        if start < end:
            found.append((start, end))
    return found
