"""Making, changing, moving and deleting customers on pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry, User
from customers.domain.customers import create_customer, update_customer
from customers.models import AxisChange, Customer
from customers.tests.factories import CustomerFactory

CREATE = reverse("customers:customer-create")


@pytest.fixture
def sales(user_in: Callable[..., User]) -> User:
    return user_in("sales", full_name="Sam Sales")


@pytest.fixture
def client(sales: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(sales)


@pytest.fixture
def customer(sales: User) -> Customer:
    return create_customer({"name": "Dragon Port"}, by=sales)


def filled(**changed: Any) -> dict[str, Any]:
    return {"kind": "organisation", "name": "Dragon Port", "industry": "ports", **changed}


def edit_url(customer: Customer) -> str:
    return reverse("customers:customer-update", args=[customer.pk])


def test_new_customer_belongs_to_who_makes_it(client: Client, sales: User) -> None:
    response = client.post(CREATE, filled(phone="0574 8812 0099", new_tags="VIP, Port"))
    customer = Customer.objects.get()
    assert response["Location"] == reverse("customers:customer-detail", args=[customer.pk])
    assert (customer.owner, customer.team, customer.industry) == (sales, sales.team, "ports")
    assert sorted(tag.name for tag in customer.tags.all()) == ["Port", "VIP"]


def test_only_who_may_assign_is_asked_for_owner_and_team(
    client: Client, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    assert 'name="owner"' not in client.get(CREATE).content.decode()
    assert 'name="owner"' in client_of(user_in("manager")).get(CREATE).content.decode()


def test_owner_in_the_post_of_who_may_not_assign_changes_nothing(
    client: Client, sales: User, user_in: Callable[..., User]
) -> None:
    other = user_in("sales")
    client.post(CREATE, filled(owner=other.pk))
    assert Customer.objects.get().owner == sales


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "This field is required."),
        ("since", "2999-01-01", "This day is still to come."),
        ("credit_code", "123", "18 digits and capital letters."),
        ("email", "nobody", "Enter a valid email address."),
        ("parent", "Nobody of that name", "No customer of this name or code is in your reach."),
    ],
)
def test_wrong_input_is_named_and_kept(field: str, value: str, message: str, client: Client) -> None:
    response = client.post(CREATE, filled(**{"address": "Port Road 18", field: value}))
    page = response.content.decode()
    assert response.status_code == 422
    assert message in page
    assert "Port Road 18" in page
    assert Customer.objects.count() == 0


def test_customers_that_look_alike_are_shown_before_saving(client: Client, customer: Customer) -> None:
    CustomerFactory(name="Dragon Port", name_key=customer.name_key)
    response = client.post(CREATE, filled(name="Dragon Port Ltd."))
    page = response.content.decode()
    assert response.status_code == 409
    assert "2 customers look alike" in page
    assert reverse("customers:customer-detail", args=[customer.pk]) in page
    assert "1 customer outside your reach" in page
    assert Customer.objects.count() == 2
    confirmed = client.post(CREATE, filled(name="Dragon Port Ltd.", confirmed="1"))
    assert confirmed.status_code == 302
    assert Customer.objects.count() == 3


def test_the_same_form_sent_twice_makes_one_customer(client: Client) -> None:
    once = client.get(CREATE).context["once"]
    first = client.post(CREATE, filled(once=once, confirmed="1"))
    second = client.post(CREATE, filled(once=once, confirmed="1"))
    assert Customer.objects.count() == 1
    assert second["Location"] == first["Location"]


def test_a_refused_form_may_be_sent_again(client: Client, customer: Customer) -> None:
    update_customer(customer, {"credit_code": "91330200000000000A"}, by=None)
    once = client.get(CREATE).context["once"]
    taken = client.post(
        CREATE, filled(name="Other", once=once, confirmed="1", credit_code="91330200000000000A")
    )
    assert taken.status_code == 422
    assert "Another customer has this credit code." in taken.content.decode()
    assert client.post(CREATE, filled(name="Other", once=once, confirmed="1")).status_code == 302


def test_branch_form_begins_with_the_parent(client: Client, customer: Customer) -> None:
    page = client.get(CREATE, {"parent": customer.pk}).content.decode()
    assert f"{customer.code} · Dragon Port" in page


def test_edit_writes_what_changed_and_goes_back(client: Client, customer: Customer) -> None:
    response = client.post(edit_url(customer), filled(city="Ningbo", version=customer.version))
    customer.refresh_from_db()
    assert response["Location"] == reverse("customers:customer-detail", args=[customer.pk])
    assert (customer.city, customer.industry) == ("Ningbo", "ports")


def test_edit_goes_back_only_to_our_own_pages(client: Client, customer: Customer) -> None:
    response = client.post(edit_url(customer), filled(next="https://elsewhere.example/"))
    assert response["Location"] == reverse("customers:customer-detail", args=[customer.pk])


def test_stale_edit_shows_both_versions_and_keeps_what_was_typed(
    client: Client, customer: Customer, user_in: Callable[..., User]
) -> None:
    seen = customer.version
    update_customer(customer, {"city": "Shanghai"}, by=user_in("manager", full_name="Mia Manager"))
    response = client.post(edit_url(customer), filled(city="Ningbo", address="Port Road 18", version=seen))
    page = response.content.decode()
    assert response.status_code == 409
    for shown in ("Mia Manager saved this record", "Shanghai", "Ningbo", "Port Road 18", "Save my version"):
        assert shown in page
    customer.refresh_from_db()
    assert customer.city == "Shanghai"
    assert f'name="version" value="{customer.version}"' in page
    client.post(edit_url(customer), filled(city="Ningbo", address="Port Road 18", version=customer.version))
    customer.refresh_from_db()
    assert (customer.city, customer.address) == ("Ningbo", "Port Road 18")


def test_edit_that_changes_nothing_writes_nothing(client: Client, customer: Customer) -> None:
    client.post(
        edit_url(customer), {"kind": "organisation", "name": "Dragon Port", "version": customer.version}
    )
    assert AuditEntry.objects.about(customer).filter(action="changed").count() == 0


def test_axis_moves_with_a_reason(client: Client, customer: Customer) -> None:
    url = reverse("customers:customer-axis", args=[customer.pk, "stage"])
    response = client.post(url, {"new": "growth", "reason": "First repeat order"})
    customer.refresh_from_db()
    assert response.status_code == 302
    assert customer.stage == "growth"
    assert AxisChange.objects.get(customer=customer, old="prospect").reason == "First repeat order"


@pytest.mark.parametrize(
    "data", [{"new": "growth", "reason": ""}, {"new": "prospect", "reason": "x"}, {"reason": "x"}]
)
def test_axis_needs_a_reason_and_another_value(
    data: dict[str, str], client: Client, customer: Customer
) -> None:
    url = reverse("customers:customer-axis", args=[customer.pk, "stage"])
    assert client.post(url, data).status_code == 422
    customer.refresh_from_db()
    assert customer.stage == "prospect"


def test_unknown_axis_is_not_found(client: Client, customer: Customer) -> None:
    assert client.get(reverse("customers:customer-axis", args=[customer.pk, "mood"])).status_code == 404


def test_dialog_shows_the_form_alone_and_its_errors(client: Client, customer: Customer) -> None:
    url = reverse("customers:customer-axis", args=[customer.pk, "tier"])
    headers = {"HX-Request": "true", "HX-Target": "dialog"}
    shown = client.get(url, headers=headers).content.decode()
    assert "<html" not in shown
    assert 'hx-target="#dialog"' in shown
    wrong = client.post(url, {"new": "core"}, headers=headers)
    assert wrong.status_code == 422
    assert "<html" not in wrong.content.decode()
    right = client.post(url, {"new": "core", "reason": "Volume"}, headers=headers)
    assert right["HX-Redirect"] == reverse("customers:customer-detail", args=[customer.pk])


def test_delete_asks_then_puts_into_the_bin(
    customer: Customer, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("manager"))
    url = reverse("customers:customer-delete", args=[customer.pk])
    assert "Delete “Dragon Port”?" in client.get(url).content.decode()
    assert client.post(url)["Location"] == reverse("customers:customer-list")
    customer.refresh_from_db()
    assert customer.deleted_at is not None
    assert client.post(url).status_code == 404
