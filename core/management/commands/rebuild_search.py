"""Fill the search terms of all records."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.domain.search import fill_all, fill_type


class Command(BaseCommand):
    """May be stopped and repeated at any time; it goes on where it stopped. The installation stays in use."""

    help = "Fill the search terms of all records, going on where the last attempt stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        """One type, or again from the beginning."""
        parser.add_argument("--type", default="", help="Key of one type, such as customer.")
        parser.add_argument("--again", action="store_true", help="Begin from the first record.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill, and say how far it is."""
        started = time.monotonic()
        if options["type"]:
            done = {options["type"]: fill_type(options["type"], again=options["again"], on_batch=self._say)}
        else:
            done = fill_all(again=options["again"], on_batch=self._say)
        counts = ", ".join(f"{key}: {count:,}" for key, count in done.items())
        self.stdout.write(f"{counts} in {time.monotonic() - started:.1f} s.")

    def _say(self, key: str, done: int) -> None:
        if done % 20_000 == 0:
            self.stdout.write(f"… {key}: {done:,}")
