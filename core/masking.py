"""What stands in place of a sensitive value for whoever may not read it: enough to tell two apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db import models

from core.access import sees_field, sensitive_fields

MASK = "•••"
#: Fewer characters give too much away when some of them are shown.
_LONG_ENOUGH = 9


@dataclass(frozen=True)
class ShownValue:
    """A value as one reader sees it. `clear` is False where it is masked."""

    text: Any
    clear: bool


def shown_value(reader: Any, record: models.Model, field: str) -> ShownValue:
    """Return the value of `field` as the reader may see it."""
    value = getattr(record, field)
    if value in (None, "") or sees_field(reader, record, field):
        return ShownValue(value, clear=True)
    return ShownValue(masked(value), clear=False)


def note_shown(request: Any, *records: models.Model) -> None:
    """Remember that this answer shows sensitive fields of the records in clear, so that it is logged."""
    _noted(request, "shown_in_clear", records)


def note_history(request: Any, record: models.Model, kind: str, fields: Iterable[str]) -> None:
    """Remember that a history of the record tells changes of `fields` of this kind, if in clear.

    It counts as seeing even where the record holds nothing any more.
    """
    secret = sensitive_fields().get(kind, frozenset()) & set(fields)
    if secret and any(sees_field(request.user, apps.get_model(kind), field) for field in secret):
        _noted(request, "former_in_clear", (record,))


def note_list(request: Any, asked: str) -> None:
    """Say in words of the log which list the answer shows: its key and filters, without the place in it."""
    request = getattr(request, "_request", request)
    request.list_asked = asked


def _noted(request: Any, name: str, records: Iterable[models.Model]) -> None:
    request = getattr(request, "_request", request)
    if request is not None:
        setattr(request, name, [*getattr(request, name, ()), *records])


def masked(value: Any) -> str:
    """Return the value with its middle hidden; what is short or no text is hidden whole.

    `13812345678` → `138•••78`, `li.wei@bank.example` → `l•••@bank.example`.
    """
    if isinstance(value, date) or not isinstance(value, str):
        return MASK
    name, at, host = value.rpartition("@")
    if at and name:
        return f"{name[0]}{MASK}@{host}"
    digits = sum(letter.isdigit() for letter in value)
    if digits >= _LONG_ENOUGH and digits >= len(value) - 4:
        # After the country code of China, the three digits that tell the network, as people are used to.
        return f"{value[: 6 if value.startswith('+86') else 3]}{MASK}{value[-2:]}"
    return MASK
