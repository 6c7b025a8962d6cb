"""The form with which somebody's leaving is arranged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.filters import SeveralField
from core.models import User
from core.responsibilities import Responsibility

WAYS = [
    ("one", _("All to the first person")),
    ("spread", _("Spread evenly among them")),
    ("team", _("To the lead of each record's team; the others are spread evenly")),
]


class DepartureForm(forms.Form):
    """Last day, who gets the records, and other receivers for single kinds."""

    last_day = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Today or earlier: the handing over starts at once. Later: in the night after that day."),
    )
    users = SeveralField(
        label=_("Who takes over"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("One person, or several to share."),
    )
    way = forms.ChoiceField(label=_("How to share"), choices=WAYS, initial="one", widget=forms.RadioSelect)
    fieldsets: Any

    def __init__(
        self, *args: Any, receivers: Any, kinds: Iterable[Responsibility] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = list(kinds)
        people: Any = self.fields["users"]
        people.queryset = receivers.order_by("full_name", "pk")
        for kind in self.kinds:
            self.fields[self.name_of(kind)] = forms.ModelChoiceField(
                label=str(kind.label), queryset=people.queryset, required=False, empty_label=_("As above")
            )
        others = tuple(self.name_of(kind) for kind in self.kinds)
        self.fieldsets = ((_("Everything"), ("last_day", "users", "way")),)
        if others:
            self.fieldsets = (*self.fieldsets, (_("Single kinds to somebody else"), others))

    @staticmethod
    def name_of(kind: Responsibility) -> str:
        """Return the name of the field for one kind."""
        return f"to_{kind.key.replace('.', '_')}"

    def plan(self) -> dict[str, Any]:
        """Return what was chosen as the domain keeps it."""
        data = self.cleaned_data
        found: dict[str, Any] = {"": {"way": data["way"], "users": [user.pk for user in data["users"]]}}
        for kind in self.kinds:
            chosen = data.get(self.name_of(kind))
            if chosen is not None:
                found[kind.key] = {"way": "one", "users": [chosen.pk]}
        return found
