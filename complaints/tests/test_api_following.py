"""Other systems follow causes, compensations, call-backs and articles, and cases with their customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints.domain.callbacks import call_off, plan
from complaints.domain.causes import create_cause, link_cause, unlink_cause
from complaints.domain.work_orders import create_work_order
from complaints.tests.factories import ComplaintFactory
from core.models import User
from core.tests.factories import TeamFactory
from customers.domain.customers import update_customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


class Follower:
    """Follows one kind, and tells what came since the last look: (records, tombstones)."""

    def __init__(self, client: Client, kind: str) -> None:
        self.client, self.kind, self.since = client, kind, 0
        self.look()

    def look(self) -> tuple[list[int], list[int]]:
        answer = self.client.get(f"/api/v1/{self.kind}/?changed_since={self.since}").json()
        self.since = answer["next_since"]
        return [row["id"] for row in answer["results"]], [row["id"] for row in answer["tombstones"]]


@pytest.fixture
def boss(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


@pytest.fixture
def follow(client_of: Callable[[User], Client], boss: User) -> Callable[[str], Follower]:
    return lambda kind: Follower(client_of(boss), kind)


def test_a_cause_changes_with_the_complaints_that_name_it(follow: Any, boss: User) -> None:
    cause = create_cause({"code": "late", "name_en": "Late"}, by=boss)
    case, follower = ComplaintFactory(), follow("causes")
    link_cause(case, cause, by=boss)
    assert follower.look() == ([cause.pk], [])
    unlink_cause(case, cause, by=boss)
    assert follower.look() == ([cause.pk], [])


def test_a_call_back_is_followed_from_its_plan_to_its_end(follow: Any) -> None:
    case, follower = ComplaintFactory(), follow("call-backs")
    made = plan(case, timezone.now())
    assert follower.look() == ([made.pk], [])
    call_off(case, timezone.now())
    assert follower.look() == ([made.pk], [])


def test_whoever_loses_the_customer_finds_tombstones_for_its_cases(
    client_of: Callable[[User], Client], user_in: Callable[..., User], boss: User
) -> None:
    manager = user_in("manager")
    customer = CustomerFactory(owner=None, team=manager.team)
    case = ComplaintFactory(customer=customer)
    callback = plan(case, timezone.now())
    cases, calls = (Follower(client_of(manager), kind) for kind in ("complaints", "call-backs"))
    update_customer(customer, {"team": TeamFactory()}, by=boss)
    assert cases.look() == ([], [case.pk])
    assert calls.look() == ([], [callback.pk])


def test_a_work_order_brings_the_case_to_the_team(
    client_of: Callable[[User], Client], user_in: Callable[..., User], boss: User
) -> None:
    manager = user_in("manager")
    case = ComplaintFactory(customer=CustomerFactory(owner=None, team=TeamFactory()))
    follower = Follower(client_of(manager), "complaints")
    create_work_order(case, "Look at it", team=manager.team, by=boss)
    assert follower.look() == ([case.pk], [])


def test_what_is_not_followed_says_so_and_is_described_so(follow: Any, client_of: Any, boss: User) -> None:
    answer = client_of(boss).get("/api/v1/queues/?changed_since=0")
    assert (answer.status_code, answer.json()["code"]) == (400, "not_followed")
