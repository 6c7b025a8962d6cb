"""Files for import tests, taken through the engine step by step."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from core.domain.imports import import_now, run_undo, set_columns, start_run, start_undo
from core.models import ImportRun, User


def begun(
    target: str, content: str | bytes, by: User, *, name: str = "file.csv", **options: Any
) -> ImportRun:
    """Upload a file; columns are mapped by their headings."""
    data = content.encode() if isinstance(content, str) else content
    return start_run(target, io.BytesIO(data), filename=name, by=by, options=options)


def imported(
    target: str,
    content: str | bytes,
    by: User,
    *,
    mapping: Mapping[int, str] | None = None,
    dry_run: bool = False,
    **options: Any,
) -> ImportRun:
    """Upload, check and import a file."""
    run = begun(target, content, by, **options)
    if mapping is not None:
        run = set_columns(run, mapping, by=by)
    return import_now(run, by=by, dry_run=dry_run)


def counts(run: ImportRun) -> dict[str, int]:
    """Return the counts that are not 0."""
    return {name: number for name, number in run.counts.items() if number}


def faults(run: ImportRun) -> dict[int, list[str]]:
    """Return line → codes of its faults."""
    return {
        line.line: [fault["code"] for fault in line.faults]
        for line in run.lines.order_by("line")
        if line.faults
    }


def undone(run: ImportRun, by: User) -> ImportRun:
    """Take an import back."""
    start_undo(run, by=by)
    run_undo(run.pk, run.attempt)
    run.refresh_from_db()
    return run
