"""Many records into the recycle bin and out of it at once; in the caller's transaction, without refusals.

The caller has locked the records and checked that they may go. As with everything done in bulk there is no
audit line for each: who moves many writes one for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F

from core.domain.changed import records_changed
from core.domain.sequence import note_below
from core.models import User
from customers.choices import EventKind, OrderKind
from customers.domain.bulk_timeline import Event, record_events
from customers.domain.rollups import refresh_rollups
from customers.models import Customer, Order


def recycle_customers(
    customers: Sequence[Customer], *, by: User | None, at: datetime, note: str = ""
) -> None:
    """Put the locked customers into the recycle bin; their timelines say so."""
    _move(customers, deleted_at=at, deleted_by=by, at=at)
    note_below(Customer, [customer.pk for customer in customers])
    data = {"branches": 0, "note": note}
    record_events([Event(customer.pk, EventKind.DELETED, at, data) for customer in customers], by=by)


def bring_back_customers(customers: Sequence[Customer], *, by: User | None, at: datetime) -> None:
    """Take the locked customers out of the recycle bin; their timelines say so."""
    _move(customers, deleted_at=None, deleted_by=None, at=at)
    note_below(Customer, [customer.pk for customer in customers])
    record_events([Event(customer.pk, EventKind.RESTORED, at, {}) for customer in customers], by=by)


def recycle_orders(orders: Sequence[Order], *, by: User | None, at: datetime) -> None:
    """Put the locked orders into the recycle bin; the roll-ups of their days follow."""
    _move(orders, deleted_at=at, deleted_by=by, at=at)
    _tell_orders(orders, "deleted", by, at)


def bring_back_orders(orders: Sequence[Order], *, by: User | None, at: datetime) -> None:
    """Take the locked orders out of the recycle bin; they count again."""
    _move(orders, deleted_at=None, deleted_by=None, at=at)
    _tell_orders(orders, "restored", by, at)


def _move(records: Sequence[Any], *, at: datetime, **values: Any) -> None:
    if not records:
        return
    model, ids = type(records[0]), [record.pk for record in records]
    rows = model._default_manager.filter(pk__in=ids)
    rows.update(**values, version=F("version") + 1, updated_at=at)
    for record in records:
        record.version += 1
        for name, value in values.items():
            setattr(record, name, value)
    records_changed(model, ids)


def _tell_orders(orders: Sequence[Order], action: str, by: User | None, at: datetime) -> None:
    days: dict[int, set[date]] = defaultdict(set)
    events = []
    for order in orders:
        days[order.customer_id].add(order.counts_on)
        kind = EventKind.REFUND if order.kind == OrderKind.REFUND else EventKind.ORDER
        shown = {
            "action": action, "number": order.number, "amount": order.amount, "currency": order.currency,
            "amount_base": order.amount_base, "state": order.state, "ordered_on": order.ordered_on,
        }  # fmt: skip
        events.append(Event(order.customer_id, kind, at, shown, order.pk, order.number))
    record_events(events, by=by, subject=Order)
    refresh_rollups(days)
