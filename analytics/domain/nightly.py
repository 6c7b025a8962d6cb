"""The nightly run: a chain of steps, each with its fill state, that may be killed anywhere.

Extract → score → metrics → warnings → figures → snapshot. A step that is done is never done again in
the same run; one that was under way starts anew, and every step may be repeated without harm. What an
earlier step held in memory is read again when a later one needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics import extract
from analytics.choices import RunState, Step
from analytics.domain.kpis import write_kpis
from analytics.domain.scores import fit_and_keep, write_metrics
from analytics.domain.snapshots import write_snapshot
from analytics.domain.warnings import raise_warnings
from analytics.models import ModelFit, NightlyRun, NightlyStep, ScoringPolicy
from core.choices import AuditAction
from core.display import format_day
from core.domain.audit import record
from core.domain.jobs import later, progress
from core.errors import DomainError
from core.models import Job, Organisation, User

TASK = "analytics.tasks.run_nightly"
QUEUE = "analytics"
_PARTS = 100
"""Parts of a step in the progress of the job."""


def local_today() -> date:
    """Return today's date where the organisation is."""
    try:
        zone = ZoneInfo(Organisation.load().time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return timezone.now().astimezone(zone).date()


# ---- asking for a run -------------------------------------------------------------------------------
def start_run(as_of: date | None = None, *, by: User | None) -> NightlyRun:
    """Ask for a computation as of the day (default: today, where the organisation is).

    Leaves a run and a job for it. While one for that day is under way it is returned instead; one whose
    job was set aside or cancelled is taken up again where it stopped. Refuses days in the future.
    """
    day = as_of or local_today()
    if day > local_today():
        raise DomainError(
            "as_of_in_future",
            _("Choose today or a day in the past."),
            fields={"as_of": _("This day is yet to come.")},
        )
    with transaction.atomic():
        run = _unfinished(day) or _new_run(day, by=by)
        locked: NightlyRun = NightlyRun.objects.select_for_update().get(pk=run.pk)
        if locked.job is not None and locked.job.is_open:
            return locked
        NightlyRun.objects.filter(pk=run.pk).update(restarts=F("restarts") + 1)
        locked.refresh_from_db(fields=["restarts"])
        locked.job = _job_for(locked, by)
        locked.save(update_fields=["job"])
        record(AuditAction.RAN, by=by, subject=locked)
    return locked


def _job_for(run: NightlyRun, by: User | None) -> Job:
    return later(
        TASK,
        dedupe=f"nightly-{run.as_of:%Y-%m-%d}-{run.attempt}-{run.restarts}",
        title=_("Compute the figures as of %(day)s") % {"day": format_day(run.as_of)},
        by=by,
        url=reverse("analytics:dashboard"),
        queue=QUEUE,
        run_id=run.pk,
    )


def _unfinished(day: date) -> NightlyRun | None:
    found: NightlyRun | None = NightlyRun.objects.unfinished().filter(as_of=day).first()
    return found


def _new_run(day: date, *, by: User | None = None, job: Job | None = None) -> NightlyRun:
    """Make the next attempt of the day, or return the one that somebody else made meanwhile."""
    attempt = (NightlyRun.objects.filter(as_of=day).aggregate(last=Max("attempt"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            return NightlyRun.objects.create(as_of=day, attempt=attempt, asked_by=by, job=job)
    except IntegrityError:
        found = _unfinished(day)
        if found is None:
            raise
        return found


def scheduled_run(job: Job | None) -> NightlyRun:
    """Return the run of a scheduled job: the one it began, or today's.

    When today was computed already that finished run is returned, and nothing is left to do.
    """
    if job is not None:
        begun: NightlyRun | None = NightlyRun.objects.filter(job=job).first()
        if begun is not None:
            return begun
    day = local_today()
    done: NightlyRun | None = (
        NightlyRun.objects.filter(as_of=day, state=RunState.DONE).order_by("-attempt").first()
    )
    return _unfinished(day) or done or _new_run(day, job=job)


def run_now_here(as_of: date | None = None, *, by: User | None = None) -> NightlyRun:
    """Compute in this process, without a job: for commands, the demo and tests."""
    day = as_of or local_today()
    run = _unfinished(day) or _new_run(day, by=by)
    perform_run(run)
    run.refresh_from_db()
    return run


# ---- doing it ---------------------------------------------------------------------------------------
@dataclass
class Computation:
    """One run under way: its day, and what its steps share."""

    run: NightlyRun
    position: int = 0

    @property
    def as_of(self) -> date:
        """The day of the run."""
        return self.run.as_of

    @cached_property
    def policy(self) -> ScoringPolicy:
        """The policy that this run follows."""
        return ScoringPolicy.load()

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a customer; read again by a run that goes on after it was killed."""
        return extract.statistics(self.as_of)

    @cached_property
    def fit(self) -> ModelFit:
        """The day's fitted model."""
        return ModelFit.objects.get(as_of=self.as_of)

    def report(self, share: float) -> None:
        """Tell the job how far the present step is. Never inside a transaction."""
        progress(self.position * _PARTS + int(share * _PARTS), len(Step.values) * _PARTS, self.note)

    @property
    def note(self) -> str:
        """What is being done, in words."""
        return str(list(Step)[self.position].label)


def _extract(work: Computation) -> dict[str, Any]:
    return {"customers": len(work.frame), "with_orders": int((work.frame["purchase_days"] > 0).sum())}


def _score(work: Computation) -> dict[str, Any]:
    kept = fit_and_keep(work.frame, work.as_of, work.policy)
    return {
        "fitted": kept.is_fitted,
        "dropout_visible": kept.dropout_visible,
        "window_days": kept.window_days,
    }


def _metrics(work: Computation) -> dict[str, Any]:
    return dict(write_metrics(work.frame, work.fit, work.policy, progress=work.report))


def _warnings(work: Computation) -> dict[str, Any]:
    return dict(raise_warnings(work.as_of, frame=work.frame, progress=work.report))


def _kpis(work: Computation) -> dict[str, Any]:
    return dict(write_kpis(work.as_of, progress=work.report))


def _snapshot(work: Computation) -> dict[str, Any]:
    return dict(write_snapshot(work.as_of, progress=work.report))


ACTIONS: dict[str, Callable[[Computation], dict[str, Any]]] = {
    Step.EXTRACT: _extract,
    Step.SCORE: _score,
    Step.METRICS: _metrics,
    Step.WARNINGS: _warnings,
    Step.KPIS: _kpis,
    Step.SNAPSHOT: _snapshot,
}


def perform_run(run: NightlyRun) -> dict[str, Any]:
    """Do the steps of the run that are not done yet, and finish it. A finished run is left as it is."""
    if run.state == RunState.DONE:
        return dict(run.counts)
    NightlyRun.objects.filter(pk=run.pk, state=RunState.PENDING).update(
        state=RunState.RUNNING, started_at=timezone.now()
    )
    NightlyStep.objects.bulk_create(
        [NightlyStep(run=run, step=step, position=place) for place, step in enumerate(ACTIONS)],
        ignore_conflicts=True,
    )
    work = Computation(run)
    for step in run.steps.order_by("position"):
        if step.state != RunState.DONE:
            work.position = step.position
            _do(step, work)
    return _finish(run)


def _do(step: NightlyStep, work: Computation) -> None:
    work.report(0.0)
    rows = NightlyStep.objects.filter(pk=step.pk)
    rows.update(state=RunState.RUNNING, started_at=timezone.now())
    counts = ACTIONS[step.step](work)
    rows.update(state=RunState.DONE, finished_at=timezone.now(), counts=counts)
    work.report(1.0)


def _finish(run: NightlyRun) -> dict[str, Any]:
    counts = dict(run.steps.order_by("position").values_list("step", "counts"))
    NightlyRun.objects.filter(pk=run.pk).exclude(state=RunState.DONE).update(
        state=RunState.DONE, finished_at=timezone.now(), counts=counts
    )
    return counts
