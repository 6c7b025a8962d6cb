"""The story of a customer that is shared, and no longer."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from core.models import Share, User
from customers.choices import EventKind
from customers.domain.timeline import record_event
from customers.models import Customer


def tell_of_share(customer: Customer, share: Share, by: User, done: str) -> None:
    """Write a line on the timeline: `done` is shared or stopped."""
    data: dict[str, Any] = {
        "action": done,
        "receiver": share.receiver,
        "level": share.level,
        "until": share.until,
        "note": share.note,
    }
    record_event(customer, EventKind.OTHER, at=timezone.now(), by=by, data=data)
