"""The nightly looks ahead over very many customers, on PostgreSQL: falls, portraits, forecast.

On its own: `python -m crm.bench.foresight` fills an empty database (`DATABASE_URL`).
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

CUSTOMERS, COMPLAINTS = 100_000, 40_000
AT_ONCE = 5_000
_INDUSTRIES = ("banking", "insurance", "telecom", "ports", "energy", "manufacturing", "retail", "")
_TIERS = ("strategic", "core", "growth", "potential")


def bench_foresight(customers: int, complaints: int) -> None:
    """Fill the tables, then time each part of the night."""
    from django.db import connection
    from django.utils import timezone

    from complaints.domain.forecasts.making import make_forecast
    from complaints.domain.portraits.making import make_portraits
    from complaints.domain.satisfaction import look_for_falls

    now = timezone.now()
    fill(customers, complaints, timezone.localdate(now))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{customers:,} customers, {complaints:,} complaints")
    _timed("falls of satisfaction", lambda: look_for_falls(now))
    _timed("portraits", lambda: make_portraits(now))
    _timed("forecast", lambda: make_forecast(now).listed)
    _timed("forecast again", lambda: make_forecast(now).listed)
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _timed(name: str, act: Callable[[], Any]) -> None:
    start, used = time.perf_counter(), time.process_time()
    found = act()
    took, busy = time.perf_counter() - start, time.process_time() - used
    print(f"{name}: {found} in {took:.1f} s ({busy:.1f} s of our processor)")


def fill(customers: int, complaints: int, today: date) -> None:
    """Write customers with their order days and totals, and two years of closed complaints with answers."""
    from customers.models import Customer, Metrics, OrderDay, OrderTotals

    rng = random.Random(1)  # noqa: S311 (made-up data)
    ids = [
        row.pk
        for row in Customer.objects.bulk_create(
            (
                Customer(
                    code=f"B-{n:07}",
                    name=f"Customer {n}",
                    industry=rng.choice(_INDUSTRIES),
                    tier=rng.choice(_TIERS),
                    size=rng.choice(("small", "medium", "large")),
                    region=f"Region {n % 12}",
                )
                for n in range(customers)
            ),
            batch_size=AT_ONCE,
        )
    ]
    last = {pk: today - timedelta(days=rng.randint(1, 500)) for pk in ids}
    OrderTotals.objects.bulk_create(
        (
            OrderTotals(
                customer_id=pk, first_day=day - timedelta(days=400), last_day=day, purchase_days=2, orders=2
            )
            for pk, day in last.items()
        ),
        batch_size=AT_ONCE,
    )
    Metrics.objects.bulk_create(
        (Metrics(customer_id=pk, as_of=today, amount_12m=rng.randint(0, 900_000)) for pk in ids),
        batch_size=AT_ONCE,
    )
    OrderDay.objects.bulk_create(
        (
            OrderDay(customer_id=pk, day=day - timedelta(days=gap), orders=1, amount=1_000)
            for pk, day in last.items()
            for gap in (0, 150, 400)
        ),
        batch_size=AT_ONCE,
    )
    _fill_complaints(ids, complaints, rng)


def _fill_complaints(ids: list[int], complaints: int, rng: random.Random) -> None:
    from django.utils import timezone

    from complaints.models import CallBack, Category, Complaint

    now, categories = timezone.now(), list(Category.objects.of_kind("complaint").current())
    often = ids[:: max(len(ids) // 4_000, 1)]
    made = Complaint.objects.bulk_create(
        (
            _complaint(n, rng.choice(often if n % 2 else ids), rng.choice(categories), rng, now)
            for n in range(complaints)
        ),
        batch_size=AT_ONCE,
    )
    CallBack.objects.bulk_create(
        (
            CallBack(
                complaint=case, cycle=1, due_at=case.received_at, state="done", is_accepted=True,
                done_at=min(case.received_at + timedelta(days=6), now), result_score=rng.randint(1, 5),
            )
            for case in made
        ),
        batch_size=AT_ONCE,
    )  # fmt: skip


def _complaint(n: int, customer: int, category: Any, rng: random.Random, now: Any) -> Any:
    from complaints.models import Complaint

    at = now - timedelta(days=rng.random() * 700)
    return Complaint(
        number=f"TS-BENCH-{n:07}", title="Late invoice", customer_id=customer, category=category,
        grade="general", state="closed", received_at=at, ended_at=min(at + timedelta(days=5), now),
        solved_at=min(at + timedelta(days=4), now), decision=rng.choice(("upheld", "rejected")),
    )  # fmt: skip


def main() -> None:
    """Fill the database and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--complaints", type=int, default=COMPLAINTS)
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    os.environ.setdefault("LOG_LEVEL", "WARNING")

    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    bench_foresight(options.customers, options.complaints)


if __name__ == "__main__":
    main()
