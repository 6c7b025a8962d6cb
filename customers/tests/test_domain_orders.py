from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core.choices import AuditAction
from core.errors import DomainError
from core.models import ExchangeRate, User
from core.tests.factories import UserFactory
from customers.choices import EventKind, OrderState
from customers.domain.customers import delete_customer
from customers.domain.orders import (
    cancel_order,
    confirm_order,
    create_order,
    delete_order,
    refund_order,
    restore_order,
    update_order,
)
from customers.domain.products import set_price
from customers.domain.refunds import given_back
from customers.models import Customer, Order, OrderDay, OrderTotals
from customers.tests.factories import CustomerFactory, ProductFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def refused(code: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def order_of(customer: Customer, amount: str = "1000.00", **fields: Any) -> Order:
    data = {"ordered_on": DAY, "amount": Decimal(amount), "currency": "CNY", **fields}
    return create_order(customer, data, by=fields.get("owner"))


def totals_of(customer: Customer) -> tuple[int, Decimal]:
    totals = OrderTotals.objects.get(pk=customer.pk)
    return totals.orders, totals.amount


def days_of(customer: Customer) -> list[tuple[date, int, Decimal]]:
    return list(
        OrderDay.objects.filter(customer=customer).order_by("day").values_list("day", "orders", "amount")
    )


def test_create_numbers_prices_and_counts_the_order(
    customer: Customer, seller: User, story: Any, audit: Any
) -> None:
    order = create_order(customer, {"ordered_on": DAY, "amount": Decimal("1000.50"), "seats": 3}, by=seller)
    assert (order.number, order.currency, order.rate, order.amount_base) == (
        "SO-2026-000001",
        "CNY",
        1,
        Decimal("1000.50"),
    )
    assert (order.counts_on, order.owner, order.state) == (DAY, seller, OrderState.CONFIRMED)
    assert days_of(customer) == [(DAY, 1, Decimal("1000.50"))]
    assert totals_of(customer) == (1, Decimal("1000.50"))
    [event] = story(customer)
    assert (event.kind, timezone.localdate(event.at)) == (EventKind.ORDER, DAY)
    assert event.data == {
        "action": "created", "number": "SO-2026-000001", "amount": "1000.5", "currency": "CNY",
        "amount_base": "1000.5", "state": "confirmed", "ordered_on": "2026-03-02",
    }  # fmt: skip
    assert event.subject_url == order.get_absolute_url()
    assert [line.action for line in audit(order)] == [AuditAction.CREATED]


def test_numbers_run_by_year_and_step_over_taken_ones(customer: Customer) -> None:
    order_of(customer, number="SO-2026-000002")
    numbers = [order_of(customer).number, order_of(customer).number]
    assert numbers == ["SO-2026-000001", "SO-2026-000003"]
    assert order_of(customer, ordered_on=date(2025, 1, 1)).number == "SO-2025-000001"


def test_foreign_currency_takes_the_rate_of_its_day(customer: Customer) -> None:
    ExchangeRate.objects.create(currency="USD", valid_from=date(2026, 1, 1), rate=Decimal("7.1"))
    ExchangeRate.objects.create(currency="USD", valid_from=date(2026, 4, 1), rate=Decimal("7.3"))
    order = order_of(customer, "100", currency="USD")
    assert (order.rate, order.amount_base) == (Decimal("7.1"), Decimal("710.00"))
    moved = update_order(order, {"ordered_on": date(2026, 4, 2)}, by=None)
    assert (moved.rate, moved.amount_base) == (Decimal("7.3"), Decimal("730.00"))
    refused("no_rate", order_of, customer, currency="EUR")


def test_lines_make_the_amount(customer: Customer, seller: User) -> None:
    product = ProductFactory()
    set_price(product, currency="CNY", amount=Decimal("1980.00"), valid_from=date(2026, 1, 1), by=seller)
    set_price(product, currency="CNY", amount=Decimal("2980.00"), valid_from=date(2026, 4, 1), by=seller)
    lines = [
        {"product": product, "quantity": Decimal(3), "discount": Decimal("10")},
        {"description": "Books", "quantity": Decimal("2"), "unit_price": Decimal("33.335")},
    ]
    with pytest.raises(DomainError) as caught:
        create_order(customer, {"ordered_on": DAY}, lines=lines, by=seller)
    assert set(caught.value.fields) == {"lines.1.unit_price"}
    lines[1]["unit_price"] = Decimal("33.33")
    order = create_order(customer, {"ordered_on": DAY}, lines=lines, by=seller)
    assert [line.amount for line in order.lines.all()] == [Decimal("5346.00"), Decimal("66.66")]
    assert order.amount == Decimal("5412.66")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"quantity": 1, "unit_price": 1}, "description"),
        ({"description": "x"}, "unit_price"),
        ({"description": "x", "unit_price": -1}, "unit_price"),
        ({"description": "x", "unit_price": 1, "quantity": 0}, "quantity"),
        ({"description": "x", "unit_price": 1, "discount": 101}, "discount"),
        ({"description": "x", "unit_price": 10**11, "quantity": 10**9}, "unit_price"),
    ],
)
def test_lines_refuse(customer: Customer, line: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as caught:
        create_order(customer, {"ordered_on": DAY}, lines=[line], by=None)
    assert set(caught.value.fields) == {f"lines.0.{field}"}
    assert not Order.objects.exists()


def test_lines_refuse_products_off_sale_and_contradicting_amounts(customer: Customer) -> None:
    off = {"product": ProductFactory(is_active=False), "unit_price": 5}
    refused("line_invalid", create_order, customer, {"ordered_on": DAY}, lines=[off], by=None)
    line = {"description": "x", "unit_price": 5}
    refused("amount_differs", create_order, customer, {"amount": Decimal(6)}, lines=[line], by=None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": Decimal("-5")}, "negative_amount"),
        ({"amount": Decimal("1e12")}, "amount_too_large"),
        ({"amount": Decimal("1e40")}, "amount_too_large"),
        ({"amount": Decimal("NaN")}, "amount_not_a_number"),
        ({"amount": Decimal("1.001")}, "amount_too_fine"),
        ({"amount": None}, "amount_missing"),
        ({"ordered_on": date(1900, 1, 1)}, "date_out_of_range"),
        ({"ordered_on": date(2100, 1, 1)}, "date_out_of_range"),
        ({"currency": "XXX"}, "invalid"),
        ({"seats": -1}, "invalid"),
        ({"note": "x" * 501}, "invalid"),
        ({"colour": 1}, "unknown_field"),
    ],
)
def test_create_refuses(customer: Customer, fields: dict[str, Any], code: str) -> None:
    data = {"ordered_on": DAY, "amount": Decimal(1), "currency": "CNY", **fields}
    refused(code, create_order, customer, data, by=None)
    assert not Order.objects.exists()


