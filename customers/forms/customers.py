"""Forms of the customer record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.access import can
from core.forms import RecordsField, VersionMixin
from core.models import Team
from core.people import offer_people
from customers.choices import Axis, Relationship, Stage, Tier
from customers.forms.base import RecordForm, people_choices
from customers.forms.pickers import CustomerPicker
from customers.models import Customer, Tag
from customers.picklists import INDUSTRY, SOURCE
from customers.rules import is_only_lent

AXIS_CHOICES: dict[str, Any] = {Axis.STAGE: Stage, Axis.TIER: Tier, Axis.RELATIONSHIP: Relationship}


def _formfield(field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """An address typed without a scheme is a secure one."""
    if isinstance(field, models.URLField):
        kwargs["assume_scheme"] = "https"
    return field.formfield(**kwargs)


class CustomerForm(VersionMixin, RecordForm):
    """Everything that people type about a customer."""

    parent = CustomerPicker(
        label=_("Part of"), required=False, help_text=_("The organisation that this one is a branch of.")
    )
    tags = RecordsField(
        label=_("Tags"), queryset=Tag.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    new_tags = forms.CharField(
        label=_("New tags"), required=False, max_length=300, help_text=_("Separate several with commas.")
    )

    fieldsets = (
        (
            _("Who they are"),
            ("kind", "name", "short_name", "credit_code", "industry", "size", "parent", "since", "source"),
        ),
        (_("Where they are"), ("region", "city", "address", "phone", "email", "website")),
        (_("Who looks after them"), ("owner", "team")),
        (_("Tags"), ("tags", "new_tags")),
        (_("What they like"), ("preferred_channel", "preferred_language", "preferences", "notes")),
    )

    class Meta:
        model = Customer
        fields = [
            "kind", "name", "short_name", "credit_code", "industry", "size", "parent", "since", "source",
            "region", "city", "address", "phone", "email", "website", "owner", "team",
            "preferred_channel", "preferred_language", "preferences", "notes",
        ]  # fmt: skip
        widgets = {
            "preferences": forms.Textarea(attrs={"rows": 3}),
            "notes": forms.Textarea(attrs={"rows": 4}),
            "address": forms.TextInput(attrs={"data-wide": "1"}),
        }
        formfield_callback = _formfield

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        parent.user, parent.exclude = self.user, self.instance.pk  # type: ignore[attr-defined]
        for name, picklist in (("industry", INDUSTRY), ("source", SOURCE)):
            select: Any = self.fields[name]
            select.choices = [*list(select.choices)[:1], *picklist.offered(getattr(self.instance, name))]
        self._offer_owners()
        self._offer_tags()

    def _offer_owners(self) -> None:
        """Only who may assign chooses owner and team; other people's new customers are their own."""
        is_stored = self.instance.pk is not None
        if not can(self.user, "assign", Customer) or (is_stored and is_only_lent(self.user, self.instance)):
            del self.fields["owner"], self.fields["team"]
            return
        offer_people(self.fields["owner"], people_choices())
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.fields["owner"].initial = self.user.pk
            self.fields["team"].initial = self.user.team_id

    def _offer_tags(self) -> None:
        tags = Tag.objects.visible_to(self.user).order_by("name")
        self.fields["tags"].queryset = tags  # type: ignore[attr-defined]
        if self.instance.pk is not None:
            self.fields["tags"].initial = list(self.instance.tags.values_list("pk", flat=True))
        if not can(self.user, "add", Tag):
            del self.fields["new_tags"]

    def clean_credit_code(self) -> str:
        """The code as it is printed: capitals, no spaces."""
        return "".join(str(self.cleaned_data["credit_code"]).split()).upper()

    def clean_since(self) -> Any:
        """A customer cannot have come in the future."""
        day = self.cleaned_data["since"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return day

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values; without the right to assign, a new customer is its maker's."""
        values = super().values
        if self.instance.pk is None and "owner" not in self.fields:
            values |= {"owner": self.user, "team": self.user.team}
        return values

    @property
    def tag_names(self) -> list[str]:
        """The ticked and the new tags, each once."""
        names = [tag.name for tag in self.cleaned_data.get("tags") or ()]
        typed = self.cleaned_data.get("new_tags", "").replace("，", ",").replace("、", ",").split(",")
        return list(dict.fromkeys([*names, *(word.strip()[:50] for word in typed if word.strip())]))


class AxisForm(forms.Form):
    """A move of the stage, the tier or the relationship, with the reason."""

    new = forms.ChoiceField(label=_("New"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the move, for whoever asks later."),
    )

    def __init__(self, *args: Any, axis: str, current: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = AXIS_CHOICES[axis]
        self.fields["new"].label = format_lazy(
            "{} ({} {})", Axis(axis).label, _("now"), choices(current).label
        )
        self.fields["new"].choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in choices.choices if value != current
        ]
