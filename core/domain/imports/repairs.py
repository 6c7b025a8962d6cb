"""Mending rows that a dry run found faulty: a cell, a value wherever it stands, or leaving rows out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.access import require
from core.choices import ImportOutcome, ImportState
from core.domain.imports.runs import busy
from core.domain.imports.walking import Work, checked, fault_lines, work_on
from core.errors import DomainError
from core.imports.parsing import Row
from core.imports.rows import printable
from core.imports.targets import BatchResult, target_of
from core.imports.words import GROUPS
from core.models import ImportLine, ImportRun, User

#: Up to this many lines a repaired row is checked against all rows above it; beyond, the import will do that.
REMEMBERED_LINES = 20_000
#: One typed text is no essay.
_MOST_CHARACTERS = 2_000


@transaction.atomic
def repair_cell(run: ImportRun, line: int, field: str, text: str, *, by: User) -> ImportLine | None:
    """Put `text` into one cell and check the row again; return what is still wrong, or None."""
    stored = _open(run, by)
    _ensure_field(stored, field)
    if not stored.lines.filter(line=line).exists():
        raise DomainError("not_faulty", _("This row is not among the faulty ones any more."))
    cells = stored.repairs.setdefault("cells", {})
    cells.setdefault(str(line), {})[field] = text.strip()[:_MOST_CHARACTERS]
    _check_again(stored, {line}, by)
    return stored.lines.filter(line=line).first()


@transaction.atomic
def repair_row(run: ImportRun, line: int, texts: Mapping[str, str], *, by: User) -> ImportLine | None:
    """Type a whole row anew, field by field, and check it again; return what is still wrong, or None."""
    stored = _open(run, by)
    for field in texts:
        _ensure_field(stored, field)
    if not stored.lines.filter(line=line).exists():
        raise DomainError("not_faulty", _("This row is not among the faulty ones any more."))
    cells = {field: text.strip()[:_MOST_CHARACTERS] for field, text in texts.items()}
    stored.repairs.setdefault("cells", {})[str(line)] = cells
    rows = stored.repairs.setdefault("rows", [])
    if line not in rows:
        rows.append(line)
    _check_again(stored, {line}, by)
    return stored.lines.filter(line=line).first()


def row_texts(run: ImportRun, line: int) -> dict[str, str]:
    """Return the cells of one row as they stand in the file, by the field they go to, with its repairs."""
    if not run.lines.filter(line=line).exists():
        raise DomainError("not_faulty", _("This row is not among the faulty ones any more."))
    work = work_on(run, run.created_by or User())
    try:
        for record in work.records():
            if record.line == line:
                repaired = run.repairs.get("cells", {}).get(str(line), {})
                cells = [*record.cells, *[""] * len(run.profile.get("columns", []))]
                return {
                    key: repaired.get(key, printable(cells[int(index)])[:_MOST_CHARACTERS])
                    for index, key in sorted(run.mapping.items(), key=lambda item: int(item[0]))
                }
    finally:
        work.session.close()
    raise DomainError("unknown_line", _("This row is not known."))


@transaction.atomic
def map_value(run: ImportRun, field: str, value: str, to: str, *, by: User) -> int:
    """Read `value` in the column of `field` as `to`, in every row, and check these again; return how many."""
    stored = _open(run, by)
    _ensure_field(stored, field)
    lines = {
        line
        for line, faults in stored.lines.filter(outcome=ImportOutcome.FAULTY).values_list("line", "faults")
        if any(fault["field"] == field and fault["value"] == value for fault in faults)
    }
    if not lines:
        raise DomainError("not_faulty", _("No faulty row holds this value any more."))
    stored.repairs.setdefault("values", {}).setdefault(field, {})[value] = to.strip()[:_MOST_CHARACTERS]
    _check_again(stored, lines, by)
    return len(lines)


@transaction.atomic
def skip_lines(run: ImportRun, *, lines: Iterable[int] | None = None, group: str = "", by: User) -> int:
    """Leave rows out: the named ones, a group of faults, or all faulty ones; return how many."""
    stored = _open(run, by)
    rows = lines_of_group(stored, group)
    if lines is not None:
        rows = rows.filter(line__in=list(lines))
    elif not group:
        rows = rows.filter(outcome=ImportOutcome.FAULTY)
    chosen = list(rows)
    rows.update(outcome=ImportOutcome.SKIPPED)
    for line in chosen:
        _uncount(stored.counts, line)
    _count(stored.counts, ImportOutcome.SKIPPED, len(chosen))
    _save(stored, counts=stored.counts)
    run.refresh_from_db()
    return len(chosen)


def lines_of_group(run: ImportRun, group: str) -> QuerySet[ImportLine]:
    """Return the lines that wait for a person: of one group of faults, likely duplicates, or all."""
    rows = run.lines.filter(outcome__in=[ImportOutcome.FAULTY, ImportOutcome.LIKELY])
    if group == ImportOutcome.LIKELY:
        return rows.filter(outcome=ImportOutcome.LIKELY)
    if group:
        return rows.filter(outcome=ImportOutcome.FAULTY, code__in=GROUPS.get(group, ("", ()))[1])
    return rows


def _open(run: ImportRun, by: User) -> ImportRun:
    """Return the run, its row held by this transaction; repairs are made between dry run and import only."""
    require(by, "change", ImportRun)
    require(by, "import", target_of(run.target).model)
    stored: ImportRun | None = (
        ImportRun.objects.select_for_update(of=("self",)).filter(pk=run.pk, state=ImportState.CHECKED).first()
    )
    if stored is None:
        raise busy(run)
    return stored


def _ensure_field(run: ImportRun, field: str) -> None:
    if field not in run.mapping.values():
        raise DomainError("unknown_column", _("No column of the file goes to this field."))


def _check_again(run: ImportRun, lines: set[int], by: User) -> None:
    before = list(run.lines.filter(line__in=lines))
    work = work_on(run, by)
    try:
        rows = _rows_of(work, lines)
        result = checked(work, [row for row in rows if not row.faults], [row for row in rows if row.faults])
    finally:
        work.session.close()
    _replace(run, before, result)


def _rows_of(work: Work, lines: set[int]) -> list[Row]:
    """Read up to the last of the lines; in files that are not huge, remember what stands above them."""
    wanted: list[Row] = []
    last, remembers = max(lines), work.run.total_lines <= REMEMBERED_LINES
    for row in work.rows():
        if row.line > last:
            break
        if remembers or row.line in lines:
            work.session.remember([row])
        if row.line in lines:
            wanted.append(row)
    return wanted


def _replace(run: ImportRun, before: Sequence[ImportLine], result: BatchResult) -> None:
    counts = run.counts
    for line in before:
        _uncount(counts, line)
    for found in result.outcomes:
        _count(counts, found.outcome, 1)
    if result.likely:
        _count(counts, ImportOutcome.LIKELY, len(result.likely))
    run.lines.filter(pk__in=[line.pk for line in before]).delete()
    ImportLine.objects.bulk_create(fault_lines(run, result))
    _save(run, counts=counts, repairs=run.repairs)


def _uncount(counts: dict[str, int], line: ImportLine) -> None:
    """Take one line out of the counts; a likely duplicate is also counted as what it would become."""
    _count(counts, line.outcome, -1)
    if line.outcome == ImportOutcome.LIKELY:
        _count(counts, line.faults[0]["params"].get("outcome", ImportOutcome.UPDATED), -1)


def _count(counts: dict[str, int], name: str, by: int) -> None:
    counts[str(name)] = max(0, counts.get(str(name), 0) + by)


def _save(run: ImportRun, **fields: Any) -> None:
    ImportRun.objects.filter(pk=run.pk).update(**fields)
