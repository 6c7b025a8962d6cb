"""Old values of a record as an import keeps them, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models


def kept_values(record: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """Return {field: value} as JSON can hold it; of a relation its key."""
    kept = {}
    for name in names:
        field: Any = record._meta.get_field(name)
        value = getattr(record, field.attname)
        kept[field.name] = (
            value if isinstance(value, str | int | bool | None) else field.value_to_string(record)
        )
    return kept


def restored_values(model: type[models.Model], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return kept values as the record has them; a relation to a record that is gone becomes empty."""
    values: dict[str, Any] = {}
    for name, value in kept.items():
        field: Any = model._meta.get_field(name)
        if isinstance(field, models.ForeignKey):
            manager = field.related_model._default_manager
            values[name] = manager.filter(pk=value).first() if value is not None else None
        else:
            values[name] = field.to_python(value)
    return values
