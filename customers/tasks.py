"""The package's background work."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from customers.domain.reminders import remind_of_tasks as remind


@shared_task(name="customers.tasks.remind_of_tasks")
def remind_of_tasks() -> dict[str, int]:
    """Tell owners of tasks that are due or overdue."""
    return {"told": remind(at=timezone.now())}
