"""Files of holidays and make-up days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from complaints.domain.calendar_settings import set_day
from complaints.models import BusinessCalendar, CalendarDay
from complaints.tests.factories import CalendarFactory
from core.models import AuditEntry, Job, User
from core.tests.imports import counts, faults, imported, undone

pytestmark = pytest.mark.django_db

DAYS = "complaints.calendarday"
HEAD = "日历,日期,类型,工作时间,名称\n"
FILE = HEAD + (
    "上海,2027-10-01,休,,国庆节\n上海,2027-10-02,放假,,国庆节\n"
    "上海,2027-10-09,调休,,国庆节补班\n上海,2027-10-10,班,10:00-12:00，13:00-16:00,盘点\n"
)


@pytest.fixture(autouse=True)
def before_these_days() -> Iterator[None]:
    """Let it be 2026: days that are past are not changed any more."""
    with time_machine.travel(datetime(2026, 11, 22, 4, tzinfo=UTC)):
        yield


@pytest.fixture
def calendar(bare: None) -> BusinessCalendar:
    return CalendarFactory(name="上海", is_default=True)


@pytest.fixture
def chief(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


def days() -> list[tuple]:
    return list(
        CalendarDay.objects.order_by("day").values_list("day", "name", "is_open", "spans", "is_seeded")
    )


def test_days_come_in_once_as_the_page_writes_them(chief: User, calendar: BusinessCalendar) -> None:
    run = imported(DAYS, FILE, chief)

    assert faults(run) == {}
    assert days() == [
        (date(2027, 10, 1), "国庆节", False, [], False),
        (date(2027, 10, 2), "国庆节", False, [], False),
        (date(2027, 10, 9), "国庆节补班", True, [["09:00", "12:00"], ["13:00", "18:00"]], False),
        (date(2027, 10, 10), "盘点", True, [["10:00", "12:00"], ["13:00", "16:00"]], False),
    ]
    assert counts(imported(DAYS, FILE, chief)) == {"duplicate": 4}
    changed = FILE.replace("休,,国庆节\n上海,2027-10-02", "班,09:00-12:00,国庆节\n上海,2027-10-02")
    assert counts(imported(DAYS, changed, chief)) == {"updated": 1, "duplicate": 3}


def test_open_cases_are_worked_out_once_for_the_whole_file(chief: User, calendar: BusinessCalendar) -> None:
    run = imported(DAYS, FILE, chief)
    assert Job.objects.filter(task="complaints.tasks.follow_calendar").count() == 1
    assert AuditEntry.objects.filter(subject_type="complaints.businesscalendar").count() == 4

    undone(run, chief)
    assert Job.objects.filter(task="complaints.tasks.follow_calendar").count() == 2


def test_undo_gives_days_back_as_they_were(chief: User, calendar: BusinessCalendar) -> None:
    CalendarDay.objects.create(calendar=calendar, day=date(2027, 10, 1), name="国庆", is_seeded=True)
    before = days()
    run = imported(DAYS, FILE.replace("2027-10-01,休,", "2027-10-01,班,09:00-12:00"), chief)
    assert counts(run) == {"created": 3, "updated": 1}

    run = undone(run, chief)
    assert (run.counts["undone"], run.counts["left"]) == (4, 0)
    assert days() == before


def test_undo_leaves_a_day_that_somebody_set_since(chief: User, calendar: BusinessCalendar) -> None:
    run = imported(DAYS, FILE, chief)
    set_day(calendar, date(2027, 10, 1), name="国庆节（首日）", spans=[], by=chief)
    run = undone(run, chief)

    assert dict(run.lines.values_list("line", "undone"))[2] == "changed_since"
    assert [row[1] for row in days()] == ["国庆节（首日）"]


def test_faults_are_told_with_line_and_reason(chief: User, calendar: BusinessCalendar) -> None:
    CalendarFactory(name="没有周一").hours.filter(weekday=0).delete()
    CalendarDay.objects.create(calendar=calendar, day=date(2024, 10, 1), name="国庆节")
    wrong = [
        ("北京,2027-10-01,休,,A", "unknown_calendar"),
        ("上海海,2027-10-01,休,,A", "unknown_calendar_near"),
        ("上海,,休,,A", "required"),
        ("上海,2027-02-30,休,,A", "no_such_day"),
        ("上海,2027-10-01,也许,,A", "unknown_choice"),
        ("上海,2027-10-03,班,九点到五点,A", "bad_spans"),
        ("上海,2027-10-04,班,25:00-26:00,A", "bad_spans"),
        ("上海,2027-10-05,班,09:00-12:00;11:00-18:00,A", "spans_overlap"),
        ("上海,2027-10-06,休,09:00-12:00,A", "closed_with_hours"),
        ("没有周一,2027-10-07,班,,A", "open_without_hours"),
        ("上海,2024-05-01,休,,A", "day_past"),
        ("上海,2024-10-01,班,09:00-12:00,A", "day_past"),
    ]
    sound = ["上海,2024-10-01,休,,国庆节", "上海,2027-10-08,,,A"]
    text = HEAD + "\n".join([*(row for row, _code in wrong[:-1]), *sound]) + "\n"
    run = imported(DAYS, text, chief, dry_run=True)

    assert faults(run) == {line: [code] for line, (_row, code) in enumerate(wrong[:-1], start=2)}
    assert counts(run) == {"faulty": 11, "duplicate": 1, "created": 1}
    assert faults(imported(DAYS, HEAD + wrong[-1][0], chief, dry_run=True)) == {2: ["day_past"]}


def test_usual_calendar_named_and_not_named_is_one(chief: User, calendar: BusinessCalendar) -> None:
    text = HEAD + "上海,2027-10-01,休,,A\n,2027-10-01,班,09:00-12:00,B\n"

    assert faults(imported(DAYS, text, chief)) == {3: ["same_key_twice"]}


@pytest.mark.parametrize("role", ["agent", "manager", "analyst", "integration"])
def test_only_administrators_import_days(user_in: Callable, calendar: BusinessCalendar, role: str) -> None:
    with pytest.raises(PermissionDenied):
        imported(DAYS, FILE, user_in(role))


def test_page_of_a_calendar_offers_the_import(
    client_of: Callable, chief: User, calendar: BusinessCalendar, user_in: Callable
) -> None:
    page = reverse("complaints:calendar-detail", args=[calendar.pk])
    address = reverse("core:import-create", args=[DAYS])

    assert address in client_of(chief).get(page).content.decode()
    assert address not in client_of(user_in("manager")).get(page).content.decode()
