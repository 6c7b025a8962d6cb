"""Lists, a record, search and an import on a base of a given size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.test import Client
from django.urls import reverse

from core.models import User
from crm.bench.faulty_import import bench_faulty_file
from crm.bench.lists import LOGINS, bench_lists, milliseconds
from crm.bench.million import fill
from crm.bench.search import bench_search, with_terms
from customers.models import Customer

if TYPE_CHECKING:
    from crm.bench.report import Report


def bench_fill(report: Report, customers: int) -> None:
    """Fill the empty database, terms of search included."""
    with report.timed("filling the base (past the verbs)"):
        fill(customers)
    with_terms(report)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def bench_base(report: Report, customers: int) -> None:
    """Measure a filled base; the import comes last, for it adds to the base."""
    bench_lists(report)
    bench_record(report)
    bench_search(report, User.objects.get(username=LOGINS[0]), User.objects.get(username=LOGINS[-1]))
    bench_faulty_file(report, min(customers, 100_000))


def bench_record(report: Report) -> None:
    """Measure the page of one customer."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username=LOGINS[0]))
    last = Customer.objects.order_by("-pk").values_list("pk", flat=True)[0]
    taken = milliseconds(client, reverse("customers:customer-detail", args=[last]))
    report.add("page of one customer", f"{taken:.0f} ms", "under 300 ms", taken)
