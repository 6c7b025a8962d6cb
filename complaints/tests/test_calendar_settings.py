"""Calendars are changed for the days to come."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from chinese_calendar import constants
from django.urls import reverse
from django.utils import timezone

from complaints.choices.cases import ClockKind, MetBy, Unit
from complaints.domain.calendar_settings import follow_calendar, save_calendar, set_day, set_hours
from complaints.domain.calendars import working_calendar
from complaints.domain.moves import close, solve, take
from complaints.models import BusinessCalendar, CalendarDay, Target
from complaints.sla import add_working_days, working_seconds
from complaints.tests.factories import CalendarFactory, QueueFactory, policy, registered
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


def test_following_china_later_leaves_days_alone_by_which_cases_were_timed(calendar, admin):
    policy()
    QueueFactory(is_default=True)
    registered(received_at=timezone.now())
    values = {"time_zone": calendar.time_zone, "follows_china": True}
    save_calendar(calendar.name, by=admin, calendar=calendar, **values)
    days = CalendarDay.objects.filter(calendar=calendar)
    assert days.exists() == any(day >= timezone.localdate() for day in constants.holidays)
    assert not days.filter(day__lt=timezone.localdate()).exists()
    fresh = BusinessCalendar.objects.create(name="New", time_zone="Asia/Shanghai", follows_china=True)
    set_hours(fresh, WEEK, valid_from=timezone.localdate(), by=admin)
    assert fresh.days.filter(day__lt=timezone.localdate()).exists()


@time_machine.travel(datetime(2026, 9, 1, 12, tzinfo=SHANGHAI), tick=False)
def test_make_up_days_to_come_follow_new_hours_and_typed_ones_do_not(admin):
    made = BusinessCalendar.objects.create(name="New", time_zone="Asia/Shanghai", follows_china=True)
    set_hours(made, WEEK, valid_from=date(2026, 9, 1), by=admin)
    first, second = made.days.filter(day__gte=date(2026, 9, 2), is_open=True)[:2]
    set_day(made, second.day, name="Ours", spans=[(time(8), time(9))], by=admin)
    set_hours(made, SHORT, valid_from=date(2026, 9, 2), by=admin)
    assert made.days.get(day=first.day).spans == [["09:00", "12:00"]]
    assert made.days.get(day=second.day).spans == [["08:00", "09:00"]]
    past = made.days.filter(day__lt=date(2026, 9, 1), is_open=True).first()
    assert past.spans == [["09:00", "12:00"], ["13:00", "18:00"]]


def test_the_letter_that_a_closed_case_owes_moves_with_the_calendar(calendar, admin, agent):
    rules = policy()
    Target.objects.create(
        policy=rules,
        clock=ClockKind.STATUTORY,
        amount=20,
        unit=Unit.WORKING_DAYS,
        name="Letter",
        met_by=MetBy.LETTER,
    )
    QueueFactory(is_default=True, team=agent.team)
    case = take(registered(), by=agent)
    solve(case, "Refunded", decision="upheld", by=agent)
    case.refresh_from_db()
    close(case, by=agent)
    before = case.clocks.get(name="Letter").due_at
    set_day(calendar, next_working_day(calendar), name="Closed", spans=[], by=admin)
    follow_calendar(calendar)
    assert case.clocks.get(name="Letter").due_at > before


def next_working_day(calendar: BusinessCalendar) -> date:
    rows = working_calendar(calendar, since=timezone.now())
    day = timezone.localdate() + timedelta(days=1)
    while not rows.is_working_day(day):
        day += timedelta(days=1)
    return day


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
