"""Through the file in batches: what a dry run and an import share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.choices import ImportOutcome
from core.errors import DomainError
from core.imports.parsing import Row, RowParser
from core.imports.reading import Dialect, records
from core.imports.rows import Record
from core.imports.targets import BatchResult, ImportSession, ImportTarget, LineOutcome, target_of
from core.models import ImportLine, ImportRun, User

#: Lines of one transaction: long enough to be fast, short enough to let others write in between.
BATCH = 1_000


class Superseded(Exception):  # noqa: N818 (an ordinary end: another worker carries on)
    """Another worker moved the run on, or it was stopped: whoever notices writes nothing more."""


@dataclass(frozen=True)
class Batch:
    """Rows of the lines from `start` to before `end`."""

    start: int
    end: int
    rows: list[Row]


class Work:
    """One attempt at a run, in one process."""

    def __init__(self, run: ImportRun, by: User) -> None:
        self.run = run
        self.by = by
        self.target: ImportTarget = target_of(run.target)
        self.dialect = Dialect.from_json(run.dialect)
        self.width = len(run.profile.get("columns", []))
        self.session: ImportSession = self.target.session(options=run.options, by=by, label=run.filename)
        self.session.mapped = frozenset(run.mapping.values())
        self.session.run_id = run.pk
        self.parser = parser_of(run, self.target)

    def records(self) -> Iterator[Record]:
        """Yield every record of the file."""
        return records(Path(self.run.file.path), self.dialect, width=self.width)

    def rows(self) -> Iterator[Row]:
        """Yield every row of the file."""
        for record in self.records():
            yield self.parser.parse(record)

    def batches(self) -> Iterator[Batch]:
        """Yield what is still to do. Rows done before are only remembered."""
        start = self.run.next_line
        rows = self.rows()
        while chunk := list(islice(rows, BATCH)):
            self.session.remember(chunk)
            chunk = [row for row in chunk if row.line >= start]
            if chunk:
                yield Batch(start, chunk[-1].line + 1, chunk)
                start = chunk[-1].line + 1

    def split(self, batch: Batch) -> tuple[list[Row], list[Row]]:
        """Return (rows to work on, faulty rows); rows that a person skipped are in neither."""
        skipped = set(
            self.run.lines.filter(
                outcome=ImportOutcome.SKIPPED, line__gte=batch.start, line__lt=batch.end
            ).values_list("line", flat=True)
        )
        rows = [row for row in batch.rows if row.line not in skipped]
        return [row for row in rows if not row.faults], [row for row in rows if row.faults]


def parser_of(run: ImportRun, target: ImportTarget) -> RowParser:
    """Return what makes rows of the run's records."""
    return RowParser(
        target.fields,
        {int(index): key for index, key in run.mapping.items()},
        Dialect.from_json(run.dialect),
        repairs=run.repairs,
        require_any=target.require_any,
    )


def work_on(run: ImportRun, by: User) -> Work:
    """Open a run; refuses one whose file or target is gone."""
    try:
        work = Work(run, by)
        Path(run.file.path).stat()
    except (FileNotFoundError, ValueError) as error:  # lost, or forgotten after its time
        raise DomainError("file_gone", _("The uploaded file is no longer there. Upload it again.")) from error
    except KeyError as error:
        raise DomainError("unknown_target", _("Nothing of this kind can be imported any more.")) from error
    return work


def checked(work: Work, rows: Sequence[Row], faulty: Sequence[Row]) -> BatchResult:
    """Return what would become of the rows."""
    result = work.session.check_batch(rows) if rows else BatchResult()
    return replace(result, outcomes=[*(LineOutcome.faulty(row) for row in faulty), *result.outcomes])


def move_on(work: Work, batch: Batch, state: str) -> None:
    """Take the batch: the run moves past it, or `Superseded` when it is no longer ours to move.

    In the caller's transaction: on PostgreSQL a second worker waits here, on SQLite at its beginning.
    """
    moved = ImportRun.objects.filter(
        pk=work.run.pk, attempt=work.run.attempt, state=state, next_line=batch.start
    ).update(next_line=batch.end)
    if not moved:
        raise Superseded


def add_counts(work: Work, added: dict[str, int]) -> dict[str, int]:
    """Add to the counts of the run, whose row this transaction holds, and return them."""
    counts: dict[str, int] = ImportRun.objects.values_list("counts", flat=True).get(pk=work.run.pk)
    for name, number in added.items():
        counts[name] = counts.get(name, 0) + number
    ImportRun.objects.filter(pk=work.run.pk).update(counts=counts)
    return counts


def counted(batch: Batch, result: BatchResult) -> dict[str, int]:
    """Return how many lines of the batch had which outcome; rows without one were skipped."""
    counts = dict(result.extra)
    for outcome in result.outcomes:
        counts[outcome.outcome] = counts.get(outcome.outcome, 0) + 1
    skipped = len(batch.rows) - len(result.outcomes)
    if skipped:
        counts[ImportOutcome.SKIPPED.value] = skipped
    if result.likely:
        counts[ImportOutcome.LIKELY.value] = len(result.likely)
    return {str(name): number for name, number in counts.items()}


def lines_done(counts: dict[str, Any]) -> int:
    """Return how many lines the counts stand for."""
    outcomes = {*ImportOutcome.values} - {ImportOutcome.LIKELY.value}
    return sum(number for name, number in counts.items() if name in outcomes)


def fault_lines(run: ImportRun, result: BatchResult) -> list[ImportLine]:
    """Return the lines that a dry run keeps: faulty ones, and those that deserve a look."""
    lines = [
        ImportLine(
            run=run,
            line=outcome.line,
            outcome=ImportOutcome.FAULTY,
            faults=[fault.as_json() for fault in outcome.faults],
            code=outcome.faults[0].code,
        )
        for outcome in result.outcomes
        if outcome.outcome == ImportOutcome.FAULTY
    ]
    would_be = {outcome.line: outcome.outcome for outcome in result.outcomes}
    for line, fault in result.likely.items():
        noted = replace(fault, params={**fault.params, "outcome": str(would_be[line])})
        lines.append(
            ImportLine(
                run=run, line=line, outcome=ImportOutcome.LIKELY, faults=[noted.as_json()], code=fault.code
            )
        )
    return lines


def store(
    work: Work, batch: Batch, state: str, result: BatchResult, lines: list[ImportLine]
) -> dict[str, int]:
    """Move past the batch and keep what a dry run found, in one transaction; return the counts."""
    with transaction.atomic():
        move_on(work, batch, state)
        ImportLine.objects.bulk_create(lines)
        return add_counts(work, counted(batch, result))
