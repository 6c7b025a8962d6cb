"""What a form that answers the customer asks for where the matter is answered for good."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import EntryKind
from complaints.domain.last_word import answered_for_good, standard_sentence
from complaints.models import Complaint, Designation


class LastWordMixin(forms.Form):
    """A form with a `body`: it warns, takes a reason, or says the standard sentence instead of a text."""

    #: The designation that holds, if one does.
    closing: Designation | None = None
    sentence = ""

    def warn_of(self, case: Complaint) -> None:
        """Ask for a reason where the matter is answered for good; called by the constructor."""
        self.closing = answered_for_good(case, at=timezone.now())
        if self.closing is None:
            return
        self.sentence = standard_sentence(case)
        self.fields["body"].required = False
        self.fields["standard"] = forms.BooleanField(
            label=gettext_lazy("Answer with the standard sentence"), required=False, help_text=self.sentence
        )
        self.fields["despite"] = forms.CharField(
            label=gettext_lazy("Why this is answered all the same"), required=False, max_length=300
        )

    def clean(self) -> dict[str, Any]:
        """Put the sentence for the text where it was chosen; without either something is missing."""
        data = super().clean() or self.cleaned_data
        if self.closing is None:
            return data
        is_answer = data.get("kind", EntryKind.OUTBOUND) == EntryKind.OUTBOUND
        if is_answer and data.get("standard"):
            data["body"] = self.sentence
        elif not data.get("body") and "body" not in self.errors:
            self.add_error("body", _("Write something."))
        return data
