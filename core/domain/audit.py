"""The audit table's only writer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from core.acting import acting
from core.choices import CHANGING, AuditAction
from core.domain.changed import records_changed
from core.lent import absent_owner
from core.models import AuditEntry, User

Changes = Mapping[str, tuple[Any, Any]]


def record(
    action: AuditAction,
    *,
    by: User | None,
    subject: models.Model | None = None,
    changes: Changes | None = None,
    note: str = "",
) -> AuditEntry:
    """Write one audit line in the caller's transaction and return it.

    Called after the write, as whoever follows changes of records is told here.
    """
    entry = audit_line(action, by=by, subject=subject, changes=changes, note=note)
    entry.save()
    if subject is not None and subject.pk is not None and action in CHANGING:
        records_changed(type(subject), [subject.pk])
    return entry


def audit_line(
    action: AuditAction,
    *,
    by: User | None,
    subject: models.Model | None = None,
    changes: Changes | None = None,
    note: str = "",
) -> AuditEntry:
    """Return an unsaved line, for callers that write many with `bulk_create`."""
    here = acting()
    absent = absent_owner(by, subject)
    if absent is not None:
        note = " · ".join(part for part in (_("for %(name)s") % {"name": absent}, note) if part)
    return AuditEntry(
        actor=by,
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        subject_label=str(subject)[:200] if subject is not None else "",
        changes={field: [as_json(old), as_json(new)] for field, (old, new) in (changes or {}).items()},
        note=note[:300],
        via=here.via,
        address=here.address,
        credential=here.credential,
        request_id=here.request_id,
        origin_type=here.origin_type,
        origin_id=here.origin_id,
    )


def differences(before: models.Model, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return {field: (old, new)} for the values that differ from what the record holds."""
    return {
        field: (getattr(before, field), value)
        for field, value in values.items()
        if _comparable(getattr(before, field)) != _comparable(value)
    }


def _comparable(value: Any) -> Any:
    """Return what tells two values apart; two records may share a name."""
    return (value._meta.label_lower, value.pk) if isinstance(value, models.Model) else as_json(value)


def as_json(value: Any) -> Any:
    """Return `value` as JSON can hold it; records become their names."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        # One moment has one text, whatever zone it came in.
        return value.astimezone(UTC).isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, models.QuerySet) or (
        isinstance(value, Iterable) and not isinstance(value, str | dict)
    ):
        return sorted(map(_as_text, value))
    return value


def _as_text(item: Any) -> str:
    """Return one text for equal items: databases give the keys of an object back in an order of their own."""
    return (
        json.dumps(item, sort_keys=True, ensure_ascii=False, default=str)
        if isinstance(item, dict)
        else str(item)
    )
