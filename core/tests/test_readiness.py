"""Probes: what is said to whom, and that trouble is found and never crashes who asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import readiness
from core.choices import JobState
from core.domain import health, heartbeats
from core.domain.heartbeats import (
    CLOCK,
    FORGET_AFTER,
    WORKER,
    forget_workers,
    mark_alive,
    mark_worker,
    workers,
)
from core.models import Job, OutgoingMail, User
from core.notices import MailState
from core.readiness import Condition, Finding, Kept, TooSlow, look, register_readiness, within
from core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    readiness.kept.forget()
    parts = dict(readiness._parts)
    yield
    readiness.kept.forget()
    readiness._parts.clear()
    readiness._parts.update(parts)
    heartbeats._this_worker = ""


@pytest.fixture
def alive() -> datetime:
    at = timezone.now()
    mark_worker(at=at, hostname="celery@one")
    mark_alive(CLOCK, at=at)
    return at


# ---- alive ------------------------------------------------------------------------------------------
def test_alive_asks_nothing_of_the_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"
    assert response.cookies == {}


@pytest.mark.parametrize("path", ["/healthz", "/readyz?only=database"])
def test_probes_need_neither_the_right_host_nor_tls(path: str, client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["crm.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.post(path).status_code == 405


# ---- ready ------------------------------------------------------------------------------------------
def test_ready_when_everything_works(alive: datetime, client: Client) -> None:
    response = client.get("/readyz")
    body = response.json()
    assert response.status_code == 200, body
    assert body["status"] == "ready"
    assert set(body["parts"].values()) == {"ok"}
    platform = {"database", "migrations", "broker", "worker", "clock", "jobs", "mail", "disk"}
    assert set(body["parts"]) == {*platform, "nightly", "calendars", "escalation", "case-mail"}
    assert response["Cache-Control"] == "no-store"
    assert response.cookies == {}


def test_not_ready_without_a_worker_yet_pages_may_be_served(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"]["worker"] == "failed"
    assert client.get("/readyz?only=database,migrations,disk").status_code == 200


def test_a_slip_in_the_name_of_a_part_is_no_good_news(client: Client) -> None:
    assert client.get("/readyz?only=databse").status_code == 400


def test_figures_are_for_administrators_and_watchers(
    alive: datetime, client: Client, settings: Any, user_in: Callable[..., User], client_of: Any
) -> None:
    settings.HEALTH_TOKEN = "watch-" * 8

    def seen(response: Any) -> bool:
        return isinstance(response.json()["parts"]["worker"], dict)

    assert not seen(client.get("/readyz"))
    assert not seen(client.get("/readyz", headers={"Authorization": "Bearer wrong"}))
    assert not seen(client.get("/readyz", headers={"Authorization": "Bearer \xff"}))
    assert seen(client.get("/readyz", headers={"Authorization": f"Bearer {settings.HEALTH_TOKEN}"}))
    assert not seen(client_of(user_in("manager")).get("/readyz"))
    assert seen(client_of(user_in("administrator")).get("/readyz"))
    settings.HEALTH_TOKEN = ""
    assert not seen(client.get("/readyz", headers={"Authorization": "Bearer "}))


def test_what_a_part_raises_is_a_failure_without_its_words(client: Client) -> None:
    def broken(at: datetime) -> Finding:
        raise OperationalError("could not connect with password hunter2")

    register_readiness("broken", broken, label="Broken")
    response = client.get("/readyz?only=broken")
    assert response.status_code == 503
    assert b"hunter2" not in response.content


def test_without_a_database_the_others_are_not_waited_for() -> None:
    def gone(at: datetime) -> Finding:
        raise OperationalError

    register_readiness("database", gone, label="Database", order=1)
    found = look(timezone.now())
    assert found["jobs"].condition == Condition.FAILED
    assert found["jobs"].figures == {}
    assert found["disk"].condition == Condition.OK


def test_what_hangs_is_left_behind() -> None:
    start = time.monotonic()
    with pytest.raises(TooSlow):
        within(0.1, lambda: time.sleep(3))
    assert time.monotonic() - start < 2
    with pytest.raises(ZeroDivisionError):
        within(1, lambda: 1 // 0)


def test_a_broker_that_hangs_does_not_hang_the_probe(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert look(timezone.now(), only=frozenset({"broker"}))["broker"].condition == Condition.FAILED
    monkeypatch.setattr(health, "_ping_redis", lambda: time.sleep(4))
    monkeypatch.setattr(health, "_PATIENCE", 0.1)
    start = time.monotonic()
    assert look(timezone.now(), only=frozenset({"broker"}))["broker"].condition == Condition.FAILED
    assert time.monotonic() - start < 2


def test_many_probes_cost_as_much_as_one() -> None:
    calls = []

    def count(at: datetime) -> Finding:
        calls.append(at)
        return Finding()

    register_readiness("count", count, label="Count")
    kept = Kept(60)
    for _time in range(3):
        kept.look(timezone.now(), only=frozenset({"count"}))
    assert len(calls) == 1
    kept.forget()
    kept.look(timezone.now(), only=frozenset({"count"}))
    assert len(calls) == 2


# ---- the parts --------------------------------------------------------------------------------------
def test_missing_migrations_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = health.needed_migrations()
    assert ("core", "0001_initial") in needed
    monkeypatch.setattr(health, "needed_migrations", lambda: needed | {("core", "9999_next")})
    finding = health.check_migrations(timezone.now())
    assert finding.condition == Condition.FAILED
    assert finding.figures["missing"] == ["core.9999_next"]


def test_silence_of_the_clock_is_told_from_a_busy_worker() -> None:
    at = timezone.now()
    assert health.check_clock(at).condition == Condition.FAILED
    Job.objects.create(task="x", state=JobState.RUNNING, lease_until=at + timedelta(minutes=1), not_before=at)
    assert health.check_clock(at).condition == Condition.OK


@pytest.mark.parametrize(
    ("minutes", "condition"), [(1, Condition.OK), (20, Condition.WARNING), (90, Condition.FAILED)]
)
def test_jobs_that_wait(minutes: int, condition: Condition) -> None:
    at = timezone.now()
    Job.objects.create(task="x", not_before=at - timedelta(minutes=minutes))
    finding = health.check_jobs(at)
    assert finding.condition == condition
    assert finding.figures == {"due": 1, "oldest_seconds": minutes * 60}


def test_mails_that_stay_are_a_warning() -> None:
    at, user = timezone.now(), UserFactory()
    OutgoingMail.objects.create(key="a", user=user, due_at=at - timedelta(hours=1), message_id="a")
    OutgoingMail.objects.create(key="b", user=user, due_at=at, state=MailState.FAILED, message_id="b")
    finding = health.check_mail(at)
    assert finding.condition == Condition.WARNING
    assert finding.figures == {"overdue": 1, "set_aside_today": 1}


@pytest.mark.parametrize(
    ("free", "condition"),
    [(10 * 1024**3, Condition.OK), (1024**3, Condition.WARNING), (1024**2, Condition.FAILED)],
)
def test_disk_space(free: int, condition: Condition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_free_bytes", lambda path: free)
    assert health.check_disk(timezone.now()).condition == condition


def test_workers_are_known_by_name_and_forgotten_after_a_week() -> None:
    at = timezone.now()
    mark_worker(at=at - FORGET_AFTER - timedelta(hours=1), hostname="celery@old")
    mark_worker(at=at, hostname="celery@new")
    assert [name for name, _seen in workers()] == ["celery@new", "celery@old"]
    assert forget_workers(at=at) == 1
    assert [name for name, _seen in workers()] == ["celery@new"]
    assert heartbeats.last_seen(WORKER) is not None


# ---- people -----------------------------------------------------------------------------------------
def test_the_system_page_says_what_to_do(user_in: Callable[..., User], client_of: Any) -> None:
    client = client_of(user_in("administrator"))
    page = client.get(reverse("core:system")).content.decode()
    assert "Does not work" in page
    assert "Start the worker" in page
    mark_worker(at=timezone.now(), hostname="celery@one")
    mark_alive(CLOCK, at=timezone.now())
    page = client.get(reverse("core:system")).content.decode()
    assert "Everything works." in page
    assert "celery@one" in page
    assert client_of(user_in("manager")).get(reverse("core:system")).status_code == 403


def test_the_command_ends_with_1_when_a_part_failed(capsys: Any, alive: datetime) -> None:
    call_command("readiness")
    assert "ok       database" in capsys.readouterr().out
    register_readiness("broken", lambda at: Finding(Condition.FAILED, "Gone."), label="Broken")
    with pytest.raises(SystemExit):
        call_command("readiness", "broken")
    with pytest.raises(CommandError):
        call_command("readiness", "databse")


# ---- throughput -------------------------------------------------------------------------------------
def job(at: datetime, **fields: Any) -> Job:
    return Job.objects.create(task="core.tasks.tick", **{"created_at": at, "finished_at": at, **fields})


def test_throughput_counts_what_ended_in_the_hour_and_not_what_was_asked_for(alive: datetime) -> None:
    long_ago = alive - timedelta(hours=3)
    for minutes in (1, 30, 59):
        ended = alive - timedelta(minutes=minutes)
        job(long_ago, finished_at=ended, state=JobState.DONE, queue="mail")
    job(alive - timedelta(minutes=90), finished_at=alive - timedelta(minutes=70), state=JobState.DONE)
    job(long_ago, finished_at=alive, state=JobState.FAILED)
    job(alive - timedelta(minutes=2), finished_at=None, not_before=alive - timedelta(minutes=2))

    found = health.check_worker(alive)

    assert found.figures["done_in_the_last_hour"] == 3
    assert found.figures["set_aside_in_the_last_hour"] == 1
    assert found.figures["jobs_a_minute"] == {"default": 0.0, "sla": 0.0, "analytics": 0.0, "mail": 0.05}
    assert [(pace.queue, pace.done, pace.waiting) for pace in health.paces(alive)] == [
        ("default", 0, 1), ("sla", 0, 0), ("analytics", 0, 0), ("mail", 3, 0),
    ]  # fmt: skip


def test_the_system_page_shows_the_queues(
    alive: datetime, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    for _turn in range(90):
        job(alive, state=JobState.DONE, queue="analytics")
    text = client_of(user_in("administrator")).get(reverse("core:system")).content.decode()
    assert "Jobs a minute" in text
    assert "1.50" in text
