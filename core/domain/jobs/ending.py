"""What follows when a job has ended, however it ended: who asked is told, and the task's own last word."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.choices import JobState
from core.domain.notifications import notify
from core.models import Job

logger = logging.getLogger(__name__)

#: Tasks whose good end has a kind of notification of its own.
_FINISHED = {"core.tasks.export_list": "core.export_ready"}
_last_words: dict[str, Callable[[Job], None]] = {}


def when_ended(task: str, call: Callable[[Job], None]) -> None:
    """Have `call` follow each end of a job of that task: done, set aside or cancelled, by whomever.

    It runs in the transaction that writes the end. A job that is started again ends again, so what it
    writes carries unique keys.
    """
    _last_words[task] = call


def follow_end(job_id: int) -> None:
    """Do what follows the end of the job, in the transaction that wrote it."""
    job = Job.objects.select_related("created_by").get(pk=job_id)
    if job.state in {JobState.DONE, JobState.FAILED}:
        _tell_who_asked(job)
    call = _last_words.get(job.task)
    if call is None:
        return
    try:
        with transaction.atomic():
            call(job)
    except Exception:  # a job that could not end would be done again and again
        logger.exception("What follows the end of job %s (%s) failed", job.pk, job.task)


def _tell_who_asked(job: Job) -> None:
    """Leave a notification for the person who asked, when the job was asked for that way."""
    if not (job.notify_on_finish and job.created_by):
        return
    done = job.state == JobState.DONE
    notify(
        [job.created_by],
        kind=_FINISHED.get(job.task, "core.job_done") if done else "core.job_failed",
        title=gettext_lazy("Finished: %(job)s") if done else gettext_lazy("Set aside: %(job)s"),
        params={"job": str(job)},
        url=(job.url if done else "") or job.get_absolute_url(),
        dedupe=f"job-{job.pk}-{job.state}-{timezone.now().isoformat()}",
    )
