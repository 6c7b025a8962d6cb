"""Contact files: people with their places at customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.imports.declared import DeclaredSession, DeclaredTarget, Plan
from core.imports.groups import ImportGroup
from core.models import User
from customers.domain.contacts import CONTACT_FIELDS, add_contact
from customers.domain.persons import PERSON_FIELDS, standardised_person
from customers.imports.contact_fields import FIELDS
from customers.imports.main_contacts import change_place, remove_place, take_back_contact
from customers.imports.options import SourceOptionsForm
from customers.imports.references import CUSTOMER_KEYS, CustomerReference
from customers.models import Contact, Person


class ContactTarget(DeclaredTarget):
    """A person and the place the person holds at a customer."""

    key = "customers.contact"
    title = _("Contacts")
    group = ImportGroup.CUSTOMERS
    order = 20
    fields = FIELDS
    plain = tuple(f.key for f in FIELDS if f.key in {*PERSON_FIELDS, *CONTACT_FIELDS})
    identity = tuple(
        (customer, own) for customer in CUSTOMER_KEYS for own in ("external_id", "mobile", "email", "name")
    )
    require_any = (CUSTOMER_KEYS,)
    references = (lambda session: CustomerReference(session, Contact),)
    options_form = SourceOptionsForm
    list_url_name = "customers:people-list"
    model = Contact

    def page_of(self, record: Any) -> str:
        """The page of the person."""
        return str(record.person.get_absolute_url())

    def prepare(self, plan: Plan, session: DeclaredSession) -> None:
        """Write numbers and addresses as they are stored."""
        person = {key: value for key, value in plan.values.items() if key in PERSON_FIELDS}
        plan.values |= standardised_person(person)
        if plan.values.get("external_id"):
            plan.values["source_system"] = str(session.options.get("source_system") or "file")

    def find(self, plans: Sequence[Plan], session: DeclaredSession, *, lock: bool) -> None:
        """The current place at this customer of who has the same number, mobile, e-mail or name."""
        places: dict[int, list[Contact]] = defaultdict(list)
        ids = {plan.values["customer"].pk for plan in plans}
        rows = Contact.objects.current().filter(customer__in=ids, person__deleted_at__isnull=True)
        for place in rows.select_related("person", "customer"):
            places[place.customer_id].append(place)
        for plan in plans:
            plan.record = _same(places[plan.values["customer"].pk], plan.values)
        _find_elsewhere([plan for plan in plans if plan.record is None], session)

    def differences(self, plan: Plan) -> dict[str, Any]:
        """What the person or the place does not have yet; the main place is only taken, never given up."""
        changes = {}
        for name, value in plan.values.items():
            holder = plan.record.person if name in PERSON_FIELDS else plan.record
            if name != "customer" and getattr(holder, name) != value:
                changes[name] = value
        if changes.get("is_primary") is False:
            del changes["is_primary"]
        return changes

    def create(self, values: Mapping[str, Any], session: DeclaredSession) -> models.Model:
        """Make the place, and the person where nobody is known yet."""
        person = values.get("known_person") or _part(values, PERSON_FIELDS)
        return add_contact(values["customer"], person, _part(values, CONTACT_FIELDS), by=session.by)

    def update(self, record: Any, changes: Mapping[str, Any], by: User) -> Any:
        """Change the person and the place."""
        undo = change_place(record, _part(changes, PERSON_FIELDS), _part(changes, CONTACT_FIELDS), by=by)
        record.refresh_from_db()
        record.undo_extra = {"contact": undo}
        return record

    def undo_of(self, record: Any) -> dict[str, Any]:
        """The person goes with the place where it was made with it."""
        is_new = record.person.contacts.count() == 1
        return {"person": record.person_id if is_new else None}

    def remove(self, record: Any, by: User) -> None:
        """Remove the place alone."""
        remove_place(record.pk, None, by=by)

    def remove_with(self, record: Any, undo: Mapping[str, Any], by: User) -> None:
        """Remove the place, and the person that came with it."""
        remove_place(record.pk, undo.get("person"), by=by)

    def change_back(self, record: Any, undo: Mapping[str, Any], by: User) -> None:
        """Change person and place back; afterwards the place is one version further."""
        take_back_contact(undo.get("contact") or {}, by=by)
        Contact.objects.filter(pk=record.pk).update(version=int(undo["version"]) + 1)


def _part(values: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in fields}


def _same(places: Sequence[Contact], values: Mapping[str, Any]) -> Contact | None:
    for key in ("external_id", "mobile", "email", "name"):
        for place in places:
            if values.get(key) and getattr(place.person, key) == values[key]:
                return place
    return None


def _find_elsewhere(plans: Sequence[Plan], session: DeclaredSession) -> None:
    """Somebody with the same name and mobile, or the same number, who works elsewhere in reach."""
    mobiles = {plan.values["mobile"] for plan in plans if plan.values.get("mobile")}
    numbers = {plan.values["external_id"] for plan in plans if plan.values.get("external_id")}
    if not mobiles and not numbers:
        return
    source = str(session.options.get("source_system") or "file")
    foreign = models.Q(source_system=source, external_id__in=numbers)
    rows = Person.objects.visible_to(session.by).filter(models.Q(mobile__in=mobiles) | foreign)
    known = {}
    for person in rows.order_by("-pk"):
        known[f"m:{person.mobile}:{person.name}"] = person
        if person.source_system == source and person.external_id:
            known[f"x:{person.external_id}"] = person
    for plan in plans:
        values = plan.values
        found = known.get(f"x:{values.get('external_id')}") or known.get(
            f"m:{values.get('mobile')}:{values.get('name')}"
        )
        if found is not None:
            values["known_person"] = found
