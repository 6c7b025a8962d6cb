"""Audit lines in words: which record, which field, from what to what."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.masking import MASK
from core.models import AuditEntry

_LONGEST = 80
_OTHER_LABELS = {
    "roles": gettext_lazy("Roles"),
    "filters": gettext_lazy("Filters"),
    "rows": gettext_lazy("Rows"),
    "tags": gettext_lazy("Tags"),
}


def subject_kinds() -> list[tuple[str, str]]:
    """Return (label, name) of every kind of record that a line may be about, by name."""
    from core.access import role_table

    found = [(label, kind_name(label)) for label in role_table()]
    return sorted(found, key=lambda pair: pair[1])


def kind_name(label: str) -> str:
    """Return the name of a kind of record, as people say it."""
    model = _model(label)
    return _sentence(str(model._meta.verbose_name)) if model is not None else label


def describe_changes(entry: AuditEntry, *, reader: Any = None) -> list[tuple[str, str, str]]:
    """Return (field, old, new) for each changed field of a line; masked where the reader may not see it."""
    from core.access import sees_field

    model = _model(entry.subject_type)
    found = []
    for name, pair in entry.changes.items():
        if not isinstance(pair, list) or len(pair) != 2:
            continue
        old, new = in_words(pair[0], model, name), in_words(pair[1], model, name)
        if reader is not None and model is not None and not sees_field(reader, model, name):
            old, new = (text if text == "–" else MASK for text in (old, new))
        found.append((_field_label(model, name), old, new))
    return found


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _field(model: type[models.Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        return None


def _field_label(model: type[models.Model] | None, name: str) -> str:
    label = getattr(_field(model, name), "verbose_name", None) or _OTHER_LABELS.get(name)
    return _sentence(str(label)) if label else name.replace("_", " ").capitalize()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def in_words(value: Any, model: type[models.Model] | None = None, name: str = "") -> str:
    """Return a stored value as a page shows it: choices by their label, long texts cut."""
    if value is None or value == "" or value == [] or value == {}:
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)[:_LONGEST]
    if isinstance(value, dict):
        return "; ".join(f"{key}: {in_words(inner)}" for key, inner in value.items())[:_LONGEST]
    choices = dict(getattr(_field(model, name), "flatchoices", None) or ())
    text = str(choices.get(value, value))
    return f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text
