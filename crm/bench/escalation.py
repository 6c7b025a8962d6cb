"""The scan for due levels over very many open cases, on PostgreSQL: the query, and one scan that fires.

On its own: `python -m crm.bench.escalation` fills an empty database (`DATABASE_URL`).
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.models import Team

CASES = 200_000
DUE = 500
AT_ONCE = 10_000


def bench_escalation(cases: int, due: int) -> None:
    """Fill the tables, then measure the query for what is due and one scan."""
    from django.db import connection
    from django.utils import timezone

    from complaints.domain.escalation import fire_due
    from complaints.models import Escalation

    now = timezone.now()
    fill(cases, due, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    # The first look of `fire_due`.
    rows = Escalation.objects.planned().filter(fire_at__lte=now, complaint__gt=0)
    look = rows.order_by("complaint_id").values_list("complaint_id", flat=True).distinct()[:100]
    print(look.explain(analyze=True))
    print(f"{cases:,} open cases, {due} levels due")
    print(f"what is due: {measured(lambda: list(look.all()), 21):.1f} ms (median of 21)")
    start = time.perf_counter()
    fired = fire_due(now)
    took = time.perf_counter() - start
    print(f"one scan: {fired} levels fired in {took:.1f} s, {took / max(fired, 1) * 1_000:.1f} ms each")
    print(f"a scan that finds nothing: {measured(lambda: fire_due(now), 5):.1f} ms (median of 5)")


def measured(act: Any, times: int) -> float:
    """Return the median of so many runs in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1_000)
    return median(taken)


def fill(cases: int, due: int, now: datetime) -> None:
    """Write open cases with one clock and one planned level each, the first `due` of them overdue."""
    from core.models import Team, User

    lead = User.objects.create(username="bench-lead", full_name="Bench Lead")
    team = Team.objects.create(name="Bench", lead=lead)
    for first in range(0, cases, AT_ONCE):
        _write(range(first, min(first + AT_ONCE, cases)), due, team, now)


def _write(numbers: range, due: int, team: Team, now: datetime) -> None:
    from complaints.choices.cases import ClockKind, Grade, Recipient, Unit
    from complaints.models import Clock, Complaint, Escalation

    cases = Complaint.objects.bulk_create(
        Complaint(
            number=f"BENCH-{number:07d}",
            title=f"Case {number}",
            grade=Grade.GENERAL,
            team=team,
            received_at=now,
        )
        for number in numbers
    )
    moments = [
        now - timedelta(minutes=1) if number < due else now + timedelta(minutes=10 + number % 50_000)
        for number in numbers
    ]
    clocks = Clock.objects.bulk_create(
        Clock(
            complaint=case,
            kind=ClockKind.SOLVE,
            amount=2,
            unit=Unit.WORKING_DAYS,
            started_at=now,
            due_at=moment,
        )
        for case, moment in zip(cases, moments, strict=True)
    )
    Escalation.objects.bulk_create(
        Escalation(complaint=case, clock=clock, number=1, recipient=Recipient.TEAM_LEAD, fire_at=clock.due_at)
        for case, clock in zip(cases, clocks, strict=True)
    )


def main() -> None:
    """Fill and measure."""
    parser = argparse.ArgumentParser(prog="python -m crm.bench.escalation", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--due", type=int, default=DUE)
    options = parser.parse_args()
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    bench_escalation(options.cases, options.due)


if __name__ == "__main__":
    main()
