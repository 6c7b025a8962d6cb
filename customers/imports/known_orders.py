"""Orders that are stored already: found by their numbers, compared, changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from core.domain.imports.undoing import undone_records
from core.imports.undo import kept_values
from core.models import User
from customers.choices import OrderKind, OrderState
from customers.domain.orders import cancel_order, confirm_order, update_order
from customers.imports.order_plans import Plan
from customers.imports.undo_orders import COUNTING
from customers.models import Customer, Order

#: Fields of a row that are compared with the stored order, and written where they differ.
_COMPARED = ("ordered_on", "seats", "note")


class KnownOrders:
    """Stored orders by the number that the file's system gave them; also by our own number for refunds."""

    def __init__(self, orders: Iterable[Order], source_system: str = "") -> None:
        self._by_external: dict[str, Order] = {}
        self._by_number: dict[str, Order] = {}
        self._visible: set[int] | None = None
        self._undone: set[int] | None = None
        for order in orders:
            if order.external_id and order.source_system == source_system:
                self._by_external[order.external_id] = order
            self._by_number[order.number] = order

    @classmethod
    def load(cls, plans: Sequence[Plan], source_system: str) -> KnownOrders:
        """Fetch the orders that these rows are, by the number of the file's system or our own."""
        numbers = sorted({plan.identity for plan in plans if plan.identity})
        if not numbers:
            return cls(())
        theirs = Q(source_system=source_system, external_id__in=numbers)
        return cls(Order.objects.filter(theirs | Q(number__in=numbers)), source_system)

    @classmethod
    def of_refunds(cls, plans: Sequence[Plan], source_system: str) -> KnownOrders:
        """Fetch the orders that these rows give back, in two queries at most."""
        numbers = sorted({plan.row.values["refund_of"] for plan in plans if plan.row.values.get("refund_of")})
        if not numbers:
            return cls(())
        rows = Order.objects.filter(kind=OrderKind.ORDER, deleted_at__isnull=True)
        theirs = list(rows.filter(source_system=source_system, external_id__in=numbers))
        ours = list(rows.filter(number__in=numbers))
        return cls([*ours, *theirs], source_system)

    def find(self, number: str, customer: Customer | None) -> Order | None:
        """Return the order with this number of the file's system; else our own number, as exports have it.

        A number that only looks like ours belongs to another customer, and is then a new order.
        """
        ours = self._by_number.get(number)
        if ours is not None and (customer is None or ours.customer_id != customer.pk):
            ours = None
        return self._by_external.get(number) or ours

    def find_any(self, number: str) -> Order | None:
        """Return the order with this number of the file's system, or else of ours."""
        return self._by_external.get(number) or self._by_number.get(number)

    def is_undone(self, order: Order) -> bool:
        """Tell whether the recycled order is there because its import was undone; asked once a batch."""
        if self._undone is None:
            binned = {o.pk for o in self._by_number.values() if o.deleted_at is not None}
            self._undone = undone_records(Order, binned)
        return order.pk in self._undone

    def is_visible(self, order: Order, by: User) -> bool:
        """Tell whether the person may import into this order; asked of the database once a batch."""
        if self._visible is None:
            ids = sorted(order.pk for order in self._by_number.values())
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


def write_order_changes(plan: Plan, *, by: User) -> dict[str, Any]:
    """Change the stored order; the verbs of orders refuse what cannot be. Returns what undoing it takes."""
    order = plan.order
    if order is None:
        return {}
    changes = changes_to_order(plan)
    kept = {"seats", "note"} & set(changes)
    if set(changes) - kept:
        kept |= set(COUNTING)
    old = kept_values(order, sorted(kept))
    state = changes.pop("state", None)
    if changes:
        order = update_order(order, changes, by=by)
    if state == OrderState.CONFIRMED:
        confirm_order(order, by=by)
    elif state == OrderState.CANCELLED:
        cancel_order(order, reason="import", by=by)
    version: int = Order.objects.values_list("version", flat=True).get(pk=order.pk)
    return {"old": old, "version": version}
