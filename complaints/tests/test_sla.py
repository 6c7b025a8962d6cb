"""Working time: tables of cases, then what must hold for any calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints.sla import Calendar, add_working_days, add_working_time, working_seconds

pytestmark = pytest.mark.once

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HOUR = 3600
OFFICE = ((time(9), time(12)), (time(13), time(18)))  # eight hours with a lunch break
WEEK = dict.fromkeys(range(5), OFFICE)
#: National Day 2026: Thursday 1 to Wednesday 7 October closed, Saturday 10 October worked.
HOLIDAYS = [date(2026, 10, day) for day in range(1, 8)]
CHINA = Calendar("Asia/Shanghai", WEEK, closed=HOLIDAYS, open_extra={date(2026, 10, 10): OFFICE})
ALWAYS = Calendar(BERLIN, dict.fromkeys(range(7), ((time(0), time(0)),)))
NIGHTS = Calendar(SHANGHAI, dict.fromkeys(range(7), ((time(22), time(6)),)))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-23 09:00", 1, "2026-11-23 10:00"),
        ("2026-11-23 11:30", 1, "2026-11-23 13:30"),  # over lunch
        ("2026-11-23 09:00", 3, "2026-11-23 12:00"),  # due at the lunch bell stays there
        ("2026-11-23 09:00", 8, "2026-11-23 18:00"),  # due at closing stays there
        ("2026-11-23 17:00", 2, "2026-11-24 10:00"),
        ("2026-11-27 17:00", 2, "2026-11-30 10:00"),  # over a weekend
        ("2026-11-28 10:00", 1, "2026-11-30 10:00"),  # begins on a Saturday
        ("2026-11-23 07:00", 1, "2026-11-23 10:00"),  # begins before opening
        ("2026-11-23 12:30", 0, "2026-11-23 13:00"),  # nothing to do, but it is lunch
        ("2026-11-23 18:00", 0, "2026-11-24 09:00"),  # closing is closed
        ("2026-11-23 10:15", 0, "2026-11-23 10:15"),
        ("2026-09-30 17:00", 2, "2026-10-08 10:00"),  # over the holidays
        ("2026-10-09 17:00", 2, "2026-10-10 10:00"),  # into the Saturday that is worked
        ("2026-10-10 17:00", 2, "2026-10-12 10:00"),
        ("2026-11-23 10:00", 40, "2026-11-30 10:00"),  # a week of work
    ],
)
def test_due_times(start: str, hours: int, due: str) -> None:
    assert add_working_time(at(start), hours * HOUR, CHINA) == at(due)


@pytest.mark.parametrize(
    ("start", "hours", "found"),
    [
        ("2026-11-23 10:00", 1, "2026-11-23 09:00"),  # exactly an opening stays there
        ("2026-11-23 14:00", 1, "2026-11-23 13:00"),
        ("2026-11-23 14:00", 2, "2026-11-23 11:00"),
        ("2026-11-23 10:00", 2, "2026-11-20 17:00"),
        ("2026-11-22 10:00", 1, "2026-11-20 17:00"),  # begins on a Sunday
        ("2026-10-12 09:30", 1, "2026-10-10 17:30"),
        ("2026-10-08 09:30", 1, "2026-09-30 17:30"),
    ],
)
def test_negative_seconds_walk_backwards(start: str, hours: int, found: str) -> None:
    assert add_working_time(at(start), -hours * HOUR, CHINA) == at(found)


def test_due_time_is_told_in_the_zone_of_the_calendar() -> None:
    due = add_working_time(datetime(2026, 11, 23, 1, tzinfo=UTC), HOUR, CHINA)
    assert (due.hour, due.tzinfo) == (10, SHANGHAI)


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2026-11-23 14:00"),
        ([("2026-11-23 10:00:00", "2026-11-23 10:00:01")], "2026-11-23 14:00:01"),  # exact to the second
        ([("2026-11-23 10:00", "2026-11-23 11:00")], "2026-11-23 15:00"),
        ([("2026-11-23 12:00", "2026-11-23 13:00")], "2026-11-23 14:00"),  # only the lunch break
        ([("2026-11-23 17:00", "2026-11-25 08:00")], "2026-11-23 14:00"),  # after it was due
        ([("2026-11-22 08:00", "2026-11-24 10:00")], "2026-11-24 15:00"),  # begins inside the pause
        (
            [("2026-11-23 10:00", "2026-11-23 11:00"), ("2026-11-23 10:30", "2026-11-23 11:30")],
            "2026-11-23 15:30",
        ),
        (
            [("2026-11-23 14:00", "2026-11-24 10:00"), ("2026-11-23 09:30", "2026-11-23 11:30")],
            "2026-11-24 12:00",
        ),
    ],
)
def test_pauses_are_holes(pauses: list[tuple[str, str]], due: str) -> None:
    holes = [(at(start), at(end)) for start, end in pauses]
    assert add_working_time(at("2026-11-23 09:00"), 4 * HOUR, CHINA, holes) == at(due)


def test_due_exactly_where_a_pause_starts_stays_there() -> None:
    pause = (at("2026-11-23 10:00"), at("2026-11-23 11:00"))
    assert add_working_time(at("2026-11-23 09:00"), HOUR, CHINA, [pause]) == at("2026-11-23 10:00")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-23 09:00", "2026-11-23 18:00", 8),
        ("2026-11-23 00:00", "2026-11-30 00:00", 40),
        ("2026-11-23 12:00", "2026-11-23 13:00", 0),
        ("2026-11-28 00:00", "2026-11-29 23:00", 0),
        ("2026-09-28 00:00", "2026-10-12 00:00", 6 * 8),
        ("2026-11-24 10:00", "2026-11-23 17:00", -2),
    ],
)
def test_working_seconds(start: str, end: str, hours: int) -> None:
    assert working_seconds(at(start), at(end), CHINA) == hours * HOUR


def test_working_seconds_leave_pauses_out() -> None:
    pauses = [
        (at("2026-11-23 11:00"), at("2026-11-23 14:00")),
        (at("2026-11-23 17:59:59"), at("2026-11-25 00:00")),
    ]
    assert working_seconds(at("2026-11-23 09:00"), at("2026-11-25 00:00"), CHINA, pauses) == 6 * HOUR - 1


def test_spans_over_midnight_belong_to_the_day_they_start_on() -> None:
    assert add_working_time(at("2026-11-23 23:00"), 8 * HOUR, NIGHTS) == at("2026-11-24 23:00")
    assert working_seconds(at("2026-11-24 05:00"), at("2026-11-24 23:00"), NIGHTS) == 2 * HOUR


def test_no_night_starts_on_a_closed_date_and_the_one_before_goes_on() -> None:
    nights = Calendar(SHANGHAI, NIGHTS.weekly, closed=[date(2026, 11, 24)])
    assert working_seconds(at("2026-11-24 00:00"), at("2026-11-24 12:00"), nights) == 6 * HOUR
    assert working_seconds(at("2026-11-24 12:00"), at("2026-11-25 12:00"), nights) == 0


def test_a_span_that_reaches_into_the_next_is_counted_once() -> None:
    calendar = Calendar(UTC_ZONE, {0: ((time(20), time(10)),), 1: ((time(9), time(12)), (time(1), time(2)))})
    assert working_seconds(at("2026-11-23 00:00", UTC_ZONE), at("2026-11-25 00:00", UTC_ZONE), calendar) == (
        16 * HOUR
    )
    assert add_working_time(at("2026-11-24 11:00", UTC_ZONE), -3 * HOUR, calendar) == at(
        "2026-11-24 08:00", UTC_ZONE
    )


UTC_ZONE = ZoneInfo("UTC")


def test_part_of_a_day_may_be_closed() -> None:
    calendar = Calendar(SHANGHAI, WEEK, closed=[(at("2026-11-23 10:00"), at("2026-11-23 15:00"))])
    assert add_working_time(at("2026-11-23 09:00"), 2 * HOUR, calendar) == at("2026-11-23 16:00")


def test_make_up_days_beat_closed_ones_and_take_the_place_of_the_week() -> None:
    short = {date(2026, 11, 23): ((time(14), time(15)),)}
    calendar = Calendar(SHANGHAI, WEEK, closed=[date(2026, 11, 23)], open_extra=short)
    assert working_seconds(at("2026-11-23 00:00"), at("2026-11-24 00:00"), calendar) == HOUR


# ---- clock changes ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-29 00:00", "2026-03-30 00:00", 23),  # an hour is skipped
        ("2026-10-25 00:00", "2026-10-26 00:00", 25),  # an hour comes twice
        ("2026-06-01 00:00", "2026-06-02 00:00", 24),
    ],
)
def test_days_of_clock_changes_have_their_true_length(start: str, end: str, hours: int) -> None:
    assert working_seconds(at(start, BERLIN), at(end, BERLIN), ALWAYS) == hours * HOUR


@pytest.mark.parametrize(
    ("start", "due"),
    [("2026-03-28 12:00", "2026-03-29 13:00"), ("2026-10-24 12:00", "2026-10-25 11:00")],
)
def test_a_day_of_seconds_over_a_clock_change(start: str, due: str) -> None:
    assert add_working_time(at(start, BERLIN), 24 * HOUR, ALWAYS) == at(due, BERLIN)
    assert add_working_time(at(due, BERLIN), -24 * HOUR, ALWAYS) == at(start, BERLIN)


def test_hours_that_the_clock_change_skips() -> None:
    calendar = Calendar(BERLIN, {6: ((time(1), time(3)),)})
    assert working_seconds(at("2026-03-29 00:00", BERLIN), at("2026-03-30 00:00", BERLIN), calendar) == HOUR


# ---- working days -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("start", "days", "found"),
    [
        ("2026-11-23 10:30", 1, "2026-11-24 10:30"),
        ("2026-11-23 06:00", 1, "2026-11-24 06:00"),  # keeps the time of day, even before opening
        ("2026-11-27 10:30", 1, "2026-11-30 10:30"),
        ("2026-11-28 10:30", 1, "2026-11-30 10:30"),  # the Saturday itself does not count
        ("2026-11-28 10:30", 0, "2026-11-30 10:30"),
        ("2026-11-23 10:30", 0, "2026-11-23 10:30"),
        ("2026-09-30 10:30", 1, "2026-10-08 10:30"),
        ("2026-10-09 10:30", 1, "2026-10-10 10:30"),
        ("2026-10-08 10:30", -1, "2026-09-30 10:30"),
        ("2026-11-29 10:30", -1, "2026-11-27 10:30"),
        ("2026-11-23 10:30", 15, "2026-12-14 10:30"),
    ],
)
def test_working_days(start: str, days: int, found: str) -> None:
    assert add_working_days(at(start), days, CHINA) == at(found)


@pytest.mark.parametrize(
    ("start", "days", "found"),
    [("2026-11-23 10:30", 3, "2026-11-26 18:00"), ("2026-11-23 20:00", 0, "2026-11-23 18:00")],
)
def test_working_days_to_the_close_of_business(start: str, days: int, found: str) -> None:
    assert add_working_days(at(start), days, CHINA, end_of_day=True) == at(found)
    assert add_working_days(at(start), days, CHINA, True) == at(found)


def test_close_of_business_of_a_night_is_on_the_next_morning() -> None:
    assert add_working_days(at("2026-11-23 10:00"), 1, NIGHTS, end_of_day=True) == at("2026-11-25 06:00")


def test_working_days_over_a_clock_change_keep_the_local_time() -> None:
    found = add_working_days(at("2026-03-28 10:00", BERLIN), 2, ALWAYS)
    assert found == at("2026-03-30 10:00", BERLIN)


def test_a_local_time_that_is_skipped_becomes_one_that_exists() -> None:
    found = add_working_days(at("2026-03-28 02:30", BERLIN), 1, ALWAYS)
    assert found.time() == time(3, 30)


# ---- refusals ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("weekly", "closed", "extra"),
    [
        ({}, (), ()),
        ({0: ()}, (), {date(2026, 1, 1): ()}),
        ({7: OFFICE}, (), ()),
        ({0: ((time(9, tzinfo=UTC), time(10)),)}, (), ()),
        (WEEK, [(datetime(2026, 1, 1), datetime(2026, 1, 2))], ()),
        (WEEK, [(at("2026-01-02 00:00"), at("2026-01-01 00:00"))], ()),
        (WEEK, [at("2026-01-02 00:00")], ()),
    ],
)
def test_calendars_that_make_no_sense_are_refused(weekly: object, closed: object, extra: object) -> None:
    with pytest.raises(ValueError):
        Calendar("Asia/Shanghai", weekly, closed, extra)  # type: ignore[arg-type]


def test_naive_moments_are_refused() -> None:
    naive = datetime(2026, 1, 1)
    for call in (
        lambda: add_working_time(naive, 1, CHINA),
        lambda: working_seconds(naive, at("2026-01-02 00:00"), CHINA),
        lambda: add_working_days(naive, 1, CHINA),
        lambda: add_working_time(at("2026-01-02 00:00"), 1, CHINA, [(naive, naive)]),
    ):
        with pytest.raises(ValueError, match="time zone"):
            call()


def test_a_calendar_of_single_days_ends() -> None:
    calendar = Calendar(SHANGHAI, {}, open_extra={date(2026, 11, 23): OFFICE})
    assert add_working_time(at("2026-01-01 00:00"), 8 * HOUR, calendar) == at("2026-11-23 18:00")
    with pytest.raises(ValueError, match="working time"):
        add_working_time(at("2026-01-01 00:00"), 8 * HOUR + 1, calendar)
    with pytest.raises(ValueError, match="working time"):
        add_working_time(at("2026-12-01 00:00"), -8 * HOUR - 1, calendar)
    with pytest.raises(ValueError, match="working days"):
        add_working_days(at("2026-11-23 10:00"), 1, calendar)


# ---- properties -------------------------------------------------------------------------------------
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
SPANS = st.tuples(TIMES, TIMES)
CALENDARS = st.builds(
    Calendar,
    st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]),
    st.dictionaries(st.integers(0, 6), st.lists(SPANS, min_size=1, max_size=3), min_size=1),
    closed=st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=5),
    open_extra=st.dictionaries(
        st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.lists(SPANS, max_size=2), max_size=3
    ),
)
PAUSES = st.lists(
    st.tuples(MOMENTS, st.integers(0, 200_000)).map(
        lambda pair: (pair[0], pair[0] + timedelta(seconds=pair[1]))
    ),
    max_size=6,
)
SECONDS = st.integers(0, 400_000)
QUICK = settings(max_examples=150, deadline=None)


@QUICK
@given(CALENDARS, MOMENTS, SECONDS, PAUSES)
def test_due_time_less_its_working_seconds_is_its_start(
    calendar: Calendar, moment: datetime, seconds: int, pauses: list[tuple[datetime, datetime]]
) -> None:
    start = add_working_time(moment, 0, calendar, pauses)  # any moment at which work goes on
    due = add_working_time(start, seconds, calendar, pauses)
    assert working_seconds(start, due, calendar, pauses) == seconds
    assert working_seconds(due, start, calendar, pauses) == -seconds
    if seconds:
        assert add_working_time(due, -seconds, calendar, pauses) == start


@QUICK
@given(CALENDARS, MOMENTS, SECONDS, PAUSES, st.floats(0, 1))
def test_splitting_a_pause_changes_nothing(
    calendar: Calendar,
    moment: datetime,
    seconds: int,
    pauses: list[tuple[datetime, datetime]],
    share: float,
) -> None:
    split = []
    for start, end in pauses:
        middle = start + (end - start) * share
        split += [(middle, end), (start, middle)]
    assert add_working_time(moment, seconds, calendar, split) == add_working_time(
        moment, seconds, calendar, pauses
    )


@QUICK
@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS, PAUSES)
def test_working_time_adds_up(
    calendar: Calendar,
    first: datetime,
    second: datetime,
    third: datetime,
    pauses: list[tuple[datetime, datetime]],
) -> None:
    a, b, c = sorted(moment.replace(microsecond=0) for moment in (first, second, third))
    whole = [(start.replace(microsecond=0), end.replace(microsecond=0)) for start, end in pauses]
    parts = working_seconds(a, b, calendar, whole) + working_seconds(b, c, calendar, whole)
    assert parts == working_seconds(a, c, calendar, whole)
    assert 0 <= parts <= (c - a).total_seconds()


@QUICK
@given(CALENDARS, MOMENTS, st.integers(1, 30))
def test_working_days_forth_and_back(calendar: Calendar, moment: datetime, days: int) -> None:
    start = add_working_days(moment, 0, calendar)
    there = add_working_days(start, days, calendar)
    back = add_working_days(there, -days, calendar)
    assert back.date() == start.date()


# ---- closed for long --------------------------------------------------------------------------------
FOREVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize(
    "asked",
    [
        lambda calendar: add_working_time(at("2026-11-23 10:00"), 60, calendar),
        lambda calendar: add_working_time(at("2026-11-23 10:00"), -60, calendar),
        lambda calendar: add_working_days(at("2026-11-23 10:00"), 1, calendar),
        lambda calendar: add_working_days(at("2026-11-23 10:00"), -1, calendar),
    ],
)
def test_a_calendar_that_is_closed_for_ever_says_so_at_once(asked, zone):
    calendar = Calendar(zone, {0: [(time(9), time(18))]}, [FOREVER])
    began = perf_counter()
    with pytest.raises(ValueError):
        asked(calendar)
    assert perf_counter() - began < 0.5


@pytest.mark.parametrize("seconds", [1, 3_600, 200_000, -1, -3_600, -200_000])
@pytest.mark.parametrize("extra", [{}, {date(2026, 12, 12): [(time(8), time(9))]}])
def test_days_skipped_within_a_long_closure_are_those_without_working_time(seconds, extra):
    week = {day: [(time(22), time(6))] for day in range(7)}
    start, end = at("2026-11-25 01:30"), at("2026-12-31 02:30")
    pair = Calendar("Asia/Shanghai", week, [(start, end)], extra)
    pauses = Calendar("Asia/Shanghai", week, (), {})
    for moment in (at("2026-11-20 12:00"), at("2026-12-11 12:00"), at("2027-01-04 12:00")):
        found = add_working_time(moment, seconds, pair)
        if not extra:
            assert found == add_working_time(moment, seconds, pauses, [(start, end)])
        assert abs(working_seconds(moment, found, pair)) == abs(seconds)
