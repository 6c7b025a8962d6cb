"""Many customers at once, each with everything that one gets; in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from core.choices import AuditAction
from core.domain.audit import audit_line
from core.domain.changed import records_changed
from core.domain.inserting import insert_defaults, insert_objects
from core.domain.notifications import notify
from core.domain.numbers import take_numbers
from core.domain.sequence import note_below
from core.models import AuditEntry, User
from customers.choices import Axis, EventKind
from customers.domain.bulk_timeline import Event, record_events
from customers.domain.changes import Changes, bump, changes_for_timeline
from customers.domain.timeline import timeline_event
from customers.models import (
    AxisChange,
    Contact,
    Customer,
    Metrics,
    OrderTotals,
    Person,
    Tag,
    TimelineEvent,
)


@dataclass(frozen=True)
class CustomerDraft:
    """A customer to be: standardised values with the name key, tags, and the main contact if there is one.

    `contact` holds fields of the person and `title`; without a name there is no contact.
    """

    values: Mapping[str, Any]
    tags: Sequence[Tag] = ()
    contact: Mapping[str, Any] = field(default_factory=dict)


def create_customers(drafts: Sequence[CustomerDraft], *, by: User | None, at: datetime) -> list[Customer]:
    """Make the customers with codes, metrics, order totals, timeline lines, tags and main contacts.

    Returns them in the order given. Values are taken as they are: the caller has checked them. There is
    no audit line for each: who brings many writes one for all.
    """
    if not drafts:
        return []
    numbers = take_numbers("customer", len(drafts))
    customers = [
        Customer(**draft.values, code=f"C-{number:06d}", created_by=by, created_at=at, updated_at=at)
        for draft, number in zip(drafts, numbers, strict=True)
    ]
    insert_objects(customers, key="code")
    for model in (Metrics, OrderTotals):
        insert_defaults(model, [customer.pk for customer in customers])
    _keep_axes(customers, drafts, by, at)
    _tag(zip(customers, drafts, strict=True))
    record_events(
        [
            Event(
                customer.pk,
                EventKind.CREATED,
                at,
                {"name": customer.name, "kind": customer.kind, "source": customer.source},
            )
            for customer in customers
        ],
        by=by,
    )
    _add_contacts(
        [(c, draft.contact) for c, draft in zip(customers, drafts, strict=True) if draft.contact], by, at
    )
    records_changed(Customer, [customer.pk for customer in customers])
    return customers


def _keep_axes(
    customers: Sequence[Customer], drafts: Sequence[CustomerDraft], by: User | None, at: datetime
) -> None:
    AxisChange.objects.bulk_create(
        [
            AxisChange(
                customer=customer, axis=axis, old="", new=draft.values[axis], rule="created", by=by, at=at
            )
            for customer, draft in zip(customers, drafts, strict=True)
            for axis in Axis.values
            if axis in draft.values
        ]
    )


def _tag(pairs: Iterable[tuple[Customer, CustomerDraft]]) -> None:
    through = Customer.tags.through
    through._default_manager.bulk_create(
        [through(customer_id=customer.pk, tag_id=tag.pk) for customer, draft in pairs for tag in draft.tags],
        ignore_conflicts=True,
    )


def _add_contacts(pairs: Sequence[tuple[Customer, Mapping[str, Any]]], by: User | None, at: datetime) -> None:
    """Give each new customer its first, and so main, contact."""
    if not pairs:
        return
    people = [
        Person(
            created_by=by,
            created_at=at,
            updated_at=at,
            **{key: v for key, v in data.items() if key != "title"},
        )
        for _customer, data in pairs
    ]
    Person.objects.bulk_create(people)
    contacts = [
        Contact(
            customer=customer, person=person, title=data.get("title", ""), is_primary=True, created_by=by,
            created_at=at, updated_at=at,
        )
        for (customer, data), person in zip(pairs, people, strict=True)
    ]  # fmt: skip
    Contact.objects.bulk_create(contacts)
    events = []
    for contact in contacts:
        shown = {
            "action": "added", "person": contact.person.name, "person_id": contact.person_id,
            "title": contact.title, "department": "", "role": contact.role, "is_primary": True,
        }  # fmt: skip
        events.append(
            timeline_event(contact.customer, EventKind.CONTACT, at=at, by=by, data=shown, subject=contact)
        )
    TimelineEvent.objects.bulk_create(events)
    records_changed(Person, [person.pk for person in people])
    records_changed(Contact, [contact.pk for contact in contacts])


def changes_of(customer: Customer, values: Mapping[str, Any]) -> Changes:
    """Return {field: (old, new)} for the standardised values that differ; the name key goes with the name."""
    changes: Changes = {}
    for name, value in values.items():
        if name == "name_key":
            continue
        old = getattr(customer, name)
        if old != value:
            changes[name] = (old, value)
    return changes


def update_customers(
    updates: Sequence[tuple[Customer, Mapping[str, Any]]], *, by: User | None, at: datetime, note: str = ""
) -> int:
    """Write what differs on each locked customer, with audit and timeline lines; return how many changed.

    Values are taken as they are: the caller has checked them, and that `by` may change these customers.
    """
    audit: list[AuditEntry] = []
    events: list[TimelineEvent] = []
    moved: list[int] = []
    for customer, values in updates:
        changes = changes_of(customer, values)
        if not changes:
            continue
        audit.append(audit_line(AuditAction.CHANGED, by=by, subject=customer, changes=changes, note=note))
        data = changes_for_timeline(Customer, changes)
        written = {name: new for name, (_old, new) in changes.items()}
        if "name" in written:
            written["name_key"] = values["name_key"]
        bump(customer, at=at, **written)
        if {"owner", "team"} & set(changes):
            moved.append(customer.pk)
        events.append(timeline_event(customer, EventKind.CHANGED, at=at, by=by, data=data))
    AuditEntry.objects.bulk_create(audit)
    TimelineEvent.objects.bulk_create(events)
    records_changed(Customer, [line.subject_id for line in audit if line.subject_id is not None])
    note_below(Customer, moved)
    return len(audit)


def tell_owners(customers: Iterable[Customer], *, by: User | None, url: str, dedupe: str) -> None:
    """Tell everybody who became responsible for some of the customers, once for each `dedupe`."""
    owners = {customer.owner_id: customer.owner for customer in customers if customer.owner_id}
    if by is not None:
        owners.pop(by.pk, None)
    notify(
        [owner for owner in owners.values() if owner is not None],
        kind="customer_assigned",
        title=gettext_lazy("You are now responsible for more customers"),
        body=gettext_lazy("%(by)s imported them."),
        params={"by": by},
        url=url,
        dedupe=dedupe,
    )
