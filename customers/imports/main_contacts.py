"""The contact columns of a customer file: who the main contact is, and what changes about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AuditAction
from core.domain.audit import record
from core.errors import Conflict
from core.imports.undo import kept_values, restored_values
from core.models import User
from customers.domain.changes import bump
from customers.domain.contacts import add_contact, update_contact
from customers.domain.persons import standardised_person, update_person
from customers.models import Contact, Customer, Person

_PERSON = {"contact_name": "name", "contact_mobile": "mobile", "contact_email": "email"}


def contact_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the contact that a row names, standardised; {} without a name, number or address."""
    person = {own: values[column] for column, own in _PERSON.items() if column in values}
    if not person:
        return {}
    # A number without a name still reaches somebody.
    person.setdefault("name", person.get("email") or person.get("mobile") or "")
    data = standardised_person(person)
    if "contact_title" in values:
        data["title"] = values["contact_title"]
    return data


def _place(customer: Customer, contact: Mapping[str, Any]) -> Contact | None:
    """The place of this person at the customer: the same mobile, e-mail or name."""
    places = list(Contact.objects.current().filter(customer=customer).select_related("person"))
    for key in ("mobile", "email", "name"):
        for place in places:
            if contact.get(key) and getattr(place.person, key) == contact[key]:
                found: Contact = place
                return found
    return None


def contact_changes(customer: Customer, contact: Mapping[str, Any]) -> bool:
    """Tell whether writing the contact would change anything."""
    place = _place(customer, contact)
    if place is None:
        return True
    return bool(_person_values(place, contact)) or contact.get("title", place.title) != place.title


def _person_values(place: Contact, contact: Mapping[str, Any]) -> dict[str, Any]:
    """What differs about the person; a mere address in the place of a name is no new name."""
    values = {key: contact[key] for key in ("name", "mobile", "email") if key in contact}
    if values.get("name") in {values.get("mobile"), values.get("email")}:
        values.pop("name")
    return {key: value for key, value in values.items() if getattr(place.person, key) != value}


def write_contact(customer: Customer, contact: Mapping[str, Any], *, by: User) -> dict[str, Any]:
    """Add the contact to a known customer, or bring the one who is there up to date.

    Returns what `take_back_contact` needs to undo it.
    """
    place = _place(customer, contact)
    title = {"title": contact["title"]} if "title" in contact else {}
    if place is None:
        person = {key: value for key, value in contact.items() if key != "title"}
        made = add_contact(customer, person, title, by=by)
        return {"made": [made.pk, made.person_id]}
    return change_place(place, _person_values(place, contact), title, by=by)


def change_place(
    place: Contact, person: Mapping[str, Any], values: Mapping[str, Any], *, by: User
) -> dict[str, Any]:
    """Write what differs about a person and the place; return what undoing it takes."""
    undo: dict[str, Any] = {}
    if person:
        old = kept_values(place.person, person)
        stored = update_person(place.person, person, by=by)
        undo["person"] = {"id": stored.pk, "version": stored.version, "old": old}
    changes = {key: value for key, value in values.items() if getattr(place, key) != value}
    if changes:
        old = kept_values(place, changes)
        changed = update_contact(place, changes, by=by)
        undo["place"] = {"id": changed.pk, "version": changed.version, "old": old}
    return undo


def take_back_contact(undo: Mapping[str, Any], *, by: User) -> None:
    """Undo `write_contact`. Refuses, as `changed_since`, what somebody changed meanwhile."""
    if made := undo.get("made"):
        remove_place(*made, by=by)
    for key, model, change in (("person", Person, update_person), ("place", Contact, update_contact)):
        if part := undo.get(key):
            record: Any = model._default_manager.filter(pk=part["id"]).first()
            if record is None or record.version != part["version"]:
                raise _changed_since()
            change(record, restored_values(model, part["old"]), by=by)


def remove_place(contact_id: int, person_id: int | None, *, by: User) -> None:
    """Delete a place that an import made, and the person with it where nobody needs them.

    Refuses a place or person that was changed, and the main contact while others are there.
    """
    place = Contact.objects.select_related("person", "customer").filter(pk=contact_id).first()
    if place is None or place.version != 1:
        raise _changed_since()
    others = Contact.objects.current().filter(customer_id=place.customer_id).exclude(pk=place.pk)
    if place.is_primary and others.exists():
        raise _changed_since()
    person = place.person
    record(AuditAction.DELETED, by=by, subject=place)
    Contact.objects.filter(pk=place.pk).delete()
    if person_id is None or person.version != 1 or person.contacts.exists() or person.interactions.exists():
        return
    now = timezone.now()
    bump(person, at=now, deleted_at=now, deleted_by=by)
    record(AuditAction.DELETED, by=by, subject=person)


def _changed_since() -> Conflict:
    return Conflict("changed_since", _("Somebody changed the contact since."))
