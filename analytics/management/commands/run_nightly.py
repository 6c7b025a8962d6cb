"""Compute all figures in this process."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.domain.nightly import run_now_here
from analytics.domain.runs import local_today


class Command(BaseCommand):
    """`manage.py run_nightly [--as-of 1998-06-30]`."""

    help = "Compute RFM, CLV, churn risk, warnings and dashboard figures, without a worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the day."""
        parser.add_argument("--as-of", type=date.fromisoformat, default=None, help="Default: today.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and print what each step did."""
        day = options["as_of"]
        if day is not None and day > local_today():
            raise CommandError("Choose today or a day in the past.")
        run = run_now_here(day)
        for step in run.steps.order_by("position"):
            self.stdout.write(f"{step.step:10} {step.seconds or 0:7.2f} s  {step.counts}")
