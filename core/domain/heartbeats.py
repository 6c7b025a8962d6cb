"""Signs of life: found by what a process does, not by whether it exists."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from core.models import Heartbeat

#: Some worker.
WORKER = "worker"
#: Beat: noted when a worker hears it.
CLOCK = "clock"
#: One worker process group by its name, beside the sign of them all.
_ONE_WORKER = "worker:"
#: A worker that was not seen for so long is forgotten: machines get other names.
FORGET_AFTER = timedelta(days=7)
#: The name of the worker that this process belongs to; its lease keeper has no task to ask.
_this_worker = ""


def mark_alive(name: str, *, at: datetime) -> None:
    """Note that the kind of process did something at that moment; every second or so is often enough."""
    if Heartbeat.objects.filter(name=name, at__gt=at - timedelta(seconds=2)).exists():
        return
    if not Heartbeat.objects.filter(name=name).update(at=at):
        Heartbeat.objects.bulk_create([Heartbeat(name=name, at=at)], ignore_conflicts=True)


def mark_worker(*, at: datetime, hostname: str = "") -> None:
    """Note that a worker did something: some worker, and this one, whose name is remembered."""
    global _this_worker
    _this_worker = hostname or _this_worker
    mark_alive(WORKER, at=at)
    if _this_worker:
        mark_alive(f"{_ONE_WORKER}{_this_worker}"[:60], at=at)


def workers() -> list[tuple[str, datetime]]:
    """Return each worker's name and when it last did something, the latest first."""
    rows = Heartbeat.objects.filter(name__startswith=_ONE_WORKER).order_by("-at")
    return [(name.removeprefix(_ONE_WORKER), at) for name, at in rows.values_list("name", "at")]


def forget_workers(*, at: datetime) -> int:
    """Forget the workers that were not seen for a week; return how many."""
    rows = Heartbeat.objects.filter(name__startswith=_ONE_WORKER, at__lt=at - FORGET_AFTER)
    return rows.delete()[0]


def last_seen(name: str) -> datetime | None:
    """Return when the kind of process last did something, or None."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def is_lately(seen: datetime | None, at: datetime) -> bool:
    """Tell whether that is recent enough for a process that is called every tick."""
    patience = timedelta(seconds=max(30, 4 * settings.JOB_TICK_SECONDS))
    return seen is not None and seen >= at - patience


def worker_is_alive(at: datetime) -> bool:
    """Tell whether some worker did something lately: it is called every tick and marks each job."""
    return is_lately(last_seen(WORKER), at)
