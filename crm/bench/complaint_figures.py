"""Figures of complaints over very many cases: measuring and summing all, a usual night, and the page.

On its own: `python -m crm.bench.complaint_figures` fills an empty database (`DATABASE_URL`).
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from complaints.models import Complaint
    from core.models import User

CASES = 200_000
YEARS = 2
TEAMS = 8
PEOPLE = 40
AT_ONCE = 5_000
#: Of a usual day: cases that somebody touched.
TOUCHED = 400


def bench_figures(cases: int) -> None:
    """Fill the tables, then measure a rebuild, a night without and with changes, and the page."""
    from django.db import connection
    from django.utils import timezone

    from analytics.domain.tallies import compute_figures
    from analytics.models import CaseTally
    from complaints.models import CaseFact, Complaint

    now = timezone.now()
    start = time.perf_counter()
    fill(cases, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{cases:,} cases filled in {time.perf_counter() - start:.0f} s", flush=True)
    _timed("measure and sum everything", lambda: compute_figures(now))
    print(f"facts {CaseFact.objects.count():,}, rows of sums {CaseTally.objects.count():,}", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _timed("a night in which nothing happened", lambda: compute_figures(now))
    touched = Complaint.objects.filter(state="closed").order_by("-received_at").values("pk")[:TOUCHED]
    Complaint.objects.filter(pk__in=list(touched.values_list("pk", flat=True))).update(
        grade="severe", updated_at=now
    )
    _timed(f"a night after {TOUCHED} cases were regraded", lambda: compute_figures(now))
    _page()


def _timed(what: str, act: Any) -> None:
    start = time.perf_counter()
    counts = act()
    print(f"{what}: {time.perf_counter() - start:.1f} s  {counts}", flush=True)


def _page() -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from core.domain.roles import give_role
    from core.models import User

    user = User.objects.create_user("bench-reader", full_name="Bench Reader")
    give_role(user, "analyst")
    client = Client()
    client.force_login(user)
    for query in ("", "?period=12m", "?period=12m&kind=all&by=day"):
        address = f"/analytics/complaints/{query}"
        client.get(address)
        taken = []
        for _turn in range(9):
            start = time.perf_counter()
            answer = client.get(address)
            taken.append((time.perf_counter() - start) * 1_000)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        print(
            f"page {query or '(30 days)'}: {median(taken):.0f} ms (median of 9), {len(queries)} queries,"
            f" status {answer.status_code}",
            flush=True,
        )


def fill(cases: int, now: datetime) -> None:
    """Write cases of two years with their clocks and call-backs; a hundredth is open."""
    from complaints.models import Category
    from core.models import Team, User

    rng = random.Random(7)  # noqa: S311
    head = Team.objects.create(name="Bench")
    teams = [Team.objects.create(name=f"Bench {n}", parent=head) for n in range(TEAMS)]
    people = [
        User.objects.create(username=f"bench-{n}", full_name=f"Bench {n}", team=teams[n % TEAMS])
        for n in range(PEOPLE)
    ]
    categories = list(Category.objects.current().filter(kind="complaint"))
    for first in range(0, cases, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, cases))
        _write([_case(n, cases, now, people, categories, rng) for n in numbers], rng)


def _case(
    number: int, cases: int, now: datetime, people: list[User], categories: list[Any], rng: random.Random
) -> Complaint:
    from complaints.models import Complaint

    received = now - timedelta(days=YEARS * 365 * (1 - number / cases), hours=rng.random() * 8)
    is_open = rng.random() < 0.01
    owner = rng.choice(people)
    solved = min(received + timedelta(hours=rng.expovariate(1 / 30)), now)
    grade = rng.choice(("minor", "general", "general", "severe"))
    return Complaint(
        number=f"BENCH-{number:07d}",
        title=f"Case {number}",
        kind="complaint",
        grade=grade,
        was_severe=grade == "severe",
        intake=rng.choice(("phone", "email", "wechat", "form")),
        category=rng.choice(categories) if categories else None,
        owner=owner,
        team=owner.team,
        received_at=received,
        updated_at=solved,
        acknowledged_at=min(received + timedelta(minutes=rng.expovariate(1 / 20)), now),
        responded_at=min(received + timedelta(minutes=rng.expovariate(1 / 120)), now),
        state="working" if is_open else "closed",
        solved_at=None if is_open else solved,
        ended_at=None if is_open else solved,
        decision="" if is_open else rng.choice(("upheld", "partly", "rejected")),
        decided_at=None if is_open else solved,
        level=int(rng.random() < 0.05),
    )


def _write(rows: list[Complaint], rng: random.Random) -> None:
    from complaints.models import CallBack, Clock, Complaint

    Complaint.objects.bulk_create(rows, batch_size=1_000)
    clocks = [clock for case in rows for clock in _clocks(case)]
    Clock.objects.bulk_create(clocks, batch_size=2_000)
    CallBack.objects.bulk_create(
        CallBack(
            complaint=case,
            cycle=1,
            due_at=case.ended_at,
            updated_at=case.ended_at,
            state="done",
            is_accepted=True,
            result_score=rng.randint(1, 5),
            done_at=case.ended_at,
        )
        for case in rows
        if case.ended_at is not None and rng.random() < 0.7
    )


def _clocks(case: Complaint) -> Iterator[Any]:
    from complaints.models import Clock

    for kind, hours, met in (
        ("acknowledge", 1, case.acknowledged_at),
        ("respond", 4, case.responded_at),
        ("solve", 48, case.solved_at),
    ):
        yield Clock(
            complaint=case,
            kind=kind,
            amount=hours,
            unit="calendar_hours",
            started_at=case.received_at,
            due_at=case.received_at + timedelta(hours=hours),
            state="met" if met else "running",
            met_at=met,
        )


def main() -> None:
    """Fill and measure."""
    parser = argparse.ArgumentParser(prog="python -m crm.bench.complaint_figures", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    options = parser.parse_args()
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    bench_figures(options.cases)


if __name__ == "__main__":
    main()
