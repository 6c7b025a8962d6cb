"""Recompute the roll-ups of orders from the orders themselves."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand

from customers.domain.rollups import rebuild_rollups


class Command(BaseCommand):
    """May be stopped and repeated at any time; the installation can be used meanwhile."""

    help = "Recompute every customer's days of orders and totals from the orders themselves."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild range by range and say how far it is."""
        started = time.monotonic()
        count = rebuild_rollups(
            on_range=lambda done, last: self.stdout.write(f"… up to customer {done:,} of {last:,}")
        )
        self.stdout.write(f"{count:,} customers in {time.monotonic() - started:.1f} s.")
