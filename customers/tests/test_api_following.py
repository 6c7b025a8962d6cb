"""Following the changes: what belongs to a customer comes and goes with it, whoever moves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.models import User
from core.responsibilities import HandOver
from core.tests.factories import TeamFactory, UserFactory
from customers.domain.bulk import update_customers
from customers.domain.bulk_bin import bring_back_customers, recycle_customers
from customers.domain.customers import update_customer
from customers.domain.handing_over import hand_over_customers
from customers.models import Customer
from customers.tests.factories import ContactFactory, CustomerFactory, OrderFactory

pytestmark = pytest.mark.django_db
API = "/api/v1/"
KINDS = ("customers", "orders", "contacts", "persons")


class Follower:
    """A person who follows four kinds of records, and what came of it the last time."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.since = dict.fromkeys(KINDS, 0)

    def look(self) -> dict[str, tuple[list[int], list[int]]]:
        """Return (records, tombstones) of each kind since the last look."""
        found = {}
        for kind in KINDS:
            answer = self.client.get(f"{API}{kind}/?changed_since={self.since[kind]}").json()
            self.since[kind] = answer["next_since"]
            found[kind] = (
                [row["id"] for row in answer["results"]],
                [row["id"] for row in answer["tombstones"]],
            )
        return found


@pytest.fixture
def sales(user_in: Callable[..., User]) -> User:
    return user_in("sales")


@pytest.fixture
def mine(sales: User) -> dict[str, Any]:
    customer = CustomerFactory(owner=sales, team=sales.team)
    order, contact = OrderFactory(customer=customer), ContactFactory(customer=customer)
    return {"customers": customer, "orders": order, "contacts": contact, "persons": contact.person}


def all_gone(mine: dict[str, Any]) -> dict[str, tuple[list[int], list[int]]]:
    return {kind: ([], [row.pk]) for kind, row in mine.items()}


def all_back(mine: dict[str, Any]) -> dict[str, tuple[list[int], list[int]]]:
    return {kind: ([row.pk], []) for kind, row in mine.items()}


@pytest.fixture
def follower(sales: User, client_of: Callable[[User], Client]) -> Follower:
    return Follower(client_of(sales))


def hand_over(customer: Customer, leaver: User) -> None:
    receiver = UserFactory(team=TeamFactory())
    order = HandOver([customer.pk], leaver=leaver, receiver=receiver, by=None, at=timezone.now(), note="")
    hand_over_customers(order)


def import_owner(customer: Customer, _owner: User) -> None:
    customer.refresh_from_db()
    update_customers([(customer, {"owner": None, "team": TeamFactory()})], by=None, at=timezone.now())


def change_owner(customer: Customer, _owner: User) -> None:
    update_customer(customer, {"owner": None, "team": TeamFactory()}, by=None)


@pytest.mark.parametrize("move", [change_owner, import_owner, hand_over])
def test_whoever_loses_a_customer_finds_tombstones_for_all_of_it(
    follower: Follower, mine: dict[str, Any], sales: User, move: Any
) -> None:
    customer = mine["customers"]
    update_customer(customer, {"city": "Ningbo"}, by=sales)
    follower.look()
    move(customer, sales)
    assert follower.look() == all_gone(mine)


def test_what_an_import_brought_and_takes_back_goes_and_comes(
    follower: Follower, mine: dict[str, Any], sales: User
) -> None:
    follower.look()
    recycle_customers([mine["customers"]], by=sales, at=timezone.now())
    assert follower.look() == all_gone(mine) | {"persons": ([], [mine["persons"].pk])}
    bring_back_customers([mine["customers"]], by=sales, at=timezone.now())
    assert follower.look() == all_back(mine)


def test_an_import_that_moves_nobody_tells_of_the_customer_alone(
    follower: Follower, mine: dict[str, Any], sales: User
) -> None:
    follower.look()
    update_customers([(mine["customers"], {"city": "Ningbo"})], by=sales, at=timezone.now())
    assert follower.look() == dict.fromkeys(KINDS, ([], [])) | {"customers": ([mine["customers"].pk], [])}


@pytest.mark.parametrize("also", ["city=Ningbo", "view=1", "sort=name", "cursor=x", "count=1"])
def test_filters_and_sorting_are_refused_beside_changed_since(
    client_of: Callable[[User], Client], user_in: Callable[..., User], also: str
) -> None:
    answer = client_of(user_in("administrator")).get(f"{API}customers/?changed_since=0&{also}")
    assert (answer.status_code, answer.json()["code"]) == (400, "not_with_changed_since")
    assert list(answer.json()["errors"]) == [also.split("=")[0]]
