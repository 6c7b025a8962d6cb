"""Many workers and beats at the same moment, each with a connection of its own, on PostgreSQL."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from celery import shared_task
from django.db import transaction
from django.utils import timezone

from core.choices import JobState
from core.domain.jobs import claim_job, later, request_cancel, retry_job, run_job
from core.domain.jobs.leases import LeaseKeeper
from core.domain.jobs.progress import Run
from core.domain.schedules import ensure_schedule, run_due_schedules
from core.models import AuditEntry, Job, Schedule, ScheduleRun
from core.tasks import body_of
from core.tests.crowds import crowd

CROWD = 8

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

runs: list[int] = []


@shared_task(name="core.tests.count_run")
def count_run() -> None:
    runs.append(1)


def test_one_of_many_claims_succeeds():
    job, at = later("core.tests.count_run"), timezone.now()

    claims = crowd(lambda number: claim_job(job.pk, at=at, token=str(number)), CROWD)

    [winner] = [claim for claim in claims if claim]
    job.refresh_from_db()
    assert (job.lease_token, job.attempts) == (winner.lease_token, 1)


def test_many_doorbells_run_a_job_once():
    runs.clear()
    job = later("core.tests.count_run")

    crowd(lambda number: run_job(job.pk, body_of=body_of), CROWD)

    assert len(runs) == 1
    assert Job.objects.get().state == JobState.DONE


def test_the_lease_is_renewed_while_the_body_computes(settings):
    settings.JOB_LEASE_SECONDS = 2
    job, at = later("core.tests.count_run"), timezone.now()
    run = Run(claim_job(job.pk, at=at, token="mine"), "mine")

    with LeaseKeeper(run):
        time.sleep(3)
        assert claim_job(job.pk, at=timezone.now(), token="thief") is None

    assert not run.lost.is_set()


def test_a_worker_hears_that_its_lease_was_lost(settings):
    settings.JOB_LEASE_SECONDS = 1
    job, at = later("core.tests.count_run"), timezone.now()
    run = Run(claim_job(job.pk, at=at, token="mine"), "mine")
    Job.objects.filter(pk=job.pk).update(lease_token="thief")

    with LeaseKeeper(run):
        assert run.lost.wait(3)


def test_a_dedupe_key_asked_for_by_many_gives_one_job():
    def ask(number: int) -> int:
        with transaction.atomic():
            return later("core.tests.count_run", dedupe="once", number=number).pk

    pks = crowd(ask, CROWD)

    assert len(set(pks)) == 1
    assert Job.objects.count() == 1


def test_many_beats_start_a_moment_once():
    Schedule.objects.all().delete()
    ensure_schedule("test.minute", title="Minute", task="core.tests.count_run", every_seconds=60)
    at = timezone.now() + timedelta(minutes=5)

    crowd(lambda number: run_due_schedules(at), CROWD)

    assert (Job.objects.count(), ScheduleRun.objects.count()) == (1, 1)


def test_of_many_who_retry_one_succeeds(django_user_model):
    user = django_user_model.objects.create(username="retrier", full_name="R")
    job = later("core.tests.count_run")
    request_cancel(job, by=user)

    answers = crowd(lambda number: retry_job(Job.objects.get(pk=job.pk), by=user), CROWD)

    assert answers.count("job_not_stopped") == CROWD - 1
    assert AuditEntry.objects.filter(changes__has_key="state").count() == 1


def test_a_cancelled_job_is_never_run_as_well():
    runs.clear()
    job = later("core.tests.count_run")

    def race(number: int) -> object:
        if number % 2:
            return request_cancel(Job.objects.get(pk=job.pk), by=None)
        return run_job(job.pk, body_of=body_of)

    crowd(race, CROWD)

    job.refresh_from_db()
    assert (job.state, len(runs)) in {(JobState.DONE, 1), (JobState.CANCELLED, 0)}
