"""Calendars are changed for the days to come."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.domain.calendar_settings import save_calendar, set_day, set_hours
from complaints.domain.calendars import working_calendar
from complaints.models import BusinessCalendar
from complaints.sla import add_working_days, working_seconds
from complaints.tests.factories import CalendarFactory
from core.errors import Conflict, DomainError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = {day: [(time(9), time(12)), (time(13), time(18))] for day in range(5)}
SHORT = {day: [(time(9), time(12))] for day in range(5)}


@pytest.fixture
def admin(user_in):
    return user_in("administrator")


@pytest.fixture
def calendar() -> BusinessCalendar:
    return CalendarFactory(is_default=True)


def hours_between(calendar: BusinessCalendar, start: date, days: int) -> float:
    begun = datetime.combine(start, time(0), SHANGHAI)
    rows = working_calendar(calendar, since=begun)
    return working_seconds(begun, begun + timedelta(days=days), rows) / 3_600


def monday_in(weeks: int) -> date:
    today = timezone.localdate()
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def test_new_hours_end_the_old_ones_and_leave_them_as_they_were(calendar, admin):
    set_hours(calendar, SHORT, valid_from=monday_in(2), by=admin)
    assert hours_between(calendar, monday_in(1), 7) == 40
    assert hours_between(calendar, monday_in(2), 7) == 15


def test_before_its_first_hours_a_calendar_is_as_on_their_first_day(admin):
    made = BusinessCalendar.objects.create(name="New", time_zone="Asia/Shanghai", follows_china=False)
    set_hours(made, SHORT, valid_from=monday_in(1), by=admin)
    set_hours(made, WEEK, valid_from=monday_in(2), by=admin)
    assert hours_between(made, monday_in(-2), 7) == 15
    assert hours_between(made, monday_in(2), 7) == 40


def test_a_late_case_gets_no_fresh_time_by_a_calendar_that_was_just_made(admin):
    made = BusinessCalendar.objects.create(name="New", time_zone="Asia/Shanghai", follows_china=False)
    set_hours(made, WEEK, valid_from=timezone.localdate(), by=admin)
    begun = datetime.combine(monday_in(-3), time(9), SHANGHAI)
    due = add_working_days(begun, 2, working_calendar(made, since=begun))
    assert due == datetime.combine(monday_in(-3) + timedelta(days=2), time(9), SHANGHAI)


def test_hours_from_an_earlier_day_replace_what_was_planned_for_later(calendar, admin):
    set_hours(calendar, WEEK, valid_from=monday_in(3), by=admin)
    set_hours(calendar, SHORT, valid_from=monday_in(1), by=admin)
    assert hours_between(calendar, monday_in(1), 7) == 15
    assert hours_between(calendar, monday_in(3), 7) == 15


def test_an_unknown_zone_is_refused(admin):
    with pytest.raises(DomainError):
        save_calendar("Mars", "Mars/Base", by=admin)


def test_past_days_stay(calendar, admin):
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(DomainError):
        set_day(calendar, yesterday, name="", spans=[], by=admin)
    with pytest.raises(DomainError):
        set_hours(calendar, WEEK, valid_from=yesterday, by=admin)


def test_of_two_who_set_hours_at_once_the_second_is_refused(calendar, admin):
    seen = calendar.version
    set_hours(calendar, SHORT, valid_from=monday_in(1), by=admin, version=seen)
    with pytest.raises(Conflict) as refused:
        set_hours(calendar, WEEK, valid_from=monday_in(1), by=admin, version=seen)
    assert refused.value.code == "stale"
    assert hours_between(calendar, monday_in(1), 7) == 15


def test_the_form_of_hours_carries_the_version_that_its_person_saw(calendar, admin, client_of):
    url, client = reverse("complaints:calendar-hours", args=[calendar.pk]), client_of(admin)
    form = client.get(url).context["form"]
    data = {"valid_from": f"{monday_in(1)}", "day_0": "09:00–12:00", "version": form["version"].value()}
    assert client.post(url, data).status_code == 302
    again = client.post(url, {**data, "day_0": "10:00–12:00"})
    assert again.status_code == 422
    assert str(admin) in str(again.context["form"].non_field_errors())
    assert hours_between(calendar, monday_in(1), 7) == 3
