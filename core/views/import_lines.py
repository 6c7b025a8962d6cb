"""Lines of an import as pages show them: faults with their repairs, outcomes with their records."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count

from core.choices import ImportOutcome
from core.domain.imports.repairs import lines_of_group
from core.domain.imports.runs import columns_of_run
from core.imports.faults import SHOWN, Fault
from core.imports.targets import ImportTarget, target_of
from core.imports.words import GROUPS, UNDO_WORDS
from core.models import ImportLine, ImportRun

PAGE = 50
#: Lines among which equal wrong values are counted.
_LOOKED_AT = 5_000
#: Faults of rows that cannot be read as rows.
BROKEN = frozenset(
    ["ragged", "bad_bytes", "null_character", "control_character", "cell_too_long", "open_quote"]
)


@dataclass(frozen=True)
class FaultRow:
    """One fault of one line, and how it may be repaired."""

    line: int
    heading: str
    field: str
    value: str
    reason: str
    is_likely: bool = False
    choices: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    alike: int = 1
    #: The row as a whole could not be read, and may be typed anew.
    is_broken: bool = False

    @property
    def can_edit(self) -> bool:
        """True where one cell is wrong, and not the row as a whole."""
        return bool(self.field) and not self.is_likely

    @property
    def can_map(self) -> bool:
        """True where other rows may hold the same text; one that was cut cannot be recognised."""
        return self.can_edit and 0 < len(self.value) < SHOWN


def fault_page(run: ImportRun, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filter chips and one page of the lines that need a person."""
    group = str(parameters.get("group") or "")
    after = _number(parameters.get("after"))
    counts = dict(
        run.lines.filter(outcome__in=[ImportOutcome.FAULTY, ImportOutcome.LIKELY])
        .values_list("code")
        .annotate(count=Count("pk"))
    )
    chips = [
        {"group": name, "label": label, "count": count, "on": name == group}
        for name, (label, codes) in GROUPS.items()
        if (count := sum(counts.get(code, 0) for code in codes))
    ]
    likely = sum(number for code, number in counts.items() if code == "likely_duplicate")
    if likely:
        label = ImportOutcome.LIKELY.label
        chips.append(
            {"group": ImportOutcome.LIKELY.value, "label": label, "count": likely, "on": group == "likely"}
        )
    found = list(lines_of_group(run, group).filter(line__gt=after).order_by("line")[: PAGE + 1])
    shown = found[:PAGE]
    return {
        "group": group,
        "chips": chips,
        "total": sum(counts.values()),
        "faulty": sum(counts.values()) - likely,
        "rows": _fault_rows(run, shown),
        "next": shown[-1].line if len(found) > PAGE else None,
        "is_first": not after,
        "shown": next((chip["count"] for chip in chips if chip["on"]), sum(counts.values())),
    }


def _fault_rows(run: ImportRun, lines: list[ImportLine]) -> list[FaultRow]:
    target = target_of(run.target)
    columns = columns_of_run(run)
    headings = {
        key: columns[int(index)].heading for index, key in run.mapping.items() if int(index) < len(columns)
    }
    alike = _alike(run, lines)
    rows = []
    for line in lines:
        for data in line.faults:
            fault = Fault.from_json(data)
            label = target.field(fault.field)
            rows.append(
                FaultRow(
                    line.line,
                    headings.get(fault.field) or (str(label.label) if label else ""),
                    fault.field if fault.field in headings else "",
                    fault.value,
                    target.say(fault),
                    line.outcome == ImportOutcome.LIKELY,
                    _choices(target, fault.field),
                    alike[fault.field, fault.value],
                    not fault.field and fault.code in BROKEN,
                )
            )
    return rows


def _alike(run: ImportRun, lines: list[ImportLine]) -> Counter[tuple[str, str]]:
    """Count how often each wrong value stands in the file, as far as a few thousand lines tell."""
    codes = {line.code for line in lines}
    rows = run.lines.filter(outcome=ImportOutcome.FAULTY, code__in=codes).values_list("faults", flat=True)
    return Counter(
        (fault["field"], fault["value"]) for faults in rows[:_LOOKED_AT] for fault in faults if fault["field"]
    )


def _choices(target: ImportTarget, key: str) -> list[tuple[str, str]]:
    found = target.field(key)
    return [(value, str(label)) for value, label in found.choices.choices] if found and found.choices else []


def outcome_page(run: ImportRun, user: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return tabs by outcome and one page of the lines of the chosen one, with links to records in reach."""
    kinds = [
        ImportOutcome.CREATED,
        ImportOutcome.UPDATED,
        ImportOutcome.DUPLICATE,
        ImportOutcome.FAILED,
        ImportOutcome.SKIPPED,
    ]
    counts = {kind.value: run.counts.get(kind.value, 0) for kind in kinds}
    first = next((kind for kind in kinds if counts[kind]), ImportOutcome.CREATED)
    asked = str(parameters.get("outcome") or "")
    chosen = asked if asked in counts else first.value
    after = _number(parameters.get("after"))
    found = list(run.lines.filter(outcome=chosen, line__gt=after).order_by("line")[: PAGE + 1])
    shown = found[:PAGE]
    return {
        "tabs": [
            {
                "label": kind.label,
                "url": f"?outcome={kind.value}",
                "current": kind == chosen,
                "count": counts[kind],
            }
            for kind in kinds
        ],
        "outcome": chosen,
        "has_records": chosen not in {ImportOutcome.FAILED, ImportOutcome.SKIPPED},
        "rows": _outcome_rows(run, user, shown),
        "next": shown[-1].line if len(found) > PAGE else None,
    }


def _outcome_rows(run: ImportRun, user: Any, lines: list[ImportLine]) -> list[dict[str, Any]]:
    target = target_of(run.target)
    ids = [line.object_id for line in lines if line.object_id]
    manager: Any = target.model._default_manager
    visible = manager.visible_to(user)
    rows = visible.for_list() if hasattr(visible, "for_list") else visible
    records: dict[int, models.Model] = rows.in_bulk(ids)
    recycled = _taken_back(target, user, lines)
    answer = []
    for line in lines:
        record = records.get(line.object_id or 0)
        answer.append(
            {
                "line": line.line,
                "record": record or recycled.get(line.object_id or 0),
                "url": target.page_of(record) if record is not None else "",
                "undone": _undone(line),
                "reasons": [_reason(target, Fault.from_json(data)) for data in line.faults],
            }
        )
    return answer


def _taken_back(target: ImportTarget, user: Any, lines: list[ImportLine]) -> dict[int, models.Model]:
    """Return the records of undone lines that lie in the recycle bin: they keep their names."""
    ids = [line.object_id for line in lines if line.undone == "done" and line.object_id]
    manager: Any = target.model._default_manager
    found: dict[int, models.Model] = manager.in_reach(user).in_bulk(ids) if ids else {}
    return found


def _undone(line: ImportLine) -> str:
    """Say what an undo did with the record of the line."""
    return str(UNDO_WORDS.get(line.undone, UNDO_WORDS["refused"])) if line.undone else ""


def _reason(target: ImportTarget, fault: Fault) -> dict[str, str]:
    found = target.field(fault.field)
    return {"field": str(found.label) if found else "", "value": fault.value, "text": target.say(fault)}


def _number(text: Any) -> int:
    try:
        return max(0, int(text or 0))
    except ValueError:
        return 0
