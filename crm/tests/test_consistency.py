"""Every number leads to its rows: a figure and the list behind it never differ."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from analytics.board import load_board
from analytics.board_charts import all_charts
from analytics.domain.nightly import run_now_here
from analytics.scopes import scope_for
from core.domain.exports import request_export
from core.models import Team, User
from core.tasks import run_job
from core.tests.factories import TeamFactory
from crm.tests.crawl import get, read
from customers.domain.orders import create_order
from customers.domain.order_states import refund_order
from customers.domain.rollups import rebuild_rollups
from customers.models import Customer, Order, OrderDay, OrderTotals, Tag
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


@pytest.fixture
def town(administrator: User, user_in: Callable[..., User], team: Team) -> dict[str, Any]:
    """Sixty customers of two teams and two tags with three years of orders, scored."""
    manager, other = user_in("manager"), TeamFactory(name="South China", parent=None)
    tag = Tag.objects.create(name="renewal")
    for number in range(60):
        ours = number % 3 != 0
        customer = CustomerFactory(
            name=f"Customer {number:02d}", owner=manager, team=team if ours else other, industry="banking"
        )
        if number % 4 == 0:
            customer.tags.add(tag)
        buy(customer, manager, start=number, every=20 + number * 3, times=2 + number % 9)
    run_now_here(TODAY, by=administrator)
    return {"manager": manager, "team": team, "other": other, "tag": tag}


def buy(customer: Customer, by: User, *, start: int, every: int, times: int) -> None:
    """Order `times` times, and give a part of the last back now and then."""
    for turn in range(times):
        day = TODAY - timedelta(days=900 - start - every * turn)
        if day >= TODAY:
            return
        data = {"ordered_on": day, "amount": Decimal(1_000 + 137 * turn + customer.pk)}
        order = create_order(customer, data, by=by)
    if times % 4 == 0:
        refund_order(order, Decimal(100), on=order.ordered_on, by=by)


def rows_behind(client: Client, url: str) -> int:
    """Open a list as a person does, counted, and return how many rows it has."""
    parts = urlsplit(url)
    shown = client.get(parts.path, [*parse_qsl(parts.query, keep_blank_values=True), ("count", "1")])
    assert shown.status_code == 200, f"{url} answered {shown.status_code}"
    count: int = shown.context["page"].count
    return count


SCOPES = ["all", "team", "tag", "both"]


def query_of(scope: str, town: dict[str, Any]) -> dict[str, Any]:
    query: dict[str, Any] = {}
    if scope in {"team", "both"}:
        query["team"] = town["team"].pk
    if scope in {"tag", "both"}:
        query["tag"] = town["tag"].pk
    return query


# ---- the dashboard ----------------------------------------------------------------------------------
@pytest.mark.parametrize("scope", SCOPES)
def test_tiles_lead_to_as_many_rows_as_they_say(
    scope: str, town: dict[str, Any], administrator: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(administrator)
    page = client.get(reverse("analytics:dashboard"), query_of(scope, town))
    wrong, checked = [], 0
    for tile in page.context["tiles"]:
        if tile.get("url") and is_count(tile["value"]):
            checked += 1
            if rows_behind(client, tile["url"]) != number_of(tile["value"]):
                wrong.append((tile["label"], tile["value"], rows_behind(client, tile["url"]), tile["url"]))
    assert not wrong, wrong
    assert checked >= 2


@pytest.mark.parametrize("scope", SCOPES)
def test_charts_lead_to_as_many_rows_as_they_draw(
    scope: str, town: dict[str, Any], administrator: User, client_of: Callable[[User], Client]
) -> None:
    client, query = client_of(administrator), query_of(scope, town)
    board = load_board(administrator, scope_for(administrator, query.get("team"), query.get("tag")), "12m")
    assert board is not None
    wrong, checked = [], 0
    for chart in all_charts(board):
        for count, url in counted_points(chart):
            checked += 1
            if (found := rows_behind(client, url)) != count:
                wrong.append((chart["id"], count, found, url))
    assert not wrong, wrong
    assert checked >= 3


def counted_points(chart: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield (number of customers, list) of every point or cell of a chart that stands for customers."""
    for trace in chart.get("figure", {}).get("data", []):
        for url, count in zip(trace.get("customdata") or [], trace.get("text_n") or trace.get("y") or [], strict=False):
            target = url[0] if isinstance(url, list) else url
            if isinstance(target, str) and target.startswith("/") and chart["id"] == "p_alive":
                yield int(count), target
    cells = re.findall(r'href="([^"]+)"[^>]*>(?:<[^>]+>)*([\d,]+)', str(chart.get("body", "")))
    for target, count in cells:
        yield int(count.replace(",", "")), target.replace("&amp;", "&")


