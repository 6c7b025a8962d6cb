"""Customers: made, changed, put into the recycle bin and taken out again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.domain.numbers import take_numbers
from core.domain.sequence import note_below
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers import standardise
from customers.choices import Axis, EventKind
from customers.domain.changes import (
    Changes,
    bump,
    changes_for_timeline,
    ensure_known,
    ensure_valid,
    write_changes,
)
from customers.domain.duplicates import ensure_identity_is_free, likely_duplicates
from customers.domain.family import ensure_no_circle
from customers.domain.tags import resolve_tags
from customers.domain.timeline import record_event
from customers.models import AxisChange, Customer, Metrics, OrderTotals, Tag
from customers.rules import can_hand_over, ensure_can_be_owner, ensure_live, is_only_lent

__all__ = [
    "CUSTOMER_FIELDS",
    "create_customer",
    "delete_customer",
    "likely_duplicates",
    "restore_customer",
    "standardised",
    "update_customer",
]

#: What `update_customer` writes. Stage, tier and relationship move through `domain.axes` only.
CUSTOMER_FIELDS = (
    "kind", "name", "short_name", "credit_code", "industry", "size", "region", "city", "address", "phone",
    "email", "website", "source", "since", "parent", "owner", "team", "preferred_channel",
    "preferred_language", "preferences", "notes", "source_system", "external_id",
)  # fmt: skip
_AXES = tuple(Axis.values)

_STANDARDS = {
    "name": standardise.half_width,
    "short_name": standardise.half_width,
    "credit_code": standardise.credit_code,
    "phone": standardise.phone,
    "email": standardise.email,
    "website": standardise.website,
    "source_system": standardise.half_width,
    "external_id": standardise.half_width,
}


def standardised(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as they are stored; a name brings its comparison key."""
    values = {
        key: _STANDARDS[key](value or "") if key in _STANDARDS else value for key, value in data.items()
    }
    if "name" in values:
        values["name_key"] = standardise.name_key(values["name"])
    return values


@transaction.atomic
def create_customer(data: Mapping[str, Any], *, by: User | None, tags: Iterable[Tag | str] = ()) -> Customer:
    """Make a customer with its code, its metrics row and its order totals, and return it.

    `data` takes CUSTOMER_FIELDS and first values of the axes. Who makes it owns it unless said
    otherwise. Refuses a taken credit code or external ID (409 with the candidates `by` may see), an
    owner who cannot sign in or whom `by` may not assign, and a parent in the recycle bin.
    """
    ensure_known(data, (*CUSTOMER_FIELDS, *_AXES, *(f"{axis}_since" for axis in _AXES)))
    values = _with_responsible(standardised(data), by)
    customer = Customer(**values, created_by=by)
    ensure_valid(customer, [field for field in values if field != "name_key"] + ["name"])
    if customer.parent is not None:
        ensure_live(customer.parent)
    ensure_identity_is_free(customer, by=by)
    number = take_numbers("customer")[0]
    customer.code = f"C-{number:06d}"
    _insert(customer, by)
    customer.tags.set(resolve_tags(tags, by=by))
    _tell_created(customer, data, by)
    return customer


def _with_responsible(values: dict[str, Any], by: User | None) -> dict[str, Any]:
    if "owner" not in values and by is not None and not by.is_service:
        values["owner"] = by
    owner: User | None = values.get("owner")
    ensure_can_be_owner(owner)
    if owner is not None:
        _ensure_may_hand_over(by, owner)
    source = owner or by
    usual_team = source.team if source is not None else None
    if values.get("team") is None:
        values["team"] = usual_team
    elif values["team"] != usual_team:
        _ensure_may_hand_over(by, None)
    return values


def _ensure_may_hand_over(by: User | None, owner: User | None) -> None:
    if not can_hand_over(by, owner):
        raise DomainError(
            "may_not_assign",
            _("Your role may not make somebody else responsible."),
            fields={"owner": _("Only a manager may choose another owner.")},
            status=403,
        )


def _insert(customer: Customer, by: User | None) -> None:
    """Store the new row; who came first with the same identity is named like any other duplicate."""
    try:
        with transaction.atomic():
            customer.save(force_insert=True)
    except IntegrityError:
        ensure_identity_is_free(customer, by=by)
        raise
    Metrics.objects.create(customer=customer)
    OrderTotals.objects.create(customer=customer)


def _tell_created(customer: Customer, data: Mapping[str, Any], by: User | None) -> None:
    now = customer.created_at
    for axis in _AXES:
        if axis in data:
            AxisChange.objects.create(
                customer=customer, axis=axis, old="", new=data[axis], rule="created", by=by, at=now
            )
    shown = {"name": customer.name, "kind": customer.kind, "source": customer.source}
    record_event(customer, EventKind.CREATED, at=now, by=by, data=shown)
    record(AuditAction.CREATED, by=by, subject=customer)
    _tell_owner(customer, by)


def _tell_owner(customer: Customer, by: User | None) -> None:
    if customer.owner is None or customer.owner == by:
        return
    notify(
        [customer.owner],
        kind="customer_assigned",
        title=gettext_lazy("You are now responsible for %(customer)s"),
        body=gettext_lazy("Handed over by %(by)s.") if by else "",
        params={"customer": customer.name, "by": by},
        url=customer.get_absolute_url(),
        subject=customer,
    )


