"""Records that the tests across packages share."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client

from analytics.domain.nightly import run_now_here
from core.models import User
from core.tests.factories import UserFactory
from crm.tests.arguments import make_shared
from crm.tests.world import Side, make_side


@pytest.fixture
def administrator(db: Any) -> User:
    return UserFactory(username="root-of-all", is_superuser=True)


@pytest.fixture
def ours(administrator: User) -> Side:
    """A team with everything a team has, and what belongs to the whole installation."""
    UserFactory(username="some-service", is_service=True, team=None)
    make_shared(administrator)
    side = make_side("East China")
    run_now_here(date(2026, 11, 23), by=administrator)
    return side


@pytest.fixture
def theirs(administrator: User) -> Side:
    """Another team, out of reach of ours."""
    return make_side("South China", phone="020 6666 0101", mark="theirs")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """Return a maker of signed-in clients that answer 500 where a browser would see 500."""

    def make(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    return make


@pytest.fixture(autouse=True)
def quiet(settings: Any) -> Iterator[None]:
    """Refusals by the thousand are what these tests want; they need no line each, and no limit."""
    settings.API_REFUSALS_A_MINUTE = 10**9
    names = ("django.request", "django.security", "perennial.access", "core.limits")
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
