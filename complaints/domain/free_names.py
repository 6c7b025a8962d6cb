"""Names that must be free: what administrators set up is told apart by its name."""

from __future__ import annotations

from django.db import models

from core.errors import DomainError


def ensure_free_name(
    model: type[models.Model], name: str, text: str, *, but: models.Model | None = None
) -> None:
    """Refuse a name that another row than `but` has, and say it by `text` beside the field."""
    same = model._default_manager.filter(name=name)
    if but is not None:
        same = same.exclude(pk=but.pk)
    if same.exists():
        raise DomainError("name_taken", text, fields={"name": text})
