"""Forms of decision letters and their templates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.letters import HandoverWay, LetterLanguage
from complaints.models import DecisionLetter, LetterSettings, LetterTemplate
from core.forms import VersionMixin
from customers.forms.base import RecordForm


class LetterBeginForm(forms.Form):
    """In which language, and whether it says what changes."""

    language = forms.ChoiceField(label=_("Language of the letter"), choices=LetterLanguage.choices)
    with_changes = forms.BooleanField(
        label=_("Say what we change"),
        required=False,
        initial=True,
        help_text=_("Causes that were named for the case, and improvements of its category."),
    )


class LetterForm(VersionMixin, RecordForm):
    """The text of a letter that is being written."""

    class Meta:
        model = DecisionLetter
        fields = ["recipient", "address", "subject", "body"]
        widgets = {
            "recipient": forms.TextInput(attrs={"data-wide": "1"}),
            "address": forms.Textarea(attrs={"rows": 3}),
            "subject": forms.TextInput(attrs={"data-wide": "1"}),
            "body": forms.Textarea(attrs={"rows": 22}),
        }


class HandoverForm(forms.Form):
    """How a letter reaches the customer."""

    way = forms.ChoiceField(label=_("Handed over by"), choices=HandoverWay.choices)
    on = forms.DateField(label=_("Handed over on"))
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, help_text=_("For example the number of the parcel.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate


class IssueForm(HandoverForm):
    """How a letter is handed over first, and which version was read before it is frozen."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class TemplateForm(VersionMixin, RecordForm):
    """What a template says."""

    class Meta:
        model = LetterTemplate
        fields = ["subject", "body"]
        widgets = {
            "subject": forms.TextInput(attrs={"data-wide": "1"}),
            "body": forms.Textarea(attrs={"rows": 24}),
        }


class LetterRulesForm(VersionMixin, RecordForm):
    """How customers may object."""

    class Meta:
        model = LetterSettings
        fields = [
            "objection_days", "object_to_zh_hans", "object_to_zh_hant", "object_to_en", "next_zh_hans",
            "next_zh_hant", "next_en",
        ]  # fmt: skip
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in fields if name != "objection_days"}