def is_count(value: Any) -> bool:
    return bool(re.fullmatch(r"[\d,]+", str(value)))


def number_of(value: Any) -> int:
    return int(str(value).replace(",", ""))


def test_a_manager_sees_the_figures_of_the_own_team(
    town: dict[str, Any], client_of: Callable[[User], Client]
) -> None:
    client = client_of(town["manager"])
    page = client.get(reverse("analytics:dashboard"))
    for tile in page.context["tiles"]:
        if tile.get("url") and is_count(tile["value"]):
            assert rows_behind(client, tile["url"]) == number_of(tile["value"]), tile["label"]


# ---- page, export, API ------------------------------------------------------------------------------
FILTERS = [
    {},
    {"industry": "banking"},
    {"has_orders": "true"},
    {"ordered_since": "2026-06-01"},
    {"ordered_before": "2026-01-01", "has_orders": "true"},
    {"risk": "high"},
    {"q": "Customer 1"},
    {"p_alive_min": "0.5"},
    {"r": "5"},
    {"rfm": "54"},
]


@pytest.mark.parametrize("query", FILTERS, ids=lambda query: "-".join(query) or "none")
def test_page_export_and_api_have_the_same_customers(
    query: dict[str, str], town: dict[str, Any], client_of: Callable[[User], Client]
) -> None:
    manager = town["manager"]
    client = client_of(manager)
    on_page = rows_behind(client, f"{reverse('customers:customer-list')}?{as_query(query)}")
    in_file = exported("customers.customer", query, manager, client)
    over_api = client.get(reverse("customer-list"), {**query, "count": "1"}).json()["count"]
    assert on_page == in_file == over_api


@pytest.mark.parametrize("query", [{}, {"from": "2026-01-01", "to": "2026-06-30"}, {"kind": "refund"}], ids=str)
def test_page_export_and_api_have_the_same_orders(
    query: dict[str, str], town: dict[str, Any], client_of: Callable[[User], Client]
) -> None:
    manager = town["manager"]
    client = client_of(manager)
    on_page = rows_behind(client, f"{reverse('customers:order-list')}?{as_query(query)}")
    in_file = exported("customers.order", query, manager, client)
    over_api = client.get(reverse("order-list"), {**query, "count": "1"}).json()["count"]
    assert on_page == in_file == over_api
    assert on_page > 0


def as_query(query: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in query.items())


def exported(key: str, query: dict[str, str], user: User, client: Client) -> int:
    """Run the export and return how many rows the file has below its headings."""
    job = request_export(key, query=as_query(query), file_format="csv", by=user)
    run_job(job.pk)
    text = read(client.get(job.url)).text.split("\n\ufeff", 1)[-1]
    return len(list(csv.reader(io.StringIO(text.split("\ufeff")[-1])))) - 1


# ---- one customer -----------------------------------------------------------------------------------
def test_totals_are_what_their_orders_say(town: dict[str, Any]) -> None:
    stored = list(OrderTotals.objects.order_by("pk").values())
    days = list(OrderDay.objects.order_by("customer", "day").values("customer", "day", "orders", "amount"))
    rebuild_rollups()
    assert list(OrderTotals.objects.order_by("pk").values()) == stored
    assert list(OrderDay.objects.order_by("customer", "day").values("customer", "day", "orders", "amount")) == days
    for totals in OrderTotals.objects.select_related("customer"):
        counted = Order.objects.counting().filter(customer=totals.customer).aggregate(total=Sum("amount_base"))
        assert totals.amount == (counted["total"] or 0), totals.customer


def test_the_record_page_says_what_the_rows_say(
    town: dict[str, Any], client_of: Callable[[User], Client]
) -> None:
    client = client_of(town["manager"])
    for customer in Customer.objects.filter(team=town["team"]).order_by("pk")[:5]:
        page = client.get(customer.get_absolute_url())
        orders = Order.objects.filter(customer=customer).count()
        tab = next(tab for tab in page.context["tabs"] if "orders" in tab["url"])
        assert tab["count"] == orders
        listed = get(client, reverse("customers:order-list"), customer=customer.pk, count=1)
        assert listed.status == 200
        url = f"{reverse('customers:order-list')}?customer={customer.pk}"
        assert rows_behind(client, url) == orders
