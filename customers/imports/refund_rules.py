"""Refunds in a file: which order each gives back, and whether so much is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum

from core.imports.seen import Seen
from customers.imports.known_orders import KnownOrders
from customers.imports.order_plans import Plan
from customers.models import Order
from customers.rules import can_be_refunded


class RefundRules:
    """Judges refunds in the dry run by what the file said so far, in the import by what is stored."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def check(self, plans: Sequence[Plan], known: KnownOrders) -> None:
        """Add faults to the refunds of a dry run."""
        refunds = [plan for plan in plans if plan.row.values.get("refund_of") and not plan.row.faults]
        left = _left_of(
            [order for plan in refunds if (order := known.find_any(plan.row.values["refund_of"]))]
        )
        for plan in refunds:
            if plan.order is not None:
                continue
            number = plan.row.values["refund_of"]
            order = known.find_any(number)
            if order is not None:
                self._judge_stored(plan, order, left[order.pk])
            else:
                self._judge_remembered(plan, number)

    def _judge_stored(self, plan: Plan, order: Order, left: Decimal) -> None:
        if refused(plan, order):
            return
        piled = self._seen.pile(f"r:{order.pk}", int(-plan.amount * 100))
        if Decimal(piled) / 100 > left:
            plan.row.refuse("refund_too_large", "amount", left=f"{left:,}")

    def _judge_remembered(self, plan: Plan, number: str) -> None:
        found = self._seen.find(f"o:{number}")
        if found is None or found[0] >= plan.row.line:
            plan.row.refuse("unknown_order", "refund_of")
            return
        _digest, cents, currency, owner = found[1].split(" ", 3)
        if owner != plan.reference.identity or not int(cents):
            plan.row.refuse("unknown_order", "refund_of")
        elif currency != plan.currency:
            plan.row.refuse("refund_currency", "currency", currency=currency)
        elif self._seen.pile(f"r:{number}", int(-plan.amount * 100)) > int(cents):
            plan.row.refuse("refund_too_large", "amount", left=f"{Decimal(cents) / 100:,}")

    def settle(self, refunds: Sequence[Plan], known: KnownOrders) -> dict[int, Order]:
        """Return line → order given back, for refunds about to be stored; the others get their fault."""
        found: dict[int, Order] = {}
        left = _left_of(
            [order for plan in refunds if (order := known.find_any(plan.row.values["refund_of"]))]
        )
        for plan in refunds:
            order = known.find_any(plan.row.values["refund_of"])
            if order is None:
                plan.row.refuse("unknown_order", "refund_of")
            elif not refused(plan, order):
                if -plan.amount > left[order.pk]:
                    plan.row.refuse("refund_too_large", "amount", left=f"{left[order.pk]:,}")
                    continue
                left[order.pk] += plan.amount
                found[plan.row.line] = order
        return found


def refused(plan: Plan, order: Order) -> bool:
    """Add a fault where the stored order cannot be what the row gives back."""
    customer = plan.match.customer
    if customer is None or order.customer_id != customer.pk or not can_be_refunded(order):
        plan.row.refuse("unknown_order", "refund_of")
    elif order.currency != plan.currency:
        plan.row.refuse("refund_currency", "currency", currency=order.currency)
    return bool(plan.row.faults)


def _left_of(orders: Sequence[Order]) -> dict[int, Decimal]:
    """Return what is left to give back of each order, in one query."""
    left = {order.pk: order.amount for order in orders}
    if left:
        rows = Order.objects.refunds().counting().filter(refund_of__in=sorted(left))
        for order_id, back in rows.order_by().values_list("refund_of").annotate(back=Sum("amount")):
            left[order_id] += round(back, 2)
    return left
