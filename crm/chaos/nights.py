"""Nightly runs that raise warnings: what is asked for, and what must be there in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count

from analytics.choices import RunState, Step
from analytics.domain.runs import local_today, start_run
from analytics.domain.warnings.night import raise_warnings
from analytics.models import ChurnWarning, NightlyRun, NightlyStep, ScoringPolicy, WarningMove
from core.models import Notification, User
from customers.choices import EventKind
from customers.models import Task, TimelineEvent


@dataclass
class Nights:
    """So many nights, one after the other, the last one today's."""

    count: int
    by: User
    started: list[int] = field(default_factory=list)

    def prepare(self) -> None:
        """Let every customer who fell silent be warned of, so that there is much to lose."""
        ScoringPolicy.load()
        ScoringPolicy.objects.update(min_stake=1, max_new_per_owner=1_000)

    def push(self) -> float:
        """Start the next night when the one before is done; return the share that is done."""
        runs = NightlyRun.objects.filter(pk__in=self.started)
        ended = runs.filter(state=RunState.DONE).count()
        if ended == len(self.started) and ended < self.count:
            day = local_today() - timedelta(days=7 * (self.count - 1 - ended))
            self.started.append(start_run(day, by=self.by).pk)
        steps = NightlyStep.objects.filter(run__in=self.started, state=RunState.DONE).count()
        share = steps / (self.count * len(Step.values))
        return 1.0 if ended == self.count else min(share, 0.999)

    def verdict(self) -> dict[str, Any]:
        """Count what is missing and what is there more than once."""
        warnings = ChurnWarning.objects.count()
        again = raise_warnings(local_today())
        lost = {
            "nights": self.count - NightlyRun.objects.filter(state=RunState.DONE).count(),
            "warnings": again["raised"],
            "tasks": ChurnWarning.objects.filter(task__isnull=True).count(),
            "history": ChurnWarning.objects.filter(moves__isnull=True).count(),
            "timeline": max(0, WarningMove.objects.count() - self._timeline()),
        }
        doubled = {
            "warnings": ChurnWarning.objects.count() - again["raised"] - warnings,
            "tasks": Task.objects.filter(dedupe__startswith="warning-").count()
            - ChurnWarning.objects.values("task").distinct().count(),
            "openings": self._more_than_once(WarningMove.objects.filter(old=""), "warning"),
            "timeline": max(0, self._timeline() - WarningMove.objects.count()),
            "messages": self._more_than_once(
                Notification.objects.filter(kind__contains="warning"), "user", "title", "created_at__date"
            ),
        }
        return {
            "nights": self.count,
            "warnings": warnings,
            "lost": {name: n for name, n in lost.items() if n},
            "doubled": {name: n for name, n in doubled.items() if n},
        }

    def _timeline(self) -> int:
        return TimelineEvent.objects.filter(kind=EventKind.WARNING).count()

    def _more_than_once(self, rows: Any, *fields: str) -> int:
        return int(rows.values(*fields).annotate(n=Count("pk")).filter(n__gt=1).count())
