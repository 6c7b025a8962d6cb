"""Customers that rows name as their parent: stored ones in reach, or rows further up in the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.errors import DomainError
from core.imports.parsing import Row
from core.imports.seen import Seen
from core.models import User
from customers import standardise
from customers.domain.family import ensure_no_circle
from customers.imports.finding import CustomerFinder, Reference
from customers.models import Customer

_FIELDS = {"external_id": "parent", "code": "parent", "credit_code": "parent", "name": "parent"}


class Parents:
    """Looks up the parents of one file for one person, a batch at a time."""

    def __init__(self, by: User, source_system: str, seen: Seen) -> None:
        self._seen = seen
        self._by_code = CustomerFinder(by, source_system, within=Customer)
        self._by_name = CustomerFinder(by, source_system, within=Customer)

    def note(self, reference: Reference, line: int) -> None:
        """Remember a row under its name and its code: rows below may name it."""
        for key in {reference.name_key, reference.code} - {""}:
            self._seen.add(f"p:{key}", line)

    def load(self, rows: Sequence[Row]) -> None:
        """Fetch everything that the rows could mean."""
        texts = [row.values["parent"] for row in rows if "parent" in row.values]
        if texts:
            self._by_code.load([Reference(code=text.upper()) for text in texts])
            self._by_name.load([Reference(name=text) for text in texts])

    def fill(self, row: Row, values: dict[str, Any], customer: Customer | None) -> None:
        """Add the parent to the values, or refuse the row; a parent further up is there when it is written."""
        text = row.values.get("parent")
        if not text or row.faults:
            return
        match = self._by_code.find(Reference(code=text.upper()), fields=_FIELDS)
        if match.customer is None:
            match = self._by_name.find(Reference(name=text), fields=_FIELDS)
        if match.customer is not None and not match.is_undone:
            self._ensure_tree(row, customer, match.customer)
            values["parent"] = match.customer
        elif match.fault == "ambiguous_name":
            row.refuse(match.fault, "parent", codes=match.codes)
        elif not self._stands_above(text, row.line):
            row.refuse("parent_unknown", "parent")

    def made_here(self, rows: Sequence[Row]) -> set[int]:
        """Return the lines whose parent stands above them among these rows: they are written after it."""
        first = rows[0].line if rows else 0
        return {
            row.line
            for row in rows
            if (text := row.values.get("parent"))
            and (found := self._line_of(text))
            and first <= found < row.line
        }

    def _stands_above(self, text: str, line: int) -> bool:
        found = self._line_of(text)
        return bool(found) and found < line

    def _line_of(self, text: str) -> int:
        for key in (text.upper(), standardise.name_key(text)):
            if found := self._seen.find(f"p:{key}"):
                return found[0]
        return 0

    def _ensure_tree(self, row: Row, customer: Customer | None, parent: Customer) -> None:
        if customer is None or customer.parent_id == parent.pk:
            return
        try:
            ensure_no_circle(customer, parent)
        except DomainError as error:
            row.refuse("refused", "parent", message=error.message)
