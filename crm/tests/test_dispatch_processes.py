"""Workers that dispatch and escalate at once, killed where they stand; and an outage of Redis.

Real processes on PostgreSQL and Redis: whatever is killed, each case has one handler who was given it once,
and each level fires once, in its order.
"""

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

from complaints.choices.cases import AssignReason, EscalationState, State
from complaints.domain.dispatching import dispatch_waiting
from complaints.domain.escalation import fire_due
from complaints.domain.registering import register_case
from complaints.models import (
    Assignment,
    BusinessCalendar,
    Category,
    Complaint,
    Entry,
    Escalation,
    Handler,
    Policy,
    Queue,
    QuietHours,
)
from complaints.tests.factories import QueueFactory, policy
from core.models import Job, Notification, User
from core.tests.factories import TeamFactory, UserFactory

ROOT = Path(__file__).resolve().parent.parent.parent
CASES, LEVELS, HANDLERS = 32, 3, 4
WORKERS, KILLS = 4, 6
PATIENCE = 600.0
#: Nobody listens there.
NO_REDIS = "redis://127.0.0.1:1/0"

pytestmark = [pytest.mark.processes, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

#: A worker that runs jobs, gives out what waits, and escalates, again and again until it is killed.
WORKER = """
import random, time
import django
django.setup()
from django.utils import timezone
from complaints.domain.dispatching import dispatch_waiting
from complaints.domain.escalation import fire_due
print("ready", flush=True)
while True:
    work = [lambda: dispatch_waiting(timezone.now(), most=20), lambda: fire_due(timezone.now(), most=20)]
    random.shuffle(work)
    for one in work:
        one()
    time.sleep(0.02)
"""

#: Staff who receive three cases while the broker and the cache are gone.
INTAKE = """
import django
django.setup()
from datetime import timedelta
from django.utils import timezone
from complaints.domain.presence import note_viewing, others_viewing
from complaints.domain.registering import register_case
from core.models import User
by = User.objects.order_by("pk")[0]
received = timezone.now() - timedelta(days=3)
for number in range(3):
    case = register_case({"title": f"Case {number}", "received_at": received}, by=by)
    note_viewing(case.pk, by)
    print(case.number, len(others_viewing(case.pk, by)), flush=True)
"""


@pytest.fixture
def handlers() -> list[User]:
    """One queue that is dispatched around the clock to four people who can carry everything."""
    for model in (Policy, Category, Handler, Queue, BusinessCalendar, QuietHours):
        model.objects.all().delete()
    policy()
    team = TeamFactory(lead=UserFactory(), parent=TeamFactory(lead=UserFactory()))
    queue = QueueFactory(is_default=True, team=team, is_automatic=True)
    people = [UserFactory(team=team) for _turn in range(HANDLERS)]
    for person in people:
        Handler.objects.create(user=person, cap=CASES).queues.add(queue)
    return people


def receive(count: int) -> None:
    """Receive cases whose three levels are all overdue, as after an outage."""
    received = timezone.now() - timedelta(days=3)
    for number in range(count):
        register_case({"title": f"Case {number}", "received_at": received}, by=None, at=received)


def environment(**more: str) -> dict[str, str]:
    values = connection.settings_dict
    host = f"{values['HOST'] or '127.0.0.1'}:{values['PORT'] or 5432}"
    user = values["USER"] + (f":{values['PASSWORD']}" if values["PASSWORD"] else "")
    base = {
        "DATABASE_URL": f"postgres://{user}@{host}/{values['NAME']}",
        "DJANGO_SETTINGS_MODULE": "crm.settings",
    }
    return os.environ | base | more


def start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=ROOT, env=environment(), stdout=subprocess.PIPE
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill it where it stands, as SIGKILL does."""
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


@contextmanager
def workers() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Start them on the database of the test; none outlives it."""
    running = [start() for _turn in range(WORKERS)]
    try:
        yield running
    finally:
        for process in running:
            stop(process)


def left() -> tuple[int, int]:
    """Return how many cases nobody has, and how many levels have still to fire."""
    return Complaint.objects.unassigned().count(), Escalation.objects.due(timezone.now()).count()


def kill_some(running: list[subprocess.Popen[bytes]], dice: random.Random) -> int:
    """Kill workers at drawn moments while they are at work, each replaced; return how many there were."""
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    killed, until, before = 0, time.monotonic() + PATIENCE, sum(left())
    step = before // (KILLS + 2)
    while (now := sum(left())) and time.monotonic() < until:
        # As much must have been done since the last one: kills are spread over the work.
        if killed < KILLS and now <= before - step * (killed + 1):
            time.sleep(dice.uniform(0, 0.05))
            place = dice.randrange(len(running))
            stop(running[place])
            running[place] = start()
            killed += 1
        time.sleep(0.02)
    return killed


def in_order() -> set[tuple[int, ...]]:
    """Return the orders in which the log of the cases tells of their levels."""
    by_case: dict[int, list[int]] = {}
    for line in Entry.objects.filter(data__code="escalated").order_by("id"):
        by_case.setdefault(line.complaint_id, []).append(line.data["params"]["level"])
    return set(map(tuple, by_case.values()))


def test_dispatched_once_and_escalated_once_whoever_is_killed(handlers):
    receive(CASES)
    assert left() == (CASES, CASES * LEVELS)
    with workers() as running:
        killed = kill_some(running, random.Random(11))

    assert killed == KILLS
    assert left() == (0, 0)
    # No case is lost, and each has the one handler whom its one assignment names.
    cases = list(Complaint.objects.all())
    assert len(cases) == CASES
    assert {case.state for case in cases} == {State.WORKING}
    given = Assignment.objects.all()
    assert Counter(given.values_list("complaint", flat=True)) == Counter({case.pk: 1 for case in cases})
    assert set(given.values_list("reason", flat=True)) == {AssignReason.DISPATCH}
    assert {(row.complaint_id, row.owner_id) for row in given} == {(case.pk, case.owner_id) for case in cases}
    # Dispatches go one after another and count what is true: everybody has as many as anybody else.
    loads = Counter(given.values_list("owner", flat=True))
    assert loads == Counter({person.pk: CASES // HANDLERS for person in handlers})
    assert Entry.objects.filter(data__code="assigned").count() == CASES
    assert Notification.objects.filter(kind="case_assigned").count() == CASES

    # No level is doubled or missing, and those who were told were told once.
    fired = Escalation.objects.filter(state=EscalationState.FIRED)
    assert fired.count() == CASES * LEVELS
    assert Entry.objects.filter(data__code="escalated").count() == CASES * LEVELS
    assert in_order() == {(1, 2, 3)}
    kinds = ("case_escalated", "case_escalated_urgent", "case_reminder")
    told = sum(level.told.count() for level in fired)
    assert Notification.objects.filter(kind__in=kinds).count() == told > 0


def test_without_redis_intake_works_and_the_clocks_catch_up(handlers):
    done = subprocess.run(
        [sys.executable, "-c", INTAKE],
        cwd=ROOT,
        env=environment(REDIS_URL=NO_REDIS),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
        text=True,
    )
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0][-4:] for line in lines] == ["0001", "0002", "0003"]
    # Nobody knows who views a case then, and nothing breaks.
    assert {line[1] for line in lines} == {"0"}
    # What the doorbell could not ring waits in the table.
    jobs = Job.objects.filter(task="complaints.tasks.dispatch")
    assert jobs.count() == 3

    # When it is back, one scan fires what was missed, in order, each once.
    assert fire_due(timezone.now()) == 3 * LEVELS
    assert fire_due(timezone.now()) == 0
    assert in_order() == {(1, 2, 3)}
    assert dispatch_waiting(timezone.now()) == 3
    assert Assignment.objects.count() == 3
    assert left() == (0, 0)
