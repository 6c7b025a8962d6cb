"""Orders with their lines, refunds, the recycle bin, and the price list, on pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import User
from customers.domain.customers import create_customer
from customers.domain.orders import create_order, delete_order, refund_order, update_order
from customers.domain.products import create_product, set_price
from customers.models import Customer, Order, OrderLine, Price, Product
from customers.tests.factories import OrderFactory

CREATE = reverse("customers:order-create")
LIST = reverse("customers:order-list")


@pytest.fixture
def manager(user_in: Callable[..., User]) -> User:
    return user_in("manager")


@pytest.fixture
def client(manager: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(manager)


@pytest.fixture
def customer(manager: User) -> Customer:
    return create_customer({"name": "Dragon Port"}, by=manager)


@pytest.fixture
def product(manager: User) -> Product:
    made = create_product({"code": "DG-2", "name": "Dangerous goods", "kind": "open_course"}, by=manager)
    set_price(made, currency="CNY", amount=Decimal(1800), valid_from=date(2020, 1, 1), by=manager)
    return made


@pytest.fixture
def order(customer: Customer, product: Product, manager: User) -> Order:
    return create_order(customer, {}, lines=[{"product": product, "quantity": 2}], by=manager)


def head(customer: Customer, **changed: Any) -> dict[str, Any]:
    today = timezone.localdate().isoformat()
    return {
        "customer": customer.code,
        "ordered_on": today,
        "state": "confirmed",
        "currency": "CNY",
        **changed,
    }


def lines(*rows: dict[str, Any]) -> dict[str, Any]:
    sent: dict[str, Any] = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": 0}
    for place, row in enumerate(rows):
        sent |= {
            f"lines-{place}-{name}": value
            for name, value in {"quantity": "1", "discount": "0", **row}.items()
        }
    return sent


def page(order: Order, name: str) -> str:
    return reverse(f"customers:order-{name}", args=[order.pk])


def test_order_takes_the_list_price_and_the_sum_of_its_lines(
    client: Client, customer: Customer, product: Product, manager: User
) -> None:
    data = head(customer, owner=manager.pk) | lines(
        {"product": product.pk, "quantity": "3", "discount": "10"},
        {"description": "Travel", "unit_price": "500"},
        {},
    )
    response = client.post(CREATE, data)
    order = Order.objects.get()
    assert response["Location"] == order.get_absolute_url()
    assert (order.amount, order.owner, order.state) == (Decimal("5360.00"), manager, "confirmed")
    assert [line.amount for line in order.lines.all()] == [Decimal("4860.00"), Decimal("500.00")]


def test_order_without_lines_needs_an_amount(client: Client, customer: Customer) -> None:
    refused = client.post(CREATE, head(customer) | lines({}))
    assert refused.status_code == 422
    assert "Enter an amount." in refused.content.decode()
    client.post(CREATE, head(customer, amount="900") | lines({}))
    assert Order.objects.get().amount == Decimal("900.00")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"unit_price": "5"}, "Choose a product, or describe the position."),
        ({"description": "Travel"}, "A position without a product needs a price."),
        ({"description": "Travel", "unit_price": "-5"}, "A price cannot be negative."),
        ({"description": "Travel", "unit_price": "5", "quantity": "0"}, "The quantity must be above zero."),
        (
            {"description": "Travel", "unit_price": "5", "discount": "120"},
            "A discount is between 0 and 100 %.",
        ),
    ],
)
def test_wrong_line_is_named_at_the_line(
    line: dict[str, str], message: str, client: Client, customer: Customer
) -> None:
    response = client.post(CREATE, head(customer, note="Kept") | lines(line))
    assert response.status_code == 422
    assert message in response.content.decode()
    assert "Kept" in response.content.decode()
    assert Order.objects.count() == 0


def test_what_the_domain_refuses_of_a_line_is_shown_at_the_line(
    client: Client, customer: Customer, product: Product
) -> None:
    response = client.post(CREATE, head(customer, currency="USD") | lines({}, {"product": product.pk}))
    assert response.status_code == 422
    assert response.context["formset"].forms[1].errors["unit_price"] == [
        "There is no list price in this currency: enter the price."
    ]


def test_negative_order_is_refused(client: Client, customer: Customer) -> None:
    response = client.post(CREATE, head(customer, amount="-5") | lines({}))
    assert "Record money given back as a refund" in response.content.decode()


def test_order_sent_twice_is_entered_once(client: Client, customer: Customer) -> None:
    data = head(customer, amount="900", once=client.get(CREATE).context["once"]) | lines({})
    assert client.post(CREATE, data)["Location"] == client.post(CREATE, data)["Location"]
    assert Order.objects.count() == 1


def test_add_line_keeps_what_was_typed_and_checks_nothing(client: Client, customer: Customer) -> None:
    data = head(customer, amount="not a number") | lines({"description": "Travel"}) | {"add_line": "1"}
    response = client.post(CREATE, data)
    shown = response.content.decode()
    assert response.status_code == 200
    assert len(response.context["formset"].forms) == 2
    for kept in ("not a number", "Travel", customer.code):
        assert kept in shown
    assert "This field is required" not in shown
    fragment = client.post(CREATE, data, headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith("<fieldset")


def test_chosen_product_fills_in_its_price(client: Client, customer: Customer, product: Product) -> None:
    data = head(customer) | lines({}, {"product": product.pk, "unit_price": "1"}) | {"fill_price": "1"}
    forms = client.post(CREATE, data).context["formset"].forms
    assert [form["unit_price"].value() for form in forms] == ["", "1800.00"]


def test_lines_share_one_query_for_their_products(
    client: Client, customer: Customer, product: Product
) -> None:
    def queries(number: int) -> int:
        data = head(customer) | lines(*[{"product": product.pk}] * number) | {"add_line": "1"}
        with CaptureQueriesContext(connection) as captured:
            client.post(CREATE, data)
        return len(captured)

    queries(1)
    assert queries(1) == queries(6)


def test_edit_replaces_lines_and_keeps_the_number(client: Client, order: Order, product: Product) -> None:
    data = head(order.customer, version=order.version) | lines(
        {"product": product.pk, "quantity": "5", "unit_price": "1000"},
        {"description": "Gone", "unit_price": "7", "DELETE": "on"},
    )
    number = order.number
    assert client.post(page(order, "update"), data)["Location"] == order.get_absolute_url()
    order.refresh_from_db()
    assert (order.number, order.amount, order.lines.count()) == (number, Decimal("5000.00"), 1)


def test_edit_form_shows_the_stored_lines(client: Client, order: Order) -> None:
    response = client.get(page(order, "update"))
    assert [form["quantity"].value() for form in response.context["formset"].forms] == [Decimal("2.00")]
    assert "C-" not in response.context["form"].fields


def test_stale_edit_of_an_order_shows_the_conflict(client: Client, order: Order, manager: User) -> None:
    update_order(order, {"seats": 44}, by=manager)
    data = head(order.customer, version=order.version, seats="12") | lines(
        {"description": "Travel", "unit_price": "5"}
    )
    response = client.post(page(order, "update"), data)
    assert response.status_code == 409
    assert "44" in response.content.decode()
    assert "Travel" in response.content.decode()


def test_detail_shows_lines_refunds_and_history(client: Client, order: Order, manager: User) -> None:
    refund_order(order, Decimal(600), note="Two seats unused", by=manager)
    shown = client.get(order.get_absolute_url()).content.decode()
    for text in (
        "Dangerous goods",
        "¥3,600",
        "Two seats unused",
        "−¥600",
        "Left after refunds",
        "¥3,000",
        "Created",
    ):
        assert text in shown


def test_refund_is_recorded_once_and_never_above_what_is_left(client: Client, order: Order) -> None:
    url = page(order, "refund")
    today = timezone.localdate().isoformat()
    form = client.get(url)
    assert form.context["form"]["amount"].value() == Decimal("3600.00")
    data = {"amount": "600", "on": today, "note": "Unused seats", "once": form.context["once"]}
    client.post(url, data)
    client.post(url, data)
    assert [refund.amount for refund in order.refunds.all()] == [Decimal("-600.00")]
    too_much = client.post(url, {"amount": "3001", "on": today, "note": "More"})
    assert too_much.status_code == 422
    assert "More than what is left of the order." in too_much.content.decode()


def test_cancel_needs_a_reason_and_happens_once(client: Client, order: Order) -> None:
    url = page(order, "cancel")
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "Entered twice"})
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert client.post(url, {"reason": "Again"}).status_code == 422
    assert client.get(page(order, "update")).status_code == 404


def test_draft_is_confirmed(client: Client, customer: Customer, manager: User) -> None:
    draft = create_order(customer, {"state": "draft", "amount": 900}, by=manager)
    assert "Confirm order" in client.get(draft.get_absolute_url()).content.decode()
    client.post(page(draft, "confirm"))
    draft.refresh_from_db()
    assert draft.state == "confirmed"
    assert client.post(page(draft, "confirm")).status_code == 409


def test_order_goes_to_the_bin_and_comes_back(client: Client, order: Order) -> None:
    assert "Delete order" in client.get(page(order, "delete")).content.decode()
    assert client.post(page(order, "delete"))["Location"] == LIST
    assert client.get(order.get_absolute_url()).status_code == 404
    assert order.number in client.get(reverse("core:recycle-bin")).content.decode()
    assert client.post(page(order, "restore"))["Location"] == order.get_absolute_url()
    order.refresh_from_db()
    assert order.deleted_at is None
    assert client.post(page(order, "restore")).status_code == 404


def test_order_of_a_deleted_customer_is_not_offered_in_the_bin(
    client: Client, order: Order, manager: User
) -> None:
    delete_order(order, by=manager)
    Customer.objects.update(deleted_at=timezone.now())
    assert order.number not in client.get(reverse("core:recycle-bin")).content.decode()
    assert client.post(page(order, "restore")).status_code == 404


def test_list_costs_the_same_for_one_row_and_for_many(client: Client, order: Order, manager: User) -> None:
    def queries() -> int:
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    one = queries()
    for amount in (100, 200, 300):
        refund_order(create_order(order.customer, {"amount": amount}, by=manager), Decimal(50), by=manager)
    assert queries() == one


def test_list_shows_orders_in_reach_by_tab(client: Client, order: Order, manager: User) -> None:
    strange = OrderFactory()
    draft = create_order(order.customer, {"state": "draft", "amount": 900}, by=manager)
    everything = client.get(LIST).content.decode()
    assert order.number in everything
    assert strange.number not in everything
    drafts = client.get(LIST, {"state": "draft"}).content.decode()
    assert draft.number in drafts
    assert order.number not in drafts


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("manager", ["Cancel order", "Refund", "Edit", "Delete order"], []),
        ("sales", ["Cancel order", "Refund", "Edit"], ["Delete order"]),
        ("agent", [], ["Cancel order", "Refund", "Edit", "Delete order"]),
        ("analyst", [], ["Cancel order", "Refund", "Edit", "Delete order"]),
    ],
)
def test_actions_follow_the_role(
    role: str,
    shown: list[str],
    hidden: list[str],
    order: Order,
    user_in: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:
    text = client_of(user_in(role)).get(order.get_absolute_url()).content.decode()
    assert [word for word in shown if f"{word}</a>" not in text] == []
    assert [word for word in hidden if f"{word}</a>" in text] == []


def test_empty_order_list_offers_the_import(client: Client, manager: User) -> None:
    assert "Import orders" in client.get(LIST).content.decode()


# ---- price list -----------------------------------------------------------------------------------------


def test_product_is_made_and_gets_a_price(client: Client) -> None:
    data = {"code": "L-1", "name": "Leadership", "kind": "programme", "is_active": "on"}
    response = client.post(reverse("customers:product-create"), data)
    product = Product.objects.get()
    assert response["Location"] == reverse("customers:product-detail", args=[product.pk])
    url = reverse("customers:price-create", args=[product.pk])
    client.post(url, {"currency": "CNY", "amount": "64000", "valid_from": "2026-01-01"})
    assert Price.objects.get().amount == Decimal("64000.00")


def test_code_that_is_taken_is_refused(client: Client, product: Product) -> None:
    data = {"code": "DG-2", "name": "Another", "kind": "programme", "is_active": "on"}
    assert client.post(reverse("customers:product-create"), data).status_code == 422
    assert Product.objects.count() == 1


def test_product_page_marks_the_price_in_force(client: Client, product: Product, manager: User) -> None:
    coming = timezone.localdate() + timedelta(days=365)
    set_price(product, currency="CNY", amount=Decimal(1900), valid_from=coming, by=manager)
    shown = client.get(reverse("customers:product-detail", args=[product.pk])).content.decode()
    for text in ("¥1,800", "in force", "¥1,900", "to come"):
        assert text in shown


def test_price_list_shows_todays_price(client: Client, product: Product, manager: User) -> None:
    shown = client.get(reverse("customers:product-list")).content.decode()
    assert "Dangerous goods" in shown
    assert "¥1,800" in shown


def test_product_goes_off_sale_and_lines_no_longer_offer_it(client: Client, product: Product) -> None:
    client.post(reverse("customers:product-toggle", args=[product.pk]), {"on_sale": "0"})
    client.post(reverse("customers:product-toggle", args=[product.pk]), {"on_sale": "0"})
    product.refresh_from_db()
    assert product.is_active is False
    assert "Dangerous goods" not in client.get(CREATE).content.decode()


def test_product_is_edited_and_deleted_unless_it_was_sold(
    client: Client, product: Product, order: Order
) -> None:
    data = {"code": "DG-2", "name": "Dangerous cargo", "kind": "open_course", "version": product.version}
    client.post(reverse("customers:product-update", args=[product.pk]), data)
    product.refresh_from_db()
    assert product.name == "Dangerous cargo"
    url = reverse("customers:product-delete", args=[product.pk])
    assert client.post(url).status_code == 409
    OrderLine.objects.all().delete()
    client.post(url)
    assert Product.objects.count() == 0


def test_price_is_removed(client: Client, product: Product) -> None:
    client.post(reverse("customers:price-delete", args=[Price.objects.get().pk]))
    assert Price.objects.count() == 0
