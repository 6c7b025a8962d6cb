"""What a new installation begins with, and that nothing comes back that people removed."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from complaints.domain.calendars import default_calendar, working_calendar
from complaints.domain.holidays import enter_holidays, last_year_known, missing_years
from complaints.domain.seeding import begin
from complaints.models import BusinessCalendar, CalendarDay, Category, Policy, Queue

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (BusinessCalendar, CalendarDay, Queue, Category, Policy))


def test_an_installation_begins_with_what_it_needs():
    assert (BusinessCalendar.objects.count(), Queue.objects.count(), Policy.objects.count()) == (1, 2, 4)
    assert Category.objects.current().of_kind("complaint").count() == 13


def test_beginning_again_changes_nothing():
    before = counts()
    begin()
    assert counts() == before


def test_what_was_removed_does_not_come_back():
    Policy.objects.exclude(kind="request").delete()
    Category.objects.filter(code="data").delete()
    before = counts()
    begin()
    assert counts() == before


def test_holidays_and_make_up_days_of_china_are_entered():
    calendar = working_calendar(default_calendar(), since=datetime(2026, 9, 1, tzinfo=SHANGHAI))
    assert not calendar.is_working_day(date(2026, 10, 1))
    assert calendar.is_working_day(date(2026, 10, 10))  # a Saturday that is worked on
    assert not calendar.is_working_day(date(2026, 10, 17))
    assert calendar.closing_of(date(2026, 10, 10)) == datetime(2026, 10, 10, 18, tzinfo=SHANGHAI)


def test_a_typed_day_is_left_alone():
    row = CalendarDay.objects.get(day=date(2026, 10, 1))
    CalendarDay.objects.filter(pk=row.pk).update(name="Ours", is_open=True, spans=[["09:00", "12:00"]])
    assert enter_holidays(default_calendar()) == 0
    row.refresh_from_db()
    assert (row.name, row.is_open) == ("Ours", True)


def test_a_year_without_a_notice_is_missed_from_november_on():
    calendar = default_calendar()
    last = last_year_known()
    assert missing_years(calendar, date(last, 10, 31)) == []
    assert missing_years(calendar, date(last, 11, 1)) == [last + 1]
    assert missing_years(calendar, date(last + 1, 1, 1)) == [last + 1]
    calendar.follows_china = False
    assert missing_years(calendar, date(last + 1, 1, 1)) == []


def test_one_typed_day_is_no_notice_of_the_year_and_whoever_entered_it_says_so():
    calendar, missed = default_calendar(), last_year_known() + 1
    CalendarDay.objects.create(calendar=calendar, day=date(missed, 3, 8), name="Our day")
    assert missing_years(calendar, date(missed, 1, 1)) == [missed]
    calendar.notices_until = missed
    assert missing_years(calendar, date(missed, 1, 1)) == []
    assert missing_years(calendar, date(missed, 11, 1)) == [missed + 1]


def test_hours_hold_from_a_day_on():
    calendar = default_calendar()
    calendar.hours.filter(weekday=0).update(valid_to=date(2026, 11, 8))
    since = datetime(2026, 11, 1, tzinfo=SHANGHAI)
    held = working_calendar(calendar, since=since)
    assert held.is_working_day(date(2026, 11, 2))
    assert not held.is_working_day(date(2026, 11, 9))
    assert not held.is_working_day(date(2026, 11, 16))
