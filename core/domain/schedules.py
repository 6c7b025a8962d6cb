"""Recurring jobs: rows that administrators edit and every beat may look at."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.choices import AuditAction, JobState
from core.domain.audit import differences, record
from core.domain.jobs import later
from core.errors import Conflict, DomainError
from core.models import Job, Schedule, ScheduleRun, User
from core.models.jobs import LONGEST_INTERVAL, SHORTEST_INTERVAL
from core.zones import zone_named

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Moments:
    """The due moments of a schedule around now: the latest that came, how many before it, the next."""

    latest: datetime
    missed: int
    following: datetime


def ensure_schedule(
    key: str,
    *,
    title: str | Promise,
    task: str,
    daily_at: time | None = None,
    every_seconds: int | None = None,
    payload: Mapping[str, Any] | None = None,
    queue: str = "default",
) -> Schedule:
    """Make the schedule exist; what the code owns (title, task, payload, queue) follows the code.

    When it runs, and whether, belongs to the administrators once the row exists.
    """
    with translation.override("en"):
        owned = {"title": str(title), "task": task, "payload": dict(payload or {}), "queue": queue}
    timing = {"daily_at": daily_at, "every_seconds": every_seconds}
    schedule, created = Schedule.objects.update_or_create(
        key=key, defaults=owned, create_defaults=owned | timing
    )
    if created:
        Schedule.objects.filter(pk=schedule.pk).update(next_due=next_due_after(schedule, timezone.now()))
        schedule.refresh_from_db(fields=["next_due"])
    return schedule


def next_due_after(schedule: Schedule, at: datetime) -> datetime:
    """Return the first due moment after `at`; the clock of a new interval starts at `at`."""
    if schedule.daily_at is None:
        return at + timedelta(seconds=schedule.every_seconds or 0)
    return _daily_after(schedule.daily_at, zone_named(schedule.time_zone), at)


def _daily_after(daily_at: time, zone: ZoneInfo, at: datetime) -> datetime:
    day = at.astimezone(zone).date()
    while (moment := _moment(day, daily_at, zone)) <= at:
        day += timedelta(days=1)
    return moment


def _moment(day: Any, daily_at: time, zone: ZoneInfo) -> datetime:
    """One moment a day in UTC: a time that a clock change skips comes an hour later, a doubled one first."""
    return datetime.combine(day, daily_at, tzinfo=zone).astimezone(UTC)


def moments(schedule: Schedule, due: datetime, at: datetime) -> Moments:
    """Return the due moments from `due`, which has come, to the first after `at`."""
    if schedule.daily_at is None:
        step = timedelta(seconds=schedule.every_seconds or 0)
        missed = (at - due) // step
        return Moments(due + missed * step, missed, due + (missed + 1) * step)
    zone, latest, missed = zone_named(schedule.time_zone), due, 0
    while (following := _daily_after(schedule.daily_at, zone, latest)) <= at:
        latest, missed = following, missed + 1
    return Moments(latest, missed, following)


def run_due_schedules(at: datetime) -> list[ScheduleRun]:
    """Start every schedule whose moment has come, each once however many moments were missed.

    Any number of beats may do this at the same time: the claim is an update filtered on the due
    moment, and a moment of a schedule is unique.
    """
    runs = []
    for schedule in Schedule.objects.due(at).order_by("next_due", "id"):
        try:
            run = _start(schedule, at)
        except Exception:  # one broken schedule must not keep the others from running
            logger.exception("Schedule %s could not be started", schedule.key)
            continue
        if run is not None:
            runs.append(run)
    return runs


@transaction.atomic
def _start(schedule: Schedule, at: datetime) -> ScheduleRun | None:
    if schedule.next_due is None:
        return None
    due = moments(schedule, schedule.next_due, at)
    mine = Schedule.objects.filter(pk=schedule.pk, is_enabled=True, next_due=schedule.next_due)
    if not mine.update(next_due=due.following, last_due=due.latest):
        return None
    return _record_run(schedule, due, by=None)[0]


def _record_run(schedule: Schedule, due: Moments, *, by: User | None) -> tuple[ScheduleRun, Job]:
    dedupe = f"schedule-{schedule.key}-{due.latest.isoformat()}"
    job = later(
        schedule.task, dedupe=dedupe, title=schedule.title, by=by, queue=schedule.queue, **schedule.payload
    )
    values = {"missed": due.missed, "job": job}
    run, _created = ScheduleRun.objects.get_or_create(schedule=schedule, due_at=due.latest, defaults=values)
    return run, job


@transaction.atomic
def run_now(schedule: Schedule, *, by: User, at: datetime | None = None) -> Job:
    """Start the schedule out of turn and return the job; its next run stays as it is.

    Refused with `schedule_is_running` while a run of it waits or runs.
    """
    moment = at or timezone.now()
    Schedule.objects.select_for_update().get(pk=schedule.pk)  # two people, one run
    if Job.objects.open().filter(pk__in=schedule.runs.values("job")).exists():
        raise Conflict("schedule_is_running", _("A run of this schedule is waiting or running already."))
    _run, job = _record_run(schedule, Moments(moment, 0, moment), by=by)
    record(AuditAction.RAN, by=by, subject=schedule)
    return job


def schedule_of(job: Job) -> Schedule | None:
    """Return the schedule whose work the job did: what happens by itself again and again may be repeated."""
    found: Schedule | None = Schedule.objects.filter(task=job.task, payload=job.payload).first()
    return found


def run_again(job: Job, *, by: User, at: datetime | None = None) -> Job:
    """Do the work of a job that is done once more, as a new job, and return that.

    Only work of a schedule is known to be safe to repeat: refused with `job_not_repeatable` for any other,
    with `job_not_done` before the job is done, and as `run_now` refuses.
    """
    if job.state != JobState.DONE:
        raise Conflict("job_not_done", _("Only a job that is done can be run again."))
    schedule = schedule_of(job)
    if schedule is None:
        text = _("Only the work of a schedule can be run again; ask for this anew where you asked for it.")
        raise Conflict("job_not_repeatable", text)
    return run_now(schedule, by=by, at=at)


@transaction.atomic
def update_schedule(
    schedule: Schedule, data: Mapping[str, Any], *, by: User, at: datetime | None = None
) -> Schedule:
    """Change when the schedule runs (`every_seconds` or `daily_at`, `time_zone`) and whether (`is_enabled`).

    The next run is counted anew. Refused with `schedule_needs_one_timing` unless exactly one of the
    two timings is given, with `interval_too_short` and `interval_too_long`, and with `unknown_time_zone`.
    """
    allowed = ("every_seconds", "daily_at", "time_zone", "is_enabled")
    changes = differences(schedule, {name: data[name] for name in allowed if name in data})
    for name, (_old, new) in changes.items():
        setattr(schedule, name, new)
    _check(schedule)
    if changes:
        schedule.next_due = next_due_after(schedule, at or timezone.now())
        schedule.save(update_fields=[*changes, "next_due"])
        record(AuditAction.CHANGED, by=by, subject=schedule, changes=changes)
    return schedule


def _check(schedule: Schedule) -> None:
    if (schedule.every_seconds is None) == (schedule.daily_at is None):
        message = _("Give either a time of day or an interval.")
        raise DomainError("schedule_needs_one_timing", message, fields={"daily_at": message})
    if schedule.every_seconds is not None:
        _check_interval(schedule.every_seconds)
    if schedule.time_zone:
        try:
            ZoneInfo(schedule.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            message = _("No time zone has this name. Use one like Asia/Shanghai.")
            raise DomainError("unknown_time_zone", message, fields={"time_zone": message}) from None


def _check_interval(seconds: int) -> None:
    if seconds < SHORTEST_INTERVAL:
        message = _("The shortest interval is 5 seconds.")
        raise DomainError("interval_too_short", message, fields={"every_seconds": message})
    if seconds > LONGEST_INTERVAL:
        message = _("The longest interval is 31,622,400 seconds, which is 366 days.")
        raise DomainError("interval_too_long", message, fields={"every_seconds": message})
