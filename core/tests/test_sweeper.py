"""What nobody took up is called for again, and not more often than needed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.core.management import call_command
from django.utils import timezone

from core.choices import JobState
from core.domain.jobs import claim_job, doorbell, later
from core.domain.sweeper import delete_old_jobs, sweep
from core.models import Job, Schedule
from core.tasks import run_job

pytestmark = pytest.mark.django_db


@pytest.fixture
def rung(monkeypatch):
    calls: list[int] = []
    monkeypatch.setattr(doorbell, "_quiet_until", 0.0)
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **options: calls.append(args[0]))
    return calls


def test_a_job_whose_doorbell_was_lost_is_called_for_again(rung):
    job, at = later("core.tasks.tick"), timezone.now()

    assert sweep(at) == 0  # it was rung a moment ago
    assert sweep(at + timedelta(minutes=1)) == 1
    assert sweep(at + timedelta(minutes=1, seconds=1)) == 0
    assert rung == [job.pk]


def test_a_job_that_was_held_back_is_called_for_when_its_time_comes(rung):
    due = timezone.now() + timedelta(hours=1)
    job = later("core.tasks.tick", not_before=due)

    assert sweep(due - timedelta(seconds=1)) == 0
    assert sweep(due) == 1
    assert rung == [job.pk]


def test_a_job_whose_worker_died_is_called_for_when_the_lease_ran_out(rung):
    job, at = later("core.tasks.tick"), timezone.now()
    claim_job(job.pk, at=at, token="dead")

    assert sweep(at + timedelta(seconds=59)) == 0
    assert sweep(at + timedelta(seconds=61)) == 1
    assert rung == [job.pk]


def test_ended_jobs_are_left_in_peace(rung):
    job = later("core.tasks.delete_old_jobs")
    run_job(job.pk)

    assert sweep(timezone.now() + timedelta(days=1)) == 0


def test_a_sweep_is_bounded_and_takes_the_oldest_first(rung):
    jobs, at = [later("core.tasks.tick") for _ in range(5)], timezone.now() + timedelta(minutes=1)

    assert [sweep(at, batch=2), sweep(at, batch=2), sweep(at, batch=2)] == [2, 2, 1]
    assert rung == [job.pk for job in jobs]


def test_a_sweep_stops_at_a_broker_that_is_down(monkeypatch):
    calls = []

    def broken(*args, **options):
        calls.append(args)
        raise ConnectionError

    monkeypatch.setattr(doorbell, "_quiet_until", 0.0)
    monkeypatch.setattr(current_app, "send_task", broken)
    for _ in range(3):
        later("core.tasks.tick")

    assert sweep(timezone.now() + timedelta(minutes=1)) == 0
    assert len(calls) == 1
    assert Job.objects.due(timezone.now()).unheard(timezone.now() + timedelta(minutes=1)).count() == 3


def test_old_jobs_are_deleted_but_not_what_was_set_aside():
    done, aside, fresh = (later("core.tasks.tick") for _ in range(3))
    long_ago = timezone.now() - timedelta(days=100)
    Job.objects.filter(pk=done.pk).update(state=JobState.DONE, finished_at=long_ago)
    Job.objects.filter(pk=aside.pk).update(state=JobState.FAILED, finished_at=long_ago)

    assert delete_old_jobs(before=timezone.now() - timedelta(days=90)) == 1

    assert set(Job.objects.values_list("pk", flat=True)) == {aside.pk, fresh.pk}


def test_the_sweep_command_does_one_tick_by_hand(rung, capsys):
    Schedule.objects.all().update(is_enabled=False)  # some run every half a minute
    job = later("core.tasks.tick")
    Job.objects.filter(pk=job.pk).update(rung_at=None)

    call_command("sweep")

    assert rung == [job.pk]
    assert capsys.readouterr().out == "0 schedules started, 1 jobs called for\n"
