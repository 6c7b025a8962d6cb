"""One tick by hand: for installations whose beat is down, and for cron."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.domain.schedules import run_due_schedules
from core.domain.sweeper import sweep


class Command(BaseCommand):
    """Start the schedules that are due and call the workers again for what nobody took up."""

    help = "Start due schedules and call the workers for jobs that nobody took up."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what beat has done every few seconds."""
        at = timezone.now()
        runs = run_due_schedules(at)
        self.stdout.write(f"{len(runs)} schedules started, {sweep(at)} jobs called for")
