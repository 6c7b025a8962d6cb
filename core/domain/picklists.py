"""What administrators do with lists to pick from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from core.access import require
from core.choices import AuditAction
from core.domain.audit import differences, record
from core.domain.checks import check_record, unique_or_conflict
from core.errors import Conflict, DomainError
from core.models import Job, Organisation, PicklistValue, User
from core.picklists import Picklist, all_picklists, note_state, picklist_named

NAMES = ("name_en", "name_zh_hans", "name_zh_hant")
#: A select with more is no select any more.
MOST_VALUES = 200
_CODE_LENGTH = 20
#: The job that moves records from one value to another.
MERGE_TASK = "core.tasks.merge_picklist_value"


def ensure_values(**kwargs: Any) -> None:
    """Make a row for each value that comes with the product; called after each migration."""
    made = []
    for picklist in all_picklists():
        known = set(PicklistValue.objects.filter(picklist=picklist.key).values_list("code", flat=True))
        made += [
            PicklistValue(picklist=picklist.key, code=one.value, position=place * 10, is_built_in=True)
            for place, one in enumerate(picklist.built_in, start=1)
            if one.value not in known
        ]
    if made:
        PicklistValue.objects.bulk_create(made, ignore_conflicts=True)
        note_change()


@transaction.atomic
def add_value(picklist: Picklist, names: Mapping[str, str], *, by: User) -> PicklistValue:
    """Add a value at the end; its code is made from its first name and never changes."""
    require(by, "add", PicklistValue)
    lock_lists()
    rows = PicklistValue.objects.filter(picklist=picklist.key)
    if rows.count() >= MOST_VALUES:
        raise Conflict("too_many_values", _("This list has %(n)d values already.") % {"n": MOST_VALUES})
    names = _cleaned(names)
    if not any(names.values()):
        text = _("Give the value a name in one language at least.")
        raise DomainError("no_name", text, fields={"name_en": text})
    _refuse_known_name(picklist, names, None)
    last = rows.order_by("-position").values_list("position", flat=True).first() or 0
    value = PicklistValue(picklist=picklist.key, code=_new_code(picklist, names), position=last + 10, **names)
    check_record(value)
    with unique_or_conflict():
        value.save()
    record(
        AuditAction.CREATED,
        by=by,
        subject=value,
        changes={name: ("", text) for name, text in names.items() if text},
        note=str(picklist.title),
    )
    note_change()
    return value


@transaction.atomic
def change_value(value: PicklistValue, data: Mapping[str, Any], *, by: User) -> PicklistValue:
    """Change the names of a value, or whether it is offered. Records that hold it keep it."""
    require(by, "change", PicklistValue)
    lock_lists()
    value = PicklistValue.objects.select_for_update().get(pk=value.pk)
    names = _cleaned({name: data[name] for name in NAMES if name in data})
    data = {**names, **({"is_active": data["is_active"]} if "is_active" in data else {})}
    changes = differences(value, data)
    if not changes:
        return value
    picklist = picklist_of(value)
    if not value.is_built_in and not any({**{n: getattr(value, n) for n in NAMES}, **names}.values()):
        text = _("Give the value a name in one language at least.")
        raise DomainError("no_name", text, fields={"name_en": text})
    _refuse_known_name(picklist, names, value)
    if changes.get("is_active", (None, True))[1] is False and not _others_offered(value):
        raise Conflict("last_value", _("A list offers one value at least."))
    for name, (_old, new) in changes.items():
        setattr(value, name, new)
    check_record(value)
    value.save(update_fields=list(changes))
    record(AuditAction.CHANGED, by=by, subject=value, changes=changes, note=str(picklist.title))
    note_change()
    return value


@transaction.atomic
def move_value(value: PicklistValue, steps: int, *, by: User) -> None:
    """Move a value up (negative) or down the list by so many places; past the ends it stays there."""
    require(by, "change", PicklistValue)
    lock_lists()
    rows = list(PicklistValue.objects.filter(picklist=value.picklist).order_by("position", "id"))
    place = next(number for number, row in enumerate(rows) if row.pk == value.pk)
    wanted = min(max(place + steps, 0), len(rows) - 1)
    if wanted == place:
        return
    rows.insert(wanted, rows.pop(place))
    for number, row in enumerate(rows, start=1):
        row.position = number * 10
    PicklistValue.objects.bulk_update(rows, ["position"])
    record(
        AuditAction.CHANGED, by=by, subject=value, changes={"position": (place + 1, wanted + 1)},
        note=str(picklist_of(value).title),
    )  # fmt: skip
    note_change()


@transaction.atomic
def delete_value(value: PicklistValue, *, by: User) -> None:
    """Delete a value of one's own that no record holds; others can be switched off."""
    require(by, "delete", PicklistValue)
    lock_lists()
    if value.is_built_in:
        raise Conflict("built_in", _("This value comes with the product. Switch it off instead."))
    if is_used(value):
        raise Conflict("used", _("Records hold this value. Switch it off, or merge it into another one."))
    ensure_not_merging(value)
    found = PicklistValue.objects.filter(pk=value.pk)
    if not found.delete()[0]:
        raise Conflict("already_deleted", _("This value is deleted already."))
    record(AuditAction.DELETED, by=by, subject=value, note=str(picklist_of(value).title))
    note_change()


