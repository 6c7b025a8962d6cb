"""The question of /readyz for processes that serve no pages, such as a worker's container."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.readiness import is_ready, look, parts


class Command(BaseCommand):
    """Say how each part stands; ends with 1 when one failed."""

    help = "Say whether database, broker, worker and the other parts work; ends with 1 when one does not."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the parts to look at."""
        parser.add_argument("part", nargs="*", help="only these parts: database, worker …")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, and print a line for each part."""
        only = frozenset(options["part"])
        if unknown := only - {part.key for part in parts()}:
            raise CommandError(f"No such part: {', '.join(sorted(unknown))}")
        found = look(timezone.now(), only=only)
        for key, finding in found.items():
            said = " ".join(filter(None, (finding.text, finding.advice)))
            self.stdout.write(f"{finding.condition.value:<8} {key:<11} {said}")
        if not is_ready(found):
            sys.exit(1)
