"""Which days figures cover, and of which rows they are made."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.complaint_kpis.windows import Span, compared, days_of, parts_of, steps_in
from analytics.periods import Window, months_before

days = st.dates(date(2019, 1, 1), date(2029, 12, 31))


@pytest.mark.parametrize(
    ("span", "first", "until", "before", "year"),
    [
        ("7d", "2026-11-19", "2026-11-25", "2026-11-12", "2025-11-19"),
        ("30d", "2026-10-27", "2026-11-25", "2026-09-27", "2025-10-27"),
        ("12m", "2025-11-26", "2026-11-25", "2024-11-26", "2024-11-26"),
        ("month", "2026-10-01", "2026-10-31", "2026-09-01", "2025-10-01"),
    ],
)
def test_a_period_has_one_before_and_one_a_year_before(span, first, until, before, year):
    found = compared(span, date(2026, 11, 25))

    assert [f"{one}" for one in (found.now.first, found.now.until)] == [first, until]
    assert [f"{one}" for one in (found.before.first, found.year.first)] == [before, year]
    assert found.before.until == found.now.after


def test_february_is_compared_with_a_whole_january():
    found = compared(Span.LAST_MONTH, date(2027, 3, 10))

    assert (found.now.first, found.now.until) == (date(2027, 2, 1), date(2027, 2, 28))
    assert (found.before.first, found.before.until) == (date(2027, 1, 1), date(2027, 1, 31))
    assert (found.year.first, found.year.until) == (date(2026, 2, 1), date(2026, 2, 28))


@given(days, st.integers(0, 800))
def test_months_and_days_cover_every_day_of_a_window_once(first, length):
    window = Window(first - timedelta(days=1), first + timedelta(days=length))
    parts = parts_of(window)

    covered = []
    for month in parts.months:
        covered += [month + timedelta(days=n) for n in range((months_before(month, -1) - month).days)]
    for start, end in parts.days:
        covered += [start + timedelta(days=n) for n in range((end - start).days + 1)]

    assert sorted(covered) == [first + timedelta(days=n) for n in range(length + 1)]


@given(days, st.integers(0, 400), st.sampled_from(["day", "week", "month"]))
def test_steps_cover_a_window_without_a_gap(first, length, step):
    window = Window(first - timedelta(days=1), first + timedelta(days=length))
    steps = steps_in(window, step)

    assert (steps[0][0], steps[-1][1]) == (window.first, window.until)
    assert all(after[0] == before[1] + timedelta(days=1) for before, after in pairwise(steps))
    assert sum((end - start).days + 1 for start, end in steps) == days_of(window)
