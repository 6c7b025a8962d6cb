"""Holidays and make-up days as a file: what was exported comes back by the import without a change."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from complaints.models import BusinessCalendar, CalendarDay
from complaints.tests.factories import CalendarFactory
from core.domain.exports import run_export
from core.models import User
from core.tests.imports import counts, faults, imported

pytestmark = pytest.mark.django_db

DAYS = "complaints.calendarday"
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.fixture(autouse=True)
def before_these_days() -> Iterator[None]:
    """Let it be 2026: days that are past are not changed any more."""
    with time_machine.travel(datetime(2026, 11, 22, 4, tzinfo=UTC)):
        yield


@pytest.fixture
def chief(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


@pytest.fixture
def calendars(bare: None) -> list[BusinessCalendar]:
    """One of the product with days of each sort, one of the house, and one that is out of use."""
    own = CalendarFactory(name="Office hours, Shanghai", is_default=True)
    house, former = CalendarFactory(name="夜班"), CalendarFactory(name="Former", is_active=False)
    for calendar, day, values in (
        (own, date(2026, 1, 1), {"name": "New Year's Day", "is_seeded": True}),
        (own, date(2027, 10, 1), {"name": "National Day", "is_seeded": True}),
        (own, date(2027, 10, 9), {"is_open": True, "spans": [["09:00", "12:00"], ["13:00", "18:00"]]}),
        (house, date(2027, 10, 1), {"name": "=盘点", "is_open": True, "spans": [["22:00", "06:00"]]}),
        (house, date(2027, 10, 2), {"name": "整天", "is_open": True, "spans": [["00:00", "00:00"]]}),
        (former, date(2027, 10, 1), {"name": "Gone"}),
    ):
        CalendarDay.objects.create(calendar=calendar, day=day, **values)
    return [own, house, former]


def exported(by: User, file_format: str, query: str = "") -> bytes:
    run_export(DAYS, query=query, file_format=file_format, user_id=by.pk, token="t" * 32)
    return (Path(settings.MEDIA_ROOT) / "exports" / f"{'t' * 32}.{file_format}").read_bytes()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_export_comes_back_without_a_change(
    chief: User, calendars: list[BusinessCalendar], language: str, file_format: str
) -> None:
    with translation.override(language):
        run = imported(DAYS, exported(chief, file_format), chief)

    assert faults(run) == {}
    assert counts(run) == {"duplicate": 5}


def test_words_of_the_product_are_known_in_any_language(
    chief: User, calendars: list[BusinessCalendar]
) -> None:
    with translation.override("zh-hans"):
        content = exported(chief, "csv")
    with translation.override("en"):
        assert counts(imported(DAYS, content, chief)) == {"duplicate": 5}


def test_another_name_of_such_a_day_is_a_change(chief: User, calendars: list[BusinessCalendar]) -> None:
    head = "日历,日期,类型,名称\n"
    assert counts(imported(DAYS, f"{head},2027-10-01,休,国庆\n", chief)) == {"updated": 1}
    assert CalendarDay.objects.get(calendar=calendars[0], day=date(2027, 10, 1)).name == "国庆"


def test_the_page_offers_the_days_of_its_calendar(
    chief: User,
    calendars: list[BusinessCalendar],
    user_in: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:
    own, house, former = calendars
    offered = "core:export-start"

    def page(user: User, calendar: BusinessCalendar) -> str:
        url = reverse("complaints:calendar-detail", args=[calendar.pk])
        return client_of(user).get(url).content.decode()

    assert f"{reverse(offered)}?key={DAYS}&amp;query=calendar%3D{house.pk}" in page(chief, house)
    assert reverse(offered) not in page(chief, former)
    assert reverse(offered) not in page(user_in("manager"), own)
    rows = list(csv.reader(io.StringIO(exported(chief, "csv", f"calendar={house.pk}").decode("utf-8-sig"))))
    assert [row[:2] for row in rows[1:]] == [["夜班", "2027-10-01"], ["夜班", "2027-10-02"]]