def test_create_refuses_deleted_customers_inactive_sellers_and_taken_numbers(
    customer: Customer, manager: User
) -> None:
    order_of(customer, number="A-1", source_system="erp", external_id="1")
    refused("duplicate_number", order_of, customer, number="A-1")
    refused("duplicate", order_of, customer, source_system="erp", external_id="1")
    refused("owner_inactive", order_of, customer, owner=UserFactory(is_active=False))
    refused("customer_deleted", order_of, delete_customer(customer, by=manager))


def test_draft_counts_from_its_confirmation_on(customer: Customer, seller: User, story: Any) -> None:
    order = order_of(customer, state="draft")
    assert totals_of(customer) == (0, 0)
    confirm_order(order, by=seller)
    assert totals_of(customer) == (1, 1000)
    refused("already_confirmed", confirm_order, order, by=seller)
    assert [event.data["action"] for event in story(customer)] == ["created", "confirmed"]


def test_cancelled_order_leaves_the_figures(customer: Customer, seller: User, audit: Any, story: Any) -> None:
    order = order_of(customer)
    refused("reason_missing", cancel_order, order, reason=" ", by=seller)
    cancel_order(order, reason="Budget cut", by=seller)
    assert (days_of(customer), totals_of(customer)) == ([], (0, 0))
    assert (audit(order)[-1].changes, audit(order)[-1].note) == (
        {"state": ["confirmed", "cancelled"]},
        "Budget cut",
    )
    assert story(customer)[-1].data["reason"] == "Budget cut"
    for call in (
        lambda: cancel_order(order, reason="x", by=seller),
        lambda: update_order(order, {"note": "x"}, by=seller),
    ):
        refused("order_cancelled", call)


