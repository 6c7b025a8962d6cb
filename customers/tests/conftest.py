"""Records that the tests of the package share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.models import AuditEntry, Team, User
from core.tests.factories import TeamFactory
from customers.models import Customer, TimelineEvent
from customers.tests.factories import CustomerFactory


@pytest.fixture
def seller(user_in: Callable[..., User]) -> User:
    return user_in("sales", full_name="Li Wei")


@pytest.fixture
def manager(user_in: Callable[..., User]) -> User:
    return user_in("manager", full_name="Zhang Min")


@pytest.fixture
def other_team(db: Any) -> Team:
    return TeamFactory(name="South China")


@pytest.fixture
def customer(seller: User) -> Customer:
    return CustomerFactory(name="Bohai Bank", owner=seller)


@pytest.fixture
def story() -> Callable[[Customer], list[TimelineEvent]]:
    """Return a reader of a customer's timeline, oldest first in order of writing."""
    return lambda customer: list(TimelineEvent.objects.filter(customer=customer).order_by("pk"))


@pytest.fixture
def audit() -> Callable[[Any], list[AuditEntry]]:
    """Return a reader of a record's audit lines, oldest first."""
    return lambda subject: list(AuditEntry.objects.about(subject).order_by("pk"))
