"""Many orders at once, each with everything that one gets; in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from core.domain.changed import records_changed
from core.domain.inserting import insert_objects
from core.domain.numbers import take_numbers
from core.domain.rates import RateTable
from core.models import User
from customers.choices import EventKind, OrderKind, OrderState
from customers.domain.bulk_timeline import Event, record_events
from customers.domain.refunds import as_refund, lock_order
from customers.domain.rollups import refresh_rollups
from customers.domain.timeline import moment_of
from customers.models import Customer, Order, OrderLine, Product

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class OrderDraft:
    """An order to be. A refund's amount is negative; `refund_of` is the stored order it gives back."""

    customer: Customer
    ordered_on: date
    amount: Decimal
    currency: str
    source_system: str
    external_id: str
    kind: str = OrderKind.ORDER
    state: str = OrderState.CONFIRMED
    seats: int | None = None
    note: str = ""
    product: Product | None = None
    refund_of: Order | None = None


def create_orders(
    drafts: Sequence[OrderDraft], *, rates: RateTable, by: User | None, at: datetime
) -> list[Order]:
    """Make the orders with numbers, base amounts, lines and timeline lines; the roll-ups follow.

    Returns them in the order given. Amounts, days and currencies are checked by the caller. Refunds of an
    order are stored one by one, as each leaves less to give back: refuses what `as_refund` refuses.
    """
    if not drafts:
        return []
    orders = [_order(draft, rates, by, at) for draft in drafts]
    _number(orders)
    insert_objects([order for order in orders if order.refund_of_id is None], key="number")
    for order in orders:
        if order.refund_of is not None:
            as_refund(order, of=lock_order(order.refund_of, order.customer))
            order.save(force_insert=True)
    OrderLine.objects.bulk_create(_lines(orders, drafts))
    record_events([_event(order, at) for order in orders], by=by, subject=Order)
    _refresh(orders)
    records_changed(Order, [order.pk for order in orders])
    return orders


def _order(draft: OrderDraft, rates: RateTable, by: User | None, at: datetime) -> Order:
    amount_base, rate = rates.to_base(draft.amount, draft.currency, draft.ordered_on)
    return Order(
        customer=draft.customer, kind=draft.kind, state=draft.state, ordered_on=draft.ordered_on,
        counts_on=draft.ordered_on, currency=draft.currency, amount=draft.amount, rate=rate,
        amount_base=amount_base, seats=draft.seats, note=draft.note, refund_of=draft.refund_of,
        source_system=draft.source_system, external_id=draft.external_id,
        created_by=by, created_at=at, updated_at=at,
    )  # fmt: skip


def _number(orders: Iterable[Order]) -> None:
    """Give the orders the next numbers; the series in a fixed order, so no two imports wait for each"
    " other."""
    series = defaultdict(list)
    for order in orders:
        prefix = "RF" if order.kind == OrderKind.REFUND else "SO"
        series[f"{prefix}-{order.ordered_on.year}"].append(order)
    for name, members in sorted(series.items()):
        for order, number in zip(members, _free_numbers(name, len(members)), strict=True):
            order.number = number


def _free_numbers(name: str, count: int) -> list[str]:
    free: list[str] = []
    while len(free) < count:
        numbers = [f"{name}-{number:06d}" for number in take_numbers(name, count - len(free))]
        # A number of the same shape may have come in from outside.
        taken = set(Order.objects.filter(number__in=numbers).values_list("number", flat=True))
        free.extend(number for number in numbers if number not in taken)
    return free


def _lines(orders: Sequence[Order], drafts: Sequence[OrderDraft]) -> list[OrderLine]:
    lines = []
    for order, draft in zip(orders, drafts, strict=True):
        if draft.product is None or order.kind == OrderKind.REFUND:
            continue
        quantity = Decimal(draft.seats or 1)
        price = (order.amount / quantity).quantize(_CENT, ROUND_HALF_UP)
        if price * quantity != order.amount:
            quantity, price = Decimal(1), order.amount
        lines.append(
            OrderLine(
                order=order, product=draft.product, quantity=quantity, unit_price=price, amount=order.amount
            )
        )
    return lines


def _event(order: Order, at: datetime) -> Event:
    shown = {
        "action": "created", "number": order.number, "amount": order.amount, "currency": order.currency,
        "amount_base": order.amount_base, "state": order.state, "ordered_on": order.ordered_on,
    }  # fmt: skip
    kind = EventKind.REFUND if order.kind == OrderKind.REFUND else EventKind.ORDER
    if order.refund_of is not None:
        shown |= {"refund_of": order.refund_of.number, "note": order.note}
    when = moment_of(order.ordered_on, at)
    return Event(order.customer_id, kind, when, shown, order.pk, order.number)


def _refresh(orders: Iterable[Order]) -> None:
    days: dict[int, set[date]] = defaultdict(set)
    for order in orders:
        if order.state == OrderState.CONFIRMED:
            days[order.customer_id].add(order.counts_on)
    refresh_rollups(days)
