"""Several real scanners on PostgreSQL, killed while they fire: every level fires once, and tells once."""

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

from complaints.choices.cases import EscalationState
from complaints.domain.registering import register_case
from complaints.models import (
    BusinessCalendar,
    Category,
    Complaint,
    Entry,
    Escalation,
    Policy,
    Queue,
    QuietHours,
)
from complaints.tests.factories import QueueFactory, policy
from core.models import Notification
from core.tests.factories import TeamFactory, UserFactory

ROOT = Path(__file__).resolve().parent.parent.parent
CASES, LEVELS = 60, 3
SCANNERS, KILLS = 3, 6
PATIENCE = 90.0

pytestmark = [
    pytest.mark.processes,
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
]

#: A worker that scans again and again until it is killed; it says when it begins.
SCANNER = """
import time
import django
django.setup()
from django.utils import timezone
from complaints.domain.escalation import fire_due
print("ready", flush=True)
while True:
    fire_due(timezone.now())
    time.sleep(0.05)
"""


@pytest.fixture
def cases() -> int:
    """Cases whose three levels are all overdue, as after an outage; return how many levels that makes."""
    for model in (Policy, Category, Queue, BusinessCalendar, QuietHours):
        model.objects.all().delete()
    policy()
    above = TeamFactory(lead=UserFactory())
    team = TeamFactory(lead=UserFactory(), parent=above)
    QueueFactory(is_default=True, team=team)
    received = timezone.now() - timedelta(days=3)
    for number in range(CASES):
        register_case({"title": f"Case {number}", "received_at": received}, by=None, at=received)
    return Escalation.objects.due(timezone.now()).count()


@contextmanager
def scanners() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start them on the database of the test; none outlives it."""
    running = [start() for _ in range(SCANNERS)]
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


def start() -> subprocess.Popen[bytes]:
    values = connection.settings_dict
    host = f"{values['HOST'] or '127.0.0.1'}:{values['PORT'] or 5432}"
    user = values["USER"] + (f":{values['PASSWORD']}" if values["PASSWORD"] else "")
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{user}@{host}/{values['NAME']}",
        "DJANGO_SETTINGS_MODULE": "crm.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-c", SCANNER], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )


def planned() -> int:
    return Escalation.objects.due(timezone.now()).count()


def kill_some(running: list[subprocess.Popen[bytes]], dice: random.Random, *, before: int) -> int:
    """Kill scanners at drawn moments while levels fire, each replaced; return how many were at work."""
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    killed, until = 0, time.monotonic() + PATIENCE
    while (left := planned()) and time.monotonic() < until:
        if left < before and killed < KILLS:
            place = dice.randrange(len(running))
            stop(running[place])
            running[place] = start()
            killed += 1
        time.sleep(dice.uniform(0.02, 0.15))
    return killed


def test_every_level_fires_once_in_order_and_tells_once_whoever_is_killed(cases):
    with scanners() as running:
        killed = kill_some(running, random.Random(7), before=cases)

    assert killed > 0
    assert planned() == 0
    fired = Escalation.objects.filter(state=EscalationState.FIRED)
    assert fired.count() == cases == CASES * LEVELS
    lines = Counter(
        (line.complaint_id, line.data["params"]["level"])
        for line in Entry.objects.filter(data__code="escalated").order_by("id")
    )
    assert set(lines.values()) == {1}
    assert len(lines) == cases
    told = sum(level.told.count() for level in fired)
    kinds = ("case_escalated", "case_escalated_urgent", "case_reminder")
    assert Notification.objects.filter(kind__in=kinds).count() == told > 0
    assert set(Complaint.objects.values_list("level", flat=True)) == {LEVELS}

    # After an outage each case goes through its ladder in the order of the times.
    by_case: dict[int, list[int]] = {}
    for case, level in lines:
        by_case.setdefault(case, []).append(level)
    assert set(map(tuple, by_case.values())) == {(1, 2, 3)}
