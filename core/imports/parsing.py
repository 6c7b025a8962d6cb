"""Records of a file as rows of values and faults, by the chosen columns and with the repairs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from core.imports import values
from core.imports.faults import Fault, ValueFault
from core.imports.fields import TargetField
from core.imports.reading import Dialect
from core.imports.rows import Record, printable

#: Faults of the row as a whole leave nothing to read; its start is shown.
_SHOWN_CELLS = 5


@dataclass(slots=True)
class Row:
    """One line on its way in. `values` holds what the cells say, without empty ones."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    # Filled while the target remembers the file: who this row is, and the earlier line that is the same.
    identity: str = ""
    same_as: int = 0
    # The line that first named the record this row belongs to.
    first_of: int = 0

    def refuse(self, code: str, field: str = "", /, **params: Any) -> None:
        """Add a fault about a field, or about the whole row."""
        self.faults.append(Fault(code, field, self.texts.get(field, ""), params))

    def refuse_name(self, code: str, field: str, text: str, known: Iterable[str]) -> None:
        """Refuse a name that nobody has; where others come near, by `<code>_near` with those."""
        near = get_close_matches(text, list(known), n=3, cutoff=0.6)
        if near:
            self.refuse(f"{code}_near", field, candidates=", ".join(near))
        else:
            self.refuse(code, field)


class RowParser:
    """Makes rows of records. `mapping` is {column: field}; `repairs` as an import stores them."""

    def __init__(
        self,
        fields: Sequence[TargetField],
        mapping: Mapping[int, str],
        dialect: Dialect,
        *,
        repairs: Mapping[str, Any] | None = None,
        require_any: Sequence[tuple[str, ...]] = (),
    ) -> None:
        by_key = {target.key: target for target in fields}
        self._columns: list[tuple[int, str, Callable[[str], Any]]] = [
            (index, key, by_key[key].parser(dialect))
            for index, key in sorted(mapping.items())
            if key in by_key
        ]
        mapped = set(mapping.values())
        self._required = [target.key for target in fields if target.is_required]
        self._require_any = [tuple(key for key in group if key in mapped) for group in require_any]
        self._whole = frozenset((repairs or {}).get("rows", ()))
        self._cells: Mapping[str, Mapping[str, str]] = (repairs or {}).get("cells", {})
        self._replaced: Mapping[str, Mapping[str, str]] = (repairs or {}).get("values", {})

    def parse(self, record: Record) -> Row:
        """Return the row of a record; never raises, whatever the cells hold."""
        row = Row(record.line)
        # A row that a person typed anew needs nothing of what stands in the file.
        is_whole = record.line in self._whole
        if record.fault and not is_whole:
            shown = " | ".join(record.cells[:_SHOWN_CELLS])
            row.faults.append(Fault(record.fault, "", printable(shown), {"cells": len(record.cells)}))
            return row
        repaired = self._cells.get(str(record.line), {})
        for index, key, parse in self._columns:
            text = values.tidy(repaired.get(key, "") if is_whole or key in repaired else record.cells[index])
            if key in self._replaced and key not in repaired:
                text = self._replaced[key].get(text, text)
            if text:
                self._add(row, key, text, parse)
        self._ensure_complete(row)
        return row

    def _add(self, row: Row, key: str, text: str, parse: Callable[[str], Any]) -> None:
        row.texts[key] = text
        try:
            values.refuse_cell_error(text)
            value = parse(text)
        except ValueFault as fault:
            row.faults.append(Fault(fault.code, key, text, fault.params))
            return
        if value is not None:
            row.values[key] = value

    def _ensure_complete(self, row: Row) -> None:
        faulty = {fault.field for fault in row.faults}
        for key in self._required:
            if key not in row.values and key not in faulty:
                row.faults.append(Fault("required", key))
        for group in self._require_any:
            if group and not any(key in row.values or key in faulty for key in group):
                row.faults.append(Fault("required", group[0]))
