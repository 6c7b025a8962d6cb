"""What a task's body may say while it runs, and hear: how far it is, and whether to stop."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from typing import Any

from django.conf import settings
from django.utils import timezone

from core.acting import acting_as, of_job
from core.logs import about
from core.models import Job
from core.picklists import read_once

_WRITE_EVERY_SECONDS = 0.5


class JobCancelled(Exception):  # noqa: N818 (a wish of a person, not an error)
    """The person who asked for the job, or an administrator, wants it to stop."""


class LeaseLost(JobCancelled):
    """Another worker may have taken the job up: this one must stop and write nothing more about it."""


@dataclass
class Run:
    """One attempt at a job, in the worker that holds its lease."""

    job: Job
    token: str
    lost: Event = field(default_factory=Event)
    done: int = 0
    total: int = 0
    note: str = ""
    written_at: float = float("-inf")

    def renew(self, **fields: Any) -> bool:
        """Prolong the lease, and write `fields`; False when the lease is no longer ours."""
        until = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        renewed = Job.objects.filter(pk=self.job.pk).held_by(self.token).update(lease_until=until, **fields)
        if not renewed:
            self.lost.set()
        return bool(renewed)

    def write(self) -> None:
        """Write the progress, and stop with an exception when asked to or when the lease is lost."""
        fields: dict[str, Any] = self.progress_fields()
        if self.done > self.job.progress_done and self.job.attempts > 1:
            # Further than any attempt before: trouble outside, not a job that kills its worker.
            fields["attempts"] = self.job.attempts = 1
        if self.done < self.job.progress_before:  # this attempt began from the start
            fields["progress_before"] = self.job.progress_before = 0
        if not self.renew(**fields):
            raise LeaseLost
        self.written_at = time.monotonic()
        if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise JobCancelled

    def progress_fields(self) -> dict[str, Any]:
        """Return the columns that show how far the job is."""
        return {"progress_done": self.done, "progress_total": self.total, "progress_note": self.note[:200]}


_current: ContextVar[Run | None] = ContextVar("current_job_run", default=None)


@contextmanager
def running(run: Run) -> Iterator[Run]:
    """Make `run` the one that `progress` and `current_job` speak of."""
    reset = _current.set(run)
    try:
        job = run.job
        said = about(job=job.pk, task=job.task, attempt=job.attempts, user=job.created_by_id)
        with acting_as(of_job(job)), said, read_once():
            yield run
    finally:
        _current.reset(reset)


def current_job() -> Job | None:
    """Return the job whose body is running, or None outside of a worker."""
    run = _current.get()
    return run.job if run is not None else None


def progress(done: int, total: int = 0, note: str = "") -> None:
    """Say that `done` of `total` steps are done (total 0: unknown); does nothing outside of a job.

    Cheap enough to be called at each step: it writes at most twice a second. Call it between
    transactions, for what it writes is meant to be seen at once. Raises JobCancelled when a person
    asked to stop, LeaseLost when the job was given to another worker.
    """
    run = _current.get()
    if run is None:
        return
    if run.lost.is_set():
        raise LeaseLost
    run.total = max(0, total)
    run.done = max(0, min(done, run.total) if run.total else done)
    run.note = str(note)
    if time.monotonic() - run.written_at >= _WRITE_EVERY_SECONDS:
        run.write()
