"""Persons: one human being, however many places they hold, and who knows whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AuditAction
from core.domain.audit import record
from core.domain.changed import records_changed
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers import standardise
from customers.choices import EventKind
from customers.domain.changes import bump, changes_for_timeline, ensure_known, ensure_valid, write_changes
from customers.domain.duplicates import ensure_identity_is_free
from customers.domain.timeline import record_event
from customers.models import Acquaintance, Contact, Customer, Person

PERSON_FIELDS = (
    "name", "salutation", "mobile", "email", "wechat", "birthday", "do_not_contact", "taboos",
    "decision_style", "notes", "source_system", "external_id",
)  # fmt: skip
_STANDARDS = {
    "name": standardise.half_width,
    "mobile": standardise.phone,
    "email": standardise.email,
    "wechat": standardise.half_width,
    "source_system": standardise.half_width,
    "external_id": standardise.half_width,
}


def standardised_person(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as they are stored."""
    return {key: _STANDARDS[key](value or "") if key in _STANDARDS else value for key, value in data.items()}


@transaction.atomic
def create_person(data: Mapping[str, Any], *, by: User | None) -> Person:
    """Make a person. Refuses an external ID that is taken; a shared mobile or name is no reason to refuse."""
    ensure_known(data, PERSON_FIELDS)
    person = Person(**standardised_person(data), created_by=by)
    _ensure_birthday(person)
    ensure_valid(person, {*data, "name"})
    ensure_identity_is_free(person, by=by)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        ensure_identity_is_free(person, by=by)
        raise
    record(AuditAction.CREATED, by=by, subject=person)
    return person


def _ensure_birthday(person: Person) -> None:
    if person.birthday is not None and not 1900 <= person.birthday.year <= timezone.localdate().year:
        raise DomainError(
            "birthday_out_of_range",
            _("This birthday cannot be right."),
            fields={"birthday": _("Between 1900 and today.")},
        )


@transaction.atomic
def update_person(
    person: Person, data: Mapping[str, Any], *, by: User | None, version: int | None = None
) -> Person:
    """Write the fields that differ and tell it to every customer where the person works now.

    Refuses persons in the recycle bin, a stale `version`, and a taken external ID.
    """
    ensure_known(data, PERSON_FIELDS)
    stored = locked(person)
    if stored.deleted_at is not None:
        raise Conflict("person_deleted", _("%(person)s is in the recycle bin.") % {"person": stored})
    ensure_fresh(stored, version)
    values = standardised_person(data)
    _ensure_birthday(Person(birthday=values.get("birthday")))
    if {"source_system", "external_id"} & set(values):
        wanted = {key: values.get(key, getattr(stored, key)) for key in ("source_system", "external_id")}
        ensure_identity_is_free(Person(pk=stored.pk, **wanted), by=by)
    changes = write_changes(stored, values, by=by, at=timezone.now())
    if changes:
        data_shown = {"action": "changed", "person": stored.name, "person_id": stored.pk}
        for customer in Customer.objects.live().filter(
            contacts__person=stored, contacts__ended_on__isnull=True
        ):
            record_event(
                customer,
                EventKind.CONTACT,
                at=stored.updated_at,
                by=by,
                data={**data_shown, **changes_for_timeline(Person, changes)},
                subject=stored,
                subject_url=customer.get_absolute_url(),
            )
    return stored


@transaction.atomic
def restore_person(person: Person, *, by: User | None) -> Person:
    """Take the person out of the recycle bin and return it. Refuses one that is not there."""
    stored = locked(person)
    if stored.deleted_at is None:
        raise Conflict("not_deleted", _("“%(name)s” is not in the recycle bin.") % {"name": stored.name})
    ensure_identity_is_free(stored, by=by)
    bump(stored, at=timezone.now(), deleted_at=None, deleted_by=None)
    record(AuditAction.RESTORED, by=by, subject=stored)
    records_changed(Contact, list(Contact.objects.filter(person=stored).values_list("pk", flat=True)))
    return stored


@transaction.atomic
def link_people(a: Person, b: Person, nature: str = "", *, by: User | None) -> Acquaintance:
    """Keep that two persons know each other, and how; a second call changes how.

    Refuses a person with itself.
    """
    if a.pk == b.pk:
        raise DomainError(
            "same_person",
            _("Choose two different persons."),
            fields={"person": _("This is the same person.")},
        )
    first, second = sorted([a, b], key=lambda person: person.pk)
    link, is_new = Acquaintance.objects.get_or_create(
        first=first, second=second, defaults={"nature": nature.strip()[:100]}
    )
    old = "" if is_new else link.nature
    if not is_new and link.nature != nature.strip()[:100]:
        link.nature = nature.strip()[:100]
        link.save(update_fields=["nature"])
    if is_new or old != link.nature:
        for person, other in ((first, second), (second, first)):
            changes = {"acquaintance": ("" if is_new else f"{other}: {old}", f"{other}: {link.nature}")}
            record(AuditAction.CHANGED, by=by, subject=person, changes=changes)
    return link


@transaction.atomic
def unlink_people(a: Person, b: Person, *, by: User | None) -> None:
    """Forget that two persons know each other. Refuses two who are not known to."""
    first, second = sorted([a, b], key=lambda person: person.pk)
    link = Acquaintance.objects.filter(first=first, second=second).first()
    if link is None:
        raise Conflict("not_linked", _("These two are not known to know each other."))
    for person, other in ((first, second), (second, first)):
        record(
            AuditAction.CHANGED,
            by=by,
            subject=person,
            changes={"acquaintance": (f"{other}: {link.nature}", "")},
        )
    link.delete()