def ensure_not_merging(value: PicklistValue) -> None:
    """Refuse while a job moves records from the value, or to it."""
    jobs = Job.objects.open().filter(task=MERGE_TASK)
    if jobs.filter(Q(payload__value_id=value.pk) | Q(payload__into_id=value.pk)).exists():
        raise Conflict(
            "merge_running", _("A merge with this value is still running. Wait until it has ended.")
        )


def is_used(value: PicklistValue) -> bool:
    """Tell whether any record, recycled ones included, holds the value."""
    for label, field in picklist_of(value).uses:
        model: Any = apps.get_model(label)
        if model._base_manager.filter(**{field: value.code}).exists():
            return True
    return False


def picklist_of(value: PicklistValue) -> Picklist:
    """Return the list of a value; refused when no package declares it any more."""
    found = picklist_named(value.picklist)
    if found is None:
        raise Conflict("no_picklist", _("There is no such list any more."))
    return found


def _others_offered(value: PicklistValue) -> bool:
    rows = PicklistValue.objects.filter(picklist=value.picklist, is_active=True)
    return rows.exclude(pk=value.pk).exists()


def _cleaned(names: Mapping[str, str]) -> dict[str, str]:
    return {name: " ".join(str(text or "").split()) for name, text in names.items()}


def _refuse_known_name(picklist: Picklist, names: Mapping[str, str], value: PicklistValue | None) -> None:
    """Two values that read alike cannot be told apart in a select, nor in an import."""
    rows = PicklistValue.objects.filter(picklist=picklist.key)
    for name, text in names.items():
        others = rows.exclude(pk=value.pk) if value is not None else rows
        if text and others.filter(**{f"{name}__iexact": text}).exists():
            said = _("Another value of this list has this name.")
            raise Conflict("name_taken", said, fields={name: said})


def _new_code(picklist: Picklist, names: Mapping[str, str]) -> str:
    """Return a code that no value of the list has: `law_firms`, `lv_suo` (from the pinyin), `law_firms_2`."""
    text = names.get("name_en") or next(text for text in names.values() if text)
    words = re.findall(r"[a-z0-9]+", " ".join(lazy_pinyin(text)).lower())
    stem = "_".join(words)[:_CODE_LENGTH].strip("_") or "value"
    known = set(PicklistValue.objects.filter(picklist=picklist.key).values_list("code", flat=True))
    code, number = stem, 2
    while code in known:
        code = f"{stem[: _CODE_LENGTH - len(str(number)) - 1]}_{number}"
        number += 1
    return code


def lock_lists() -> None:
    """Let one change of lists follow the other."""
    Organisation.load()
    Organisation.objects.select_for_update().get(pk=1)


def note_change() -> None:
    """Let every process read the lists anew, this one at once."""
    state = uuid4().hex
    Organisation.load()
    Organisation.objects.filter(pk=1).update(picklists_state=state)
    note_state(state)
