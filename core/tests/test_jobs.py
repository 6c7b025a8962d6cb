"""Asking for work, doing it once, giving it up: the life of a job."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from celery import current_app, shared_task
from django.db import transaction
from django.utils import timezone

from core.choices import AuditAction, JobState
from core.domain import jobs
from core.domain.heartbeats import mark_alive, worker_is_alive
from core.domain.jobs import (
    MAX_ATTEMPTS,
    JobCancelled,
    claim_job,
    current_job,
    doorbell,
    later,
    leases,
    progress,
    release_leases,
    request_cancel,
    retry_job,
    retry_jobs,
    why_waiting,
)
from core.domain.jobs.progress import Run, running
from core.domain.schedules import ensure_schedule
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Job, Notification, Schedule
from core.tasks import run_job, tick

pytestmark = pytest.mark.django_db

seen: list = []


@shared_task(name="core.tests.note_number")
def note_number(number: int) -> dict[str, int]:
    seen.append(number)
    progress(number, 10, "noting")
    return {"number": number}


@shared_task(name="core.tests.refuse")
def refuse() -> None:
    raise DomainError("no", "There is no such file.")


@shared_task(name="core.tests.fail")
def fail() -> None:
    raise ValueError("the disk is full")


@pytest.fixture(autouse=True)
def nothing_seen():
    seen.clear()


@pytest.fixture
def rung(monkeypatch):
    """Stand in for the broker: note what would be announced."""
    calls: list = []
    monkeypatch.setattr(doorbell, "_quiet_until", 0.0)
    monkeypatch.setattr(
        current_app, "send_task", lambda name, args, **options: calls.append((name, args, options["queue"]))
    )
    return calls


def expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_later_writes_a_pending_job_with_its_payload(user_in):
    user = user_in("sales")

    job = later("core.tests.note_number", title="Note", by=user, queue="mail", number=3)

    stored = Job.objects.get()
    assert (stored.pk, stored.task, stored.payload, stored.queue) == (
        job.pk,
        "core.tests.note_number",
        {"number": 3},
        "mail",
    )
    assert (stored.state, stored.attempts, stored.created_by) == (JobState.PENDING, 0, user)


def test_later_rings_on_commit_and_not_before(rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = later("core.tests.note_number", number=1)
        assert rung == []

    assert rung == [("core.tasks.run_job", [job.pk], "default")]


def test_later_does_not_ring_for_a_job_that_is_held_back(rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = later("core.tests.note_number", not_before=timezone.now() + timedelta(hours=1), number=1)

    assert rung == []
    assert job.rung_at is None


def test_later_with_the_same_dedupe_returns_the_same_job():
    first = later("core.tests.note_number", dedupe="once", number=1)
    second = later("core.tests.note_number", dedupe="once", number=2)

    assert second == first
    assert Job.objects.get().payload == {"number": 1}


def test_later_returns_the_row_that_another_transaction_wrote_first(monkeypatch):
    first = later("core.tests.note_number", dedupe="once", number=1)
    lookups = iter([Job.objects.none()])
    real = Job.objects.filter
    monkeypatch.setattr(Job.objects, "filter", lambda **kw: next(lookups, None) or real(**kw))

    with transaction.atomic():
        assert later("core.tests.note_number", dedupe="once", number=2) == first
        assert Job.objects.count() == 1  # the transaction still works


def test_later_refuses_an_unknown_queue():
    with pytest.raises(ValueError, match="queue"):
        later("core.tests.note_number", queue="fast")


def test_a_broker_that_fails_is_logged_and_left_alone_for_a_while(monkeypatch, caplog):
    calls = []

    def broken(*args, **options):
        calls.append(args)
        raise ConnectionError("refused")

    monkeypatch.setattr(doorbell, "_quiet_until", 0.0)
    monkeypatch.setattr(current_app, "send_task", broken)

    assert [jobs.ring(1, "default"), jobs.ring(2, "default")] == [False, False]
    assert len(calls) == 1
    assert "could not be announced" in caplog.text


def test_a_job_runs_and_keeps_its_result():
    job = later("core.tests.note_number", number=7)

    run_job(job.pk)

    job.refresh_from_db()
    assert seen == [7]
    assert (job.state, job.result, job.attempts, job.error) == (JobState.DONE, {"number": 7}, 1, "")
    assert (job.progress_done, job.progress_total, job.progress_note) == (7, 10, "noting")
    assert job.lease_until is None
    assert job.finished_at is not None


def test_a_second_doorbell_does_nothing():
    job = later("core.tests.note_number", number=7)

    run_job(job.pk)
    run_job(job.pk)

    assert seen == [7]


def test_a_job_that_is_held_back_is_not_run():
    job = later("core.tests.note_number", not_before=timezone.now() + timedelta(minutes=1), number=7)

    run_job(job.pk)

    assert seen == []


def test_of_two_claims_one_succeeds():
    job, at = later("core.tests.note_number", number=1), timezone.now()

    first, second = claim_job(job.pk, at=at, token="a"), claim_job(job.pk, at=at, token="b")

    assert (first.lease_token, second) == ("a", None)


def test_a_job_whose_lease_ran_out_is_taken_up_again():
    job, at = later("core.tests.note_number", number=1), timezone.now()
    claim_job(job.pk, at=at, token="dead")

    assert claim_job(job.pk, at=at + timedelta(seconds=59), token="early") is None
    again = claim_job(job.pk, at=at + timedelta(seconds=61), token="next")

    assert (again.lease_token, again.attempts) == ("next", 2)


def test_a_worker_that_lost_its_lease_writes_no_end():
    job, at = later("core.tests.note_number", number=1), timezone.now()
    run = Run(claim_job(job.pk, at=at, token="slow"), "slow")
    claim_job(job.pk, at=at + timedelta(seconds=61), token="next")

    settled = leases.settle(run, leases.Outcome(JobState.DONE), at=timezone.now())

    job.refresh_from_db()
    assert (settled, job.state, job.lease_token) == (False, JobState.RUNNING, "next")


def test_progress_stops_a_worker_that_lost_its_lease():
    job, at = later("core.tests.note_number", number=1), timezone.now()
    run = Run(claim_job(job.pk, at=at, token="slow"), "slow")
    claim_job(job.pk, at=at + timedelta(seconds=61), token="next")

    with running(run), pytest.raises(jobs.LeaseLost):
        progress(1, 2)


def test_a_refusal_is_final_and_shown():
    job = later("core.tests.refuse")

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == (JobState.FAILED, "There is no such file.", 1)


def test_an_unknown_task_is_set_aside_with_its_name():
    job = later("core.tests.forgotten")

    run_job(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "core.tests.forgotten" in job.error


def test_an_error_is_tried_again_later_and_set_aside_in_the_end(caplog):
    job = later("core.tests.fail")
    waits = []
    for _ in range(MAX_ATTEMPTS):
        before = timezone.now()
        run_job(job.pk)
        job.refresh_from_db()
        waits.append(round((job.not_before - before).total_seconds()))
        Job.objects.filter(pk=job.pk, state=JobState.PENDING).update(not_before=timezone.now())

    assert waits[:4] == [5, 30, 120, 600]
    assert (job.state, job.attempts, job.error) == (
        JobState.FAILED,
        MAX_ATTEMPTS,
        "ValueError: the disk is full",
    )


def test_a_job_that_kills_its_worker_is_set_aside_after_five_attempts():
    job = later("core.tests.note_number", number=1)
    for _ in range(MAX_ATTEMPTS):
        assert claim_job(job.pk, at=timezone.now(), token="dies") is not None
        expire(job)

    assert claim_job(job.pk, at=timezone.now(), token="last") is None

    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, MAX_ATTEMPTS)
    assert job.error


def test_an_attempt_that_gets_further_counts_as_the_first():
    job = later("core.tests.note_number", number=1)
    Job.objects.filter(pk=job.pk).update(attempts=3, progress_done=5, progress_total=10)
    run = Run(claim_job(job.pk, at=timezone.now(), token="mine"), "mine")

    with running(run):
        progress(6, 10)

    job.refresh_from_db()
    assert (job.attempts, job.progress_done) == (1, 6)


def test_progress_never_exceeds_the_total_and_is_nothing_outside_a_job():
    progress(3, 2)
    assert current_job() is None
    job = later("core.tests.note_number", number=1)
    run = Run(claim_job(job.pk, at=timezone.now(), token="mine"), "mine")

    with running(run):
        progress(12, 10, "x" * 300)
        assert current_job() == job

    job.refresh_from_db()
    assert (job.progress_done, len(job.progress_note)) == (10, 200)


def test_progress_writes_at_most_twice_a_second(django_assert_num_queries):
    job = later("core.tests.note_number", number=1)
    run = Run(claim_job(job.pk, at=timezone.now(), token="mine"), "mine")

    with running(run), django_assert_num_queries(2):
        for step in range(1_000):
            progress(step, 1_000)


def test_cancelling_a_waiting_job_ends_it_and_is_audited(user_in):
    user = user_in("sales")
    job = later("core.tests.note_number", number=1, by=user)

    request_cancel(job, by=user)
    run_job(job.pk)

    assert (job.state, seen) == (JobState.CANCELLED, [])
    line = AuditEntry.objects.get()
    assert (line.action, line.actor, line.subject_id) == (AuditAction.CHANGED, user, job.pk)


def test_cancelling_a_running_job_stops_it_at_its_next_step(user_in):
    job = later("core.tests.note_number", number=1)
    run = Run(claim_job(job.pk, at=timezone.now(), token="mine"), "mine")

    request_cancel(job, by=user_in("administrator"))

    assert (job.state, job.cancel_requested) == (JobState.RUNNING, True)
    with running(run), pytest.raises(JobCancelled):
        progress(1, 2)


def test_a_job_that_hears_the_wish_to_stop_is_cancelled():
    @shared_task(name="core.tests.stop_me")
    def stop_me() -> None:
        request_cancel(current_job(), by=None)
        progress(1, 2)
        raise AssertionError("progress should have stopped this")

    job = later("core.tests.stop_me")

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.progress_done) == (JobState.CANCELLED, 1)


def test_a_job_whose_worker_died_is_cancelled_at_once(user_in):
    job = later("core.tests.note_number", number=1)
    claim_job(job.pk, at=timezone.now(), token="dead")
    expire(job)

    assert request_cancel(job, by=user_in("administrator")).state == JobState.CANCELLED


def test_a_wish_to_stop_that_nobody_heard_is_met_at_the_next_claim():
    job = later("core.tests.note_number", number=1)
    claim_job(job.pk, at=timezone.now(), token="dead")
    Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    expire(job)

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, seen) == (JobState.CANCELLED, [])


def test_an_ended_job_cannot_be_cancelled(user_in):
    job = later("core.tests.note_number", number=1)
    run_job(job.pk)

    with pytest.raises(Conflict) as refusal:
        request_cancel(job, by=user_in("administrator"))

    assert refusal.value.code == "job_finished"


def test_retry_runs_a_job_that_was_set_aside_with_all_its_attempts(
    user_in, rung, django_capture_on_commit_callbacks
):
    user = user_in("sales")
    job = later("core.tests.refuse")
    run_job(job.pk)

    with django_capture_on_commit_callbacks(execute=True):
        retry_job(job, by=user)

    assert (job.state, job.attempts, job.error, job.finished_at) == (JobState.PENDING, 0, "", None)
    assert rung == [("core.tasks.run_job", [job.pk], "default")]
    assert AuditEntry.objects.get().changes == {"state": ["failed", "pending"]}


def test_the_second_retry_is_refused(user_in):
    user = user_in("sales")
    job = later("core.tests.refuse")
    run_job(job.pk)
    retry_job(job, by=user)

    with pytest.raises(Conflict) as refusal:
        retry_job(job, by=user)

    assert refusal.value.code == "job_not_stopped"
    assert AuditEntry.objects.count() == 1


def test_who_asked_is_told_in_their_language_when_it_ends(user_in):
    user = user_in("sales", language="en")
    job = later("core.tests.note_number", title="Import of orders.csv", by=user, url="/imports/1/", number=1)

    run_job(job.pk)

    message = Notification.objects.get()
    assert (message.user, message.title, message.url) == (
        user,
        "Finished: Import of orders.csv",
        "/imports/1/",
    )


def test_who_asked_is_told_when_it_is_set_aside(user_in):
    job = later("core.tests.refuse", title="Export", by=user_in("sales"))

    run_job(job.pk)

    message = Notification.objects.get()
    assert (message.title, message.url) == ("Set aside: Export", job.get_absolute_url())


def test_a_job_ends_silently_where_nobody_wants_to_be_told(user_in):
    job = later("core.tests.note_number", by=user_in("sales"), notify_on_finish=False, number=1)

    run_job(job.pk)

    assert not Notification.objects.exists()


def test_leases_are_released_when_no_worker_can_live():
    job, at = later("core.tests.note_number", number=1), timezone.now()
    claim_job(job.pk, at=at, token="dead")

    assert release_leases(at=at) == 1

    assert claim_job(job.pk, at=at, token="next") is not None


def test_the_page_knows_that_no_worker_lives():
    job, at = later("core.tests.note_number", number=1), timezone.now() + timedelta(seconds=1)

    assert why_waiting(job, at).reason == "no_worker"
    mark_alive("worker", at=at - timedelta(minutes=5))
    assert not worker_is_alive(at)
    mark_alive("worker", at=at)
    assert (why_waiting(job, at).reason, why_waiting(job, at).ahead) == ("queued", 0)


def test_the_page_knows_what_is_before_a_job_and_until_when_one_is_held_back():
    later("core.tests.note_number", number=1)
    second = later("core.tests.note_number", number=2)
    held = later("core.tests.note_number", not_before=timezone.now() + timedelta(hours=1), number=3)
    at = timezone.now()
    mark_alive("worker", at=at)

    assert why_waiting(second, at).ahead == 1
    assert (why_waiting(held, at).reason, why_waiting(held, at).moment) == ("held_back", held.not_before)
    run_job(second.pk)
    second.refresh_from_db()
    assert why_waiting(second, at) is None


def test_a_tick_leaves_a_sign_of_life(rung):
    tick()

    assert worker_is_alive(timezone.now())


def test_the_worker_runs_a_job_in_the_language_of_who_asked(user_in):
    @shared_task(name="core.tests.say_language")
    def say_language() -> dict[str, str]:
        from django.utils.translation import get_language

        return {"language": get_language()}

    job = later("core.tests.say_language", by=user_in("sales", language="zh-hans"))

    run_job(job.pk)

    job.refresh_from_db()
    assert job.result == {"language": "zh-hans"}


def test_an_attempt_remembers_where_it_began_and_one_from_the_start_forgets_it():
    job = later("core.tests.note_number", number=1)
    Job.objects.filter(pk=job.pk).update(attempts=1, progress_done=5, progress_total=10)
    run = Run(claim_job(job.pk, at=timezone.now(), token="mine"), "mine")
    assert run.job.progress_before == 5

    with running(run):
        progress(2, 10)

    job.refresh_from_db()
    assert (job.progress_before, job.progress_done) == (0, 2)


def test_all_that_are_set_aside_start_again_and_nothing_else(user_in):
    admin = user_in("administrator")
    kept = {"state": JobState.FAILED, "attempts": 5, "error": "boom", "finished_at": timezone.now()}
    aside = [Job.objects.create(task="core.tasks.tick", **kept) for _turn in range(2)]
    Job.objects.create(task="core.tasks.delete_old_jobs", **kept)
    Job.objects.create(task="core.tasks.tick", state=JobState.DONE)

    # Distinct rows, as filters ask for them, cannot be locked as they are.
    assert retry_jobs(Job.objects.filter(task="core.tasks.tick").distinct(), by=admin) == 2
    assert retry_jobs(Job.objects.filter(task="core.tasks.tick"), by=admin) == 0

    rows = Job.objects.order_by("pk").values_list("state", "attempts", "error")
    assert list(rows) == [("pending", 0, "")] * 2 + [("failed", 5, "boom"), ("done", 0, "")]
    lines = AuditEntry.objects.filter(subject_type="core.job").order_by("subject_id")
    assert [(line.subject_id, line.changes, line.actor) for line in lines] == [
        (job.pk, {"state": ["failed", "pending"]}, admin) for job in aside
    ]


@pytest.fixture
def aside_runs():
    """Three runs of a schedule that were set aside, oldest first; the first has lost its row."""
    schedule = ensure_schedule(
        "test.aside", title="T", task="core.tasks.x", daily_at=time(2), payload={"n": 1}
    )
    made = [
        Job.objects.create(
            task=schedule.task,
            payload=schedule.payload,
            state=JobState.FAILED,
            dedupe=f"schedule-test.aside-{n}",
        )
        for n in range(3)
    ]
    for n, job in enumerate(made[1:]):
        schedule.runs.create(due_at=timezone.now() + timedelta(days=n), job=job)
    return made


def test_of_the_runs_of_a_schedule_only_the_newest_starts_again(user_in, aside_runs):
    other = Job.objects.create(task="core.tasks.x", payload={"n": 2}, state=JobState.FAILED)

    assert retry_jobs(Job.objects.all(), by=user_in("administrator")) == 2

    assert [job.pk for job in Job.objects.open().order_by("pk")] == [aside_runs[2].pk, other.pk]
    assert retry_jobs(Job.objects.all(), by=None) == 0


@pytest.mark.parametrize("state", [JobState.PENDING, JobState.RUNNING])
def test_no_run_of_a_schedule_starts_again_beside_an_open_one(aside_runs, state):
    schedule = Schedule.objects.get(key="test.aside")
    job = Job.objects.create(task=schedule.task, payload=schedule.payload, state=state)
    schedule.runs.create(due_at=timezone.now() + timedelta(days=9), job=job)

    assert retry_jobs(Job.objects.all(), by=None) == 0

    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    assert retry_jobs(Job.objects.filter(pk__lt=aside_runs[2].pk), by=None) == 1
