"""Orders that are stored already: found by their numbers, compared, changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.models import User
from customers.choices import OrderKind, OrderState
from customers.domain.orders import cancel_order, confirm_order, update_order
from customers.imports.order_plans import Plan
from customers.models import Order

#: Fields of a row that are compared with the stored order, and written where they differ.
_COMPARED = ("ordered_on", "seats", "note")


class KnownOrders:
    """Stored orders by the number that the file's system gave them; also by our own number for refunds."""

    def __init__(self, orders: Iterable[Order]) -> None:
        self._by_external: dict[str, Order] = {}
        self._by_number: dict[str, Order] = {}
        self._visible: set[int] | None = None
        for order in orders:
            if order.external_id:
                self._by_external[order.external_id] = order
            self._by_number[order.number] = order

    @classmethod
    def load(cls, plans: Sequence[Plan], source_system: str) -> KnownOrders:
        """Fetch the orders that these rows are, in one query."""
        numbers = sorted({plan.identity for plan in plans if plan.identity})
        rows = Order.objects.filter(source_system=source_system, external_id__in=numbers) if numbers else ()
        return cls(rows)

    @classmethod
    def of_refunds(cls, plans: Sequence[Plan], source_system: str) -> KnownOrders:
        """Fetch the orders that these rows give back, in two queries at most."""
        numbers = sorted({plan.row.values["refund_of"] for plan in plans if plan.row.values.get("refund_of")})
        if not numbers:
            return cls(())
        rows = Order.objects.filter(kind=OrderKind.ORDER, deleted_at__isnull=True)
        theirs = list(rows.filter(source_system=source_system, external_id__in=numbers))
        ours = list(rows.filter(number__in=numbers))
        return cls([*ours, *theirs])

    def find(self, number: str) -> Order | None:
        """Return the order with this number of the file's system."""
        return self._by_external.get(number)

    def find_any(self, number: str) -> Order | None:
        """Return the order with this number of the file's system, or else of ours."""
        return self._by_external.get(number) or self._by_number.get(number)

    def is_visible(self, order: Order, by: User) -> bool:
        """Tell whether the person may import into this order; asked of the database once a batch."""
        if self._visible is None:
            ids = sorted(order.pk for order in self._by_external.values())
            rows = Order.objects.visible_to(by, "import").filter(pk__in=ids)
            self._visible = set(rows.values_list("pk", flat=True))
        return order.pk in self._visible


def changes_to_order(plan: Plan) -> dict[str, Any]:
    """Return what the row says differently from the stored order; nothing for a row without a number."""
    order, said = plan.order, plan.row.values
    if order is None or not said.get("number"):
        return {}
    changes = {key: said[key] for key in _COMPARED if key in said and getattr(order, key) != said[key]}
    if order.amount != plan.amount:
        changes["amount"] = plan.amount
    if "currency" in said and order.currency != plan.currency:
        changes["currency"] = plan.currency
    if plan.match.customer is not None and plan.match.customer.pk != order.customer_id:
        changes["customer"] = plan.match.customer
    if said.get("state", order.state) != order.state:
        changes["state"] = said["state"]
    return changes


def write_order_changes(plan: Plan, *, by: User) -> None:
    """Change the stored order; the verbs of orders refuse what cannot be."""
    order = plan.order
    if order is None:
        return
    changes = changes_to_order(plan)
    state = changes.pop("state", None)
    if changes:
        order = update_order(order, changes, by=by)
    if state == OrderState.CONFIRMED:
        confirm_order(order, by=by)
    elif state == OrderState.CANCELLED:
        cancel_order(order, reason="import", by=by)
