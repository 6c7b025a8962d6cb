"""How fast the queues go: what ended in the last hour, and what waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from core.choices import JobState
from core.domain.jobs.doorbell import QUEUES
from core.models import Job

SPAN = timedelta(hours=1)


@dataclass(frozen=True)
class Pace:
    """One queue: jobs done and set aside within the last hour, and due jobs that wait."""

    queue: str
    done: int
    set_aside: int
    waiting: int

    @property
    def a_minute(self) -> float:
        """Jobs done a minute, on average over the hour."""
        return round(self.done / (SPAN.total_seconds() / 60), 2)


def paces(at: datetime) -> list[Pace]:
    """Return how fast each queue goes, in the order of `QUEUES`; two queries."""
    ended = Job.objects.filter(finished_at__gt=at - SPAN, finished_at__lte=at).order_by()
    rows = ended.values("queue").annotate(
        done=Count("pk", filter=Q(state=JobState.DONE)),
        set_aside=Count("pk", filter=Q(state=JobState.FAILED)),
    )
    counts = {row["queue"]: (row["done"], row["set_aside"]) for row in rows}
    due = Job.objects.due(at).order_by().values("queue").annotate(n=Count("pk"))
    waiting = {row["queue"]: row["n"] for row in due}
    names = [*QUEUES, *sorted((counts.keys() | waiting.keys()) - set(QUEUES))]
    return [Pace(name, *counts.get(name, (0, 0)), waiting.get(name, 0)) for name in names]
