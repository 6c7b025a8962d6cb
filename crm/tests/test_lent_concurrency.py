"""Absences and shares under real concurrency: two at once are one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from core.choices import ShareLevel
from core.domain.absences import Period, arrange_absence
from core.domain.roles import grant_roles
from core.domain.shares import Terms, share_record
from core.models import Absence, Share, User
from core.tests.crowds import at_once
from core.tests.factories import UserFactory
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def seller() -> User:
    grant_roles()
    user: User = UserFactory()
    user.groups.add(Group.objects.get(name="sales"))
    return user


def test_two_absences_of_the_same_days_are_one(seller: User) -> None:
    today = timezone.localdate()
    deputies = [UserFactory() for _turn in range(4)]

    def arrange(deputy: User) -> Absence:
        by, period = User.objects.get(pk=seller.pk), Period(today, today + timedelta(days=3))
        return arrange_absence(by, period, deputy=deputy, by=by, today=today)

    answers = at_once([lambda deputy=deputy: arrange(deputy) for deputy in deputies])  # type: ignore[misc]
    assert Absence.objects.count() == 1
    assert answers.count("absence_overlaps") == 3


def test_two_who_stand_in_for_each_other_do_not_wait_for_ever(seller: User) -> None:
    today = timezone.localdate()
    other: User = UserFactory()
    other.groups.add(Group.objects.get(name="sales"))

    def arrange(user: User, deputy: User) -> Absence:
        by = User.objects.get(pk=user.pk)
        return arrange_absence(by, Period(today, today), deputy=deputy, by=by, today=today)

    answers = at_once([lambda: arrange(seller, other), lambda: arrange(other, seller)])
    assert Absence.objects.count() == 1
    assert "deputy_is_away" in answers


def test_the_same_share_twice_is_one(seller: User) -> None:
    customer = CustomerFactory(owner=seller)
    receiver = UserFactory()

    def share() -> Share:
        by = User.objects.get(pk=seller.pk)
        return share_record(customer, receiver, Terms(ShareLevel.VIEW), by=by, at=timezone.now())

    at_once([share] * 4)
    assert Share.objects.count() == 1
