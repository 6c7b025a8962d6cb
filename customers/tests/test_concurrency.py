"""Two people at once, on a database that really runs them at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from core.domain.attachments import add_attachment, remove_attachment, restore_attachment
from core.errors import DomainError
from core.models import Attachment
from customers.domain.axes import move_axis
from customers.domain.contacts import add_contact
from customers.domain.customers import create_customer, update_customer
from customers.domain.orders import cancel_order, create_order, refund_order, update_order
from customers.domain.tasks import complete_task, create_task
from customers.models import Contact, Customer, Order, OrderDay, OrderTotals, TimelineEvent
from customers.tests.factories import CustomerFactory, PersonFactory

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]
DAY = date(2026, 3, 2)


def at_once(*calls: Callable[[], Any]) -> list[str]:
    """Start all calls in the same moment; return "ok" or the code of the refusal for each, sorted."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        gate.wait()
        try:
            call()
        except DomainError as error:
            return error.code
        finally:
            connections.close_all()
        return "ok"

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(run, calls))


def order_of(customer: Customer, amount: str, day: date = DAY) -> Order:
    return create_order(customer, {"amount": Decimal(amount), "ordered_on": day}, by=None)


def test_two_refunds_cannot_give_back_more_than_the_order() -> None:
    customer = CustomerFactory()
    order = order_of(customer, "100")
    results = at_once(*[lambda: refund_order(order, Decimal(60), by=None)] * 4)
    assert results == ["ok", "refund_too_large", "refund_too_large", "refund_too_large"]
    assert OrderTotals.objects.get(pk=customer.pk).amount == 40


def test_orders_entered_at_once_are_all_counted_and_numbered() -> None:
    customers = [CustomerFactory() for _ in range(2)]
    calls = [
        lambda place=place: order_of(customers[place % 2], "10", DAY + timedelta(days=place % 3))
        for place in range(12)
    ]
    assert at_once(*calls) == ["ok"] * 12
    assert Order.objects.values("number").distinct().count() == 12
    for customer in customers:
        totals = OrderTotals.objects.get(pk=customer.pk)
        assert (totals.orders, totals.amount, totals.purchase_days) == (6, 60, 3)
        assert sum(OrderDay.objects.filter(customer=customer).values_list("amount", flat=True)) == 60


def test_a_refund_and_a_cancellation_cannot_both_happen() -> None:
    customer = CustomerFactory()
    order = order_of(customer, "100")
    results = at_once(
        lambda: refund_order(order, Decimal(60), by=None), lambda: cancel_order(order, reason="x", by=None)
    )
    assert results in (
        ["ok", "order_has_refunds"],
        ["ok", "order_cancelled"],
        ["not_refundable", "ok"],
        ["ok", "order_cancelled"],
    )
    amount = OrderTotals.objects.get(pk=customer.pk).amount
    assert amount == sum(Order.objects.counting().values_list("amount_base", flat=True))


def test_orders_that_change_places_do_not_wait_for_each_other_for_ever() -> None:
    left, right = CustomerFactory(), CustomerFactory()
    first, second = order_of(left, "10"), order_of(right, "20")
    results = at_once(
        lambda: update_order(first, {"customer": right}, by=None),
        lambda: update_order(second, {"customer": left}, by=None),
    )
    assert results == ["ok", "ok"]
    assert OrderTotals.objects.get(pk=left.pk).amount == 20
    assert OrderTotals.objects.get(pk=right.pk).amount == 10


def test_a_task_is_done_once() -> None:
    customer = CustomerFactory()
    task = create_task("Call", customer=customer, by=None)
    results = at_once(*[lambda: complete_task(task, by=None)] * 3)
    assert results == ["already_done", "already_done", "ok"]
    assert TimelineEvent.objects.count() == 1


def test_a_task_with_a_dedupe_key_is_made_once() -> None:
    customer = CustomerFactory()
    made: list[int] = []
    at_once(*[lambda: made.append(create_task("Call", customer=customer, dedupe="w-1").pk)] * 4)
    assert len(made) == 4
    assert len(set(made)) == 1


def test_the_second_saver_of_one_version_is_refused() -> None:
    customer = CustomerFactory()
    results = at_once(
        *[
            lambda city=city: update_customer(customer, {"city": city}, by=None, version=1)
            for city in ("A", "B")
        ]
    )
    assert results == ["ok", "stale"]


def test_an_external_id_is_given_once() -> None:
    data = {"name": "Bank", "source_system": "erp", "external_id": "1"}
    assert at_once(*[lambda: create_customer(data, by=None)] * 3) == ["duplicate", "duplicate", "ok"]
    assert Customer.objects.get().code == "C-000001"


def test_two_moves_of_the_tree_do_not_close_a_circle() -> None:
    a, b = CustomerFactory(), CustomerFactory()
    results = at_once(
        lambda: update_customer(a, {"parent": b}, by=None), lambda: update_customer(b, {"parent": a}, by=None)
    )
    assert results == ["ok", "parent_circle"]


def test_an_axis_moves_once() -> None:
    customer = CustomerFactory()
    results = at_once(*[lambda: move_axis(customer, "stage", "growth", reason="bought", by=None)] * 3)
    assert results == ["ok", "same_value", "same_value"]


def test_there_is_one_main_contact() -> None:
    customer = CustomerFactory()
    people = [PersonFactory() for _ in range(4)]
    results = at_once(
        *[
            lambda person=person: add_contact(customer, person, {"is_primary": True}, by=None)
            for person in people
        ]
    )
    assert results == ["ok"] * 4
    assert Contact.objects.filter(customer=customer, is_primary=True).count() == 1


def test_the_same_file_sent_four_times_at_once_is_kept_once(settings: Any) -> None:
    customer = CustomerFactory()
    results = at_once(*[lambda: add_attachment(customer, BytesIO(b"x"), name="a.txt", by=None)] * 4)
    assert results == ["file_duplicate", "file_duplicate", "file_duplicate", "ok"]
    kept = Attachment.objects.get()
    stored = [path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert stored == [kept.stored.rpartition("/")[2]]


def test_files_at_once_never_pass_the_bound_of_the_record(settings: Any) -> None:
    settings.ATTACHMENT_RECORD_MAX_BYTES = 25
    order = order_of(CustomerFactory(), "100")
    names = ["a", "b", "c", "d"]
    results = at_once(
        *[partial(add_attachment, order, BytesIO(n.encode() * 10), name=f"{n}.txt", by=None) for n in names]
    )
    assert results == ["ok", "ok", "record_full", "record_full"]
    assert Attachment.objects.of(order).count() == 2


def test_a_file_is_put_back_once() -> None:
    customer, now = CustomerFactory(), timezone.now()
    added = add_attachment(customer, BytesIO(b"x"), name="a.txt", by=None)
    remove_attachment(added, by=None, at=now)
    again = [Attachment.objects.get(pk=added.pk) for _ in range(3)]
    results = at_once(*[partial(restore_attachment, row, by=None, at=now) for row in again])
    assert results == ["file_not_removed", "file_not_removed", "ok"]
