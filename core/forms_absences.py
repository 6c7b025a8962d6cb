"""The form with which an absence is arranged."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.domain.absences import Period, deputies_for
from core.models import User
from core.people import offer_people


class AbsenceForm(forms.Form):
    """First and last day, who stands in, and a word to them."""

    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    deputy = forms.ModelChoiceField(
        label=_("Deputy"),
        queryset=User.objects.none(),
        help_text=_("Sees and changes what the absent person owns, as far as the deputy's own roles allow."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=300, help_text=_("The deputy reads it in the message.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["deputy"], deputies_for(user).order_by("full_name", "pk"))

    @property
    def period(self) -> Period:
        """From the first day to the last."""
        return Period(self.cleaned_data["starts_on"], self.cleaned_data["ends_on"])
