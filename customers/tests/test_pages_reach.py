"""Every address of the package: unknown to who is out of reach, refused to roles without the right."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import User
from core.tests.factories import TeamFactory
from customers.domain.contacts import add_contact
from customers.domain.customers import create_customer, delete_customer
from customers.domain.interactions import record_interaction
from customers.domain.orders import create_order, delete_order
from customers.domain.products import create_product
from customers.domain.tasks import create_task
from customers.urls import urlpatterns

#: Addresses that show no record of a team: whoever holds the right may open them.
EVERYBODYS = {
    "customer-list", "customer-create", "customer-options", "recent-panel", "people-list",
    "person-options", "interaction-list", "order-list", "order-create", "product-list",
    "product-create",
    "product-detail", "product-update", "product-toggle", "product-delete", "price-create", "price-delete",
    "task-list", "task-panel", "task-create", "tag-list", "tag-create", "tag-update", "tag-delete",
}  # fmt: skip

#: What each role may not even open; everything else is open to it.
CLOSED = {
    "sales": {
        "customer-delete", "customer-restore", "order-delete", "order-restore",
        "product-create", "product-update", "product-toggle", "product-delete", "price-create",
        "price-delete",
        "tag-update", "tag-delete",
    },
    "agent": {
        "customer-delete", "customer-restore", "interaction-delete", "order-create",
        "order-update", "order-confirm", "order-refund", "order-cancel", "order-delete", "order-restore",
        "product-create", "product-update", "product-toggle", "product-delete", "price-create",
        "price-delete",
        "tag-create", "tag-update", "tag-delete",
    },
    "trainer": {
        "customer-create", "customer-update", "customer-delete", "customer-restore",
        "customer-axis",
        "contact-create", "contact-update", "contact-end", "contact-move", "person-link", "person-unlink",
        "interaction-update", "interaction-delete", "order-create", "order-update",
        "order-confirm",
        "order-refund", "order-cancel", "order-delete", "order-restore", "product-create", "product-update",
        "product-toggle", "product-delete", "price-create", "price-delete", "tag-create", "tag-update",
        "tag-delete",
    },
}  # fmt: skip
CLOSED["analyst"] = CLOSED["trainer"] | {
    "interaction-create", "task-create", "task-update", "task-complete", "task-reschedule", "task-reopen",
    "task-cancel",
}  # fmt: skip


@pytest.fixture
def owner(user_in: Callable[..., User]) -> User:
    return user_in("manager")


@pytest.fixture
def addresses(owner: User) -> dict[str, str]:
    """Every address of the package with the keys of real records."""
    customer = create_customer({"name": "Dragon Port"}, by=owner, tags=["VIP"])
    gone = create_customer({"name": "Gone"}, by=owner)
    delete_customer(gone, by=owner)
    contact = add_contact(customer, {"name": "Wang"}, by=owner)
    other = add_contact(customer, {"name": "Zhou"}, by=owner)
    order = create_order(customer, {"amount": 900}, by=owner)
    deleted = create_order(customer, {"amount": 1}, by=owner)
    delete_order(deleted, by=owner)
    product = create_product({"code": "P", "name": "Course"}, by=owner)
    price = product.prices.create(amount=Decimal(5), valid_from="2026-01-01")
    keys: dict[str, Any] = {
        "customer": customer.pk, "contact": contact.pk, "person": contact.person_id, "product": product.pk,
        "price": price.pk, "order": order.pk, "tag": customer.tags.get().pk,
        "interaction": record_interaction(customer, {"summary": "Talk"}, by=owner).pk,
        "task": create_task("Call", customer=customer, owner=owner, by=owner).pk,
        "customer-restore": gone.pk, "order-restore": deleted.pk, "price-create": product.pk,
        "contact-create": customer.pk, "interaction-create": customer.pk,
    }  # fmt: skip
    found = {}
    for pattern in urlpatterns:
        name, route = pattern.name, str(pattern.pattern)
        args: list[Any] = []
        if "<int:pk>" in route:
            args.append(keys.get(name, keys.get(name.split("-")[0])))
        args += ["stage"] if "<str:axis>" in route else []
        args += [other.person_id] if "<int:other>" in route else []
        found[name] = reverse(f"customers:{name}", args=args)
    return found


def statuses(client: Client, urls: dict[str, str]) -> dict[str, set[int]]:
    return {name: {client.get(url).status_code, client.post(url).status_code} for name, url in urls.items()}


def test_records_out_of_reach_do_not_exist(
    addresses: dict[str, str], user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    """GET and POST alike: the one that the page does not know at all answers 405."""
    client = client_of(user_in("manager", team=TeamFactory()))
    below = {name: url for name, url in addresses.items() if name not in EVERYBODYS}
    answers = statuses(client, below)
    assert {name: codes for name, codes in answers.items() if not codes <= {404, 405}} == {}
    assert [name for name, codes in answers.items() if 404 not in codes] == []


@pytest.mark.parametrize("role", sorted(CLOSED))
def test_roles_open_what_they_may_and_nothing_else(
    role: str, addresses: dict[str, str], user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in(role))
    refused = {name for name, codes in statuses(client, addresses).items() if codes == {403}}
    assert refused == CLOSED[role]


def test_owner_opens_every_page(
    addresses: dict[str, str], owner: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(owner)
    answers = {name: client.get(url).status_code for name, url in addresses.items()}
    assert {name: code for name, code in answers.items() if code not in {200, 302, 405}} == {}


def test_strangers_are_sent_to_the_sign_in_page(addresses: dict[str, str]) -> None:
    client = Client()
    assert {client.get(url).status_code for url in addresses.values()} == {302}


def test_own_task_at_a_customer_out_of_reach_stays_open(
    addresses: dict[str, str], owner: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    stranger = user_in("sales", team=TeamFactory())
    task = create_task("Help them", owner=stranger, by=owner)
    url = reverse("customers:task-complete", args=[task.pk])
    assert client_of(stranger).post(url, {"outcome": "Helped"}).status_code == 302


def test_customer_of_another_team_cannot_be_picked(
    addresses: dict[str, str], user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("sales", team=TeamFactory()))
    response = client.post(
        reverse("customers:task-create"), {"title": "Call", "priority": "normal", "customer": "C-000001"}
    )
    assert response.status_code == 422
    assert client.get(f"{reverse('customers:order-create')}?customer=1").status_code == 404
