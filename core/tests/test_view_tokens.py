"""Words in saved filters: what they mean to whom, and when."""

from __future__ import annotations

from datetime import date

import pytest

from core.view_tokens import Reader, in_words, is_token, resolved, tokens_for

pytestmark = pytest.mark.once
THURSDAY = Reader(7, 3, date(2026, 11, 26))


@pytest.mark.parametrize(
    ("token", "begin", "end"),
    [
        ("@me", "7", "7"),
        ("@my-team", "3", "3"),
        ("@today", "2026-11-26", "2026-11-26"),
        ("@yesterday", "2026-11-25", "2026-11-25"),
        ("@this-week", "2026-11-23", "2026-11-29"),
        ("@this-month", "2026-11-01", "2026-11-30"),
        ("@last-month", "2026-10-01", "2026-10-31"),
        ("@this-quarter", "2026-10-01", "2026-12-31"),
        ("@last-quarter", "2026-07-01", "2026-09-30"),
        ("@this-year", "2026-01-01", "2026-12-31"),
        ("@today-30", "2026-10-27", "2026-10-27"),
        ("@today+5", "2026-12-01", "2026-12-01"),
    ],
)
def test_a_token_means_its_value(token: str, begin: str, end: str) -> None:
    assert is_token(token)
    assert (resolved(token, THURSDAY), resolved(token, THURSDAY, is_end=True)) == (begin, end)


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 3, 31), date(2028, 2, 29), date(2026, 12, 31)])
def test_periods_hold_their_day_at_every_border(day: date) -> None:
    reader = Reader(1, None, day)
    for name in ("@this-week", "@this-month", "@this-quarter", "@this-year"):
        assert resolved(name, reader) <= day.isoformat() <= resolved(name, reader, is_end=True)


@pytest.mark.parametrize("value", ["me", "@", "@you", "@today-", "@today-12345", "2026-11-26", ""])
def test_anything_else_stays_as_it_is(value: str) -> None:
    assert not is_token(value)
    assert resolved(value, THURSDAY) == value


def test_who_has_no_team_belongs_to_none() -> None:
    assert resolved("@my-team", Reader(7, None, date(2026, 1, 1))) == "0"


def test_tokens_in_words() -> None:
    assert [in_words(one) for one in ("@me", "@this-quarter", "@today-1", "@today-30", "@today+2")] == [
        "me",
        "this quarter",
        "1 day ago",
        "30 days ago",
        "in 2 days",
    ]


def test_a_value_offers_the_tokens_that_mean_it_today() -> None:
    assert tokens_for("2026-11-01", THURSDAY, is_day=True) == ["@this-month"]
    assert tokens_for("7", THURSDAY) == ["@me"]
    assert tokens_for("2026-11-30", THURSDAY, is_end=True, is_day=True) == ["@this-month"]
