"""Several real workers on PostgreSQL apply one policy, killed while they do: every case is done once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from complaints.choices.cases import ClockKind
from complaints.domain.applying import apply_policy, run_applying
from complaints.domain.registering import register_case
from complaints.models import (
    BusinessCalendar,
    Category,
    ClockChange,
    Complaint,
    Entry,
    Policy,
    PolicyApplying,
    Queue,
    Target,
)
from complaints.tests.factories import QueueFactory, policy
from core.tests.factories import TeamFactory, UserFactory

ROOT = Path(__file__).resolve().parent.parent.parent
CASES, WORKERS, KILLS = 60, 2, 3
PATIENCE = 120.0

pytestmark = [
    pytest.mark.processes,
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]

#: A worker that does the applying that is named until it is done.
WORKER = """
import sys
import django
django.setup()
from complaints.domain.applying import run_applying
print("ready", flush=True)
run_applying(int(sys.argv[1]))
"""


@pytest.fixture
def asked() -> PolicyApplying:
    """A policy whose first response was changed, asked to be applied to sixty open cases."""
    for model in (Policy, Category, Queue, BusinessCalendar):
        model.objects.all().delete()
    ours = policy()
    QueueFactory(is_default=True, team=TeamFactory(lead=UserFactory()))
    received = timezone.now() - timedelta(minutes=5)
    for number in range(CASES):
        register_case({"title": f"Case {number}", "received_at": received}, by=None, at=received)
    Target.objects.filter(policy=ours, clock=ClockKind.RESPOND).update(amount=8)
    return apply_policy(ours, by=UserFactory())


@contextmanager
def workers(applying: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start them on the database of the test; none outlives it."""
    running = [start(applying) for _ in range(WORKERS)]
    try:
        yield running
    finally:
        for process in running:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill it where it stands, as SIGKILL does."""
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def start(applying: int) -> subprocess.Popen[bytes]:
    values = connection.settings_dict
    host = f"{values['HOST'] or '127.0.0.1'}:{values['PORT'] or 5432}"
    user = values["USER"] + (f":{values['PASSWORD']}" if values["PASSWORD"] else "")
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{user}@{host}/{values['NAME']}",
        "DJANGO_SETTINGS_MODULE": "crm.settings",
    }
    command = [sys.executable, "-c", WORKER, str(applying)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)


def done(applying: int) -> int:
    row = PolicyApplying.objects.get(pk=applying)
    return row.moved + row.same + row.skipped


def kill_some(running: list[subprocess.Popen[bytes]], applying: int, dice: random.Random) -> int:
    """Kill workers at drawn moments while cases are done, each replaced; return how many were at work."""
    killed, until = 0, time.monotonic() + PATIENCE
    while done(applying) < CASES and time.monotonic() < until:
        if done(applying) and killed < KILLS:
            place = dice.randrange(len(running))
            stop(running[place])
            running[place] = start(applying)
            killed += 1
        time.sleep(dice.uniform(0.02, 0.1))
    return killed


def test_every_case_is_done_once_whoever_is_killed(asked):
    with workers(asked.pk) as running:
        killed = kill_some(running, asked.pk, random.Random(7))

    assert killed > 0
    assert run_applying(asked.pk) == {"changed": CASES, "same": 0, "skipped": 0}
    lines = Counter(Entry.objects.filter(data__code="policy_applied").values_list("complaint", flat=True))
    assert set(lines) == set(Complaint.objects.values_list("pk", flat=True))
    assert set(lines.values()) == {1}
    changes = ClockChange.objects.filter(reason="policy_applied")
    assert changes.count() == changes.values("clock").distinct().count() == CASES
