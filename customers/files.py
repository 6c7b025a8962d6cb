"""Files of customers, interactions and orders, and their lines on the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.attachables import register_attachable
from core.models import Attachment, User


def register_files() -> None:
    """Let the records of the package take files."""
    from customers.models import Customer, Interaction, Order

    for model in (Customer, Interaction, Order):
        register_attachable(model, told=tell_timeline)


def tell_timeline(record: Any, attachment: Attachment, what: str, *, by: User | None, at: datetime) -> None:
    """Write the line on the timeline of the record's customer."""
    from customers.choices import EventKind
    from customers.domain.timeline import record_event
    from customers.models import Customer, Order

    record_event(
        record if isinstance(record, Customer) else record.customer,
        EventKind.OTHER,
        at=at,
        by=by,
        # Of an interaction only the kind: its text goes from the timeline when it is deleted.
        data={
            "action": what,
            "file": attachment.name,
            "model": record._meta.label_lower,
            "number": record.number if isinstance(record, Order) else "",
        },
        subject=attachment,
    )