@transaction.atomic
def update_customer(
    customer: Customer,
    data: Mapping[str, Any],
    *,
    by: User | None,
    version: int | None = None,
    tags: Iterable[Tag | str] | None = None,
    tell: bool = True,
) -> Customer:
    """Write the fields of `data` that differ and return the customer; nothing happens when none does.

    A new owner brings the own team unless `data` names one, and is told unless `tell` is False because
    the caller sums up. `tags` replaces the tags.
    Refuses a stale `version`, customers that are merged or in the recycle bin, a circle of parents,
    and what `create_customer` refuses.
    """
    ensure_known(data, CUSTOMER_FIELDS)
    stored = locked(customer)
    ensure_live(stored)
    ensure_fresh(stored, version)
    values = standardised(data)
    _prepare_hand_over(stored, values, by)
    if "parent" in values and values["parent"] != stored.parent:
        ensure_no_circle(stored, values["parent"])
    if {"credit_code", "source_system", "external_id"} & set(values):
        ensure_identity_is_free(_preview(stored, values), by=by)
    handed_over = "owner" in values and values["owner"] != stored.owner
    changes = _store(stored, values, tags, by)
    if changes:
        record_event(
            stored,
            EventKind.CHANGED,
            at=stored.updated_at,
            by=by,
            data=changes_for_timeline(Customer, changes),
        )
    if handed_over and tell:
        _tell_owner(stored, by)
    if {"owner", "team"} & set(changes):
        note_below(Customer, [stored.pk])
    return stored


@transaction.atomic
def change_tags(
    customer: Customer, *, add: Collection[str] = (), remove: Collection[str] = (), by: User | None
) -> list[str]:
    """Give and take away the tags of these names, and return those that changed; all others stay.

    The lock comes before the look, so a tag that somebody gives in the same moment is not lost.
    """
    stored = locked(customer)
    before = set(stored.tags.values_list("name", flat=True))
    after = (before | set(add)) - set(remove)
    if after != before:
        update_customer(stored, {}, by=by, tags=sorted(after))
    return sorted(after ^ before)


def _preview(stored: Customer, values: Mapping[str, Any]) -> Customer:
    shown = Customer(pk=stored.pk)
    for field in ("credit_code", "source_system", "external_id"):
        setattr(shown, field, values.get(field, getattr(stored, field)))
    return shown


def _prepare_hand_over(stored: Customer, values: dict[str, Any], by: User | None) -> None:
    moved = [name for name in ("owner", "team") if name in values and values[name] != getattr(stored, name)]
    if moved and is_only_lent(by, stored):
        text = _("This customer is only lent to you: its owner and team stay.")
        raise DomainError("only_lent", text, fields={name: text for name in moved}, status=403)
    if "owner" in values and values["owner"] != stored.owner:
        ensure_can_be_owner(values["owner"])
        _ensure_may_hand_over(by, values["owner"])
        if "team" not in values and values["owner"] is not None and values["owner"].team is not None:
            values["team"] = values["owner"].team
    elif "team" in values and values["team"] != stored.team:
        _ensure_may_hand_over(by, None)


def _store(
    stored: Customer, values: dict[str, Any], tags: Iterable[Tag | str] | None, by: User | None
) -> Changes:
    extra: Changes = {}
    if tags is not None:
        before, after = list(stored.tags.all()), resolve_tags(tags, by=by)
        if {tag.pk for tag in before} != {tag.pk for tag in after}:
            extra["tags"] = (sorted(tag.name for tag in before), sorted(tag.name for tag in after))
            stored.tags.set(after)
    key = values.pop("name_key", stored.name_key)
    try:
        with transaction.atomic():
            changes = write_changes(stored, values, by=by, at=timezone.now(), extra=extra)
            if key != stored.name_key:
                Customer.objects.filter(pk=stored.pk).update(name_key=key)
                stored.name_key = key
    except IntegrityError:
        ensure_identity_is_free(stored, by=by)
        raise
    return changes


@transaction.atomic
def delete_customer(customer: Customer, *, by: User | None, version: int | None = None) -> Customer:
    """Put the customer into the recycle bin, with everything below it out of sight, and return it.

    Branches stay where they are and keep it as their parent; the audit line and the timeline say how
    many. Refuses a customer that is there already, and a stale `version`.
    """
    stored = locked(customer)
    ensure_live(stored)
    ensure_fresh(stored, version)
    now = timezone.now()
    branches = Customer.objects.live().filter(parent=stored).count()
    bump(stored, at=now, deleted_at=now, deleted_by=by)
    record_event(stored, EventKind.DELETED, at=now, by=by, data={"branches": branches})
    note = _branches_note(branches) if branches else ""
    record(AuditAction.DELETED, by=by, subject=stored, note=note)
    note_below(Customer, [stored.pk])
    return stored


def _branches_note(count: int) -> str:
    text = ngettext(
        "%(count)d branch keeps it as its parent", "%(count)d branches keep it as their parent", count
    )
    return text % {"count": count}


@transaction.atomic
def restore_customer(customer: Customer, *, by: User | None, at: datetime | None = None) -> Customer:
    """Take the customer out of the recycle bin and return it.

    Refuses one that is not there, one that was merged, and one whose credit code another live customer
    took meanwhile.
    """
    stored = locked(customer)
    if stored.merged_into_id is not None:
        ensure_live(stored)
    if stored.deleted_at is None:
        raise Conflict("not_deleted", _("“%(name)s” is not in the recycle bin.") % {"name": stored.name})
    ensure_identity_is_free(stored, by=by)
    now = at or timezone.now()
    bump(stored, at=now, deleted_at=None, deleted_by=None)
    record_event(stored, EventKind.RESTORED, at=now, by=by)
    record(AuditAction.RESTORED, by=by, subject=stored)
    note_below(Customer, [stored.pk])
    return stored
