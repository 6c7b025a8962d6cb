from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import DomainError
from core.models import ExchangeRate
from customers.choices import OrderKind, OrderState
from customers.domain.orders import (
    cancel_order,
    confirm_order,
    create_order,
    delete_order,
    refund_order,
    restore_order,
    update_order,
)
from customers.domain.rollups import rebuild_rollups, refresh_rollups
from customers.models import Customer, Metrics, Order, OrderDay, OrderTotals
from customers.tests.factories import CustomerFactory, OrderFactory

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)
Days = dict[int, dict[date, tuple[int, Decimal]]]
Totals = dict[int, tuple[Any, ...]]


def expected_days() -> Days:
    """Everything from scratch, in Python: the reference that the database is held against."""
    rows = list(Order.objects.filter(state=OrderState.CONFIRMED, deleted_at=None))
    back: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.refund_of_id:
            back[row.refund_of_id] -= row.amount
    found: Days = defaultdict(dict)
    for row in rows:
        kept = row.kind == OrderKind.ORDER and (row.amount == 0 or back[row.pk] < row.amount)
        count, amount = found[row.customer_id].get(row.counts_on, (0, Decimal(0)))
        found[row.customer_id][row.counts_on] = (count + kept, amount + row.amount_base)
    return dict(found)


def expected_totals(days: Days) -> Totals:
    found: Totals = {}
    for pk in Customer.objects.values_list("pk", flat=True):
        mine = days.get(pk, {})
        bought = sorted(day for day, (orders, _) in mine.items() if orders)
        gaps = [(after - before).days for before, after in pairwise(bought)]
        found[pk] = (
            bought[0] if bought else None,
            bought[-1] if bought else None,
            len(bought),
            sum(mine[day][0] for day in bought),
            sum((amount for _, amount in mine.values()), Decimal(0)),
            sum((mine[day][1] for day in bought[1:]), Decimal(0)),
            median(gaps) if len(gaps) >= 2 else None,
            gaps[-1] if gaps else None,
        )
    return found


def stored_days() -> Days:
    found: Days = defaultdict(dict)
    for pk, day, orders, amount in OrderDay.objects.values_list("customer_id", "day", "orders", "amount"):
        found[pk][day] = (orders, amount)
    return dict(found)


def stored_totals() -> Totals:
    fields = (
        "first_day",
        "last_day",
        "purchase_days",
        "orders",
        "amount",
        "repeat_amount",
        "usual_gap",
        "last_gap",
    )
    return {row[0]: row[1:] for row in OrderTotals.objects.values_list("pk", *fields)}


def check() -> None:
    days = expected_days()
    assert stored_days() == days
    assert stored_totals() == expected_totals(days)


