"""What will be done with one row of an order file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.choices import ImportOutcome
from core.imports.parsing import Row
from core.imports.targets import LineOutcome
from customers.choices import OrderKind
from customers.imports.finding import Match, Reference
from customers.models import Order, Product


@dataclass
class Plan:
    """What will be done with one row."""

    row: Row
    reference: Reference
    match: Match = field(default_factory=Match)
    order: Order | None = None
    outcome: str = ImportOutcome.CREATED
    amount: Decimal = Decimal(0)
    kind: str = OrderKind.ORDER
    currency: str = ""
    product: Product | None = None
    undo: dict[str, Any] | None = None
    # The customer that was made for the row.
    made_customer: int | None = None

    @property
    def identity(self) -> str:
        """Number of the order in the file, or what stands for it."""
        return self.row.identity

    def result(self, object_id: int | None = None) -> LineOutcome:
        """Return the outcome of the row; faults win."""
        if self.row.faults:
            return LineOutcome.faulty(self.row)
        undo = self.undo
        if self.made_customer is not None:
            undo = {**(undo or {}), "customer": self.made_customer}
        known = self.order.pk if self.order else None
        return LineOutcome(self.row.line, self.outcome, object_id or known, undo=undo)


def reference_of(values: Mapping[str, Any]) -> Reference:
    """Return how a row of an order file names its customer."""
    return Reference(
        external_id=values.get("customer_external_id", ""),
        code=values.get("customer_code", "").upper(),
        credit_code=values.get("customer_credit_code", ""),
        name=values.get("customer_name", ""),
    )
