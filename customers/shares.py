"""What of the package can be shared one by one: a customer, with what hangs on it."""

from __future__ import annotations

from core.lent import register_shareable


def register_shares() -> None:
    """Let customers be shared; what belongs to a shared customer is read with it."""
    from customers.domain.shares import tell_of_share
    from customers.models import (
        Contact,
        Customer,
        Interaction,
        Metrics,
        Order,
        OrderDay,
        OrderTotals,
        Task,
        TimelineEvent,
    )

    below = (Contact, Interaction, Order, OrderDay, OrderTotals, Metrics, Task, TimelineEvent)
    register_shareable(Customer, children=below, tell=tell_of_share)
