"""Two people saved the same record: show who changed what beside what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models

from core.audit_lines import ShownChange, in_words, shown_changes
from core.domain.versions import lines_since

#: Of a record that was saved very often meanwhile, the last ones.
MOST_LINES = 20


def conflict_context(form: forms.BaseForm, record: models.Model, *, seen: int) -> dict[str, Any]:
    """Return what the page shows of the conflict, and let the form save over the version that stands now."""
    lines = lines_since(record, seen, most=MOST_LINES)
    rows = [
        {**_row(form, change), "by": line.actor, "at": line.at}
        for line in lines
        for change in shown_changes(type(record), line.changes)
    ]
    data = form.data.copy()  # type: ignore[attr-defined]
    data[form.add_prefix("version")] = str(record.version)  # type: ignore[attr-defined]
    form.data = data
    newest = lines[0] if lines else None
    return {
        "conflict": rows,
        "conflict_by": newest.actor if newest else None,
        "conflict_at": newest.at if newest else None,
    }


def _row(form: forms.BaseForm, change: ShownChange) -> dict[str, Any]:
    """One field: what it was, what it is now, and what the person typed."""
    old, new = (_named(form, change.field, value) for value in (change.old, change.new))
    return {"label": change.label, "old": old, "new": new, "typed": _typed(form, change.field)}


def _typed(form: forms.BaseForm, field: str) -> str:
    """What the person typed into this field, as people read it."""
    value = form.cleaned_data.get(field)
    if field not in form.fields or value is None:
        return ""
    if isinstance(value, bool):
        return in_words(value)
    if isinstance(value, list | models.QuerySet):
        return ", ".join(str(_named(form, field, item)) for item in value)
    return str(_named(form, field, value))


def _named(form: forms.BaseForm, field: str, value: Any) -> Any:
    """A choice of the form by its name; anything else as it is, records too: there may be very many."""
    asked = form.fields.get(field)
    if not isinstance(asked, forms.ChoiceField) or isinstance(asked, forms.ModelChoiceField):
        return value
    names: dict[Any, Any] = dict(asked.choices)  # type: ignore[arg-type]
    return names.get(value, value) if isinstance(value, str) else value
