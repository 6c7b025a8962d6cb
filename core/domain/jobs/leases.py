"""Leases: who works on a job, until when, and how the work may end."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import JobState
from core.domain.heartbeats import mark_worker
from core.domain.jobs.ending import follow_end
from core.domain.jobs.progress import Run
from core.models import Job

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
#: Seconds to wait after the first, second … failed attempt.
BACK_OFF = (5, 30, 120, 600)


def claim_job(job_id: int, *, at: datetime, token: str) -> Job | None:
    """Take the job for one lease and return it, or None when it is not due or another has it.

    A job that a person asked to stop is cancelled instead; one whose attempts are used up is set
    aside. Of any number of concurrent claims one succeeds: the update is filtered on the state.
    """
    due = Job.objects.filter(pk=job_id).due(at)
    if not due.exists():  # most doorbells that ring twice end here, without a write
        return None
    with transaction.atomic():
        if due.filter(cancel_requested=True).update(**_ended(JobState.CANCELLED, at)):
            follow_end(job_id)
            return None
        worn_out = due.filter(attempts__gte=MAX_ATTEMPTS)
        error = _("The worker died %(n)d times while doing this.") % {"n": MAX_ATTEMPTS}
        if worn_out.update(**_ended(JobState.FAILED, at), error=error):
            follow_end(job_id)
            return None
        claimed = due.update(
            state=JobState.RUNNING,
            attempts=F("attempts") + 1,
            lease_token=token,
            lease_until=at + timedelta(seconds=settings.JOB_LEASE_SECONDS),
            started_at=at,
            progress_before=F("progress_done"),
        )
    return Job.objects.select_related("created_by").get(pk=job_id) if claimed else None


def _ended(state: JobState, at: datetime) -> dict[str, Any]:
    return {"state": state, "finished_at": at, "lease_until": None, "lease_token": ""}


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended; `pending` means that it will be tried again."""

    state: JobState
    result: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def settle(run: Run, outcome: Outcome, *, at: datetime) -> bool:
    """Write how the attempt ended, and do what follows an end; False when the lease was no longer ours."""
    fields = _ended(outcome.state, at) | {"result": outcome.result, "error": outcome.error}
    if run.written_at != float("-inf") or run.done:
        fields |= run.progress_fields()
    if outcome.state == JobState.PENDING:
        wait = BACK_OFF[min(run.job.attempts, len(BACK_OFF)) - 1]
        fields |= {"not_before": at + timedelta(seconds=wait), "finished_at": None, "rung_at": None}
    with transaction.atomic():
        if not Job.objects.filter(pk=run.job.pk).held_by(run.token).update(**fields):
            logger.warning(
                "Job %s was taken over by another worker; this one's end is not written.", run.job.pk
            )
            return False
        if outcome.state != JobState.PENDING:
            follow_end(run.job.pk)
    return True


def release_leases(*, at: datetime) -> int:
    """End all leases, for when it is known that no worker lives; return how many jobs were held."""
    held = Job.objects.filter(state=JobState.RUNNING, lease_until__gte=at)
    return held.update(lease_until=at - timedelta(seconds=1), rung_at=None)


class LeaseKeeper:
    """Renews the lease from a thread of its own while the body runs, for bodies that compute for long.

    A body that is shorter than a third of the lease never opens a second connection.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._stop = Event()
        self._thread = Thread(target=self._keep, name=f"lease-of-job-{run.job.pk}", daemon=True)

    def __enter__(self) -> LeaseKeeper:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=1)

    def _keep(self) -> None:
        while not self._stop.wait(settings.JOB_LEASE_SECONDS / 3):
            try:
                if not self._run.renew():
                    return
                mark_worker(at=timezone.now())
            except DatabaseError as error:
                # The next round tries again; if the database stays away, the lease runs out, as it should.
                logger.warning("The lease of job %s could not be renewed: %s", self._run.job.pk, error)
            finally:
                connection.close()
