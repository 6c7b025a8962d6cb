"""What happens to an order after it was entered: confirmed, cancelled, given back, deleted, restored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AuditAction
from core.domain.audit import record
from core.domain.numbers import take_numbers
from core.domain.versions import ensure_fresh
from core.errors import Conflict, DomainError
from core.models import User
from customers.choices import EventKind, OrderKind, OrderState
from customers.domain.changes import bump, ensure_valid, write_changes
from customers.domain.refunds import as_refund, lock_customers, lock_order, refund_base, room_for_refund
from customers.domain.rollups import refresh_rollups
from customers.domain.timeline import moment_of, record_event
from customers.models import Order
from customers.rules import can_be_refunded, can_move_order, ensure_amount, ensure_day, ensure_live


def next_number(kind: str, day: date) -> str:
    """Return the next number of the year, SO-2026-000123, or RF-2026-000012 for a refund."""
    prefix = f"{'RF' if kind == OrderKind.REFUND else 'SO'}-{day.year}"
    while True:
        number = f"{prefix}-{take_numbers(prefix)[0]:06d}"
        # A number of the same shape may have come in from outside.
        if not Order.objects.filter(number=number).exists():
            return number


def ensure_open(order: Order) -> None:
    """Refuse work on an order that is cancelled or in the recycle bin, or whose customer is."""
    ensure_live(order.customer)
    if order.deleted_at is not None:
        text = _("Order %(number)s is in the recycle bin.") % {"number": order.number}
        raise Conflict("order_deleted", text)
    if order.state == OrderState.CANCELLED:
        raise Conflict("order_cancelled", _("Order %(number)s is cancelled.") % {"number": order.number})


@transaction.atomic
def confirm_order(order: Order, *, by: User | None) -> Order:
    """Turn a draft into a confirmed order, which counts from now on. A refund must still fit its order."""
    stored = _locked(order)
    _ensure_can_move(stored, OrderState.CONFIRMED)
    values: dict[str, Any] = {"state": OrderState.CONFIRMED.value}
    if stored.refund_of is not None:
        as_refund(stored, of=lock_order(stored.refund_of, stored.customer))
        values |= {name: getattr(stored, name) for name in ("amount_base", "rate", "counts_on")}
    bump(stored, at=timezone.now(), **values)
    record(
        AuditAction.CHANGED, by=by, subject=stored, changes={"state": (OrderState.DRAFT.value, stored.state)}
    )
    refresh_rollups({stored.customer_id: {stored.counts_on}})
    tell_order(stored, "confirmed", by=by)
    return stored


@transaction.atomic
def cancel_order(order: Order, *, reason: str, by: User | None) -> Order:
    """Take a draft or confirmed order out of all figures and keep why. Refuses one with live refunds."""
    reason = reason.strip()
    if not reason:
        text = _("Say why the order is cancelled.")
        raise DomainError("reason_missing", text, fields={"reason": _("A reason is needed.")})
    stored = _locked(order)
    _ensure_can_move(stored, OrderState.CANCELLED)
    _ensure_nothing_given_back(stored)
    write_changes(stored, {"state": OrderState.CANCELLED.value}, by=by, at=timezone.now(), note=reason)
    refresh_rollups({stored.customer_id: {stored.counts_on}})
    tell_order(stored, "cancelled", by=by, data={"reason": reason[:500]})
    return stored


def _locked(order: Order) -> Order:
    lock_customers(order.customer)
    return lock_order(order, order.customer)


def _ensure_can_move(stored: Order, state: str) -> None:
    if not can_move_order(stored, state):
        ensure_open(stored)
        text = _("The order is “%(state)s” already.") % {"state": stored.get_state_display()}
        raise Conflict(f"already_{stored.state}", text)


def _ensure_nothing_given_back(order: Order) -> None:
    if order.refunds.filter(deleted_at__isnull=True).exclude(state=OrderState.CANCELLED).exists():
        text = _("Money of order %(number)s was given back. Cancel or delete its refunds first.")
        raise Conflict("order_has_refunds", text % {"number": order.number})


@transaction.atomic
def refund_order(
    order: Order, amount: Decimal, *, on: date | None = None, note: str = "", by: User | None
) -> Order:
    """Give back `amount` of the order and return the refund, a row of its own with a negative amount.

    It counts on the day of the order. Refuses more than what is left, also when two people give back
    at once, orders that are not confirmed, and a day before the order.
    """
    day = on or timezone.localdate()
    ensure_day(day, "on")
    ensure_amount(amount)
    stored = _locked(order)
    _ensure_refundable(stored, amount, day)
    room_for_refund(stored, amount)
    refund = Order(
        customer=stored.customer,
        kind=OrderKind.REFUND,
        state=OrderState.CONFIRMED,
        ordered_on=day,
        counts_on=stored.counts_on,
        currency=stored.currency,
        amount=-amount,
        rate=stored.rate,
        amount_base=refund_base(stored, amount),
        refund_of=stored,
        owner=stored.owner,
        note=note,
        created_by=by,
    )
    ensure_valid(refund, ["note"])
    refund.number = next_number(OrderKind.REFUND, day)
    refund.save(force_insert=True)
    refresh_rollups({stored.customer_id: {stored.counts_on}})
    tell_order(refund, "created", by=by, at_day=day, data={"refund_of": stored.number, "note": note})
    record(AuditAction.CREATED, by=by, subject=refund, note=stored.number)
    return refund


def _ensure_refundable(order: Order, amount: Decimal, day: date) -> None:
    if not can_be_refunded(order):
        ensure_open(order)
        raise Conflict("not_refundable", _("Only confirmed orders can be given back."))
    if day < order.ordered_on:
        text = _("The refund is dated before the order.")
        raise DomainError("refund_before_order", text, fields={"on": _("Not before the order.")})
    if amount <= 0:
        text = _("Enter how much is given back.")
        raise DomainError("amount_not_positive", text, fields={"amount": _("Above 0.")})


@transaction.atomic
def delete_order(order: Order, *, by: User | None, version: int | None = None) -> Order:
    """Put the order into the recycle bin, out of all figures.

    Refuses one with live refunds, and a stale `version`.
    """
    stored = _locked(order)
    if stored.deleted_at is not None:
        text = _("Order %(number)s is in the recycle bin.") % {"number": stored.number}
        raise Conflict("already_deleted", text)
    ensure_fresh(stored, version)
    _ensure_nothing_given_back(stored)
    now = timezone.now()
    bump(stored, at=now, deleted_at=now, deleted_by=by)
    record(AuditAction.DELETED, by=by, subject=stored)
    refresh_rollups({stored.customer_id: {stored.counts_on}})
    tell_order(stored, "deleted", by=by)
    return stored


@transaction.atomic
def restore_order(order: Order, *, by: User | None) -> Order:
    """Take the order out of the recycle bin; it counts again. A refund must still fit into its order."""
    stored = _locked(order)
    if stored.deleted_at is None:
        text = _("Order %(number)s is not in the recycle bin.") % {"number": stored.number}
        raise Conflict("not_deleted", text)
    if stored.refund_of is not None and stored.state == OrderState.CONFIRMED:
        as_refund(stored, of=lock_order(stored.refund_of, stored.customer))
    values = {name: getattr(stored, name) for name in ("amount_base", "rate", "counts_on")}
    bump(stored, at=timezone.now(), deleted_at=None, deleted_by=None, **values)
    record(AuditAction.RESTORED, by=by, subject=stored)
    refresh_rollups({stored.customer_id: {stored.counts_on}})
    tell_order(stored, "restored", by=by)
    return stored


def tell_order(
    order: Order,
    action: str,
    *,
    by: User | None,
    at_day: date | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write the timeline line: on `at_day` for what was entered for a day, now for what was done since."""
    now = timezone.now()
    shown = {
        "action": action,
        "number": order.number,
        "amount": order.amount,
        "currency": order.currency,
        "amount_base": order.amount_base,
        "state": order.state,
        "ordered_on": order.ordered_on,
        **(data or {}),
    }
    kind = EventKind.REFUND if order.kind == OrderKind.REFUND else EventKind.ORDER
    at = now if at_day is None else moment_of(at_day, now)
    record_event(order.customer, kind, at=at, by=by, data=shown, subject=order)
