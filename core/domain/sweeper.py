"""The sweep: whatever a dead process or a lost message left behind is taken up again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings

from core.domain.jobs.doorbell import ring
from core.models import Job, ScheduleRun

logger = logging.getLogger(__name__)

BATCH = 50
KEEP_DAYS = 90


def sweep(at: datetime, *, batch: int = BATCH) -> int:
    """Call a worker again for due jobs that nobody took up; return how many calls the broker took.

    Due are jobs that wait and are not held back, and running ones whose lease ran out. Each is called
    for at most once in `JOB_RING_AGAIN_SECONDS`, so that a long queue is not filled with echoes.
    """
    patience = timedelta(seconds=settings.JOB_RING_AGAIN_SECONDS)
    due = Job.objects.due(at).unheard(at - patience).order_by("not_before", "id")
    rung = []
    for pk, queue in due.values_list("pk", "queue")[:batch]:
        if not ring(pk, queue):
            break
        rung.append(pk)
    if rung:
        Job.objects.filter(pk__in=rung).update(rung_at=at)
        logger.info("Called the workers again for %s jobs.", len(rung))
    return len(rung)


def delete_old_jobs(*, before: datetime, batch: int = 1_000) -> int:
    """Delete jobs that ended well or were cancelled before the moment; return how many.

    What was set aside stays until a person has dealt with it.
    """
    deleted = 0
    while pks := list(
        Job.objects.finished_before(before).order_by("pk").values_list("pk", flat=True)[:batch]
    ):
        deleted += Job.objects.filter(pk__in=pks).delete()[1]["core.Job"]
    ScheduleRun.objects.filter(started_at__lt=before).delete()
    return deleted
