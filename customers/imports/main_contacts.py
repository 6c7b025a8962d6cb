"""The contact columns of a customer file: who the main contact is, and what changes about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.models import User
from customers.domain.contacts import add_contact, update_contact
from customers.domain.persons import standardised_person, update_person
from customers.models import Contact, Customer

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


def write_contact(customer: Customer, contact: Mapping[str, Any], *, by: User) -> None:
    """Add the contact to a known customer, or bring the one who is there up to date."""
    place = _place(customer, contact)
    title = {"title": contact["title"]} if "title" in contact else {}
    if place is None:
        person = {key: value for key, value in contact.items() if key != "title"}
        add_contact(customer, person, title, by=by)
        return
    if values := _person_values(place, contact):
        update_person(place.person, values, by=by)
    if title and title["title"] != place.title:
        update_contact(place, title, by=by)
