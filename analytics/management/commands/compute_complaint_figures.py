"""Measure cases and sum them in this process."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from analytics.domain.tallies import compute_figures


class Command(BaseCommand):
    """`manage.py compute_complaint_figures [--rebuild]`."""

    help = "Compute the figures of complaints and service, without a worker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the wish to compute everything."""
        parser.add_argument(
            "--rebuild", action="store_true", help="Measure and sum every case, not only what changed."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and print what was done."""
        start = time.perf_counter()
        counts = compute_figures(rebuild=options["rebuild"])
        self.stdout.write(f"{time.perf_counter() - start:.1f} s  {counts}")
