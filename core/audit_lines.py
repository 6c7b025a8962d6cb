"""Audit lines and histories in words: which record, which field, from what to what.

Translated when they are shown, not when they are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.access import role_table, sees_field
from core.masking import MASK
from core.models import AuditEntry
from core.roles import Role

_LONGEST = 80

#: Kept in other tables or derived: named here because no column carries their label.
_OTHER_LABELS: dict[str, Callable[[], str]] = {
    "roles": lambda: _("Roles"),
    "factor": lambda: _("Second factor"),
    "recovery_codes": lambda: _("Recovery codes"),
    "filters": lambda: _("Filters"),
    "columns": lambda: _("Columns of the file"),
    "rows": lambda: _("Rows"),
    "tags": lambda: _("Tags"),
    "handed_over": lambda: _("Handed over"),
    "files": lambda: _("Files"),
}

#: What the items of such fields are called, where keys are stored.
_OTHER_WORDS: dict[str, dict[Any, Any]] = {"roles": dict(Role.choices)}


def register_change_label(field: str, label: Callable[[], str]) -> None:
    """Name a changed field that no column carries."""
    _OTHER_LABELS[field] = label


def subject_kinds() -> list[tuple[str, str]]:
    """Return (label, name) of every kind of record that a line may be about, by name."""
    found = [(label, kind_name(label)) for label in role_table()]
    return sorted(found, key=lambda pair: pair[1])


def kind_name(label: str) -> str:
    """Return the name of a kind of record, as people say it."""
    model = _model(label)
    return str(capfirst(str(model._meta.verbose_name))) if model is not None else label


@dataclass(frozen=True)
class ShownChange:
    """One field, from what to what, as the reader sees it. `old` and `new` are text, number, date or None."""

    field: str
    label: str
    old: Any
    new: Any


def shown_changes(
    model: type[models.Model] | str, changes: Mapping[str, Sequence[Any]], *, reader: Any = None
) -> list[ShownChange]:
    """Return the stored {field: [old, new]} of a timeline row or an audit line in the reader's language.

    With a `reader`, values of sensitive fields that the reader may not see are masked.
    """
    found = _model(model)
    shown = [
        _shown(found, field, pair)
        for field, pair in changes.items()
        if isinstance(pair, list | tuple) and len(pair) == 2
    ]
    if reader is None or found is None:
        return shown
    return [item if sees_field(reader, found, item.field) else _masked(item) for item in shown]


def readable_changes(entry: AuditEntry, *, reader: Any) -> dict[str, Any]:
    """Return the stored {field: [old, new]} of a line; values that the reader may not see are masked."""
    model = _model(entry.subject_type)
    return {
        field: pair if model is None or sees_field(reader, model, field) else list(map(_hidden, pair))
        for field, pair in entry.changes.items()
    }


def describe_changes(entry: AuditEntry, *, reader: Any = None) -> list[tuple[str, str, str]]:
    """Return (field, old, new) for each changed field of a line, each value as one short text."""
    shown = shown_changes(entry.subject_type, entry.changes, reader=reader)
    return [(item.label, in_words(item.old), in_words(item.new)) for item in shown]


def in_words(value: Any) -> str:
    """Return a value as one short text; long ones are cut."""
    if value is None or value == "" or value == [] or value == {}:
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)[:_LONGEST]
    if isinstance(value, dict):
        return "; ".join(f"{key}: {in_words(inner)}" for key, inner in value.items())[:_LONGEST]
    text = str(value)
    return f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text


def _masked(item: ShownChange) -> ShownChange:
    return replace(item, old=_hidden(item.old), new=_hidden(item.new))


def _hidden(value: Any) -> str | None:
    return None if value in (None, "") else MASK


def _model(model: type[models.Model] | str) -> type[models.Model] | None:
    if not isinstance(model, str):
        return model
    try:
        return apps.get_model(model)
    except (LookupError, ValueError):
        return None


def _shown(model: type[models.Model] | None, name: str, pair: Sequence[Any]) -> ShownChange:
    if name in _OTHER_LABELS:
        old, new = (_plain(value, _OTHER_WORDS.get(name)) or None for value in pair)
        return ShownChange(name, _OTHER_LABELS[name](), old, new)
    column = _column(model, name)
    label = _label(column, name)
    if column is None:
        return ShownChange(name, label, _plain(pair[0]), _plain(pair[1]))
    return ShownChange(name, label, _value(column, pair[0]), _value(column, pair[1]))


def field_label(model: type[models.Model], name: str) -> str:
    """Return the name of a changed field as people read it; rows of another table by the name of these."""
    return _OTHER_LABELS[name]() if name in _OTHER_LABELS else _label(_column(model, name), name)


def _label(column: Any, name: str) -> str:
    if isinstance(column, models.ForeignObjectRel):
        return str(capfirst(str(column.related_model._meta.verbose_name_plural)))
    return str(capfirst(str(getattr(column, "verbose_name", name.replace("_", " ")))))


def _column(model: type[models.Model] | None, name: str) -> Any:
    try:
        return None if model is None else model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _plain(value: Any, words: Mapping[Any, Any] | None = None) -> Any:
    if not isinstance(value, list):
        return value
    return ", ".join(str((words or {}).get(item, item)) for item in value)


def _value(column: Any, value: Any) -> Any:
    if value is None or value == "" or column.is_relation:
        return _plain(value) or None
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return _parsed(column, value)


def _parsed(column: models.Field[Any, Any], value: Any) -> Any:
    try:
        if isinstance(column, models.DateTimeField):
            return datetime.fromisoformat(value)
        if isinstance(column, models.DateField):
            return date.fromisoformat(value)
        if isinstance(column, models.DecimalField):
            return Decimal(value)
    except (ValueError, ArithmeticError):
        return value
    return value
