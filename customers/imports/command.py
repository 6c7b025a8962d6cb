"""What the two import commands share: read a file, map its columns, check, write, report."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from core.domain.imports import import_now, set_columns, set_format, start_run
from core.domain.imports.runs import columns_of_run
from core.errors import DomainError
from core.imports.faults import Fault
from core.imports.mapping import named_columns
from core.imports.targets import target_of
from core.models import ImportRun, User

_SHOWN_FAULTS = 20


class ImportCommand(BaseCommand):
    """Imports a file through the same engine as the pages, without a worker."""

    target_key: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare file, columns, person and format."""
        parser.add_argument("file", type=Path, help="CSV, XLSX or CSV.GZ")
        parser.add_argument(
            "--mapping", default="", help="field=heading,field=heading; without it by the headings themselves"
        )
        parser.add_argument("--user", required=True, help="login name of the person who answers for it")
        parser.add_argument("--source", default="file", help="name of the system the numbers come from")
        parser.add_argument("--mode", choices=["create", "upsert", "update"], default="upsert")
        parser.add_argument("--encoding", help="instead of the one recognised")
        parser.add_argument(
            "--date-order", choices=["ymd", "dmy", "mdy"], help="instead of the one recognised"
        )
        parser.add_argument("--kind", choices=["organisation", "individual"], default="organisation")
        parser.add_argument("--dry-run", action="store_true", help="check every row and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and import the file; exit with an error when the file as a whole is refused."""
        by = User.objects.active().filter(username=options["user"]).first()
        if by is None:
            raise CommandError(f"Nobody signs in as {options['user']!r}.")
        began = time.monotonic()
        try:
            with translation.override(by.language or translation.get_language() or "en"):
                run = self._prepared(by, options)
                import_now(run, by=by, dry_run=options["dry_run"], on_progress=self._show)
                self._report(run, time.monotonic() - began)
        except DomainError as error:
            raise CommandError(error.message) from error
        except FileNotFoundError as error:
            raise CommandError(f"There is no file {options['file']}.") from error

    def _prepared(self, by: User, options: dict[str, Any]) -> ImportRun:
        path: Path = options["file"]
        with path.open("rb") as stream:
            run = start_run(
                self.target_key, stream, filename=path.name, by=by, options=self.import_options(options)
            )
        changes = {"encoding": options["encoding"], "date_order": options["date_order"]}
        if chosen := {key: value for key, value in changes.items() if value}:
            run = set_format(run, chosen, by=by)
        return set_columns(run, self._mapping(run, options["mapping"]), by=by)

    def import_options(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the options of the import; targets add theirs."""
        return {
            "source_system": options["source"], "mode": options["mode"], "customer_kind": options["kind"],
        }  # fmt: skip

    def _mapping(self, run: ImportRun, text: str) -> dict[int, str]:
        if not text:
            return {int(index): key for index, key in run.mapping.items()}
        names = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
        unknown = set(names) - {field.key for field in target_of(run.target).fields}
        if unknown:
            raise CommandError(f"Unknown fields: {', '.join(sorted(unknown))}.")
        mapping, missing = named_columns(columns_of_run(run), names)
        if missing:
            headings = ", ".join(column.heading for column in columns_of_run(run))
            raise CommandError(f"No column {', '.join(missing)} in the file; it has: {headings}.")
        return mapping

    def _show(self, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{done:,} / {total:,} rows", ending="")

    def _report(self, run: ImportRun, seconds: float) -> None:
        counts = ", ".join(
            f"{name.replace('_', ' ')} {number:,}" for name, number in sorted(run.counts.items()) if number
        )
        self.stdout.write(
            f"{run.filename}: {run.get_state_display()}: {counts or 'no rows'} ({seconds:.1f} s)"
        )
        faulty = run.lines.filter(outcome__in=["faulty", "failed"]).order_by("line")
        target = target_of(run.target)
        for line in faulty[:_SHOWN_FAULTS]:
            for data in line.faults:
                fault = Fault.from_json(data)
                self.stdout.write(f"  row {line.line}: {fault.field} {fault.value!r}: {target.say(fault)}")
        more = faulty.count() - _SHOWN_FAULTS
        if more > 0:
            self.stdout.write(f"  and {more:,} more")
