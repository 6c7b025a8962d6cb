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
from analytics.cards import all_charts
from analytics.domain.nightly import run_now_here
from analytics.scopes import scope_for
from core.domain.exports import request_export
from core.models import Team, User
from core.tasks import run_job
from core.tests.factories import TeamFactory
from crm.tests.crawl import read
from customers.domain.rollups import rebuild_rollups
from customers.models import Customer, Order, OrderDay, OrderTotals, Tag
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


@pytest.fixture
def town(administrator: User, user_in: Callable[..., User], team: Team) -> dict[str, Any]:
    """Sixty customers of two teams and two tags with three years of orders, scored."""
    manager, other = user_in("manager"), TeamFactory(name="South China", parent=None)
    tag, orders = Tag.objects.create(name="renewal"), []
    for number in range(60):
        ours = number % 3 != 0
        customer = CustomerFactory(
            name=f"Customer {number:02d}", owner=manager, team=team if ours else other, industry="banking"
        )
        if number % 4 == 0:
            customer.tags.add(tag)
        orders += orders_of(customer, start=number, every=20 + number * 3, times=2 + number % 9)
    Order.objects.bulk_create(orders)
    rebuild_rollups()
    run_now_here(TODAY, by=administrator)
    return {"manager": manager, "team": team, "other": other, "tag": tag}


def orders_of(customer: Customer, *, start: int, every: int, times: int) -> Iterator[Order]:
    """Orders at a steady pace; a part of the last is given back now and then."""
    for turn in range(times):
        day = TODAY - timedelta(days=900 - start - every * turn)
        amount = Decimal(1_000 + 137 * turn + customer.pk)
        if day < TODAY:
            yield order_row(customer, day, amount, f"SO-{customer.pk}-{turn}")
    if times % 4 == 0:
        day = TODAY - timedelta(days=900 - start)
        yield order_row(customer, day, Decimal(-100), f"RF-{customer.pk}", kind="refund")


def order_row(customer: Customer, day: date, amount: Decimal, number: str, kind: str = "order") -> Order:
    days = {"ordered_on": day, "counts_on": day}
    money = {"amount": amount, "amount_base": amount}
    return Order(customer=customer, number=number, kind=kind, **days, **money)


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
def test_tiles_lead_to_as_many_rows_as_they_say(
    town: dict[str, Any], administrator: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(administrator)
    for scope in SCOPES:
        page = client.get(reverse("analytics:dashboard"), query_of(scope, town))
        counts = [tile for tile in page.context["tiles"] if tile.get("url") and is_count(tile["value"])]
        assert len(counts) >= 2
        for tile in counts:
            assert rows_behind(client, tile["url"]) == number_of(tile["value"]), f"{scope}: {tile['label']}"


def test_charts_lead_to_as_many_rows_as_they_draw(
    town: dict[str, Any], administrator: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(administrator)
    for scope in SCOPES:
        query = query_of(scope, town)
        board = load_board(
            administrator, scope_for(administrator, query.get("team"), query.get("tag")), "12m"
        )
        assert board is not None
        points = [(chart["id"], *point) for chart in all_charts(board) for point in counted_points(chart)]
        assert len(points) >= 3
        for name, count, url in points:
            assert rows_behind(client, url) == count, f"{scope}: {name} {url}"


def counted_points(chart: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """Yield (number of customers, list) of every point or cell of a chart that stands for customers."""
    for trace in chart.get("figure", {}).get("data", []):
        for url, count in zip(
            trace.get("customdata") or [], trace.get("text_n") or trace.get("y") or [], strict=False
        ):
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


def test_page_export_and_api_have_the_same_customers(
    town: dict[str, Any], client_of: Callable[[User], Client]
) -> None:
    for query in FILTERS:
        assert len(set(counted("customer", query, town["manager"], client_of))) == 1, query


def test_page_export_and_api_have_the_same_orders(
    town: dict[str, Any], client_of: Callable[[User], Client]
) -> None:
    for query in ({}, {"from": "2026-01-01", "to": "2026-06-30"}, {"kind": "refund"}):
        counts = counted("order", query, town["manager"], client_of)
        assert len(set(counts)) == 1 and counts[0] > 0, query


def counted(
    noun: str, query: dict[str, str], user: User, client_of: Callable[[User], Client]
) -> tuple[int, int, int]:
    """How many rows the page, the exported file and the API have for one set of filters."""
    client = client_of(user)
    on_page = rows_behind(client, f"{reverse(f'customers:{noun}-list')}?{as_query(query)}")
    in_file = exported(f"customers.{noun}", query, user, client)
    over_api: int = client.get(reverse(f"{noun}-list"), {**query, "count": "1"}).json()["count"]
    return on_page, in_file, over_api


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
    assert (
        list(OrderDay.objects.order_by("customer", "day").values("customer", "day", "orders", "amount"))
        == days
    )
    for totals in OrderTotals.objects.select_related("customer"):
        counted = (
            Order.objects.counting().filter(customer=totals.customer).aggregate(total=Sum("amount_base"))
        )
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
        url = f"{reverse('customers:order-list')}?customer={customer.pk}"
        assert rows_behind(client, url) == orders
