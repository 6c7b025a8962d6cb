"""Background work: rows are the truth, the broker only rings the bell.

`later` writes a job in the caller's transaction. A worker claims it for a limited time (a lease),
runs the task's body, and writes the end only while the lease is still its own. Whatever dies on the
way, the lease runs out and the sweeper has the job taken up again; so a body may run twice, and its
effects carry unique keys.
"""

from core.domain.jobs.asking import MOST_AT_ONCE, later, request_cancel, retry_job, retry_jobs, startable
from core.domain.jobs.doorbell import QUEUES, ring
from core.domain.jobs.ending import when_ended
from core.domain.jobs.leases import MAX_ATTEMPTS, claim_job, release_leases
from core.domain.jobs.pace import Pace, paces
from core.domain.jobs.progress import JobCancelled, LeaseLost, current_job, progress
from core.domain.jobs.running import UnknownTask, run_job
from core.domain.jobs.waiting import Waiting, why_waiting

__all__ = [
    "MAX_ATTEMPTS",
    "MOST_AT_ONCE",
    "QUEUES",
    "JobCancelled",
    "LeaseLost",
    "Pace",
    "UnknownTask",
    "Waiting",
    "claim_job",
    "current_job",
    "later",
    "paces",
    "progress",
    "release_leases",
    "request_cancel",
    "retry_job",
    "retry_jobs",
    "ring",
    "run_job",
    "startable",
    "when_ended",
    "why_waiting",
]
