"""Bases of customers with orders, for tests of the analytics package."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import factory
import numpy as np

from analytics.choices import RiskLevel, SuggestedAction
from analytics.models import ChurnWarning
from core.models import Team, User
from customers.domain.rollups import rebuild_rollups, refresh_rollups
from customers.models import Customer, Order
from customers.tests.factories import CustomerFactory, OrderFactory

AS_OF = date(2026, 6, 30)


def give_orders(customer: Customer, days: Iterable[date], amount: str = "1000.00") -> None:
    """Store confirmed orders on these days, with their roll-ups."""
    touched = set()
    for day in days:
        OrderFactory(customer=customer, ordered_on=day, counts_on=day, amount=Decimal(amount))
        touched.add(day)
    refresh_rollups({customer.pk: touched})


def regular_days(last: date, *, every: int, count: int) -> list[date]:
    """`count` days ending with `last`, `every` days apart."""
    return [last - timedelta(days=every * turn) for turn in range(count - 1, -1, -1)]


def silent_customer(
    *, silent: int = 150, every: int = 30, amount: str = "50000.00", **fields: Any
) -> Customer:
    """A valuable customer who ordered regularly and fell silent: somebody to warn about."""
    customer = CustomerFactory(**fields)
    give_orders(customer, regular_days(AS_OF - timedelta(days=silent), every=every, count=14), amount)
    return customer


def simulated_base(
    n: int = 90, *, owner: User | None = None, team: Team | None = None, seed: int = 3, until: date = AS_OF
) -> list[Customer]:
    """`n` customers who came over two years, ordered at their own pace, and left some day."""
    rng = np.random.default_rng(seed)
    start = until - timedelta(days=730)
    customers = Customer.objects.bulk_create(
        [
            Customer(code=f"S-{seed}-{place:05d}", name=f"Base {place}", owner=owner, team=team)
            for place in range(n)
        ]
    )
    orders = []
    for customer in customers:
        day = start + timedelta(days=int(rng.integers(0, 500)))
        gap, stays, value = rng.gamma(2.0, 25.0) + 5, rng.beta(6, 1.2), rng.gamma(3.0, 900.0) + 100
        while day <= until:
            amount = Decimal(str(round(float(value * rng.gamma(4.0, 0.25)), 2)))
            orders.append(
                Order(
                    customer=customer,
                    number=f"B-{seed}-{len(orders)}",
                    ordered_on=day,
                    counts_on=day,
                    amount=amount,
                    amount_base=amount,
                )
            )
            if rng.random() > stays:
                break
            day += timedelta(days=max(1, int(rng.exponential(gap))))
    Order.objects.bulk_create(orders)
    rebuild_rollups()
    return customers


class ChurnWarningFactory(factory.django.DjangoModelFactory):
    """A warning as the night leaves it, without task and timeline."""

    class Meta:
        model = ChurnWarning

    customer = factory.SubFactory(CustomerFactory)
    owner = factory.SelfAttribute("customer.owner")
    opened_on = AS_OF
    as_of = AS_OF
    risk = 0.8
    level = RiskLevel.HIGH
    value_at_stake = Decimal("50000.00")
    stake_low = Decimal("30000.00")
    stake_high = Decimal("80000.00")
    window_days = 90
    suggested_action = SuggestedAction.OWNER_CALL
    reasons = factory.LazyFunction(
        lambda: [{"code": "silence", "params": {"gap": 41.0, "days": 160}, "weight": 62}]
    )
    evidence = factory.LazyFunction(
        lambda: {
            "rule": "churn_warning",
            "as_of": AS_OF.isoformat(),
            "inputs": {
                "usual_gap": 41.0,
                "silent_days": 160,
                "purchase_days": 14,
                "first_day": "2024-06-01",
                "last_day": (AS_OF - timedelta(days=160)).isoformat(),
                "x": 13,
                "t_x_weeks": 85.0,
                "T_weeks": 108.0,
                "amount_12m": "1.00",
                "amount_prev_12m": "2.00",
            },
            "model": {
                "name": "mbg_nbd",
                "parameters": {"r": 1.0, "alpha": 2.0, "a": 0.5, "b": 1.0},
                "window_days": 90,
                "dropout_visible": True,
            },
            "thresholds": {
                "min_risk": 0.5,
                "min_stake": "1000",
                "min_stake_is_automatic": False,
                "min_purchase_days": 3,
                "silence_factor": 1.5,
            },
            "result": {"risk": 0.8, "risk_on_habit": 0.1, "level": "high", "value_at_stake": "50000.00"},
        }
    )