def test_refund_counts_on_the_day_of_its_order(
    customer: Customer, seller: User, story: Any, audit: Any
) -> None:
    order = order_of(customer, "1000")
    refund = refund_order(order, Decimal("400"), on=date(2026, 5, 1), note="two seats", by=seller)
    assert (refund.number, refund.amount, refund.counts_on) == ("RF-2026-000001", Decimal("-400"), DAY)
    assert days_of(customer) == [(DAY, 1, Decimal("600"))]
    assert story(customer)[-1].kind == EventKind.REFUND
    assert story(customer)[-1].data["refund_of"] == order.number
    assert [line.action for line in audit(refund)] == [AuditAction.CREATED]


def test_order_given_back_in_full_is_no_purchase(customer: Customer, seller: User) -> None:
    order = order_of(customer, "0.80")
    for part in ("0.10", "0.70"):
        refund_order(order, Decimal(part), by=seller)
    assert days_of(customer) == [(DAY, 0, Decimal(0))]
    assert OrderTotals.objects.get(pk=customer.pk).first_day is None


def test_free_order_is_a_purchase(customer: Customer) -> None:
    order_of(customer, "0")
    assert days_of(customer) == [(DAY, 1, Decimal(0))]


def test_refund_refuses_more_than_what_is_left(customer: Customer, seller: User) -> None:
    order = order_of(customer, "1000")
    refund_order(order, Decimal("700"), by=seller)
    error = refused("refund_too_large", refund_order, order, Decimal("300.01"), by=seller)
    assert (error.status, error.details) == (409, {"left": "300.00"})
    refund_order(order, Decimal("300"), by=seller)
    assert given_back(order)[0] == 1000


@pytest.mark.parametrize(
    ("amount", "on", "code"),
    [
        ("0", None, "amount_not_positive"),
        ("-1", None, "amount_not_positive"),
        ("1", date(2026, 3, 1), "refund_before_order"),
    ],
)
def test_refund_refuses(customer: Customer, seller: User, amount: str, on: date | None, code: str) -> None:
    refused(code, refund_order, order_of(customer), Decimal(amount), on=on, by=seller)


def test_only_confirmed_orders_are_given_back(customer: Customer, seller: User) -> None:
    draft = order_of(customer, state="draft")
    refused("not_refundable", refund_order, draft, Decimal(1), by=seller)
    order = order_of(customer)
    refund = refund_order(order, Decimal(1), by=seller)
    refused("not_refundable", refund_order, refund, Decimal(1), by=seller)
    cancel_order(draft, reason="x", by=seller)
    refused("order_cancelled", refund_order, draft, Decimal(1), by=seller)


def test_refunds_in_foreign_currency_leave_nothing_in_base_currency(customer: Customer, seller: User) -> None:
    ExchangeRate.objects.create(currency="USD", valid_from=date(2026, 1, 1), rate=Decimal("7.12345"))
    order = order_of(customer, "100", currency="USD")
    for part in ("33.33", "33.33", "33.34"):
        refund_order(order, Decimal(part), by=seller)
    assert days_of(customer) == [(DAY, 0, Decimal(0))]


def test_free_refund_counts_on_its_own_day_whatever_its_sign(customer: Customer, seller: User) -> None:
    for amount in ("50", "-50"):
        refund = order_of(customer, amount, kind="refund")
        assert refund.amount == Decimal("-50")
    assert days_of(customer) == [(DAY, 0, Decimal("-100"))]
    assert totals_of(customer) == (0, Decimal("-100"))


def test_refund_of_an_order_may_come_in_as_an_order(customer: Customer) -> None:
    order = order_of(customer, "1000")
    refund = order_of(customer, "-1000", kind="refund", refund_of=order, ordered_on=date(2026, 6, 1))
    assert refund.counts_on == DAY
    refused("refund_too_large", order_of, customer, "1", kind="refund", refund_of=order)
    refused("not_a_refund", order_of, customer, "1", refund_of=order)
    refused("stale", order_of, CustomerFactory(), "1", kind="refund", refund_of=order)


