"""Forms about what a case is: turned into one of the other kind."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.domain.conversion import MOST_REASON
from complaints.forms.cases import CategoryField


class ConversionForm(forms.Form):
    """The category that the case has as one of the other kind, and why it is one."""

    category: Any = None  # set by the kind
    reason = forms.CharField(
        label=_("Reason"),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the log, in the history and on the customer's timeline."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # What the person was asked about: a form that is sent late must not turn the case back.
    to = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"] = CategoryField(kind, label=_("Category"), required=False)
        self.order_fields(["category", "reason", "version", "to"])
