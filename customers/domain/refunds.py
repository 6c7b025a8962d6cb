"""What an order and the money given back of it owe each other."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from core.domain.changed import records_changed
from core.errors import Conflict, DomainError
from customers.choices import OrderKind
from customers.models import Customer, Order
from customers.rules import can_be_refunded, ensure_live

_CENT = Decimal("0.01")


def lock_customers(*customers: Customer) -> None:
    """Lock the customers in the order of their ids and refuse those in the recycle bin or merged."""
    ids = sorted({customer.pk for customer in customers})
    rows = Customer.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True, of=("self",))
    for customer in list(rows):
        ensure_live(customer)


def lock_order(order: Order, customer: Customer) -> Order:
    """Return the stored order, locked; refuse one that went to another customer meanwhile."""
    rows = Order.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "customer", "owner", "refund_of"
    )
    stored = rows.filter(pk=order.pk).first()
    if stored is None or stored.customer_id != customer.pk:
        raise Conflict("stale", _("This order was moved to another customer. Load it again."))
    found: Order = stored
    return found


def given_back(order: Order, *, without: Order | None = None) -> tuple[Decimal, Decimal]:
    """Return how much of the order was given back, in its currency and in the base currency."""
    rows = order.refunds.counting()
    if without is not None and without.pk:
        rows = rows.exclude(pk=without.pk)
    sums = rows.aggregate(amount=Sum("amount"), base=Sum("amount_base"))
    return -round(sums["amount"] or Decimal(0), 2), -round(sums["base"] or Decimal(0), 2)


def room_for_refund(order: Order, amount: Decimal, *, without: Order | None = None) -> None:
    """Refuse to give back more than what is left of the locked order."""
    left = order.amount - given_back(order, without=without)[0]
    if amount > left:
        raise Conflict(
            "refund_too_large",
            _("Only %(left)s %(currency)s of order %(number)s is left to give back.")
            % {"left": f"{left:,}", "currency": order.currency, "number": order.number},
            fields={"amount": _("More than what is left of the order.")},
            details={"left": str(left)},
        )


def refund_base(order: Order, amount: Decimal, *, without: Order | None = None) -> Decimal:
    """Return the negative base amount of a refund; the last one takes the rest, so that nothing remains."""
    back, back_base = given_back(order, without=without)
    if amount + back == order.amount:
        return -(order.amount_base - back_base)
    return -(amount * order.rate).quantize(_CENT, ROUND_HALF_UP)


def as_refund(refund: Order, *, of: Order) -> None:
    """Let the refund follow the locked order: its currency, rate and day; refuse what does not fit."""
    if refund.kind != OrderKind.REFUND:
        raise DomainError(
            "not_a_refund",
            _("Only a refund belongs to another order."),
            fields={"refund_of": _("Leave empty.")},
        )
    if not can_be_refunded(of):
        raise Conflict("not_refundable", _("Only confirmed orders can be given back."))
    if refund.currency != of.currency:
        raise DomainError(
            "currency_differs", _("Give back in the currency of the order."), fields={"currency": of.currency}
        )
    room_for_refund(of, -refund.amount, without=refund)
    refund.amount_base = refund_base(of, -refund.amount, without=refund)
    refund.rate, refund.counts_on = of.rate, of.counts_on


def ensure_change_keeps_refunds(stored: Order, wanted: Order) -> None:
    """Refuse changes under which refunds of the order, or the refund itself, would no longer fit."""
    if stored.kind == OrderKind.REFUND:
        if stored.refund_of_id is not None and wanted.customer_id != stored.customer_id:
            raise Conflict("refund_follows_order", _("A refund stays with the customer of its order."))
        return
    if not stored.refunds.filter(deleted_at__isnull=True).exists():
        return
    if wanted.currency != stored.currency:
        raise Conflict(
            "order_has_refunds",
            _("Money was given back: the currency stays."),
            fields={"currency": stored.currency},
        )
    back = given_back(stored)[0]
    if wanted.amount < back:
        raise Conflict(
            "order_has_refunds",
            _("%(amount)s was given back: the order cannot be smaller.") % {"amount": f"{back:,}"},
            fields={"amount": _("Less than what was given back.")},
        )


def move_refunds(order: Order) -> set[date]:
    """Let the refunds of the changed order follow its customer, day and rate; return the days they left."""
    refunds = list(order.refunds.select_for_update(no_key=True).order_by("pk"))
    days = {refund.counts_on for refund in refunds}
    for refund in refunds:
        refund.customer_id, refund.counts_on, refund.rate = order.customer_id, order.counts_on, order.rate
        refund.amount_base = (refund.amount * order.rate).quantize(_CENT, ROUND_HALF_UP)
    _close_rounding(order, refunds)
    now = timezone.now()
    for refund in refunds:
        refund.updated_at = now
    fields = ["customer", "counts_on", "rate", "amount_base", "updated_at"]
    Order.objects.bulk_update(refunds, fields)
    records_changed(Order, [refund.pk for refund in refunds])
    return days


def _close_rounding(order: Order, refunds: list[Order]) -> None:
    """An order given back in full leaves nothing in base currency either."""
    counting = set(order.refunds.counting().values_list("pk", flat=True))
    live = [refund for refund in refunds if refund.pk in counting]
    if live and order.amount + sum((refund.amount for refund in live), Decimal(0)) == 0:
        live[-1].amount_base = -(
            order.amount_base + sum((refund.amount_base for refund in live[:-1]), Decimal(0))
        )
