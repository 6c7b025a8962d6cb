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

import pandas as pd
from django.utils import timezone

from analytics import extract
from analytics.choices import RunState, Step
from analytics.domain.kpis import write_kpis
from analytics.domain.runs import local_today, new_run, unfinished
from analytics.domain.scores import fit_and_keep, write_metrics
from analytics.domain.snapshots import write_snapshot
from analytics.domain.warnings.night import raise_warnings
from analytics.models import ModelFit, NightlyRun, NightlyStep, ScoringPolicy
from core.domain.jobs import progress
from core.models import User

_PARTS = 100
"""Parts of a step in the progress of the job."""


def run_now_here(as_of: date | None = None, *, by: User | None = None) -> NightlyRun:
    """Compute in this process, without a job: for commands, the demo and tests."""
    day = as_of or local_today()
    run = unfinished(day) or new_run(day, by=by)
    perform_run(run)
    run.refresh_from_db()
    return run


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
