"""Surges: like complaints by the code of their category, against the weeks that can be compared."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from complaints.choices.learning import CrisisState
from complaints.domain.crises import move_crisis
from complaints.domain.settings import save_category
from complaints.domain.surges import look_for_surges
from complaints.models import Alert, Category, Crisis
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from core.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def old_house(at) -> None:
    """A house that has complaints, of another category, since half a year."""
    ComplaintFactory(category=CategoryFactory(), received_at=at - timedelta(weeks=26))


def category_since(at: datetime, *, weeks: int = 26) -> Category:
    return CategoryFactory(valid_from=at - timedelta(weeks=weeks))


def pour(category: Category, count: int, at: datetime) -> None:
    """So many complaints in the hours before."""
    for number in range(count):
        ComplaintFactory(category=category, received_at=at - timedelta(minutes=30 * (number + 1)))


def renamed(category: Category, by) -> Category:
    data = {"kind": category.kind, "code": category.code, "name_en": "Another name"}
    return save_category(data, by=by, category=category)


def test_a_surge_warns_and_proposes_one_crisis_with_its_cases(manager, at, old_house):
    pour(category_since(at), 8, at)
    assert [look_for_surges(at), look_for_surges(at + timedelta(minutes=10))] == [1, 0]
    crisis = Crisis.objects.get()
    assert (crisis.state, crisis.affected.count()) == (CrisisState.PROPOSED, 8)
    assert Alert.objects.get().kind == "surge"
    assert Notification.objects.filter(user=manager, kind="crisis").count() == 1


def test_a_surge_that_goes_on_after_midnight_is_the_same(at, old_house):
    pour(category_since(at), 8, at)
    look_for_surges(at)
    assert look_for_surges(at + timedelta(hours=18)) == 0
    assert Crisis.objects.count() == 1


def test_a_surge_of_many_days_keeps_one_crisis_which_later_complaints_join(at, old_house):
    category = category_since(at)
    pour(category, 8, at - timedelta(days=3))
    assert look_for_surges(at - timedelta(days=3)) == 1
    pour(category, 9, at)
    assert (look_for_surges(at), look_for_surges(at)) == (0, 0)
    crisis = Crisis.objects.get()
    assert (crisis.affected.count(), Alert.objects.count()) == (17, 1)


@pytest.mark.parametrize(("days", "crises"), [(1, 1), (3, 2)])
def test_once_its_crisis_was_rejected_a_surge_is_proposed_again_after_two_days(
    days, crises, manager, at, old_house
):
    category, first = category_since(at), at - timedelta(days=days)
    pour(category, 8, first)
    look_for_surges(first)
    move_crisis(Crisis.objects.get(), "dismissed", by=manager, note="A fair", at=first)
    pour(category, 9, at)
    look_for_surges(at)
    assert Crisis.objects.count() == crises
    assert Crisis.objects.get(state=CrisisState.DISMISSED).affected.count() == 8


def weekly(category: Category, at: datetime, *, first_week: int) -> None:
    for week in range(first_week, 13):
        pour(category, 6, at - timedelta(weeks=week))


def test_as_many_complaints_as_every_week_are_no_surge(at, old_house):
    weekly(category_since(at), at, first_week=0)
    assert look_for_surges(at) == 0


def test_a_new_edition_of_a_category_keeps_its_past(manager, at, old_house):
    category = category_since(at)
    weekly(category, at, first_week=1)
    pour(renamed(category, manager), 6, at)
    assert look_for_surges(at) == 0


def test_a_day_with_two_editions_is_one_surge_under_the_new_name(manager, at, old_house):
    category = category_since(at)
    pour(category, 4, at)
    edition = renamed(category, manager)
    pour(edition, 4, at)
    assert look_for_surges(at) == 1
    crisis = Crisis.objects.get()
    assert (crisis.category, crisis.affected.count(), crisis.title) == (edition, 8, "Another name")


def test_a_fresh_installation_calls_no_surge(at):
    pour(category_since(at, weeks=0), 50, at)
    assert look_for_surges(at) == 0


def test_seven_past_weeks_are_too_few_and_eight_are_enough(at):
    category = category_since(at)
    ComplaintFactory(category=CategoryFactory(), received_at=at - timedelta(weeks=7, hours=25))
    pour(category, 50, at)
    assert look_for_surges(at) == 0
    ComplaintFactory(category=CategoryFactory(), received_at=at - timedelta(weeks=8, hours=25))
    assert look_for_surges(at) == 1
    assert Crisis.objects.get().evidence["windows"] == 8


def test_a_new_category_is_compared_once_it_is_there_for_eight_weeks(at, old_house):
    pour(category_since(at, weeks=2), 50, at)
    assert look_for_surges(at) == 0
    pour(category_since(at, weeks=9), 50, at)
    assert look_for_surges(at) == 1
