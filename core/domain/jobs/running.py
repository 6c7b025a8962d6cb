"""One attempt at one job, from the claim to its end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.choices import JobState
from core.domain.jobs.leases import MAX_ATTEMPTS, LeaseKeeper, Outcome, claim_job, settle
from core.domain.jobs.progress import JobCancelled, LeaseLost, Run, running
from core.errors import DomainError
from core.models import Job

logger = logging.getLogger(__name__)

Body = Callable[..., Any]


class UnknownTask(LookupError):  # noqa: N818 (reads as the refusal that it is)
    """No package of this installation has a task of that name."""


def run_job(job_id: int, *, body_of: Callable[[str], Body]) -> bool:
    """Claim the job, run its body, write how it ended; False when there was nothing to do.

    `body_of` gives the body of a task by name, or raises UnknownTask. The body runs in the language
    of who asked. A DomainError is final; any other exception is tried again after a while, and the
    job is set aside after the last attempt. The dictionary that a body returns becomes the result.
    """
    job = claim_job(job_id, at=timezone.now(), token=str(uuid4()))
    if job is None:
        return False
    language = (job.created_by.language if job.created_by else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        run = Run(
            job, job.lease_token, done=job.progress_done, total=job.progress_total, note=job.progress_note
        )
        start = time.monotonic()
        with running(run), LeaseKeeper(run):
            outcome = _attempt(job, body_of)
            state = outcome.state.value if outcome else "taken over"
            facts = {"state": state, "ms": round((time.monotonic() - start) * 1000)}
            logger.info("Job %s: %s", job.pk, state, extra={"facts": facts})
        if outcome is not None:
            settle(run, outcome, at=timezone.now())
    return True


def _attempt(job: Job, body_of: Callable[[str], Body]) -> Outcome | None:
    try:
        result = body_of(job.task)(**job.payload)
    except LeaseLost:
        return None
    except JobCancelled:
        return Outcome(JobState.CANCELLED)
    except DomainError as refusal:
        return Outcome(JobState.FAILED, error=refusal.message)
    except UnknownTask:
        return Outcome(
            JobState.FAILED, error=_("This installation has no task named “%(task)s”.") % {"task": job.task}
        )
    except Exception as error:
        logger.exception("Job %s (%s) failed in attempt %s", job.pk, job.task, job.attempts)
        if not connection.in_atomic_block:
            close_old_connections()  # the failure may have been the connection's
        again = job.attempts < MAX_ATTEMPTS
        return Outcome(
            JobState.PENDING if again else JobState.FAILED, error=f"{type(error).__name__}: {error}"[:2000]
        )
    return Outcome(JobState.DONE, result=result if isinstance(result, dict) else {})
