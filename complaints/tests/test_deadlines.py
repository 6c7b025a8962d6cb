"""When a target is due: published cases, boundaries, and properties that hold for every calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.choices.cases import Unit
from complaints.deadlines import due_after, level_moment, paused_seconds
from complaints.sla import Calendar, working_seconds

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
OFFICE = ((time(9), time(12)), (time(13), time(18)))
WEEK = {day: OFFICE for day in range(5)}
CALENDAR = Calendar(SHANGHAI, WEEK)
#: National Day of 2026 with the make-up days around it, as the notice has them.
GOLDEN_WEEK = Calendar(
    SHANGHAI,
    WEEK,
    [date(2026, 10, day) for day in range(1, 8)],
    {date(2026, 9, 20): OFFICE, date(2026, 10, 10): OFFICE},
)
ROUND_LONDON = Calendar(LONDON, {day: ((time(0), time(0)),) for day in range(7)})


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        # Before opening, in the lunch break, after closing, at the weekend: all begin with the next opening.
        ("2026-11-02T07:00", 30, Unit.WORKING_MINUTES, "2026-11-02T09:30"),
        ("2026-11-02T12:30", 30, Unit.WORKING_MINUTES, "2026-11-02T13:30"),
        ("2026-11-02T18:00", 30, Unit.WORKING_MINUTES, "2026-11-03T09:30"),
        ("2026-11-07T10:00", 30, Unit.WORKING_MINUTES, "2026-11-09T09:30"),
        # What ends exactly at a closing is due then, not at the next opening.
        ("2026-11-02T10:00", 2, Unit.WORKING_HOURS, "2026-11-02T12:00"),
        ("2026-11-02T10:00", 4, Unit.WORKING_HOURS, "2026-11-02T15:00"),
        ("2026-11-06T17:00", 2, Unit.WORKING_HOURS, "2026-11-09T10:00"),
        ("2026-11-06T10:00", 2, Unit.WORKING_DAYS, "2026-11-10T10:00"),
        ("2026-11-07T10:00", 1, Unit.WORKING_DAYS, "2026-11-09T10:00"),
        ("2026-11-06T10:00", 2, Unit.WORKING_DAYS_CLOSE, "2026-11-10T18:00"),
        ("2026-11-06T17:59", 90, Unit.SECONDS, "2026-11-06T18:00:30"),
        ("2026-11-06T17:00", 2, Unit.CALENDAR_HOURS, "2026-11-06T19:00"),
        # FCA DISP 1.6.2R: eight weeks; PSD complaints: 15 business days; others by calendar days.
        ("2026-01-05T10:00", 8, Unit.WEEKS, "2026-03-02T10:00"),
        ("2026-03-02T10:00", 15, Unit.CALENDAR_DAYS, "2026-03-17T10:00"),
        ("2026-03-02T10:00", 60, Unit.CALENDAR_DAYS, "2026-05-01T10:00"),
    ],
)
def test_targets_in_every_unit(start, amount, unit, due):
    assert due_after(at(start), amount, unit, CALENDAR) == at(due)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-09-30T17:00", 2, Unit.WORKING_HOURS, "2026-10-08T10:00"),
        ("2026-09-30T10:00", 1, Unit.WORKING_DAYS, "2026-10-08T10:00"),
        # A Saturday that is worked on is a working day.
        ("2026-10-09T10:00", 1, Unit.WORKING_DAYS, "2026-10-10T10:00"),
        ("2026-10-09T10:00", 2, Unit.WORKING_DAYS, "2026-10-12T10:00"),
        ("2026-09-18T17:30", 1, Unit.WORKING_HOURS, "2026-09-20T09:30"),
        # SAMR Order 20: seven working days for the decision on acceptance.
        ("2026-09-28T10:00", 7, Unit.WORKING_DAYS_CLOSE, "2026-10-13T18:00"),
    ],
)
def test_holidays_and_make_up_days_of_china(start, amount, unit, due):
    assert due_after(at(start), amount, unit, GOLDEN_WEEK) == at(due)


def test_several_pauses_are_holes_to_the_second():
    pauses = (
        (at("2026-11-02T10:30"), at("2026-11-02T11:00:07")),
        (at("2026-11-02T11:50"), at("2026-11-02T13:20")),
        (at("2026-11-02T19:00"), at("2026-11-03T08:00")),
    )
    due = due_after(at("2026-11-02T10:00"), 4, Unit.WORKING_HOURS, CALENDAR, pauses)
    # 30 min 7 s, then ten minutes before lunch and twenty after it; the night costs nothing.
    assert due == at("2026-11-02T16:00:07")


def test_days_are_moved_by_the_working_time_that_was_paused():
    pauses = ((at("2026-11-02T14:00"), at("2026-11-02T15:00")),)
    assert due_after(at("2026-11-02T10:00"), 2, Unit.WORKING_DAYS, CALENDAR, pauses) == at("2026-11-04T11:00")


def test_calendar_days_are_moved_by_the_whole_pause():
    pauses = ((at("2026-03-03T10:00"), at("2026-03-05T16:00")),)
    assert due_after(at("2026-03-02T10:00"), 15, Unit.CALENDAR_DAYS, CALENDAR, pauses) == at(
        "2026-03-19T16:00"
    )


@pytest.mark.parametrize(
    ("start", "unit", "amount", "hours"),
    [
        # 29 March 2026 has 23 hours in London, 25 October 25: hours are hours, days keep the wall clock.
        ("2026-03-28T12:00", Unit.CALENDAR_HOURS, 24, 24),
        ("2026-10-24T12:00", Unit.CALENDAR_HOURS, 24, 24),
        ("2026-03-28T12:00", Unit.CALENDAR_DAYS, 1, 23),
        ("2026-10-24T12:00", Unit.CALENDAR_DAYS, 1, 25),
    ],
)
def test_clock_changes_in_both_directions(start, unit, amount, hours):
    begun = at(start, LONDON)
    due = due_after(begun, amount, unit, ROUND_LONDON)
    assert due.astimezone(UTC) - begun.astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("minutes", "calendar", "moment"),
    [
        (-60, CALENDAR, "2026-11-02T17:30"),
        (-60, None, "2026-11-03T08:30"),
        (0, CALENDAR, "2026-11-03T09:30"),
        (120, CALENDAR, "2026-11-03T11:30"),
        (180, CALENDAR, "2026-11-03T13:30"),
        (600, None, "2026-11-03T19:30"),
    ],
)
def test_levels_lie_before_at_and_after_the_due_time(minutes, calendar, moment):
    assert level_moment(at("2026-11-03T09:30"), minutes, calendar) == at(moment)


def test_a_level_at_a_due_time_outside_of_hours_fires_exactly_then():
    assert level_moment(at("2026-11-07T22:00"), 0, CALENDAR) == at("2026-11-07T22:00")


# ---- properties -------------------------------------------------------------------------------------
starts = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=SHANGHAI)
)
minutes = st.integers(1, 5_000)


@given(starts, minutes)
def test_between_start_and_due_lies_exactly_the_target(start, amount):
    due = due_after(start, amount, Unit.WORKING_MINUTES, GOLDEN_WEEK)
    assert working_seconds(start, due, GOLDEN_WEEK) == amount * 60


@given(starts, minutes)
def test_walking_back_from_the_due_time_leaves_no_working_time_before_it(start, amount):
    due = due_after(start, amount, Unit.WORKING_MINUTES, GOLDEN_WEEK)
    back = level_moment(due, -amount, GOLDEN_WEEK)
    assert working_seconds(start, back, GOLDEN_WEEK) == 0


@given(starts, minutes, st.integers(0, 5_000), st.integers(1, 3_000), st.floats(0, 1))
def test_splitting_a_pause_changes_nothing(start, amount, after, lasts, cut):
    begun = start + timedelta(minutes=after)
    ended = begun + timedelta(minutes=lasts)
    middle = begun + timedelta(seconds=int(lasts * 60 * cut))
    whole, split = ((begun, ended),), ((begun, middle), (middle, ended))
    for unit in (Unit.WORKING_MINUTES, Unit.CALENDAR_DAYS):
        number = amount if unit == Unit.WORKING_MINUTES else 1 + amount % 30
        assert due_after(start, number, unit, CALENDAR, whole) == due_after(
            start, number, unit, CALENDAR, split
        )


@given(starts, minutes, st.integers(0, 5_000), st.integers(1, 3_000))
def test_a_pause_never_brings_a_due_time_forward(start, amount, after, lasts):
    pause = ((start + timedelta(minutes=after), start + timedelta(minutes=after + lasts)),)
    plain = due_after(start, amount, Unit.WORKING_MINUTES, CALENDAR)
    paused = due_after(start, amount, Unit.WORKING_MINUTES, CALENDAR, pause)
    assert paused >= plain
    assert (
        paused_seconds(start, paused, CALENDAR, pause)
        == working_seconds(start, paused, CALENDAR) - amount * 60
    )
