"""List and record pages at a large base: queries, and time against a small base."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import User
from crm.bench.search import name_of
from customers.models import Customer, Metrics, OrderTotals

if TYPE_CHECKING:
    from crm.bench.report import Report

SORTS = ("", "-stake", "name", "-risk", "-created")


def bench_pages(report: Report, user: User, customers: int) -> None:
    """Measure pages with 1, 100 and `customers` rows; print the ratio of the large base to the small."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    before = Customer.objects.count()
    fill(user, 100)
    small = page_times(client)
    fill(user, customers)
    large = page_times(client)
    total = before + 100 + customers
    for name, (seconds, queries) in large.items():
        ratio = seconds / small[name][0]
        report.add(
            f"{name}, {total:,} customers",
            f"{seconds * 1000:.0f} ms, {queries} queries",
            f"{ratio:.1f} × {before + 100:,}",
        )


def fill(user: User, count: int) -> None:
    """Add `count` customers with figures, in bulk."""
    start = (Customer.objects.order_by("-id").values_list("id", flat=True).first() or 0) + 1
    for low in range(start, start + count, 5_000):
        rows = Customer.objects.bulk_create(
            Customer(
                code=f"B-{n:07d}",
                name=name_of(n * 7919 % 1_000_003),
                phone=f"021-{n * 7919 % 1_000_003:08d}",
                owner=user,
                team=user.team,
            )
            for n in range(low, min(low + 5_000, start + count))
        )
        Metrics.objects.bulk_create(
            Metrics(
                customer=row, value_at_stake=row.pk * 104_729 % 1_000_000, churn_risk=row.pk % 1_000 / 1_000
            )
            for row in rows
        )
        OrderTotals.objects.bulk_create(OrderTotals(customer=row) for row in rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def page_times(client: Client) -> dict[str, tuple[float, int]]:
    """Return page → (median seconds of five, queries)."""
    url = reverse("customers:customer-list")
    pages = {f"list, sort {sort or 'default'}": f"{url}?sort={sort}" if sort else url for sort in SORTS}
    pages["list, owner filter"] = f"{url}?owner={client.session['_auth_user_id']}"
    last = Customer.objects.order_by("-id").values_list("id", flat=True).first()
    pages["record page"] = reverse("customers:customer-detail", args=[last])
    return {name: measure(client, address) for name, address in pages.items()}


def measure(client: Client, address: str) -> tuple[float, int]:
    """Return the median seconds of five requests and the queries of one."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address} answered {response.status_code}")
    queries = len(captured)  # the next request forgets them
    times = []
    for _ in range(5):
        start = time.perf_counter()
        client.get(address)
        times.append(time.perf_counter() - start)
    return median(times), queries
