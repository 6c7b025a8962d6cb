"""Imports of files: uploaded, read, checked row by row, repaired, written, taken back."""

from core.domain.imports.repairs import map_value, repair_cell, repair_row, row_texts, skip_lines
from core.domain.imports.running import (
    cancel_import,
    follow_jobs,
    import_now,
    reconcile,
    run_check,
    run_import,
    start_check,
    start_import,
)
from core.domain.imports.runs import earlier_import, preview, set_columns, set_format, start_run, use_columns
from core.domain.imports.undoing import can_undo, run_undo, start_undo

__all__ = [
    "can_undo",
    "cancel_import",
    "earlier_import",
    "follow_jobs",
    "import_now",
    "map_value",
    "preview",
    "reconcile",
    "repair_cell",
    "repair_row",
    "row_texts",
    "run_check",
    "run_import",
    "run_undo",
    "set_columns",
    "set_format",
    "skip_lines",
    "start_check",
    "start_import",
    "start_run",
    "start_undo",
    "use_columns",
]
