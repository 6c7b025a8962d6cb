"""The audit page over a million lines: every filter and order, the first page, in server time.

On its own: `python -m crm.bench --sizes --parts audit`.
"""

from __future__ import annotations

import time
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.models import User
    from crm.bench.report import Report

LINES = 1_000_000
DAYS = 3 * 365
QUERIES = (
    "", "sort=at", "period=all", "period=all&sort=at", "period=today", "period=365d", "actor={actor}",
    "actor={actor}&period=all", "action=exported&period=all", "action=created&action=deleted&period=all",
    "subject_type=customers.order&period=all", "subject_type=customers.order&subject_id=4321",
    "q=客户+0012", "q=nobody", "q=nobody&period=90d", "field=customers.customer:owner&period=90d",
    "field=customers.order:note&period=90d", "address=10.0.0.7&period=all", "via=import&period=all",
    "via=command&period=all", "actor={actor}&action=exported&period=all",
)  # fmt: skip


def bench_audit(report: Report, user: User, lines: int = LINES) -> None:
    """Fill the table, then measure each filter."""
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    fill(user, lines)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    url = reverse("core:audit-list")
    for query in QUERIES:
        asked = query.format(actor=user.pk)
        taken = measured(client, f"{url}?{asked}")
        what = f"audit, {lines:,} lines, {asked or 'as opened'}"
        report.add(what, f"{taken:.0f} ms", "under 100 ms", taken)


def measured(client: Any, address: str) -> float:
    """Return the median of five answers in milliseconds."""
    if client.get(address).status_code != 200:
        raise RuntimeError(f"{address} was refused")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        client.get(address)
        times.append(time.perf_counter() - start)
    return median(times) * 1_000


def fill(user: User, lines: int) -> None:
    """Write lines spread over three years: mostly changes of orders and customers, as they are."""
    from django.utils import timezone

    from core.domain.inserting import insert_rows
    from core.models import User as Users

    others = [
        Users.objects.create_user(f"bench-{n}", full_name=f"Bench {n}", team=user.team).pk for n in range(50)
    ]
    now, step = timezone.now(), timedelta(days=DAYS) / lines
    columns = (
        "at", "actor_id", "action", "subject_type", "subject_id", "subject_label", "changes", "note", "via",
        "address", "credential", "request_id", "origin_type", "origin_id",
    )  # fmt: skip
    rows = (
        _row(n, now - step * (lines - n), user.pk if n % 997 == 0 else others[n % 50]) for n in range(lines)
    )
    from core.models import AuditEntry

    insert_rows(AuditEntry, columns, rows)


def _row(n: int, at: Any, actor: int) -> tuple[Any, ...]:
    rare = n % 5_003 == 0
    action = "exported" if rare else ("created", "changed", "changed", "changed", "signed_in")[n % 5]
    kind = ("customers.customer", "customers.order", "customers.task")[n % 3]
    changes = {"owner": ["A", "B"]} if n % 11 == 0 else {"stage": ["growth", "mature"]}
    via = "import" if n % 4_001 == 0 else ("page", "page", "api")[n % 3]
    address = f"10.0.{n % 40}.{n % 200}" if via != "import" else ""
    return (
        at, actor, action, kind, n % 50_000, f"客户 {n * 7919 % 1_000_003:07d}", changes, "", via, address,
        "", "", "", None,
    )  # fmt: skip
