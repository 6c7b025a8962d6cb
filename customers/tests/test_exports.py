from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.lists import list_named
from core.models import Team, User
from core.picklists import read_once
from core.tests.factories import UserFactory
from customers import segments
from customers.domain.contacts import add_contact
from customers.domain.customers import create_customer
from customers.domain.interactions import record_interaction
from customers.domain.orders import create_order
from customers.domain.products import create_product, set_price
from customers.domain.tasks import create_task
from customers.models import Metrics, Tag
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def lines(key: str, user: User) -> list[dict[str, Any]]:
    export = list_named(key)
    assert export is not None
    with read_once():  # as in a job
        return [
            {str(column.heading): column.value(row) for column in export.file_columns(user)}
            for row in export.rows_for(user)
        ]


def make_row(seller: User) -> None:
    data = {"name": "Bank", "industry": "banking", "source_system": "erp", "external_id": "7"}
    customer = create_customer(data, by=seller, tags=["VIP"])
    add_contact(customer, {"name": "Wang"}, by=seller)
    create_order(customer, {"amount": 100}, by=seller)
    record_interaction(customer, {"summary": "Call"}, by=seller)
    create_task("Call back", customer=customer, by=seller)
    Metrics.objects.filter(pk=customer.pk).update(segment="champions", churn_risk=0.5)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (
            "customers.customer",
            {"Name": "Bank", "Industry": "Banking", "Tags": "VIP", "Orders": 1, "Segment": "The best"},
        ),
        (
            "customers.order",
            {"Number": "SO-2026-000001", "Customer": "Bank", "Amount": 100, "Refund of": None},
        ),
        ("customers.interaction", {"Summary": "Call", "Channel": "Phone", "By": "Zhang Min"}),
        ("customers.task", {"Title": "Call back", "State": "Open", "Owner": "Zhang Min"}),
        ("customers.contact", {"Name": "Wang", "Main contact": True, "Customer": "Bank"}),
        ("customers.person", {"Name": "Wang", "Works at": "Bank", "Do not contact": False}),
    ],
)
def test_export_shows_what_the_list_shows(
    manager: User, other_team: Team, time_machine: Any, monkeypatch: Any, key: str, expected: dict[str, Any]
) -> None:
    monkeypatch.setattr(segments, "_sources", [lambda: [("champions", "The best")]])
    time_machine.move_to("2026-03-01 12:00+08:00")
    make_row(manager)
    CustomerFactory(owner=UserFactory(team=other_team))
    [line] = lines(key, manager)
    assert {name: line[name] for name in expected} == expected


def test_figures_leave_the_house_only_with_the_right(seller: User) -> None:
    make_row(seller)
    [line] = lines("customers.customer", seller)
    assert "Segment" not in line
    assert "Churn risk" not in line
    assert line["Orders"] == 1


def test_who_may_not_export_gets_no_rows(user_in: Callable[..., User]) -> None:
    agent = user_in("agent")
    CustomerFactory(owner=agent)
    assert lines("customers.customer", agent) == []


@pytest.mark.parametrize(
    "key", ["customers.customer", "customers.order", "customers.interaction", "customers.contact"]
)
def test_export_reads_many_rows_with_as_many_queries_as_one(seller: User, key: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (1, 3):
        for place in range(number):
            data = {"name": f"Bank {number} {place}"}
            customer = create_customer(data, by=seller, tags=[Tag.objects.get_or_create(name="VIP")[0]])
            add_contact(customer, {"name": "Wang"}, by=seller)
            create_order(customer, {"amount": 100}, by=seller)
            record_interaction(customer, {"summary": "Call"}, by=seller)
        with CaptureQueriesContext(connection) as captured:
            lines(key, User.objects.get(pk=seller.pk))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_price_list_shows_the_price_of_today(manager: User, time_machine: Any) -> None:
    time_machine.move_to("2026-03-01 12:00+08:00")
    product = create_product({"code": "C-1", "name": "Course", "kind": "open_course"}, by=manager)
    set_price(product, currency="CNY", amount=Decimal(900), valid_from=date(2026, 1, 1), by=manager)
    [line] = lines("customers.product", manager)
    assert (line["Product"], line["Code"], line["List price today"]) == ("Course", "C-1", 900)


def test_who_may_not_take_people_along_gets_no_file(user_in: Callable[..., User]) -> None:
    for role in ("agent", "trainer", "analyst"):
        assert lines("customers.person", user_in(role)) == []
    for role in ("manager", "sales", "trainer"):
        assert lines("core.user", user_in(role)) == []


def test_administrators_take_the_list_of_users_along(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    admin = user_in("administrator", full_name="Ada")
    [line] = [line for line in lines("core.user", admin) if line["Name"] == "Ada"]
    assert (line["Roles"], line["May sign in"]) == ("Administrator", True)
    page = reverse("core:user-list")
    assert "key=core.user" in client_of(admin).get(page).content.decode()
    assert "key=core.user" not in client_of(user_in("manager")).get(page).content.decode()
