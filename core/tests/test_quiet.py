"""Quiet hours, summaries and pauses, on the clock of the person and across changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quiet import Timing, end_of_quiet, is_paused, next_digest

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def local(zone: ZoneInfo, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=zone).astimezone(UTC)


def nights(zone: ZoneInfo = SHANGHAI, **more: object) -> Timing:
    return Timing(zone, quiet_from=time(22), quiet_to=time(7), **more)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((2026, 11, 25, 21, 59), (2026, 11, 25, 21, 59)),
        ((2026, 11, 25, 22, 0), (2026, 11, 26, 7, 0)),
        ((2026, 11, 26, 3, 0), (2026, 11, 26, 7, 0)),
        ((2026, 11, 26, 7, 0), (2026, 11, 26, 7, 0)),
        ((2026, 11, 26, 12, 0), (2026, 11, 26, 12, 0)),
    ],
)
def test_mails_wait_until_the_night_is_over(now, expected):
    assert end_of_quiet(local(SHANGHAI, *now), nights()) == local(SHANGHAI, *expected)


def test_a_night_begins_on_the_days_chosen_only():
    sundays = nights(quiet_days=frozenset({6}))  # 22 November 2026 is a Sunday

    assert end_of_quiet(local(SHANGHAI, 2026, 11, 22, 23), sundays) == local(SHANGHAI, 2026, 11, 23, 7)
    assert end_of_quiet(local(SHANGHAI, 2026, 11, 23, 6), sundays) == local(SHANGHAI, 2026, 11, 23, 7)
    assert end_of_quiet(local(SHANGHAI, 2026, 11, 23, 23), sundays) == local(SHANGHAI, 2026, 11, 23, 23)


def test_a_window_within_the_day():
    lunch = Timing(SHANGHAI, quiet_from=time(12), quiet_to=time(13, 30))

    assert end_of_quiet(local(SHANGHAI, 2026, 11, 25, 12, 30), lunch) == local(SHANGHAI, 2026, 11, 25, 13, 30)
    assert end_of_quiet(local(SHANGHAI, 2026, 11, 25, 11), lunch) == local(SHANGHAI, 2026, 11, 25, 11)


def test_no_quiet_hours_change_nothing():
    at = local(SHANGHAI, 2026, 11, 25, 3)
    assert end_of_quiet(at, Timing(SHANGHAI)) == at


def test_quiet_hours_end_on_the_wall_clock_when_it_springs_forward():
    # In the night to 29 March 2026 Berlin goes from +1 to +2: seven in the morning is 05:00 UTC.
    assert end_of_quiet(local(BERLIN, 2026, 3, 28, 23), nights(BERLIN)) == datetime(
        2026, 3, 29, 5, tzinfo=UTC
    )


def test_quiet_hours_end_on_the_wall_clock_when_it_falls_back():
    # In the night to 25 October 2026 Berlin goes from +2 to +1: seven in the morning is 06:00 UTC.
    assert end_of_quiet(local(BERLIN, 2026, 10, 24, 23), nights(BERLIN)) == datetime(
        2026, 10, 25, 6, tzinfo=UTC
    )


def test_a_summary_at_a_time_that_does_not_exist_comes_an_hour_later():
    timing = Timing(BERLIN, digest_at=time(2, 30))
    assert next_digest(local(BERLIN, 2026, 3, 28, 12), timing) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_summary_at_a_time_that_comes_twice_comes_once():
    timing = Timing(BERLIN, digest_at=time(2, 30))
    first = next_digest(local(BERLIN, 2026, 10, 24, 12), timing)

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_digest(first, timing) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_the_next_summary_is_today_or_tomorrow():
    timing = Timing(SHANGHAI)
    assert next_digest(local(SHANGHAI, 2026, 11, 25, 7, 59), timing) == local(SHANGHAI, 2026, 11, 25, 8)
    assert next_digest(local(SHANGHAI, 2026, 11, 25, 8), timing) == local(SHANGHAI, 2026, 11, 26, 8)


def test_summaries_on_workdays_leave_out_the_weekend():
    timing = Timing(SHANGHAI, digest_on_workdays=True)
    assert next_digest(local(SHANGHAI, 2026, 11, 27, 9), timing) == local(SHANGHAI, 2026, 11, 30, 8)


def test_a_summary_in_quiet_hours_comes_at_their_end():
    timing = nights(digest_at=time(6))
    assert next_digest(local(SHANGHAI, 2026, 11, 25, 12), timing) == local(SHANGHAI, 2026, 11, 26, 7)


def test_a_pause_ends_when_its_day_begins_for_the_person():
    timing = Timing(SHANGHAI, paused_until=date(2026, 12, 1))

    assert is_paused(datetime(2026, 11, 30, 15, 59, tzinfo=UTC), timing)
    assert not is_paused(datetime(2026, 11, 30, 16, 0, tzinfo=UTC), timing)
    assert next_digest(local(SHANGHAI, 2026, 11, 25, 9), timing) == local(SHANGHAI, 2026, 12, 1, 8)


_clock = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@given(
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Pacific/Auckland"]),
    start=_clock,
    end=_clock,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    digest=_clock,
    workdays=st.booleans(),
)
def test_whatever_is_chosen_mail_leaves_within_ten_days_and_never_in_quiet_hours(
    at, zone, start, end, days, digest, workdays
):
    if start == end:
        return
    timing = Timing(ZoneInfo(zone), start, end, days, digest, workdays)

    for moment in (end_of_quiet(at, timing), next_digest(at, timing)):
        assert at <= moment
        assert (moment - at).days < 10
        assert end_of_quiet(moment, timing) == moment
