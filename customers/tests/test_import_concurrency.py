"""Several workers and several imports at once, on a database that really runs them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from core.domain.imports import import_now, run_import, walking
from core.domain.imports.running import begin_import
from core.models import User
from core.tests.imports import begun, counts
from customers.models import Customer, Order, OrderTotals, TimelineEvent
from customers.tests.test_concurrency import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ORDERS = "customers.order"
HISTORY = "customer id,date,amount\n" + "".join(
    f"{n % 30},2026-01-{n % 28 + 1:02d},{n}.50\n" for n in range(200)
)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "BATCH", 20)


def test_four_workers_on_one_import_write_each_row_once(user_in: Callable[..., User]) -> None:
    run = begun(ORDERS, HISTORY, user_in("manager"))
    import_now(run, by=run.created_by, dry_run=True)
    begin_import(run, by=run.created_by)

    assert at_once(*[lambda: run_import(run.pk, run.attempt)] * 4) == ["ok"] * 4
    run.refresh_from_db()
    assert (run.state, counts(run)) == ("done", {"created": 200, "new_customers": 30})
    assert (Order.objects.count(), Customer.objects.count(), run.lines.count()) == (200, 30, 200)
    assert TimelineEvent.objects.filter(kind="order").count() == 200
    assert OrderTotals.objects.aggregate(sum=Sum("orders"))["sum"] == 200


def test_the_same_file_imported_by_two_people_at_once_comes_in_once(user_in: Callable[..., User]) -> None:
    runs: list[Any] = []
    for _ in range(2):
        run = begun(ORDERS, HISTORY, user_in("administrator"))
        runs.append(import_now(run, by=run.created_by, dry_run=True))
        begin_import(run, by=run.created_by)

    assert at_once(*[lambda run=run: run_import(run.pk, run.attempt) for run in runs]) == ["ok", "ok"]
    for run in runs:
        run.refresh_from_db()
    assert {run.state for run in runs} == {"done"}
    assert sum(run.counts.get("created", 0) for run in runs) == 200
    assert sum(run.counts.get("duplicate", 0) for run in runs) == 200
    assert (Order.objects.count(), Customer.objects.count()) == (200, 30)
