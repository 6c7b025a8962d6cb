"""What a case comes to: was a deadline kept, how old is it, is the customer content. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from complaints.choices.cases import ClockKind, ClockState, State

DAY: Final = timedelta(days=1)
#: Lower ends of the bands of age, in days; the first holds its upper end, as "up to 1 day" says.
AGE_BANDS: Final = (0, 1, 3, 7, 14, 30)
#: Days in which a customer who buys again counts as won back.
RECOVERY_DAYS: Final = 90
#: From this score on a call-back counts as content.
CONTENT_SCORE: Final = 4


@dataclass(frozen=True)
class ClockFact:
    """What is known of one clock."""

    kind: str
    cycle: int
    state: str
    due_at: datetime
    met_at: datetime | None = None
    calendar_id: int | None = None


@dataclass(frozen=True)
class Ending:
    """How a case stands: what stopped its clocks, and since when it waits.

    `solutions` are the moments at which solutions were given, one for each cycle that has one, in order.
    """

    state: str
    cycle: int
    solved_at: datetime | None = None
    ended_at: datetime | None = None
    waiting_since: datetime | None = None
    solutions: tuple[datetime, ...] = ()


def kept(clocks: Iterable[ClockFact], ending: Ending, *, at: datetime) -> tuple[datetime, bool] | None:
    """Return (when it was decided, whether in time) for all clocks of one kind of one case, or None.

    One late clock makes the case late, from the moment at which the first of them fell due; a case in time
    is decided when the last of them was met. Open and late counts as late; open and not yet due, or
    stopped while the customer is waited for, is not decided; nor is a case that was reopened, as long as
    such a clock of its new cycle is open.
    """
    rows = list(clocks)
    decided = {clock: _fate(clock, ending, at) for clock in rows}
    fates = [fate for fate in decided.values() if fate is not None]
    late = [moment for moment, in_time in fates if not in_time]
    if late:
        return min(late), False
    last = max((clock.cycle for clock, fate in decided.items() if fate is not None), default=0)
    if any(clock.cycle > last for clock in rows if clock.state in _OPEN):
        return None
    return (max(moment for moment, _in_time in fates), True) if fates else None


_OPEN = frozenset({ClockState.RUNNING, ClockState.PAUSED})


def _fate(clock: ClockFact, ending: Ending, at: datetime) -> tuple[datetime, bool] | None:
    if clock.state == ClockState.MET and clock.met_at is not None:
        in_time = clock.met_at <= clock.due_at
        return (clock.met_at if in_time else clock.due_at), in_time
    stopped = _stopped_at(clock, ending, at)
    return (clock.due_at, False) if stopped is not None and clock.due_at < stopped else None


def _stopped_at(clock: ClockFact, ending: Ending, at: datetime) -> datetime | None:
    """Until when an unmet clock counted; None for one that was called off for another reason."""
    if clock.state == ClockState.RUNNING:
        return at
    if clock.state == ClockState.PAUSED:
        return ending.waiting_since
    if clock.cycle < ending.cycle:
        ended = ending.solutions[clock.cycle - 1 : clock.cycle]
        return ended[0] if ended and clock.kind == ClockKind.UPDATE else None
    if ending.state == State.WITHDRAWN:
        return ending.ended_at
    # A promised update is called off by the solution; every other clock is met by it.
    return ending.solved_at if clock.kind == ClockKind.UPDATE else None


def age_band(seconds: int) -> int:
    """Return the lower end, in days, of the band in which an age lies."""
    days = seconds / DAY.total_seconds()
    return max((low for low in AGE_BANDS if low < days), default=0)


def band_limits(low: int) -> tuple[int, int | None]:
    """Return the seconds above which, and up to which, an age lies in the band; no upper end for the last."""
    place = AGE_BANDS.index(low)
    upper = AGE_BANDS[place + 1] if place + 1 < len(AGE_BANDS) else None
    day = int(DAY.total_seconds())
    return low * day, None if upper is None else upper * day


@dataclass(frozen=True)
class Turn:
    """A line of the history of a case that was reopened: `solved`, `reopened` …"""

    code: str
    at: datetime


def first_settled(turns: Sequence[Turn]) -> tuple[datetime, bool] | None:
    """Return (when a solution was given first, whether the case was opened again later), or None."""
    given = [turn.at for turn in turns if turn.code == "solved"]
    if not given:
        return None
    first = min(given)
    return first, any(turn.code == "reopened" and turn.at >= first for turn in turns)


def is_content(*, is_accepted: bool | None, score: int | None) -> bool:
    """Tell whether an answered call-back was positive."""
    return bool(is_accepted) and (score is None or score >= CONTENT_SCORE)
