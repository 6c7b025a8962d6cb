"""Which kinds of record show their history, and who may read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.urls import NoReverseMatch, reverse

from core.access import ScopedQuerySet, can

_kinds: dict[str, tuple[type[models.Model], str]] = {}


def register_history(model: type[models.Model], *, action: str = "view") -> None:
    """Let records of `model` show their history to whoever has `action` on them."""
    _kinds[model._meta.label_lower] = (model, action)


def history_models() -> Iterable[type[models.Model]]:
    """Return every model whose records show their history."""
    return [model for model, _action in _kinds.values()]


def history_url(record: models.Model, reader: Any) -> str:
    """Return the page with the history of the record; nothing where the reader may not open it."""
    label = record._meta.label_lower
    known = _kinds.get(label)
    if known is None or record.pk is None or not can(reader, known[1], known[0]):
        return ""
    try:
        return reverse("core:record-history", kwargs={"kind": label, "pk": record.pk})
    except NoReverseMatch:
        return ""


def record_for(label: str, pk: int, reader: Any) -> models.Model | None:
    """Return the record if the reader may see its history; None otherwise, as if it did not exist."""
    known = _kinds.get(label)
    if known is None or not can(reader, known[1], known[0]):
        return None
    model, action = known
    rows: Any = model._default_manager.all()
    found = rows.visible_to(reader, action) if isinstance(rows, ScopedQuerySet) else rows
    record: models.Model | None = found.filter(pk=pk).first()
    return record
