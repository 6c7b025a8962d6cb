"""Celery tasks: ids in, fetch, one domain call."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from analytics.domain.runs import scheduled_run
from analytics.domain.tallies import compute_figures
from analytics.models import NightlyRun
from core.domain.jobs import current_job, progress


@shared_task(name="analytics.tasks.run_nightly")
def run_nightly(run_id: int | None = None) -> dict[str, Any]:
    """Compute the figures of a run; without an id those of today, as the schedule asks."""
    # Loaded by the job: no other work needs the numerical libraries.
    from analytics.domain.nightly import perform_run

    run = NightlyRun.objects.get(pk=run_id) if run_id else scheduled_run(current_job())
    return perform_run(run)


@shared_task(name="analytics.tasks.compute_complaint_figures")
def compute_complaint_figures() -> dict[str, Any]:
    """Measure the cases that changed, and sum the days that they belong to."""
    return compute_figures(progress=lambda share: progress(int(share * 100), 100))
