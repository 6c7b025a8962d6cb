"""Why a job has not started: what the page says while one waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.choices import JobState
from core.domain.heartbeats import WORKER, last_seen, worker_is_alive
from core.models import Job


@dataclass(frozen=True)
class Waiting:
    """The reason: `held_back` until a moment, `again` at a moment after an attempt that failed,
    `no_worker` since a moment, or `queued` behind others.
    """

    reason: str
    moment: datetime | None = None
    ahead: int = 0


def why_waiting(job: Job, at: datetime) -> Waiting | None:
    """Return why the job waits, or None when it does not."""
    if job.state == JobState.RUNNING and job.lease_until and job.lease_until < at:
        # Its worker died; the next sweep gives the job to another one.
        return None if worker_is_alive(at) else Waiting("no_worker", last_seen(WORKER))
    if job.state != JobState.PENDING:
        return None
    if job.not_before > at:
        return Waiting("again" if job.is_tried_again else "held_back", job.not_before)
    if not worker_is_alive(at):
        return Waiting("no_worker", last_seen(WORKER))
    ahead = Job.objects.open().filter(queue=job.queue, pk__lt=job.pk, not_before__lte=at).count()
    return Waiting("queued", ahead=ahead)
