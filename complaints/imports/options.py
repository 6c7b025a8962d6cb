"""Options of imports of cases, and the states that a former system gives them."""

from __future__ import annotations

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.choices.cases import CaseKind
from customers.imports.options import SourceOptionsForm


class FileState(TextChoices):
    """How a case of a former system stands: it goes on here, or it is history."""

    OPEN = "open", _("Still open")
    CLOSED = "closed", pgettext_lazy("case", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("case", "Withdrawn")


class CaseOptionsForm(SourceOptionsForm):
    """Options of a file of cases."""

    case_kind = forms.ChoiceField(
        label=_("Rows that do not say what they are"), choices=CaseKind.choices, initial=CaseKind.COMPLAINT
    )
