"""Signs of life: found by what a process does, not by whether it exists."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from core.models import Heartbeat

WORKER = "worker"


def mark_alive(name: str, *, at: datetime) -> None:
    """Note that the kind of process did something at that moment; every second or so is often enough."""
    if Heartbeat.objects.filter(name=name, at__gt=at - timedelta(seconds=2)).exists():
        return
    if not Heartbeat.objects.filter(name=name).update(at=at):
        Heartbeat.objects.bulk_create([Heartbeat(name=name, at=at)], ignore_conflicts=True)


def last_seen(name: str) -> datetime | None:
    """Return when the kind of process last did something, or None."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def worker_is_alive(at: datetime) -> bool:
    """Tell whether some worker did something lately: it is called every tick and marks each job."""
    seen = last_seen(WORKER)
    patience = timedelta(seconds=max(30, 4 * settings.JOB_TICK_SECONDS))
    return seen is not None and seen >= at - patience
