"""Two people saved the same record: show who changed what beside what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models

from core.models import AuditEntry
from customers.history import shown_changes

MOST_LINES = 20


def conflict_context(form: forms.BaseForm, record: models.Model, *, seen: int) -> dict[str, Any]:
    """Return what the page shows of the conflict, and let the form save over the version that stands now."""
    current: int = record.version  # type: ignore[attr-defined]
    since = max(1, min(current - seen, MOST_LINES))
    lines = list(AuditEntry.objects.about(record).select_related("actor")[:since])
    rows = [
        {"change": change, "typed": _typed(form, change.field), "by": line.actor, "at": line.at}
        for line in lines
        for change in shown_changes(type(record), line.changes)
    ]
    data = form.data.copy()  # type: ignore[attr-defined]
    data[form.add_prefix("version")] = str(current)
    form.data = data
    newest = lines[0] if lines else None
    return {
        "conflict": rows,
        "conflict_by": newest.actor if newest else None,
        "conflict_at": newest.at if newest else None,
    }


def _typed(form: forms.BaseForm, field: str) -> str:
    """What the person typed into this field, as people read it."""
    value = form.cleaned_data.get(field)
    if field not in form.fields or value is None:
        return ""
    if isinstance(value, str):
        return str(dict(getattr(form.fields[field], "choices", ()) or ()).get(value, value))
    if isinstance(value, models.QuerySet):
        return ", ".join(str(item) for item in value)
    return str(value)
