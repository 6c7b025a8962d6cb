"""Load the demo company."""

from __future__ import annotations

import random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from analytics.domain.tallies import compute_figures
from crm.demo import complaints_foresight
from crm.demo.build import CUSTOMERS, SEED, build_company, is_empty
from crm.demo.nights import live_through


class Command(BaseCommand):
    """Make a training provider with three years of life, the same each time for the same day."""

    help = "Load the demo company into an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the number of customers and what to do when the database is in use."""
        parser.add_argument("--customers", type=int, default=CUSTOMERS)
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the database is in use")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build the company, then run the nightly scoring for past months and today."""
        if settings.PRODUCTION:
            raise CommandError("The demo has public passwords: it does not load in production.")
        if not is_empty():
            if options["if_empty"]:
                return
            raise CommandError("The database is in use. The demo loads into an empty one only.")
        today = timezone.localdate()
        say = self.stdout.write
        build_company(today=today, customers=options["customers"], say=say)
        warnings = live_through(today=today, rng=random.Random(SEED))
        say(f"{warnings} churn warnings")
        say(f"{compute_figures()['facts']} facts of cases")
        say(f"{complaints_foresight.live_through(today=today)} likely complainers")
