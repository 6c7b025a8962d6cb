from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import Team, User
from core.tests.factories import UserFactory
from customers.domain.orders import create_order
from customers.models import Customer, Order, OrderTotals, Product
from customers.tests.factories import CustomerFactory, ProductFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/orders/"
PRODUCTS = "/api/v1/products/"
JSON = {"content_type": "application/json"}


@pytest.fixture
def api(client_of: Callable[[User], Client], seller: User) -> Client:
    return client_of(seller)


def order_of(customer: Customer, amount: str = "1000") -> Order:
    return create_order(customer, {"amount": Decimal(amount)}, by=customer.owner)


@pytest.mark.parametrize(
    ("role", "add", "change", "refund", "delete"),
    [
        ("agent", 403, 403, 403, 403),
        ("sales", 201, 200, 201, 403),
        ("trainer", 403, 403, 403, 403),
        ("manager", 201, 200, 201, 204),
        ("analyst", 403, 403, 403, 403),
        ("integration", 201, 200, 403, 403),
        ("administrator", 201, 200, 201, 204),
    ],
)
def test_each_role_does_what_the_table_allows(
    role: str, add: int, change: int, refund: int, delete: int, user_in: Any, client_of: Any
) -> None:
    user = user_in(role)
    customer = CustomerFactory(owner=user)
    order, draft = (
        order_of(customer),
        create_order(customer, {"amount": Decimal(1), "state": "draft"}, by=user),
    )
    client = client_of(user)
    assert client.get(f"{URL}{order.pk}/").status_code == 200
    assert client.post(URL, {"customer": customer.pk, "amount": "5"}, **JSON).status_code == add
    assert client.patch(f"{URL}{order.pk}/", {"note": "x"}, **JSON).status_code == change
    assert client.post(f"{URL}{draft.pk}/confirm/", {}, **JSON).status_code == change
    assert client.post(f"{URL}{draft.pk}/cancel/", {"reason": "x"}, **JSON).status_code == change
    assert client.delete(f"{URL}{draft.pk}/").status_code == delete
    assert client.post(f"{URL}{order.pk}/refund/", {"amount": "5"}, **JSON).status_code == refund


def test_orders_of_customers_out_of_reach_are_not_there(api: Client, other_team: Team) -> None:
    hidden = CustomerFactory(owner=UserFactory(team=other_team))
    order = order_of(hidden)
    assert api.get(URL).json()["results"] == []
    assert api.get(f"{URL}{order.pk}/").status_code == 404
    assert api.post(f"{URL}{order.pk}/refund/", {"amount": "5"}, **JSON).status_code == 404
    refused = api.post(URL, {"customer": hidden.pk, "amount": "5"}, **JSON)
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"customer"})


def test_create_with_lines_answers_them_and_the_amount(api: Client, customer: Customer) -> None:
    product = ProductFactory()
    lines = [{"product": product.pk, "quantity": "3", "unit_price": "1980.00", "discount": "10"}]
    answer = api.post(URL, {"customer": customer.pk, "ordered_on": "2026-03-02", "lines": lines}, **JSON)
    assert answer.status_code == 201
    row = answer.json()
    assert {
        key: row[key] for key in ("number", "amount", "amount_base", "state", "kind", "counts_on", "version")
    } == {
        "number": "SO-2026-000001",
        "amount": "5346.00",
        "amount_base": "5346.00",
        "state": "confirmed",
        "kind": "order",
        "counts_on": "2026-03-02",
        "version": 1,
    }
    assert row["lines"] == [
        {
            "product": product.pk,
            "description": "",
            "quantity": "3.00",
            "unit_price": "1980.00",
            "discount": "10.00",
            "amount": "5346.00",
        }
    ]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"amount"}),
        ({"amount": "-5"}, {"amount"}),
        ({"amount": "1e30"}, {"amount"}),
        ({"amount": "99999999999999"}, {"amount"}),
        ({"amount": "NaN"}, {"amount"}),
        ({"amount": "5", "ordered_on": "1800-01-01"}, {"ordered_on"}),
        ({"amount": "5", "currency": "XXX"}, {"currency"}),
        ({"amount": "5", "currency": "USD"}, {"currency"}),
        ({"amount": "5", "state": "cancelled"}, {"state"}),
        ({"amount": "5", "seats": -1}, {"seats"}),
        ({"amount": "5", "seats": 10**12}, {"seats"}),
        ({"amount": "5", "colour": "red"}, {"colour"}),
        ({"lines": [{"description": "x", "unit_price": "1", "colour": 1}]}, {"lines.0.colour"}),
        ({"lines": [{"description": "x"}]}, {"lines.0.unit_price"}),
        ({"lines": [{"description": "x", "unit_price": "1", "quantity": "0"}]}, {"lines.0.quantity"}),
        ({"lines": {"description": "x"}}, {"lines"}),
        ({"amount": "5", "refund_of": 999}, {"refund_of"}),
    ],
)
def test_bad_orders_are_refused_by_field(
    api: Client, customer: Customer, body: dict[str, Any], fields: set[str]
) -> None:
    answer = api.post(URL, {"customer": customer.pk, **body}, **JSON)
    assert answer.status_code == 400
    assert {name.removesuffix(".non_field_errors") for name in answer.json()["errors"]} == fields
    assert not Order.objects.exists()


def test_order_needs_a_customer(api: Client) -> None:
    assert set(api.post(URL, {"amount": "5"}, **JSON).json()["errors"]) == {"customer"}


