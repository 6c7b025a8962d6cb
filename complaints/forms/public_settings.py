"""The form that sets up the public form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.domain.public_form import FORM_FIELDS, key_of
from complaints.models import Category, PublicForm
from core.forms import VersionMixin
from customers.forms.base import RecordForm

_TEXTS = tuple(name for name in FORM_FIELDS if name.startswith(("intro_", "privacy_")))


class PublicFormForm(VersionMixin, RecordForm):
    """Open or closed, what it offers, and its texts."""

    categories = forms.MultipleChoiceField(
        label=_("Categories offered"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"data-wide": "1"}),
        help_text=_("None ticked: every category in use."),
    )
    fieldsets = (
        (
            _("What the form takes"),
            ("is_open", "takes_complaints", "takes_requests", "asks_product", "categories"),
        ),
        (_("Bounds"), ("most_files", "link_days")),
        (_("Text above the form"), ("intro_zh_hans", "intro_en", "intro_zh_hant")),
        (
            _("Privacy notice: what is kept, for how long, and whom to ask"),
            ("privacy_zh_hans", "privacy_en", "privacy_zh_hant"),
        ),
    )

    class Meta:
        model = PublicForm
        fields = list(FORM_FIELDS)
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in _TEXTS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Category.objects.current().order_by("kind", "position", "code")
        self.fields["categories"].choices = [  # type: ignore[attr-defined]
            (key_of(row), f"{row.get_kind_display()}: {row.name}") for row in rows
        ]
