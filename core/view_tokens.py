"""Words in saved filters that mean something else for each reader and each day: `@me`, `@this-quarter`.

Pure: the person's keys and the day come in, the value that the filter understands goes out. A period stands
for its first day where a filter asks "since", and for its last where it asks "until".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

_OFFSET = re.compile(r"@today([+-]\d{1,4})")
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reader:
    """Who reads, and on which day in the reader's zone."""

    user_id: int
    team_id: int | None
    today: date


@dataclass(frozen=True)
class Token:
    """One word: what it is called, and what it stands for at the beginning and at the end of a period."""

    label: str | Promise
    begin: Callable[[Reader], str]
    end: Callable[[Reader], str]
    is_day: bool = True


def _day(move: Callable[[date], date]) -> Callable[[Reader], str]:
    return lambda reader: move(reader.today).isoformat()


def _month_start(day: date, months: int = 0) -> date:
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _quarter_start(day: date, quarters: int = 0) -> date:
    return _month_start(day, -((day.month - 1) % 3) + 3 * quarters)


def _period(label: str | Promise, begin: Callable[[date], date], end: Callable[[date], date]) -> Token:
    return Token(label, _day(begin), _day(end))


TOKENS: dict[str, Token] = {
    "@me": Token(gettext_lazy("me"), lambda r: str(r.user_id), lambda r: str(r.user_id), is_day=False),
    # A person without a team belongs to none: 0 is nobody's number.
    "@my-team": Token(
        gettext_lazy("my team"), lambda r: str(r.team_id or 0), lambda r: str(r.team_id or 0), is_day=False
    ),
    "@today": _period(gettext_lazy("today"), lambda d: d, lambda d: d),
    "@yesterday": _period(gettext_lazy("yesterday"), lambda d: d - _DAY, lambda d: d - _DAY),
    "@this-week": _period(
        gettext_lazy("this week"), lambda d: d - d.weekday() * _DAY, lambda d: d + (6 - d.weekday()) * _DAY
    ),
    "@this-month": _period(gettext_lazy("this month"), _month_start, lambda d: _month_start(d, 1) - _DAY),
    "@this-quarter": _period(
        gettext_lazy("this quarter"), _quarter_start, lambda d: _quarter_start(d, 1) - _DAY
    ),
    "@this-year": _period(
        gettext_lazy("this year"), lambda d: date(d.year, 1, 1), lambda d: date(d.year, 12, 31)
    ),
    "@last-month": _period(
        gettext_lazy("last month"), lambda d: _month_start(d, -1), lambda d: _month_start(d) - _DAY
    ),
    "@last-quarter": _period(
        gettext_lazy("last quarter"), lambda d: _quarter_start(d, -1), lambda d: _quarter_start(d) - _DAY
    ),
}


def resolved(value: str, reader: Reader, *, is_end: bool = False) -> str:
    """Return what a value means to this reader; one that is no token stays as it is."""
    token = TOKENS.get(value)
    if token is not None:
        return token.end(reader) if is_end else token.begin(reader)
    offset = _OFFSET.fullmatch(value)
    return (reader.today + int(offset[1]) * _DAY).isoformat() if offset else value


def is_token(value: str) -> bool:
    """Tell whether the value is one of the words."""
    return value in TOKENS or _OFFSET.fullmatch(value) is not None


def in_words(value: str) -> str:
    """Return a token as people say it: "this quarter", "30 days ago"."""
    token = TOKENS.get(value)
    if token is not None:
        return str(token.label)
    offset = _OFFSET.fullmatch(value)
    days = int(offset[1]) if offset else 0
    if days < 0:
        return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}
    return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days} if days else _("today")


def tokens_for(value: str, reader: Reader, *, is_end: bool = False, is_day: bool = False) -> list[str]:
    """Return the tokens that mean just this value today: what a view may keep instead of it."""
    return [
        name
        for name, token in TOKENS.items()
        if token.is_day == is_day and (token.end(reader) if is_end else token.begin(reader)) == value
    ]