def test_change_of_what_has_a_verb_of_its_own_is_refused(api: Client, customer: Customer) -> None:
    order = order_of(customer)
    answer = api.patch(f"{URL}{order.pk}/", {"state": "draft", "kind": "refund"}, **JSON)
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"state", "kind"})


def test_order_read_and_sent_back_stays_the_same(api: Client, customer: Customer) -> None:
    lines = [{"description": "Seat", "quantity": "2", "unit_price": "10.00"}]
    row = api.post(URL, {"customer": customer.pk, "lines": lines}, **JSON).json()
    answer = api.put(f"{URL}{row['id']}/", row, **JSON)
    assert (answer.status_code, answer.json()) == (200, row)


def test_stale_change_answers_409(api: Client, customer: Customer) -> None:
    order = order_of(customer)
    assert api.patch(f"{URL}{order.pk}/", {"note": "a", "version": 1}, **JSON).status_code == 200
    answer = api.patch(f"{URL}{order.pk}/", {"note": "b", "version": 1}, **JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")


def test_refund_and_cancel_verbs(api: Client, customer: Customer) -> None:
    order = order_of(customer, "100")
    refund = api.post(f"{URL}{order.pk}/refund/", {"amount": "60", "note": "one seat"}, **JSON)
    assert (refund.status_code, refund.json()["amount"], refund.json()["refund_of"]) == (
        201,
        "-60.00",
        order.pk,
    )
    over = api.post(f"{URL}{order.pk}/refund/", {"amount": "50"}, **JSON)
    assert (over.status_code, over.json()["code"], over.json()["left"]) == (409, "refund_too_large", "40.00")
    assert api.post(f"{URL}{order.pk}/cancel/", {"reason": "x"}, **JSON).json()["code"] == "order_has_refunds"
    other = order_of(customer)
    assert api.post(f"{URL}{other.pk}/cancel/", {}, **JSON).status_code == 400
    cancelled = api.post(f"{URL}{other.pk}/cancel/", {"reason": "budget"}, **JSON)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert api.post(f"{URL}{other.pk}/cancel/", {"reason": "budget"}, **JSON).status_code == 409
    assert OrderTotals.objects.get(pk=customer.pk).amount == 40


def test_upsert_twice_is_one_order_and_finds_the_customer_by_its_number(api: Client, seller: User) -> None:
    customer = CustomerFactory(owner=seller, source_system="erp", external_id="10042")
    url = f"{URL}by-external-id/erp/SO-1/"
    body = {
        "customer_external_id": "10042",
        "ordered_on": "2026-03-02",
        "lines": [{"description": "Seat", "quantity": "2", "unit_price": "10.00"}],
    }
    first, second = api.put(url, body, **JSON), api.put(url, body, **JSON)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert (Order.objects.get().customer, Order.objects.get().version) == (customer, 1)
    unknown = api.put(f"{URL}by-external-id/erp/SO-2/", {**body, "customer_external_id": "7"}, **JSON)
    assert set(unknown.json()["errors"]) == {"customer_external_id"}


def test_one_and_three_orders_cost_the_same_queries(api: Client, customer: Customer) -> None:
    counts = []
    for number in (1, 2):
        for _row in range(number):
            create_order(
                customer, {}, lines=[{"product": ProductFactory(), "unit_price": 5}], by=customer.owner
            )
        with CaptureQueriesContext(connection) as captured:
            api.get(URL)
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("role", "add", "delete"), [("manager", 201, 204), ("sales", 403, 403), ("integration", 403, 403)]
)
def test_only_managers_keep_the_price_list(
    role: str, add: int, delete: int, user_in: Any, client_of: Any
) -> None:
    client = client_of(user_in(role))
    product = ProductFactory()
    assert client.get(f"{PRODUCTS}{product.pk}/").status_code == 200
    assert client.post(PRODUCTS, {"code": "A", "name": "A"}, **JSON).status_code == add
    price = {"currency": "CNY", "amount": "99.00", "valid_from": "2026-01-01"}
    answer = client.post(f"{PRODUCTS}{product.pk}/prices/", price, **JSON)
    assert answer.status_code == (200 if add == 201 else 403)
    if add == 201:
        assert answer.json()["prices"] == [price]
    assert client.delete(f"{PRODUCTS}{product.pk}/").status_code == delete


def test_products_are_taken_off_sale_not_deleted_once_sold(
    user_in: Any, client_of: Any, customer: Customer
) -> None:
    client = client_of(user_in("manager"))
    product = ProductFactory(code="A")
    create_order(customer, {}, lines=[{"product": product, "unit_price": 5}], by=None)
    assert client.delete(f"{PRODUCTS}{product.pk}/").json()["code"] == "product_used"
    assert client.patch(f"{PRODUCTS}{product.pk}/", {"is_active": False}, **JSON).json()["is_active"] is False
    assert client.post(PRODUCTS, {"code": "A", "name": "B"}, **JSON).json()["code"] == "code_taken"
    assert Product.objects.count() == 1


def test_one_and_three_products_cost_the_same_queries(api: Client) -> None:
    counts = []
    for number in (1, 2):
        for _row in range(number):
            ProductFactory().prices.create(amount=5, valid_from="2026-01-01")
        with CaptureQueriesContext(connection) as captured:
            api.get(PRODUCTS)
        counts.append(len(captured))
    assert counts[0] == counts[1]
