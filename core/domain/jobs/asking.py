"""Asking for background work, and changing one's mind about it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.choices import AuditAction, JobState
from core.domain.audit import audit_line, record
from core.domain.jobs.doorbell import QUEUES, ring
from core.domain.jobs.ending import follow_end
from core.errors import Conflict
from core.models import AuditEntry, Job, Schedule, ScheduleRun, User

#: So many jobs are started again by one request.
MOST_AT_ONCE = 1_000


def later(
    task: str,
    /,
    *,
    dedupe: str | None = None,
    title: str | Promise = "",
    by: User | None = None,
    url: str = "",
    queue: str = "default",
    not_before: datetime | None = None,
    notify_on_finish: bool = True,
    **payload: Any,
) -> Job:
    """Write a job in the caller's transaction and call a worker when it commits; return the job.

    The same `dedupe` gives the same job, whatever became of it. `payload` (JSON values) are the
    keyword arguments of the task's body. Who asked (`by`) is told when the job ends, unless
    `notify_on_finish` is False; the message leads to `url`, or to the page of the job.
    """
    if queue not in QUEUES:
        raise ValueError(f"queue is {queue!r}: use one of {', '.join(QUEUES)}")
    found: Job | None = Job.objects.filter(dedupe=dedupe).first() if dedupe else None
    if found is not None:
        return found
    now = timezone.now()
    due = not_before or now
    job = Job(
        task=task,
        title=str(title)[:200],
        dedupe=dedupe or None,
        payload=payload,
        queue=queue,
        not_before=due,
        url=url,
        notify_on_finish=notify_on_finish and by is not None,
        created_by=by,
        created_at=now,
        rung_at=now if due <= now else None,
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        if not dedupe:
            raise
        return Job.objects.get(dedupe=dedupe)  # somebody asked for the same a moment earlier
    if due <= now:
        _ring_on_commit(job)
    return job


def _ring_on_commit(job: Job) -> None:
    def call() -> None:
        ring(job.pk, job.queue)

    transaction.on_commit(call, robust=True)


@transaction.atomic
def request_cancel(job: Job, *, by: User | None, at: datetime | None = None) -> Job:
    """Stop the job: at once while it waits, after the step it is in while it runs.

    Refused with `job_finished` once it has ended.
    """
    moment = at or timezone.now()
    idle = Q(state=JobState.PENDING) | Q(state=JobState.RUNNING, lease_until__lt=moment)
    mine = Job.objects.filter(pk=job.pk)
    stopped = mine.filter(idle).update(
        state=JobState.CANCELLED, finished_at=moment, lease_until=None, lease_token="", cancel_requested=True
    )
    asked = stopped or mine.filter(state=JobState.RUNNING).update(cancel_requested=True)
    if not asked:
        raise Conflict("job_finished", _("This job has already ended, so it cannot be cancelled."))
    record(AuditAction.CHANGED, by=by, subject=job, changes={"cancel_requested": (False, True)})
    if stopped:
        follow_end(job.pk)
    job.refresh_from_db()
    return job


def _from_the_start(moment: datetime) -> dict[str, Any]:
    return {
        "state": JobState.PENDING,
        "attempts": 0,
        "error": "",
        "cancel_requested": False,
        "not_before": moment,
        "rung_at": moment,
        "started_at": None,
        "finished_at": None,
        "progress_done": 0,
        "progress_before": 0,
        "progress_total": 0,
        "progress_note": "",
    }


@transaction.atomic
def retry_jobs(jobs: QuerySet[Job], *, by: User | None, at: datetime | None = None) -> int:
    """Let the jobs among these that were set aside run again, as `retry_job` does; return how many.

    At most MOST_AT_ONCE, the oldest first; asked again it goes on with the next. Of the runs of one
    schedule only the newest, and none while a run of it waits or runs.
    """
    moment = at or timezone.now()
    # `run_now` takes the same lock before it looks for open runs.
    tasks = jobs.filter(state=JobState.FAILED).order_by().values("task")
    list(Schedule.objects.select_for_update().filter(task__in=tasks).order_by("pk"))
    wanted = startable(jobs).order_by("pk").values_list("pk", flat=True)
    # Locked apart: filters may ask for distinct rows, which a database cannot lock.
    rows = Job.objects.filter(pk__in=list(wanted[:MOST_AT_ONCE]), state=JobState.FAILED).order_by("pk")
    found = list(rows.select_for_update(of=("self",)))
    Job.objects.filter(pk__in=[job.pk for job in found]).update(**_from_the_start(moment))
    changes = {"state": (JobState.FAILED.value, JobState.PENDING.value)}
    AuditEntry.objects.bulk_create(
        audit_line(AuditAction.CHANGED, by=by, subject=job, changes=changes) for job in found
    )
    for job in found:
        _ring_on_commit(job)
    return len(found)


def startable(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Narrow jobs down to those set aside, without runs of schedules that others do or would do again."""
    aside = Job.objects.filter(pk__in=jobs.filter(state=JobState.FAILED).values("pk"))
    # A run is forgotten after a while; the key of its job is not.
    scheduled = Q(Exists(ScheduleRun.objects.filter(job=OuterRef("pk")))) | Q(dedupe__startswith="schedule-")
    works = aside.filter(scheduled).order_by().values_list("task", "payload").annotate(newest=Max("pk"))
    newest = {_work(task, payload): pk for task, payload, pk in works}
    tasks = {task for task, _payload in newest}
    for task, payload in Job.objects.open().filter(scheduled, task__in=tasks).values_list("task", "payload"):
        newest.pop(_work(task, payload), None)
    return aside.filter(~scheduled | Q(pk__in=newest.values()))


def _work(task: str, payload: Any) -> tuple[str, str]:
    """Return what tells one piece of work from another."""
    return task, json.dumps(payload, sort_keys=True)


@transaction.atomic
def retry_job(job: Job, *, by: User | None, at: datetime | None = None) -> Job:
    """Let a job that was set aside or cancelled run again, with all its attempts.

    Refused with `job_not_stopped` while it waits or runs, and once it is done.
    """
    moment = at or timezone.now()
    stopped = Job.objects.filter(pk=job.pk, state__in=[JobState.FAILED, JobState.CANCELLED])
    before = stopped.values_list("state", flat=True).first()
    if not stopped.update(**_from_the_start(moment)):
        raise Conflict(
            "job_not_stopped", _("Only a job that was set aside or cancelled can be started again.")
        )
    record(AuditAction.CHANGED, by=by, subject=job, changes={"state": (before, JobState.PENDING.value)})
    job.refresh_from_db()
    _ring_on_commit(job)
    return job
