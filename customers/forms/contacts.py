"""Forms of persons and of their places at customers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import VersionMixin
from customers.choices import Attitude, DecisionRole, Influence
from customers.forms.base import RecordForm
from customers.forms.pickers import CustomerPicker, PersonPicker
from customers.models import Contact, Customer, Person


class PersonForm(VersionMixin, RecordForm):
    """Who somebody is, wherever they work."""

    class Meta:
        model = Person
        fields = [
            "name", "salutation", "mobile", "email", "wechat", "birthday",
            "taboos", "decision_style", "notes", "do_not_contact",
        ]  # fmt: skip
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}


class PlaceForm(VersionMixin, RecordForm):
    """A person's part at one customer."""

    class Meta:
        model = Contact
        fields = ["title", "department", "role", "influence", "attitude", "started_on", "is_primary"]

    def _get_validation_exclusions(self) -> set[str]:
        # The customer and the person are the view's business; the domain checks their constraints.
        return {*super()._get_validation_exclusions(), "customer", "person", "is_primary"}  # type: ignore[misc]


class KnownPersonForm(PlaceForm):
    """The place of a person who is on file already."""

    person = PersonPicker(label=_("Person"), help_text=_("Type a part of the name and pick from the list."))
    field_order = ["person"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].user = self.user  # type: ignore[attr-defined]


class EndContactForm(forms.Form):
    """The end of a place: from when, and why."""

    on = forms.DateField(label=_("Last day"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()


class ChangeJobForm(forms.Form):
    """A person goes from one customer to another."""

    to_customer = CustomerPicker(
        label=_("New employer"), help_text=_("Type a part of the name and pick from the list.")
    )
    on = forms.DateField(label=_("From"))
    title = forms.CharField(label=_("Job title"), max_length=100, required=False)
    department = forms.CharField(label=_("Department"), max_length=100, required=False)
    role = forms.ChoiceField(
        label=_("Role in decisions"), choices=DecisionRole.choices, initial=DecisionRole.OTHER
    )
    influence = forms.ChoiceField(label=_("Influence"), choices=Influence.choices, initial=Influence.MEDIUM)
    attitude = forms.ChoiceField(label=_("Attitude"), choices=Attitude.choices)

    def __init__(self, *args: Any, user: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        picker = self.fields["to_customer"]
        picker.user, picker.exclude = user, customer.pk  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate()

    @property
    def place(self) -> dict[str, Any]:
        """The values of the new place."""
        return {
            name: self.cleaned_data[name] for name in ("title", "department", "role", "influence", "attitude")
        }


class AcquaintanceForm(forms.Form):
    """Who somebody knows."""

    other = PersonPicker(label=_("Knows"))
    nature = forms.CharField(
        label=_("How they know each other"),
        max_length=100,
        required=False,
        help_text=_("Former colleagues, same school …"),
    )

    def __init__(self, *args: Any, user: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        picker = self.fields["other"]
        picker.user, picker.exclude = user, person.pk  # type: ignore[attr-defined]
