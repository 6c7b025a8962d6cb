"""Fixtures of the package's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from complaints.models import BusinessCalendar, Category, Mailbox, Policy, Queue, QuietHours
from complaints.tests.mails import mailbox
from core.models import Team, User
from core.tests.factories import TeamFactory


@pytest.fixture
def bare(db: object) -> None:
    """An installation in which nothing is set up: no calendar, queue, category, policy or quiet hours."""
    Policy.objects.all().delete()
    Category.objects.all().delete()
    Queue.objects.all().delete()
    BusinessCalendar.objects.all().delete()
    QuietHours.objects.all().delete()


@pytest.fixture
def agent(user_in: Callable[..., User]) -> User:
    return user_in("agent")


@pytest.fixture
def manager(user_in: Callable[..., User]) -> User:
    return user_in("manager", full_name="Zhang Min")


@pytest.fixture
def other_team(db: object) -> Team:
    return TeamFactory(name="South China")


@pytest.fixture
def box(db: object) -> Mailbox:
    return mailbox()
