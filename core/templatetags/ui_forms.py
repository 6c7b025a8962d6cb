"""The one form renderer: Bootstrap controls, labels above, help and errors beneath."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BaseForm, BoundField
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    DateInput,
    DateTimeInput,
    Input,
    MultiWidget,
    RadioSelect,
    Select,
    Textarea,
    TimeInput,
    Widget,
)
from django.template.loader import render_to_string
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import pgettext


def render_form(form: BaseForm, *, columns: int, marks: str) -> SafeString:
    """Every field in the order of the form, or of its `fieldsets`; errors of the whole form on top."""
    context = {
        "form": form,
        "columns": columns,
        "groups": [
            (title, [render_field(field, marks=marks) for field in fields]) for title, fields in _groups(form)
        ],
        "hidden": [field.as_widget() for field in form.hidden_fields()],
        "hidden_errors": [error for field in form.hidden_fields() for error in field.errors],
        "wrong": [field for field in form.visible_fields() if field.errors],
    }
    return render_to_string("ui/form.html", context)


def _groups(form: BaseForm) -> Iterator[tuple[str, list[BoundField]]]:
    """(title, fields) by `form.fieldsets` = ((title, (names…)), …); fields left out come last."""
    visible = {field.name: field for field in form.visible_fields()}
    for title, names in getattr(form, "fieldsets", ()):
        fields = [visible.pop(name) for name in names if name in visible]
        if fields:
            yield title, fields
    if visible:
        yield "", list(visible.values())


def render_field(
    field: BoundField,
    *,
    label: str = "",
    help_text: str | None = None,
    wide: bool = False,
    marks: str = "required",
) -> SafeString:
    """One field with its label, control, help and errors."""
    hint = field.help_text if help_text is None else help_text
    widget = field.field.widget
    control = field.as_widget(attrs=_attributes(field, bool(hint)))
    context = {
        "field": field,
        "label": label or field.label,
        "help": hint,
        "control": control,
        "kind": _kind(widget),
        "wide": wide or isinstance(widget, Textarea) or bool(widget.attrs.get("data-wide")),
        "required_mark": marks == "required" and field.field.required,
        "optional_mark": marks == "optional" and not field.field.required,
    }
    return render_to_string("ui/form_field.html", context)


def _kind(widget: Widget) -> str:
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "options"
    return "range" if isinstance(widget, MultiWidget) else "control"


def _attributes(field: BoundField, has_hint: bool) -> dict[str, Any]:
    widget = field.field.widget
    attributes: dict[str, Any] = {"class": f"{widget.attrs.get('class', '')} {_css(widget)}".strip()}
    described = [f"{field.auto_id}_help"] if has_hint else []
    described += [f"{field.auto_id}_error"] if field.errors else []
    if described and _kind(widget) not in {"options", "range"}:
        attributes["aria-describedby"] = " ".join(described)
    if field.errors:
        attributes["aria-invalid"] = "true"
    _use_native_picker(field, widget)
    if isinstance(widget, MultiWidget):
        _prepare_range(field, widget)
    if isinstance(field.field, (forms.DecimalField, forms.IntegerField, forms.FloatField)):
        attributes.setdefault("inputmode", "decimal")
    return attributes


def _prepare_range(field: BoundField, widget: MultiWidget) -> None:
    """From and to: each part says which it is, and dates get the native picker."""
    parts = getattr(field.field, "fields", ())
    for part, part_widget, words in zip(
        parts, widget.widgets, (pgettext("range", "from"), pgettext("range", "to")), strict=False
    ):
        part_widget.attrs["aria-label"] = f"{field.label}, {words}"
        is_date = isinstance(part, forms.DateField) and not _is_unreadable(field)
        if is_date and isinstance(part_widget, Input):
            part_widget.input_type = "date"


def _css(widget: Widget) -> str:
    if isinstance(widget, (CheckboxInput, RadioSelect, CheckboxSelectMultiple)):
        return "form-check-input"
    return "form-select" if isinstance(widget, Select) else "form-control"


def _use_native_picker(field: BoundField, widget: Widget) -> None:
    """Dates and times get the browser's picker, which speaks ISO only; what it cannot show stays as typed."""
    formats = {DateTimeInput: ("datetime-local", "%Y-%m-%dT%H:%M"), DateInput: ("date", "%Y-%m-%d")}
    for kind, (input_type, iso) in formats.items():
        if isinstance(widget, kind) and not _is_unreadable(field):
            widget.input_type, widget.format, widget.supports_microseconds = input_type, iso, False
            return
    if isinstance(widget, TimeInput):
        widget.input_type, widget.format = "time", "%H:%M"


def _is_unreadable(field: BoundField) -> bool:
    value = field.value()
    return any(_is_no_date(part) for part in (value if isinstance(value, list) else [value]))


def _is_no_date(value: object) -> bool:
    if not isinstance(value, str) or not value:
        return False
    try:
        return parse_date(value) is None and parse_datetime(value) is None
    except ValueError:
        return True


__all__ = ["render_field", "render_form"]
