"""Orders: entered and changed; the roll-ups follow in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AuditAction
from core.domain.audit import record
from core.domain.rates import to_base
from core.domain.versions import ensure_fresh
from core.errors import Conflict, DomainError
from core.models import Organisation, User
from customers.choices import OrderKind
from customers.domain.changes import Changes, changes_for_timeline, ensure_known, ensure_valid, write_changes
from customers.domain.duplicates import ensure_identity_is_free
from customers.domain.order_lines import build_lines, lines_as_text, replace_lines, sum_of
from customers.domain.order_states import (
    cancel_order,
    confirm_order,
    delete_order,
    ensure_open,
    next_number,
    refund_order,
    restore_order,
    tell_order,
)
from customers.domain.refunds import (
    as_refund,
    ensure_change_keeps_refunds,
    lock_customers,
    lock_order,
    move_refunds,
)
from customers.domain.rollups import refresh_rollups
from customers.models import Customer, Order
from customers.rules import ensure_amount, ensure_can_be_owner, ensure_day, ensure_may_add, ensure_not_taken

__all__ = [
    "ORDER_CHANGES",
    "ORDER_FIELDS",
    "cancel_order",
    "confirm_order",
    "create_order",
    "delete_order",
    "next_number",
    "refund_order",
    "restore_order",
    "update_order",
]

#: What `create_order` takes.
ORDER_FIELDS = (
    "kind", "state", "number", "ordered_on", "currency", "amount", "seats", "owner", "note", "refund_of",
    "source_system", "external_id",
)  # fmt: skip
#: What `update_order` takes: kind and state have verbs of their own, and a refund stays with its order.
ORDER_CHANGES = (
    *(field for field in ORDER_FIELDS if field not in {"kind", "state", "refund_of"}),
    "customer",
)
#: Changes of these change what counts.
_COUNTED = frozenset({"amount", "currency", "ordered_on", "customer"})
_DERIVED = ("amount", "amount_base", "rate", "counts_on")


@transaction.atomic
def create_order(
    customer: Customer, data: Mapping[str, Any], *, lines: Sequence[Mapping[str, Any]] = (), by: User | None
) -> Order:
    """Enter an order, or a refund with `kind` "refund", for a live customer; return it.

    The amount is what the lines come to when there are any. It is kept in its currency and, at the rate
    of its day, in the base currency. A refund is stored negative whatever the sign given; with
    `refund_of` it may not exceed what is left of that order and counts on that order's day. Refuses
    negative amounts that are not refunds, amounts and days out of range, a number or external ID that
    is taken, and currencies without a rate.
    """
    ensure_known(data, ORDER_FIELDS)
    ensure_may_add(Order, customer, by=by)
    lock_customers(customer)
    values = {"owner": _seller(by), **data}
    ensure_can_be_owner(values["owner"])
    day: date = values.setdefault("ordered_on", timezone.localdate())
    ensure_day(day, "ordered_on")
    currency = values.setdefault("currency", _usual_currency(values.get("refund_of")))
    built = build_lines(lines, currency=currency, on=day)
    values["amount"] = sum_of(built, values.get("amount")) if built else _stated_amount(values)
    order = Order(**values, customer=customer, created_by=by, counts_on=day)
    ensure_valid(order, [name for name in values if name != "amount"])
    _price(order)
    ensure_identity_is_free(order, by=by)
    _insert(order, by)
    replace_lines(order, built)
    refresh_rollups({customer.pk: {order.counts_on}})
    tell_order(order, "created", by=by, at_day=order.ordered_on)
    record(AuditAction.CREATED, by=by, subject=order)
    return order


def _stated_amount(values: Mapping[str, Any]) -> Decimal:
    if values.get("amount") is None:
        text = _("An order needs an amount or lines.")
        raise DomainError("amount_missing", text, fields={"amount": _("Enter an amount.")})
    return Decimal(values["amount"])


def _usual_currency(refund_of: Order | None) -> str:
    return refund_of.currency if refund_of is not None else Organisation.load().base_currency


def _seller(by: User | None) -> User | None:
    return None if by is None or by.is_service else by


def _price(order: Order) -> None:
    """Fill sign, rate and base amount; a refund of an order takes that order's day and rate."""
    ensure_amount(order.amount)
    if order.kind == OrderKind.REFUND:
        order.amount = -abs(order.amount)
    elif order.amount < 0:
        text = _("An order is not negative. Enter money given back as a refund.")
        raise DomainError("negative_amount", text, fields={"amount": _("This is negative.")})
    if order.refund_of is not None:
        as_refund(order, of=lock_order(order.refund_of, order.customer))
        return
    order.amount_base, order.rate = to_base(order.amount, order.currency, order.ordered_on)
    ensure_amount(order.amount_base)


