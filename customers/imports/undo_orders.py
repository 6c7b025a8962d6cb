"""Taking order files back: made orders go to the recycle bin, changed ones get their old values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from core.choices import AuditAction
from core.domain.audit import record
from core.imports.targets import UndoLine
from core.imports.undo import restored_values
from core.models import ImportLine, User
from customers.domain.bulk_bin import recycle_customers, recycle_orders
from customers.domain.changes import bump
from customers.domain.order_states import tell_order
from customers.domain.rollups import refresh_rollups
from customers.imports.undo_customers import in_use, reachable
from customers.models import Customer, Order

#: Columns that decide what an order counts for; all are kept when one of them changes.
COUNTING = ("customer", "state", "ordered_on", "counts_on", "currency", "amount", "rate", "amount_base")


def undo_orders(lines: Sequence[UndoLine], *, by: User, at: datetime, note: str) -> dict[int, str]:
    """Take the lines back; return {line: code} of those whose order is left alone."""
    left: dict[int, str] = {}
    orders = _reachable_orders([line.object_id for line in lines], by)
    refunded = _refunded(orders)
    made: list[Order] = []
    for line in lines:
        order = orders.get(line.object_id)
        if order is None:
            left[line.line] = "gone"
        elif order.version != line.version:
            left[line.line] = "changed_since"
        elif order.pk in refunded and (line.is_new or set(COUNTING) & set(line.undo.get("old") or {})):
            left[line.line] = "in_use"
        elif line.is_new:
            made.append(order)
        else:
            _change_back(order, line.undo, by=by, at=at, note=note)
    recycle_orders(made, by=by, at=at)
    _recycle_customers(lines, left, by=by, at=at, note=note)
    return left


def _reachable_orders(ids: Sequence[int], by: User) -> dict[int, Order]:
    reach = Order.objects.visible_to(by, "import").filter(pk__in=ids).values("pk")
    # Customers come before their orders, as in every verb: two that need the same rows must not cross.
    owners = Customer.objects.filter(orders__in=reach).values("pk")
    customers = Customer.objects.filter(pk__in=owners).order_by("pk")
    list(customers.select_for_update(no_key=True, of=("self",)).values_list("pk"))
    rows = Order.objects.filter(pk__in=reach).order_by("pk").select_related("customer")
    return {row.pk: row for row in rows.select_for_update(no_key=True, of=("self",))}


def _refunded(orders: Mapping[int, Order]) -> set[int]:
    """Return the orders of which money was given back by rows that stay."""
    rows = Order.objects.filter(refund_of__in=list(orders), deleted_at__isnull=True)
    return set(rows.exclude(pk__in=list(orders)).values_list("refund_of_id", flat=True))


def _change_back(order: Order, undo: Mapping[str, Any], *, by: User, at: datetime, note: str) -> None:
    """Give the order every column it had, whatever moves its states allow, and let the roll-ups follow."""
    days: dict[int, set[date]] = defaultdict(set)
    days[order.customer_id].add(order.counts_on)
    values = restored_values(Order, undo.get("old") or {})
    changes = {name: (getattr(order, name), value) for name, value in values.items()}
    version = order.version
    bump(order, at=at, **values)
    record(AuditAction.CHANGED, by=by, subject=order, changes=changes, note=note)
    order.version = version + 1
    days[order.customer_id].add(order.counts_on)
    refresh_rollups(days)
    tell_order(order, "changed", by=by, data={"note": note})


def _recycle_customers(
    lines: Sequence[UndoLine], left: Mapping[int, str], *, by: User, at: datetime, note: str
) -> None:
    """Customers that the file made go where their orders went, unless something else needs them."""
    ids = [line.undo["customer"] for line in lines if line.undo.get("customer") and line.line not in left]
    if not ids:
        return
    needed = in_use(ids)
    found = [customer for customer in reachable(ids, by).values() if customer.pk not in needed]
    recycle_customers(
        [c for c in found if c.version == 1 and c.created_by_id is not None], by=by, at=at, note=note
    )


def made_with_orders(ids: Iterable[int]) -> set[int]:
    """Return which of these recycled customers were made by an order file that was taken back."""
    wanted = set(ids)
    orders = Order.objects.filter(customer__in=sorted(wanted), deleted_at__isnull=False).values("pk")
    rows = ImportLine.objects.filter(undone="done", run__target="customers.order", object_id__in=orders)
    made = {(undo or {}).get("customer") for undo in rows.values_list("undo", flat=True)}
    return {pk for pk in made if pk in wanted}


__all__ = ["COUNTING", "made_with_orders", "undo_orders"]
