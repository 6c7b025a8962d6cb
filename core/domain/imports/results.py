"""Files that an import gives back: the rows that failed with their reasons, and an empty template to fill."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.choices import ImportOutcome
from core.exports import harmless
from core.imports.faults import Fault
from core.imports.reading import Dialect, records
from core.imports.rows import printable
from core.imports.targets import ImportTarget, target_of
from core.models import ImportRun

#: Outcomes of lines that did not arrive.
NOT_ARRIVED = (ImportOutcome.FAULTY, ImportOutcome.FAILED, ImportOutcome.SKIPPED)


class _Echo(io.StringIO):
    """Hands each written line straight on."""

    def write(self, text: str) -> int:
        self.line = text
        return len(text)


def failed_rows(run: ImportRun) -> Iterator[str]:
    """Yield the lines of a CSV file: every row that did not arrive, with its row number and reason.

    Repaired and imported again, the file brings these rows in; the two added columns are left out then.
    """
    echo = _Echo()
    writer = csv.writer(echo)

    def line(cells: list[Any]) -> str:
        writer.writerow([harmless(printable(str(cell))) for cell in cells])
        return echo.line

    columns = run.profile.get("columns", [])
    yield "\ufeff" + line([*(column["heading"] for column in columns), _("Row"), _("What is wrong")])
    reasons = _reasons(run)
    for record in records(Path(run.file.path), Dialect.from_json(run.dialect), width=len(columns)):
        if record.line in reasons:
            cells = [*record.cells[: len(columns)], *[""] * (len(columns) - len(record.cells))]
            yield line([*cells, record.line, reasons[record.line]])


def _reasons(run: ImportRun) -> dict[int, str]:
    target = target_of(run.target)
    rows = run.lines.filter(outcome__in=NOT_ARRIVED).values_list("line", "outcome", "faults")
    return {
        line: _reason(target, faults) or (_("Skipped") if outcome == ImportOutcome.SKIPPED else "")
        for line, outcome, faults in rows.iterator()
    }


def _reason(target: ImportTarget, faults: list[dict[str, Any]]) -> str:
    return " ".join(
        f"{label_of(target, data['field'])}{target.say(Fault.from_json(data))}" for data in faults
    )


def label_of(target: ImportTarget, key: str) -> str:
    """Return "Amount: " for a field, "" for a whole row."""
    field = target.field(key) if key else None
    return f"{field.label}: " if field is not None else ""
