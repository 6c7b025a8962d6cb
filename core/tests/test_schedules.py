"""Recurring jobs: due moments, missed ones, two beats, clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from core.choices import AuditAction
from core.domain.schedules import ensure_schedule, next_due_after, run_due_schedules, run_now, update_schedule
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Job, Organisation, Schedule, ScheduleRun
from core.tasks import run_job

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def only_ours(db):
    Schedule.objects.all().delete()


def nightly(**changes) -> Schedule:
    schedule = ensure_schedule(
        "test.nightly", title="Nightly", task="core.tasks.delete_old_jobs", daily_at=time(2, 0)
    )
    Schedule.objects.filter(pk=schedule.pk).update(**changes)
    schedule.refresh_from_db()
    return schedule


def every_minute(**changes) -> Schedule:
    schedule = ensure_schedule(
        "test.minute", title="Minute", task="core.tasks.delete_old_jobs", every_seconds=60
    )
    Schedule.objects.filter(pk=schedule.pk).update(**changes)
    schedule.refresh_from_db()
    return schedule


def test_a_new_schedule_is_due_at_its_next_local_time():
    Organisation.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Shanghai"})

    assert next_due_after(nightly(), AT) == datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def test_ensure_schedule_follows_the_code_and_leaves_the_administrators_choices():
    nightly(daily_at=time(5, 30), is_enabled=False)

    schedule = ensure_schedule(
        "test.nightly",
        title=gettext_lazy("Schedules"),
        task="core.tasks.tick",
        daily_at=time(2, 0),
        payload={"a": 1},
        queue="mail",
    )

    assert (schedule.title, schedule.task, schedule.payload, schedule.queue) == (
        "Schedules",
        "core.tasks.tick",
        {"a": 1},
        "mail",
    )
    assert (schedule.daily_at, schedule.is_enabled) == (time(5, 30), False)


def test_ensure_schedule_keeps_the_english_title_whatever_the_language():
    with translation.override("zh-hans"):
        schedule = ensure_schedule(
            "test.lazy", title=gettext_lazy("Jobs"), task="core.tasks.tick", every_seconds=60
        )

    assert Schedule.objects.get(pk=schedule.pk).title == "Jobs"


def test_a_due_schedule_writes_one_job_and_moves_on():
    schedule = every_minute(next_due=AT)

    [run] = run_due_schedules(AT)

    schedule.refresh_from_db()
    assert (run.due_at, run.missed) == (AT, 0)
    assert (run.job.task, run.job.title) == ("core.tasks.delete_old_jobs", "Minute")
    assert (schedule.last_due, schedule.next_due) == (AT, AT + timedelta(minutes=1))


def test_two_beats_start_a_moment_once():
    every_minute(next_due=AT)

    run_due_schedules(AT)
    run_due_schedules(AT)

    assert (Job.objects.count(), ScheduleRun.objects.count()) == (1, 1)


def test_a_beat_that_read_the_row_too_early_starts_nothing():
    from core.domain.schedules import _start

    stale = every_minute(next_due=AT)
    run_due_schedules(AT)

    assert _start(stale, AT) is None
    assert Job.objects.count() == 1


def test_missed_moments_are_made_up_once_and_counted():
    schedule = every_minute(next_due=AT)

    [run] = run_due_schedules(AT + timedelta(minutes=10, seconds=30))

    schedule.refresh_from_db()
    assert (run.due_at, run.missed) == (AT + timedelta(minutes=10), 10)
    assert schedule.next_due == AT + timedelta(minutes=11)
    assert Job.objects.count() == 1


def test_missed_nights_are_made_up_once():
    schedule = nightly(time_zone="Asia/Shanghai", next_due=datetime(2026, 11, 20, 18, 0, tzinfo=UTC))

    [run] = run_due_schedules(AT)

    schedule.refresh_from_db()
    assert (run.due_at, run.missed) == (datetime(2026, 11, 22, 18, 0, tzinfo=UTC), 2)
    assert schedule.next_due == datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def test_a_schedule_that_is_switched_off_or_not_due_does_not_run():
    every_minute(next_due=AT, is_enabled=False)
    nightly(next_due=AT + timedelta(seconds=1))

    assert run_due_schedules(AT) == []


def test_a_broken_schedule_does_not_stop_the_others(caplog):
    nightly(next_due=AT, queue="nowhere")
    every_minute(next_due=AT)

    assert [run.schedule.key for run in run_due_schedules(AT)] == ["test.minute"]
    assert "test.nightly could not be started" in caplog.text


@pytest.mark.parametrize(
    ("day", "local", "expected"),
    [
        # New York: 8 March 2026 has no 02:30; it comes at 03:30 daylight time.
        (datetime(2026, 3, 7, 12, tzinfo=UTC), time(2, 30), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        # 1 November 2026 has 01:30 twice; the first one counts, and only once.
        (datetime(2026, 10, 31, 12, tzinfo=UTC), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), time(1, 30), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)),
    ],
)
def test_clock_changes_neither_skip_nor_double_a_day(day, local, expected):
    schedule = nightly(daily_at=local, time_zone="America/New_York")

    assert next_due_after(schedule, day) == expected


def test_run_now_starts_out_of_turn_and_is_audited(user_in):
    user, schedule = user_in("analyst"), nightly()

    job = run_now(schedule, by=user)

    assert (job.created_by, job.title) == (user, "Nightly")
    assert ScheduleRun.objects.get().job == job
    assert Schedule.objects.get().next_due == schedule.next_due
    assert AuditEntry.objects.get().action == AuditAction.RAN


def test_run_now_is_refused_while_a_run_is_open(user_in):
    user, schedule = user_in("analyst"), nightly()
    job = run_now(schedule, by=user)

    with pytest.raises(Conflict) as refusal:
        run_now(schedule, by=user)
    assert refusal.value.code == "schedule_is_running"

    run_job(job.pk)
    assert run_now(schedule, by=user) != job


def test_changing_a_schedule_counts_the_next_run_anew_and_is_audited(user_in):
    schedule = nightly(time_zone="UTC")

    update_schedule(schedule, {"daily_at": time(11, 0)}, by=user_in("administrator"), at=AT)

    assert Schedule.objects.get().next_due == AT + timedelta(hours=1)
    assert AuditEntry.objects.get().changes == {"daily_at": ["02:00:00", "11:00:00"]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"daily_at": None}, "schedule_needs_one_timing"),
        ({"every_seconds": 60}, "schedule_needs_one_timing"),
        ({"daily_at": None, "every_seconds": 2}, "interval_too_short"),
        ({"daily_at": None, "every_seconds": 366 * 86_400 + 1}, "interval_too_long"),
        ({"daily_at": None, "every_seconds": 999_999_999_999}, "interval_too_long"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone"),
    ],
)
def test_a_schedule_needs_one_sound_timing(user_in, data, code):
    schedule = nightly()

    with pytest.raises(DomainError) as refusal:
        update_schedule(schedule, data, by=user_in("administrator"))

    assert refusal.value.code == code
    assert Schedule.objects.get().next_due == schedule.next_due
    assert not AuditEntry.objects.exists()


def test_saving_a_schedule_unchanged_writes_nothing(user_in):
    schedule = nightly()

    update_schedule(schedule, {"is_enabled": True}, by=user_in("administrator"), at=timezone.now())

    assert not AuditEntry.objects.exists()