class Trader:
    """Does random but reproducible things to the orders of three customers."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.customers = [CustomerFactory() for _ in range(3)]

    def day(self) -> date:
        return START + timedelta(days=self.random.randrange(40))

    def amount(self) -> Decimal:
        return Decimal(self.random.choice([0, 1, 10, 33, 99999])) + Decimal(self.random.randrange(100)) / 100

    def some_order(self) -> Order:
        order: Order = self.random.choice(list(Order.objects.order_by("pk")))
        return order

    def step(self) -> None:
        moves = (
            [self.create] * 4
            + [self.refund] * 4
            + [self.change] * 3
            + [self.cancel, self.delete, self.restore, self.confirm]
        )
        move = self.random.choice(moves) if Order.objects.exists() else self.create
        try:
            move()
        except DomainError as error:
            assert error.code not in {"invalid", "unknown_field"}

    def create(self) -> None:
        data = {
            "ordered_on": self.day(),
            "amount": self.amount(),
            "currency": self.random.choice(["CNY", "USD"]),
            "state": self.random.choice(["confirmed", "confirmed", "draft"]),
            "kind": self.random.choice(["order"] * 5 + ["refund"]),
        }
        create_order(self.random.choice(self.customers), data, by=None)

    def refund(self) -> None:
        order = self.some_order()
        amount = order.amount if self.random.random() < 0.5 else round(order.amount / 3, 2)
        refund_order(order, amount, on=order.ordered_on + timedelta(days=9), by=None)

    def change(self) -> None:
        choices: list[dict[str, Any]] = [
            {"ordered_on": self.day()},
            {"amount": self.amount()},
            {"customer": self.random.choice(self.customers)},
            {"currency": "USD", "ordered_on": self.day()},
        ]
        update_order(self.some_order(), self.random.choice(choices), by=None)

    def cancel(self) -> None:
        cancel_order(self.some_order(), reason="changed their mind", by=None)

    def confirm(self) -> None:
        confirm_order(self.some_order(), by=None)

    def delete(self) -> None:
        delete_order(self.some_order(), by=None)

    def restore(self) -> None:
        deleted = Order.objects.filter(deleted_at__isnull=False).first()
        restore_order(deleted or self.some_order(), by=None)


@pytest.mark.parametrize("seed", range(8))
def test_roll_ups_equal_a_recomputation_after_any_sequence_of_verbs(seed: int) -> None:
    ExchangeRate.objects.create(currency="USD", valid_from=START, rate=Decimal("7.12345"))
    ExchangeRate.objects.create(currency="USD", valid_from=START + timedelta(days=20), rate=Decimal("6.9"))
    trader = Trader(seed)
    for step in range(60):
        trader.step()
        if step % 5 == 0:
            check()
    check()
    before = stored_days(), stored_totals()
    rebuild_rollups()
    assert (stored_days(), stored_totals()) == before


def test_gaps_are_counted_between_purchase_days() -> None:
    customer = CustomerFactory()
    for offset in (0, 10, 40, 43):
        OrderFactory(customer=customer, ordered_on=START + timedelta(days=offset))
    rebuild_rollups([customer.pk])
    totals = OrderTotals.objects.get(pk=customer.pk)
    assert (totals.purchase_days, totals.usual_gap, totals.last_gap) == (4, 10.0, 3)


def test_two_purchase_days_have_no_usual_gap() -> None:
    customer = CustomerFactory()
    for offset in (0, 10):
        OrderFactory(customer=customer, ordered_on=START + timedelta(days=offset))
    rebuild_rollups([customer.pk])
    totals = OrderTotals.objects.get(pk=customer.pk)
    assert (totals.usual_gap, totals.last_gap, totals.repeat_amount) == (None, 10, Decimal("1000"))


def queries_of_refresh(customers: list[Customer]) -> int:
    days = {customer.pk: {START, START + timedelta(days=1)} for customer in customers}
    with CaptureQueriesContext(connection) as captured:
        refresh_rollups(days)
    return len(captured)


def test_refresh_takes_as_many_queries_for_many_customers_as_for_one() -> None:
    customers = [CustomerFactory() for _ in range(3)]
    for customer in customers:
        OrderFactory(customer=customer, ordered_on=START)
    assert queries_of_refresh(customers[:1]) == queries_of_refresh(customers)
    check()


def test_refresh_of_many_days_reads_the_span() -> None:
    customer = CustomerFactory()
    days = {START + timedelta(days=offset) for offset in range(600)}
    for day in sorted(days)[::100]:
        OrderFactory(customer=customer, ordered_on=day)
    refresh_rollups({customer.pk: days})
    check()


def test_refresh_makes_a_missing_totals_row() -> None:
    customer = CustomerFactory()
    OrderTotals.objects.all().delete()
    OrderFactory(customer=customer, ordered_on=START)
    refresh_rollups({customer.pk: {START}})
    check()


def test_refresh_leaves_other_days_and_customers_alone() -> None:
    first, second = CustomerFactory(), CustomerFactory()
    OrderDay.objects.create(customer=second, day=START, orders=9, amount=9)
    OrderDay.objects.create(customer=first, day=START + timedelta(days=5), orders=9, amount=9)
    refresh_rollups({first.pk: {START}})
    assert OrderDay.objects.filter(orders=9).count() == 2
    refresh_rollups({})


def test_rebuild_command_repairs_everything_and_makes_missing_rows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    customers = [CustomerFactory() for _ in range(3)]
    for customer in customers[:2]:
        OrderFactory(customer=customer, ordered_on=START)
    OrderDay.objects.create(customer=customers[2], day=START, orders=1, amount=5)
    Metrics.objects.all().delete()
    OrderTotals.objects.filter(customer=customers[0]).delete()
    call_command("rebuild_rollups")
    assert "3 customers" in capsys.readouterr().out
    check()
    assert Metrics.objects.count() == 3


def test_rebuild_without_customers_does_nothing() -> None:
    assert rebuild_rollups() == 0