def test_update_moves_the_roll_ups_to_the_new_day_and_customer(
    customer: Customer, seller: User, audit: Any
) -> None:
    order = order_of(customer, "1000")
    refund_order(order, Decimal("100"), by=seller)
    other = CustomerFactory()
    later = date(2026, 4, 1)
    moved = update_order(
        order, {"ordered_on": later, "customer": other, "amount": Decimal("900")}, by=seller, version=1
    )
    assert (moved.version, moved.counts_on) == (2, later)
    assert (days_of(customer), totals_of(customer)) == ([], (0, 0))
    assert days_of(other) == [(later, 1, Decimal("800"))]
    assert set(audit(order)[-1].changes) == {"ordered_on", "customer", "amount", "amount_base", "counts_on"}


def test_update_changes_lines_and_amount_together(customer: Customer, seller: User, story: Any) -> None:
    order = create_order(
        customer, {"ordered_on": DAY}, lines=[{"description": "A", "unit_price": 5}], by=seller
    )
    refused("amount_differs", update_order, order, {"amount": Decimal(7)}, by=seller)
    changed = update_order(order, {}, lines=[{"description": "A", "unit_price": 5, "quantity": 2}], by=seller)
    assert changed.amount == 10
    assert story(customer)[-1].data["changes"] == {
        "amount": ["5", "10"],
        "lines": [["A × 1 = 5.00"], ["A × 2 = 10.00"]],
    }
    assert (
        update_order(
            order, {}, lines=[{"description": "A", "unit_price": 5, "quantity": 2}], by=seller
        ).version
        == 2
    )


def test_update_refuses(customer: Customer, seller: User) -> None:
    order = order_of(customer, "1000")
    other = order_of(customer, number="A-1")
    refund_order(order, Decimal("600"), by=seller)
    refused("order_has_refunds", update_order, order, {"amount": Decimal("599")}, by=seller)
    refused("order_has_refunds", update_order, order, {"currency": "USD"}, by=seller)
    refused("duplicate_number", update_order, order, {"number": "A-1"}, by=seller)
    refused("unknown_field", update_order, order, {"state": "draft"}, by=seller)
    refused("date_out_of_range", update_order, order, {"ordered_on": date(2120, 1, 1)}, by=seller)
    refused("stale", update_order, other, {"note": "x"}, by=seller, version=9)
    assert update_order(order, {"amount": Decimal("600")}, by=seller).amount == 600


def test_refund_may_be_corrected_within_its_order(customer: Customer, seller: User) -> None:
    order = order_of(customer, "1000")
    refund = refund_order(order, Decimal("600"), by=seller)
    refused("refund_too_large", update_order, refund, {"amount": Decimal("-1000.01")}, by=seller)
    assert update_order(refund, {"amount": Decimal("-1000")}, by=seller).amount == -1000
    assert days_of(customer) == [(DAY, 0, Decimal(0))]
    refused("refund_follows_order", update_order, refund, {"customer": CustomerFactory()}, by=seller)


def test_deleted_order_leaves_the_figures_until_restored(
    customer: Customer, manager: User, audit: Any
) -> None:
    order = order_of(customer)
    delete_order(order, by=manager)
    assert totals_of(customer) == (0, 0)
    refused("already_deleted", delete_order, order, by=manager)
    refused("order_deleted", update_order, order, {"note": "x"}, by=manager)
    restore_order(order, by=manager)
    assert totals_of(customer) == (1, 1000)
    refused("not_deleted", restore_order, order, by=manager)
    assert [line.action for line in audit(order)] == ["created", "deleted", "restored"]


def test_order_with_refunds_stays(customer: Customer, manager: User) -> None:
    order = order_of(customer)
    refund = refund_order(order, Decimal("10"), by=manager)
    refused("order_has_refunds", delete_order, order, by=manager)
    refused("order_has_refunds", cancel_order, order, reason="x", by=manager)
    delete_order(refund, by=manager)
    cancel_order(order, reason="x", by=manager)
    refused("not_refundable", restore_order, refund, by=manager)


def test_restored_refund_must_still_fit(customer: Customer, manager: User) -> None:
    order = order_of(customer, "100")
    refund = delete_order(refund_order(order, Decimal("60"), by=manager), by=manager)
    refund_order(order, Decimal("50"), by=manager)
    refused("refund_too_large", restore_order, refund, by=manager)


def test_draft_refund_is_checked_when_it_is_confirmed(customer: Customer, manager: User) -> None:
    order = order_of(customer, "100")
    draft = order_of(customer, "60", kind="refund", refund_of=order, state="draft")
    refund_order(order, Decimal("50"), by=manager)
    refused("refund_too_large", confirm_order, draft, by=manager)
