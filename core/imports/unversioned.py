"""Records without versions to ask: an undo compares what the import wrote with what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.imports.declared import DeclaredTarget
from core.imports.targets import UndoLine
from core.imports.undo import kept_values, restored_values
from core.models import User


class UnversionedTarget(DeclaredTarget):
    """A target whose undo asks no version. `watched` are the fields that a file can write."""

    watched: tuple[str, ...] = ()

    def written(self, record: Any) -> dict[str, Any]:
        """Return the watched values as JSON holds them."""
        return kept_values(record, self.watched)

    def mark_of(self, record: Any) -> dict[str, Any]:
        """Keep what was written."""
        return {"after": self.written(record)}

    def has_changed(self, record: Any, line: UndoLine) -> bool:
        """Tell whether anything else stands there now."""
        return self.written(record) != line.undo.get("after")

    def change_back(self, record: Any, undo: Mapping[str, Any], by: User) -> None:
        """Give the record its old values."""
        old = restored_values(type(record), undo.get("old") or {})
        if old:
            self.update(record, old, by)
