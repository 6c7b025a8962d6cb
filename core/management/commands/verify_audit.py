"""Tell whether audit lines were altered after they were written."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.domain.audit_seals import in_words, seal_audit, verify_audit


class Command(BaseCommand):
    """Read every sealed line again; ends with an error when something does not fit."""

    help = "Check the seals of the audit lines, and that the database refuses to change them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer to seal first, and to compare the head with one that was kept elsewhere."""
        parser.add_argument("--seal", action="store_true", help="seal what is not sealed yet before")
        parser.add_argument("--head", default="", help="a digest noted earlier that must be in the chain")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was checked, or refuse with where the chain breaks."""
        if options["seal"]:
            seal_audit(at=timezone.now())
        verdict = verify_audit()
        problems = in_words(verdict)
        if options["head"] and not verdict.knows(options["head"]):
            problems.append("The digest given is not in the chain: it was made anew since.")
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write(f"{verdict.lines} lines under {verdict.seals} seals are as they were written.")
        self.stdout.write(f"head: {verdict.head or 'nothing is sealed yet'}")
