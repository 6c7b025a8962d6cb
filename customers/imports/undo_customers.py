"""Taking customer files back: made customers go to the recycle bin, changed ones get their old values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from core.domain.sequence import note_changes
from core.errors import DomainError
from core.imports.targets import UndoLine
from core.imports.undo import restored_values
from core.models import User
from customers import standardise
from customers.choices import EventKind
from customers.domain.axes import move_axis
from customers.domain.bulk import update_customers
from customers.domain.bulk_bin import recycle_customers
from customers.imports.main_contacts import take_back_contact
from customers.models import Contact, Customer, Interaction, Order, Task, TimelineEvent

#: Lines of a timeline that only tell of the record itself.
_OWN = (
    EventKind.CREATED, EventKind.CHANGED, EventKind.STAGE, EventKind.CONTACT, EventKind.DELETED,
    EventKind.RESTORED, EventKind.ORDER, EventKind.REFUND, EventKind.INTERACTION, EventKind.TASK,
)  # fmt: skip


def undo_customers(lines: Sequence[UndoLine], *, by: User, at: datetime, note: str) -> dict[int, str]:
    """Take the lines back; return {line: code} of those whose customer is left alone."""
    left: dict[int, str] = {}
    records = reachable([line.object_id for line in lines], by)
    made: list[Customer] = []
    used = in_use([line.object_id for line in lines if line.is_new], _own_contacts(lines))
    for line in lines:
        customer = records.get(line.object_id)
        if customer is None:
            left[line.line] = "gone"
        elif customer.version != line.version:
            left[line.line] = "changed_since"
        elif not line.is_new:
            if code := _change_back(customer, line.undo, by=by, at=at, note=note):
                left[line.line] = code
        elif customer.pk in used:
            left[line.line] = "in_use"
        else:
            made.append(customer)
    recycle_customers(made, by=by, at=at, note=note)
    return left


def _own_contacts(lines: Sequence[UndoLine]) -> list[int]:
    return [made[0] for line in lines if (made := (line.undo.get("contact") or {}).get("made"))]


def reachable(ids: Sequence[int], by: User) -> dict[int, Customer]:
    """Return the customers that `by` may import into, locked, by their ids."""
    reach = Customer.objects.visible_to(by, "import").filter(pk__in=ids).values("pk")
    rows = Customer.objects.filter(pk__in=reach).order_by("pk").select_related("owner", "team")
    return {row.pk: row for row in rows.select_for_update(no_key=True, of=("self",))}


def in_use(ids: Sequence[int], own_contacts: Sequence[int] = ()) -> set[int]:
    """Return the customers that somebody built upon: orders, talks, tasks, branches, later contacts, more.

    `own_contacts` came with the import itself.
    """
    if not ids:
        return set()
    below = {"customer": OuterRef("pk")}
    later = Contact.objects.filter(**below, created_at__gt=OuterRef("created_at")).exclude(
        pk__in=own_contacts
    )
    used = (
        Q(Exists(Order.objects.filter(**below, deleted_at__isnull=True)))
        | Q(Exists(Interaction.objects.filter(**below, deleted_at__isnull=True)))
        | Q(Exists(Task.objects.filter(**below)))
        | Q(Exists(Customer.objects.live().filter(parent=OuterRef("pk"))))
        | Q(Exists(later))
        | Q(Exists(TimelineEvent.objects.filter(**below).exclude(kind__in=_OWN)))
    )
    return set(Customer.objects.filter(used, pk__in=ids).values_list("pk", flat=True))


def _change_back(customer: Customer, undo: Mapping[str, Any], *, by: User, at: datetime, note: str) -> str:
    """Write the old values of one customer; return why not, or ""."""
    try:
        with transaction.atomic():
            if contact := undo.get("contact"):
                take_back_contact(contact, by=by)
            values = restored_values(Customer, undo.get("old") or {})
            if "name" in values:
                values["name_key"] = standardise.name_key(values["name"])
            update_customers([(customer, values)], by=by, at=at, note=note)
            for axis, old in (undo.get("axes") or {}).items():
                customer.refresh_from_db(fields=["version", axis])
                if getattr(customer, axis) != old:
                    move_axis(customer, axis, old, reason=note, by=by)
            if tags := undo.get("tags"):
                customer.tags.remove(*tags)
                note_changes(Customer, [customer.pk])
            _one_version_on(customer, undo, at)
    except DomainError as error:
        return "changed_since" if error.code in {"stale", "changed_since"} else "refused"
    return ""


def _one_version_on(customer: Customer, undo: Mapping[str, Any], at: datetime) -> None:
    """However much was changed back, the record is one version further: the lines above count on it."""
    Customer.objects.filter(pk=customer.pk).update(version=int(undo["version"]) + 1, updated_at=at)
