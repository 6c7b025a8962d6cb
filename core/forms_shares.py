"""The form with which one record is shared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.choices import ShareLevel
from core.domain.shares import Terms
from core.models import Team, User


class ShareForm(forms.Form):
    """A person or a team, what they may do, and until when."""

    user = forms.ModelChoiceField(
        label=_("Person"), queryset=User.objects.none(), required=False, empty_label=_("Nobody in particular")
    )
    team = forms.ModelChoiceField(
        label=_("Or a team"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("No team"),
        help_text=_("With the teams below it."),
    )
    level = forms.ChoiceField(
        label=_("What they may do"), choices=ShareLevel, initial=ShareLevel.VIEW, widget=forms.RadioSelect
    )
    until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The last day. Empty: until you stop sharing."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=300, help_text=_("They read it in the message.")
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        people = User.objects.visible_to(by).people().exclude(pk=by.pk)
        fields["user"].queryset = people.order_by("full_name", "pk")
        fields["team"].queryset = Team.objects.visible_to(by).order_by("name")

    def clean(self) -> dict[str, Any]:
        """Ask for one receiver."""
        data = super().clean() or {}
        if bool(data.get("user")) == bool(data.get("team")) and not self.errors:
            self.add_error("user", _("Choose a person or a team."))
        return data

    @property
    def receiver(self) -> User | Team:
        """Who receives it."""
        found: User | Team = self.cleaned_data["user"] or self.cleaned_data["team"]
        return found

    @property
    def terms(self) -> Terms:
        """What was chosen beside the receiver."""
        data = self.cleaned_data
        return Terms(level=data["level"], until=data["until"], note=data["note"])
