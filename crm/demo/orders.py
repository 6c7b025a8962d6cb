"""The demo company's orders and refunds."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from core.domain.numbers import take_numbers
from crm.demo.customers import Profile
from crm.demo.people import RATES
from customers.choices import EventKind, OrderKind
from customers.domain.rollups import rebuild_rollups
from customers.models import Order, OrderLine, Product, TimelineEvent


def make_orders(
    profiles: list[Profile], products: list[Product], *, today: date, rng: random.Random
) -> dict[int, list[date]]:
    """Make orders by each customer's habit, a few refunds, and the roll-ups; return order days by customer."""
    drafts = [order for profile in profiles for order in _orders_of(profile, today, rng)]
    for number, order in zip(take_numbers("order", len(drafts)), drafts, strict=True):
        order.number = f"SO-{order.ordered_on.year}-{number:06d}"
    Order.objects.bulk_create(drafts, batch_size=500)
    OrderLine.objects.bulk_create((_line(order, products, rng) for order in drafts), batch_size=500)
    refunds = _refunds(drafts, rng, today)
    Order.objects.bulk_create(refunds, batch_size=500)
    TimelineEvent.objects.bulk_create((_event(order) for order in [*drafts, *refunds]), batch_size=500)
    rebuild_rollups()
    days: dict[int, list[date]] = {}
    for order in drafts:
        days.setdefault(order.customer_id, []).append(order.ordered_on)
    return days


def _orders_of(profile: Profile, today: date, rng: random.Random) -> list[Order]:
    """Walk from the first order on, with the customer's own gap, until today or until the customer leaves."""
    orders: list[Order] = []
    day = profile.start + timedelta(days=rng.randint(3, 90))
    # One customer in twelve only ever asked.
    if rng.random() < 0.08:
        return orders
    end = profile.quiet_since or today
    while day <= end and (profile.leaves_after is None or len(orders) < profile.leaves_after):
        orders.append(_order(profile, day, rng))
        # Budgets: little is bought in January and February, much in the last quarter.
        season = {1: 1.5, 2: 1.6, 10: 0.85, 11: 0.8, 12: 0.85}.get(day.month, 1.0)
        day += timedelta(days=max(3, round(profile.gap * season * rng.gammavariate(2.5, 1 / 2.5))))
    if profile.returns_on and orders:
        orders.append(_order(profile, profile.returns_on, rng))
    return orders


def _order(profile: Profile, day: date, rng: random.Random) -> Order:
    base = profile.spend * rng.lognormvariate(0, 0.35)
    rate = Decimal(RATES.get(profile.currency, "1"))
    amount = (Decimal(round(base / 50) * 50 or 100) / rate).quantize(Decimal("0.01"))
    return Order(
        customer=profile.customer,
        ordered_on=day,
        counts_on=day,
        currency=profile.currency,
        amount=amount,
        rate=rate,
        amount_base=(amount * rate).quantize(Decimal("0.01")),
        seats=max(1, round(base / 2600)),
        owner=profile.customer.owner,
        created_at=_noon(day),
        created_by=profile.customer.owner,
    )


def _line(order: Order, products: list[Product], rng: random.Random) -> OrderLine:
    product = rng.choice(products)
    quantity = Decimal(order.seats or 1)
    return OrderLine(
        order=order,
        product=product,
        description=product.name,
        quantity=quantity,
        unit_price=(order.amount / quantity).quantize(Decimal("0.01")),
        amount=order.amount,
    )


def _refunds(orders: list[Order], rng: random.Random, today: date) -> list[Order]:
    """Give one order in forty back, half of them in full."""
    chosen = [order for order in orders if rng.random() < 0.025 and (today - order.ordered_on).days > 20]
    rows = []
    for number, order in zip(take_numbers("refund", len(chosen)), chosen, strict=True):
        share = Decimal(1) if rng.random() < 0.5 else Decimal("0.25")
        amount = -(order.amount * share).quantize(Decimal("0.01"))
        rows.append(
            Order(
                customer=order.customer,
                number=f"RF-{order.ordered_on.year}-{number:06d}",
                kind=OrderKind.REFUND,
                refund_of=order,
                ordered_on=order.ordered_on + timedelta(days=rng.randint(3, 18)),
                counts_on=order.ordered_on,
                currency=order.currency,
                amount=amount,
                rate=order.rate,
                amount_base=(amount * order.rate).quantize(Decimal("0.01")),
                owner=order.owner,
                note="学员无法参加" if order.currency == "CNY" else "Participants could not attend",
                created_by=order.owner,
            )
        )
    return rows


def _event(order: Order) -> TimelineEvent:
    return TimelineEvent(
        customer=order.customer,
        kind=EventKind.REFUND if order.kind == OrderKind.REFUND else EventKind.ORDER,
        at=_noon(order.ordered_on),
        actor=order.owner,
        data={"amount": str(order.amount), "currency": order.currency, "note": order.note},
        subject_id=order.pk,
        subject_label=order.number,
        subject_url=f"/customers/orders/{order.pk}/",
    )


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 11, 30))
