"""How every verb of the package locks a record, writes its changes and refuses a stale one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.choices import AuditAction
from core.domain.audit import as_json, differences, record
from core.errors import Conflict, DomainError
from core.models import User

Changes = dict[str, tuple[Any, Any]]


def ensure_known(data: Mapping[str, Any], fields: Iterable[str]) -> None:
    """Refuse keys that the verb does not write: a mistake of the caller, never silently dropped."""
    unknown = sorted(set(data) - set(fields))
    if unknown:
        raise DomainError(
            "unknown_field",
            _("Unknown fields: %(fields)s.") % {"fields": ", ".join(unknown)},
            fields={field: _("This field is not known.") for field in unknown},
        )


def ensure_valid(subject: models.Model, fields: Iterable[str]) -> None:
    """Refuse values that the columns cannot hold, each with the message of its field."""
    checked = {
        field.name for field in subject._meta.fields if field.name in set(fields) and not field.is_relation
    }
    skipped = {field.name for field in subject._meta.fields} - checked
    try:
        subject.clean_fields(exclude=skipped)
    except ValidationError as error:
        messages = {field: " ".join(texts) for field, texts in error.message_dict.items()}
        first, text = next(iter(messages.items()))
        named = text if first == NON_FIELD_ERRORS else f"{label_of(type(subject), first)}: {text}"
        raise DomainError("invalid", named, fields=messages) from error


def label_of(model: type[models.Model], field: str) -> str:
    """Return the name of a field as people read it."""
    return str(capfirst(str(getattr(model._meta.get_field(field), "verbose_name", field))))


def write_changes(
    subject: models.Model,
    values: Mapping[str, Any],
    *,
    by: User | None,
    at: datetime,
    action: AuditAction = AuditAction.CHANGED,
    extra: Changes | None = None,
    note: str = "",
) -> Changes:
    """Store the values that differ on the locked record, raise its version, write one audit line.

    Only changed columns are written. Returns what changed, `extra` (changes kept in other tables)
    included; nothing is written and {} returned when nothing differs.
    """
    changes = {**differences(subject, values), **(extra or {})}
    if not changes:
        return {}
    written = {field: values[field] for field in changes if field in values}
    for field, value in written.items():
        setattr(subject, field, value)
    ensure_valid(subject, written)
    bump(subject, at=at, **written)
    record(action, by=by, subject=subject, changes=changes, note=note)
    return changes


def bump(subject: models.Model, /, *, at: datetime, **values: Any) -> None:
    """Write `values` with the next version, refusing when the row is no longer the one that was read.

    By position only: a record may have a field called `subject`.
    """
    version: int = subject.version  # type: ignore[attr-defined]
    rows = type(subject)._default_manager.filter(pk=subject.pk, version=version)
    if not rows.update(**values, version=version + 1, updated_at=at):
        raise Conflict(
            "stale", _("This record was changed since you opened it. Load it again, then repeat your change.")
        )
    for field, value in {**values, "version": version + 1, "updated_at": at}.items():
        setattr(subject, field, value)


def changes_for_timeline(model: type[models.Model], changes: Changes) -> dict[str, Any]:
    """Return `changes` as a timeline row holds them; `customers.history` puts them into words."""
    return {
        "model": model._meta.label_lower,
        "changes": {field: [as_json(old), as_json(new)] for field, (old, new) in changes.items()},
    }
