"""Files of customers, interactions, orders, tasks and products, and their lines on the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.attachables import register_attachable
from core.models import Attachment, User


def register_files() -> None:
    """Let the records of the package take files."""
    from customers.models import Customer, Interaction, Order, Product, Task

    for model in (Customer, Interaction, Order, Task):
        register_attachable(model, told=tell_timeline)
    # The price list is nobody's story: its history tells.
    register_attachable(Product)


def tell_timeline(record: Any, attachment: Attachment, what: str, *, by: User | None, at: datetime) -> None:
    """Write the line on the timeline of the record's customer; a task need not have one."""
    from customers.choices import EventKind
    from customers.domain.timeline import record_event
    from customers.models import Customer, Order

    customer = record if isinstance(record, Customer) else record.customer
    if customer is None:
        return
    record_event(
        customer,
        EventKind.OTHER,
        at=at,
        by=by,
        # Of an interaction or a task only the kind: texts that are deleted or changed do not stay here.
        data={
            "action": what,
            "file": attachment.name,
            "model": record._meta.label_lower,
            "number": record.number if isinstance(record, Order) else "",
        },
        subject=attachment,
    )
