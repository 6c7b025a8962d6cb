"""Calling a worker. A call that nobody hears is no loss: the sweeper calls again."""

from __future__ import annotations

import logging
import time

from celery import current_app

logger = logging.getLogger(__name__)

QUEUES = ("default", "sla", "analytics", "mail")
_QUIET_SECONDS = 5.0
_quiet_until = 0.0


def ring(job_id: int, queue: str) -> bool:
    """Tell the workers of `queue` that the job waits; never raises, and says whether the broker took it.

    After a failure the broker is left alone for a few seconds, so that a request that asks for many
    jobs while the broker is down waits once and not once a job.
    """
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
    try:
        current_app.send_task("core.tasks.run_job", args=[job_id], queue=queue, retry=False)
    except Exception as error:  # whatever a broker client can raise: the row is written, the work is safe
        _quiet_until = time.monotonic() + _QUIET_SECONDS
        logger.warning("Job %s could not be announced (%r); the sweeper will call again.", job_id, error)
        return False
    return True
