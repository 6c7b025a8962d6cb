"""Contacts: persons and the places they hold at customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.choices import EventKind
from customers.domain.changes import changes_for_timeline, ensure_known, ensure_valid, write_changes
from customers.domain.duplicates import likely_same_person
from customers.domain.persons import create_person, link_people, unlink_people, update_person
from customers.domain.timeline import moment_of, record_event
from customers.models import Contact, Customer, Person
from customers.rules import ensure_day, ensure_live, ensure_may_add, ensure_not_borrowed

__all__ = [
    "CONTACT_FIELDS",
    "add_contact",
    "change_job",
    "create_person",
    "end_contact",
    "likely_same_person",
    "link_people",
    "unlink_people",
    "update_contact",
    "update_person",
]

CONTACT_FIELDS = ("title", "department", "role", "influence", "attitude", "is_primary", "started_on")


@transaction.atomic
def add_contact(
    customer: Customer,
    person_or_data: Person | Mapping[str, Any],
    data: Mapping[str, Any] | None = None,
    *,
    by: User | None,
) -> Contact:
    """Give a person, existing or new, a place at the customer and return it.

    The first contact becomes the main one; a new main contact takes over from the old one. Refuses
    customers in the recycle bin and persons who hold a place there already.
    """
    values = dict(data or {})
    ensure_known(values, CONTACT_FIELDS)
    stored = locked(customer)
    ensure_live(stored)
    ensure_may_add(Contact, stored, by=by)
    if isinstance(person_or_data, Person):
        ensure_not_borrowed(person_or_data, stored, by=by)
    person = person_or_data if isinstance(person_or_data, Person) else create_person(person_or_data, by=by)
    _ensure_person_is_live(person)
    contact = _open_place(stored, person, values, by)
    _tell(contact, "added", by=by)
    record(AuditAction.CREATED, by=by, subject=contact)
    return contact


def _ensure_person_is_live(person: Person) -> None:
    if person.deleted_at is not None:
        raise Conflict("person_deleted", _("%(person)s is in the recycle bin.") % {"person": person})


def _open_place(customer: Customer, person: Person, values: dict[str, Any], by: User | None) -> Contact:
    if values.get("started_on") is not None:
        ensure_day(values["started_on"], "started_on")
    current = Contact.objects.current().filter(customer=customer)
    if not current.filter(is_primary=True).exists():
        values["is_primary"] = True
    elif values.get("is_primary"):
        _step_down(customer, by)
    contact = Contact(customer=customer, person=person, created_by=by, **values)
    ensure_valid(contact, values)
    try:
        with transaction.atomic():
            contact.save(force_insert=True)
    except IntegrityError:
        if current.filter(person=person).exists():
            raise _holds_place(person) from None
        raise
    return contact


def _holds_place(person: Person) -> Conflict:
    return Conflict(
        "contact_exists",
        _("%(person)s is a contact of this customer already.") % {"person": person},
        fields={"person": _("This person is a contact already.")},
    )


def _step_down(customer: Customer, by: User | None, *, but: Contact | None = None) -> None:
    """Take the main place from who has it, under the lock of the customer."""
    rows = Contact.objects.current().filter(customer=customer, is_primary=True)
    for contact in rows.exclude(pk=but.pk) if but is not None else rows:
        write_changes(contact, {"is_primary": False}, by=by, at=timezone.now())


def _locked_place(contact: Contact) -> Contact:
    """Lock the customer, as every verb does first, then the place."""
    customer = locked(contact.customer)
    ensure_live(customer)
    stored = locked(contact)
    stored.customer = customer
    return stored


@transaction.atomic
def update_contact(
    contact: Contact, data: Mapping[str, Any], *, by: User | None, version: int | None = None
) -> Contact:
    """Write the fields of the place that differ; `is_primary` takes the main place over from the old one.

    Refuses places that ended, a stale `version`, and giving up the main place without a successor.
    """
    ensure_known(data, CONTACT_FIELDS)
    stored = _locked_place(contact)
    _ensure_current(stored)
    ensure_fresh(stored, version)
    if data.get("started_on") is not None:
        ensure_day(data["started_on"], "started_on")
    if data.get("is_primary") and not stored.is_primary:
        _step_down(stored.customer, by, but=stored)
    if stored.is_primary and data.get("is_primary") is False:
        raise DomainError(
            "main_contact_needed",
            _("Choose the new main contact instead: the old one steps down by itself."),
            fields={"is_primary": _("Somebody has to be the main contact.")},
        )
    changes = write_changes(stored, data, by=by, at=timezone.now())
    if changes:
        _tell(stored, "changed", by=by, data=changes_for_timeline(Contact, changes))
    return stored


def _ensure_current(contact: Contact) -> None:
    if contact.ended_on is not None:
        raise Conflict("contact_ended", _("%(person)s no longer works there.") % {"person": contact.person})


@transaction.atomic
def end_contact(contact: Contact, *, on: date | None = None, reason: str = "", by: User | None) -> Contact:
    """End the place on a day; the person stays. Refuses a place that ended, and a day before it began."""
    stored = _locked_place(contact)
    _ensure_current(stored)
    _close_place(stored, on or timezone.localdate(), reason.strip(), by)
    _tell(stored, "ended", by=by, on=stored.ended_on, data={"reason": stored.end_reason})
    return stored


def _close_place(stored: Contact, on: date, reason: str, by: User | None) -> None:
    ensure_day(on, "on")
    if stored.started_on is not None and on < stored.started_on:
        raise DomainError(
            "ends_before_start",
            _("The last day is before the first."),
            fields={"on": _("Not before the first day.")},
        )
    values = {"ended_on": on, "end_reason": reason, "is_primary": False}
    write_changes(stored, values, by=by, at=timezone.now(), note=reason)


@transaction.atomic
def change_job(
    contact: Contact,
    *,
    to_customer: Customer,
    data: Mapping[str, Any] | None = None,
    on: date | None = None,
    by: User | None,
) -> Contact:
    """End the person's place and open one at another customer; return the new place. The person stays one.

    Both timelines tell it. Refuses the same customer, and what `add_contact` and `end_contact` refuse.
    """
    values = dict(data or {})
    ensure_known(values, CONTACT_FIELDS)
    if to_customer.pk == contact.customer_id:
        raise DomainError(
            "same_customer",
            _("This is the customer they work for already."),
            fields={"to_customer": _("Choose another one.")},
        )
    day = on or timezone.localdate()
    for customer in sorted([contact.customer, to_customer], key=lambda customer: customer.pk):
        ensure_live(locked(customer))
    old = _locked_place(contact)
    _ensure_current(old)
    ensure_may_add(Contact, to_customer, by=by)
    ensure_not_borrowed(old.person, to_customer, by=by)
    _close_place(old, day, _("Moved to %(customer)s") % {"customer": to_customer.name}, by)
    values.setdefault("started_on", day)
    new = _open_place(to_customer, old.person, values, by)
    record(AuditAction.CREATED, by=by, subject=new)
    _tell(old, "moved_out", by=by, on=day, data={"to": to_customer.name, "to_id": to_customer.pk})
    _tell(new, "moved_in", by=by, on=day, data={"from": old.customer.name, "from_id": old.customer_id})
    return new


def _tell(
    contact: Contact,
    action: str,
    *,
    by: User | None,
    on: date | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    now = timezone.now()
    shown = {
        "action": action,
        "person": contact.person.name,
        "person_id": contact.person_id,
        "title": contact.title,
        "department": contact.department,
        "role": contact.role,
        "is_primary": contact.is_primary,
        **(data or {}),
    }
    record_event(
        contact.customer,
        EventKind.CONTACT,
        at=now if on is None else moment_of(on, now),
        by=by,
        data=shown,
        subject=contact,
        subject_url=contact.customer.get_absolute_url(),
    )