def _insert(order: Order, by: User | None) -> None:
    if not order.number:
        order.number = next_number(order.kind, order.ordered_on)
    _ensure_number_is_free(order)
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError:
        ensure_identity_is_free(order, by=by)
        _ensure_number_is_free(order)
        raise


def _ensure_number_is_free(order: Order) -> None:
    if Order.objects.filter(number=order.number).exclude(pk=order.pk).exists():
        text = _("There is an order %(number)s already.") % {"number": order.number}
        raise Conflict("duplicate_number", text, fields={"number": _("This number is taken.")})


@transaction.atomic
def update_order(
    order: Order,
    data: Mapping[str, Any],
    *,
    lines: Sequence[Mapping[str, Any]] | None = None,
    by: User | None,
    version: int | None = None,
) -> Order:
    """Write the fields of `data` that differ, and the lines when given, and return the order.

    Refunds of the order move with its day, rate and customer. Refuses cancelled and deleted orders, a
    stale `version`, an amount below what was given back, another currency once something was given
    back, and what `create_order` refuses.
    """
    ensure_known(data, ORDER_CHANGES)
    lock_customers(order.customer, data.get("customer") or order.customer)
    stored = lock_order(order, order.customer)
    ensure_open(stored)
    ensure_fresh(stored, version)
    moved_to = data.get("customer") or order.customer
    if moved_to.pk != stored.customer_id:
        ensure_may_add(Order, moved_to, by=by)
        ensure_not_taken(order.customer, moved_to, by=by)
    days = {stored.customer_id: {stored.counts_on}}
    wanted = _wanted(stored, data, by)
    extra = _change_lines(stored, wanted, data, lines)
    values = dict(data)
    if _COUNTED & set(data) or extra:
        _reprice(stored, wanted)
        values |= {name: getattr(wanted, name) for name in _DERIVED}
    changes = write_changes(stored, values, by=by, at=timezone.now(), extra=extra)
    if changes:
        left = move_refunds(stored)
        days.setdefault(stored.customer_id, set()).add(stored.counts_on)
        refresh_rollups({pk: found | left for pk, found in days.items()})
        shown = {
            key: value for key, value in changes.items() if key not in {"counts_on", "rate", "amount_base"}
        }
        tell_order(stored, "changed", by=by, data=changes_for_timeline(Order, shown))
    return stored


def _wanted(stored: Order, data: Mapping[str, Any], by: User | None) -> Order:
    """Return an unsaved order as it is to be, its plain values checked."""
    wanted = Order(**{field.attname: getattr(stored, field.attname) for field in Order._meta.concrete_fields})
    for field, value in data.items():
        setattr(wanted, field, value)
    if "ordered_on" in data:
        ensure_day(wanted.ordered_on, "ordered_on")
    if wanted.owner_id != stored.owner_id:
        ensure_can_be_owner(wanted.owner)
    ensure_valid(wanted, [name for name in data if name != "amount"])
    if "number" in data:
        _ensure_number_is_free(wanted)
    if {"source_system", "external_id"} & set(data):
        ensure_identity_is_free(wanted, by=by)
    return wanted


def _change_lines(
    stored: Order, wanted: Order, data: Mapping[str, Any], lines: Sequence[Mapping[str, Any]] | None
) -> Changes:
    """Replace the lines when new ones are given; the amount follows them, and may not contradict them."""
    present = list(stored.lines.select_related("product"))
    if lines is None:
        if present and "amount" in data:
            sum_of(present, wanted.amount)
        return {}
    built = build_lines(lines, currency=wanted.currency, on=wanted.ordered_on)
    if built:
        wanted.amount = sum_of(built, data.get("amount"))
    before, after = lines_as_text(present), lines_as_text(built)
    if before == after:
        return {}
    replace_lines(stored, built)
    return {"lines": (before, after)}


def _reprice(stored: Order, wanted: Order) -> None:
    ensure_change_keeps_refunds(stored, wanted)
    if wanted.refund_of_id is None:
        wanted.counts_on = wanted.ordered_on
    _price(wanted)
