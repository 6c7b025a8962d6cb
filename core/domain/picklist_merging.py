"""One value of a list in place of another: the records move, the value that they held is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import require
from core.choices import AuditAction
from core.domain.audit import audit_line, record
from core.domain.changed import records_changed
from core.domain.jobs import later, progress
from core.domain.picklists import MERGE_TASK, ensure_not_merging, lock_lists, note_change, picklist_of
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Job, PicklistValue, User

#: Records of one transaction. With more than that a job moves them.
STEP = 500


@dataclass(frozen=True)
class Merged:
    """What a merge did: how many records moved at once, or the job that moves them."""

    moved: int = 0
    job: Job | None = None


@transaction.atomic
def merge_value(value: PicklistValue, *, into: PicklistValue, by: User) -> Merged:
    """Give every record that holds `value` the other one, and offer `value` no more.

    Refused: a value of another list, the value itself, one that is not offered, a merge that is under way
    with either, and a value that is switched off and that nothing holds.
    """
    require(by, "change", PicklistValue)
    lock_lists()
    value, into = _stored(value), _stored(into)
    _ensure_mergeable(value, into)
    count = held_by(value)
    if not count and not value.is_active:
        raise Conflict("nothing_to_merge", _("No record holds this value, and it is switched off already."))
    _switch_off(value, into, count, by=by)
    if count > STEP:
        return Merged(job=_ask(value, into, by))
    return Merged(moved=sum(_steps(value, into, by)))


def held_by(value: PicklistValue) -> int:
    """Return how many records, recycled ones included, hold the value."""
    return sum(_holders(model, field, value).count() for model, field in _uses(value))


def run_merge(value_id: int, into_id: int, *, by_id: int | None) -> dict[str, int]:
    """Move the records that are left, step by step; safe to run twice, or at once."""
    rows = PicklistValue.objects.in_bulk([value_id, into_id])
    if len(rows) < 2:
        raise Conflict("gone", _("One of the two values no longer exists."))
    value, into = rows[value_id], rows[into_id]
    by = User.objects.filter(pk=by_id).first()
    moved, total = 0, held_by(value)
    for step in _steps(value, into, by):
        moved += step
        # Others may have picked the value meanwhile.
        progress(moved, max(moved, total))
    return {"moved": moved}


def _stored(value: PicklistValue) -> PicklistValue:
    found: PicklistValue | None = PicklistValue.objects.select_for_update().filter(pk=value.pk).first()
    if found is None:
        raise Conflict("gone", _("This value no longer exists."))
    return found


def _ensure_mergeable(value: PicklistValue, into: PicklistValue) -> None:
    if value.pk == into.pk or value.picklist != into.picklist:
        text = _("Choose another value of the same list.")
        raise DomainError("not_another", text, fields={"into": text})
    if not into.is_active:
        text = _("This value is switched off. Choose one that is offered.")
        raise Conflict("not_offered", text, fields={"into": text})
    ensure_not_merging(value)
    ensure_not_merging(into)


def _switch_off(value: PicklistValue, into: PicklistValue, count: int, *, by: User) -> None:
    labels = dict(picklist_of(value).choices)
    note = _("Merged into “%(name)s”, records: %(n)d") % {"name": labels.get(into.code, into), "n": count}
    changes = {"is_active": (True, False)} if value.is_active else {}
    value.is_active = False
    value.save(update_fields=["is_active"])
    record(AuditAction.CHANGED, by=by, subject=value, changes=changes, note=note)
    note_change()


def _ask(value: PicklistValue, into: PicklistValue, by: User) -> Job:
    labels = dict(picklist_of(value).choices)
    names = {"old": labels.get(value.code, value), "new": labels.get(into.code, into)}
    return later(
        MERGE_TASK,
        # A value may be merged, offered again, and merged again: nothing but the lock makes one of two.
        dedupe=f"picklist-merge-{value.pk}-{uuid4().hex}",
        title=_("Merge “%(old)s” into “%(new)s”") % names,
        by=by,
        value_id=value.pk,
        into_id=into.pk,
        by_id=by.pk,
    )


def _uses(value: PicklistValue) -> list[tuple[type[models.Model], str]]:
    return [(apps.get_model(label), field) for label, field in picklist_of(value).uses]


def _holders(model: type[models.Model], field: str, value: PicklistValue) -> models.QuerySet[Any]:
    return model._base_manager.filter(**{field: value.code})


def _steps(value: PicklistValue, into: PicklistValue, by: User | None) -> Iterator[int]:
    """Move the next records, one transaction at a time, and yield how many, until none is left."""
    for model, field in _uses(value):
        while moved := _step(model, field, value, into, by):
            yield moved


@transaction.atomic
def _step(
    model: type[models.Model], field: str, value: PicklistValue, into: PicklistValue, by: User | None
) -> int:
    """Move up to STEP records with their audit lines; what another worker moved first is not found."""
    holders = _holders(model, field, value)
    found = list(holders.select_for_update(of=("self",)).order_by("pk")[:STEP])
    ids = [row.pk for row in found]
    holders.filter(pk__in=ids).update(**{field: into.code}, **_touched(model))
    changes = {field: (value.code, into.code)}
    AuditEntry.objects.bulk_create(
        audit_line(AuditAction.CHANGED, by=by, subject=row, changes=changes, note=_("Values merged"))
        for row in found
    )
    records_changed(model, ids)
    return len(ids)


def _touched(model: type[models.Model]) -> dict[str, Any]:
    """Return what a change leaves on rows that count their changes: who has one open must load it anew."""
    columns = {column.name for column in model._meta.fields}
    touched = {"version": F("version") + 1, "updated_at": timezone.now()}
    return {name: what for name, what in touched.items() if name in columns}
