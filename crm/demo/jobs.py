"""The demo company's background work: what was done last night, what was missed, what was set aside."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from urllib.parse import urlencode

from celery import current_app
from django.conf import settings
from django.db.models import F
from django.utils import translation

from core.domain.exports import request_export
from core.domain.jobs import request_cancel, run_job
from core.domain.schedules import next_due_after, run_due_schedules
from core.models import Job, Notification, Schedule, ScheduleRun, User
from core.tasks import body_of
from customers.domain.tags import create_tag, delete_tag

#: Light work of the night, of which the demo shows some days.
SCHEDULES = ("core.forget-forms", "core.delete-old-exports", "core.forget-sights")
NIGHTS = 4
CUSTOMERS, ORDERS = "customers.customer", "customers.order"


def speaking(user: User) -> AbstractContextManager[None]:
    """Name what is asked for in the language of who asks, as their pages would."""
    return translation.override(user.language or settings.LANGUAGE_CODE)


def work_off(job: Job, *, asked: datetime | None = None) -> Job:
    """Do the job here and now, as a worker would; `asked` says when it is told to have been asked for."""
    current_app.loader.import_default_modules()  # as a worker does: every package's tasks are known
    run_job(job.pk, body_of=body_of)
    if asked is not None:
        date_back(job, asked)
    job.refresh_from_db()
    return job


def date_back(job: Job, asked: datetime) -> None:
    """Give the job, and the message about its end, the time at which it would have been asked for."""
    ended = asked + timedelta(seconds=3)
    Job.objects.filter(pk=job.pk).update(created_at=asked, not_before=asked, rung_at=asked)
    Job.objects.filter(pk=job.pk, started_at__isnull=False).update(started_at=asked + timedelta(seconds=1))
    Job.objects.filter(pk=job.pk, finished_at__isnull=False).update(finished_at=ended)
    Notification.objects.filter(dedupe__startswith=f"job-{job.pk}-").update(created_at=ended)


def date_back_built(at: datetime) -> None:
    """Put what building the company asked for below what is worth a look; what waits is done as before."""
    week = timedelta(days=7)
    former = Job.objects.filter(created_at__lte=at)
    former.filter(finished_at__isnull=False).update(
        started_at=F("started_at") - week, finished_at=F("finished_at") - week
    )
    former.update(created_at=F("created_at") - week)


def make_jobs(users: dict[str, User], *, at: datetime) -> None:
    """Exports that are ready, one whose filter is gone, one that was stopped; and the nights before."""
    _exports(users, at)
    _nights(at)


def _exports(users: dict[str, User], at: datetime) -> None:
    manager, seller, analyst = users["manager"], users["sales"], users["analyst"]
    core = urlencode({"tier": ["strategic", "core"]}, doseq=True)
    work_off(_asked(CUSTOMERS, core, "xlsx", manager), asked=at - timedelta(days=1, hours=3))
    work_off(_asked(ORDERS, "from=@this-quarter", "csv", analyst), asked=at - timedelta(hours=5))
    # The tag that the list is filtered by goes before a worker comes to it: set aside, with the reason.
    tag = create_tag("秋季展会", by=manager)
    aside = _asked(CUSTOMERS, f"tag={tag.pk}", "xlsx", seller)
    delete_tag(tag, by=manager)
    work_off(aside, asked=at - timedelta(hours=2))
    stopped = _asked(CUSTOMERS, "", "csv", analyst)
    request_cancel(stopped, by=analyst)
    date_back(stopped, at - timedelta(hours=4))


def _asked(key: str, query: str, file_format: str, by: User) -> Job:
    with speaking(by):
        return request_export(key, query=query, file_format=file_format, by=by)


def _nights(at: datetime) -> None:
    """Run a few schedules for the nights before; the night before last nobody ran them, so one is missed."""
    rows = Schedule.objects.filter(key__in=SCHEDULES)
    for schedule in rows:
        first = next_due_after(schedule, at - timedelta(days=NIGHTS))
        Schedule.objects.filter(pk=schedule.pk).update(next_due=first)
    for days in (3, 2, 0):
        _run_night(at - timedelta(days=days))


def _run_night(at: datetime) -> None:
    """Do what these schedules ask for; what else has come meanwhile waits for the worker, as always."""
    for run in run_due_schedules(at):
        if run.job is None or run.schedule.key not in SCHEDULES:
            continue
        work_off(run.job, asked=run.due_at + timedelta(seconds=2))
        ScheduleRun.objects.filter(pk=run.pk).update(started_at=run.due_at + timedelta(seconds=2))
