"""Forms of what we do with customers: interactions and tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms import VersionMixin
from core.mentions import mentionable
from core.models import Team
from core.people import offer_people
from customers.forms.base import RecordForm, people_choices
from customers.forms.pickers import CustomerPicker
from customers.models import Customer, Interaction, Person, Task


class InteractionForm(VersionMixin, RecordForm):
    """One contact with a customer: what was said, what they expect, what comes next."""

    fieldsets = (
        (_("What happened"), ("channel", "direction", "person", "occurred_at", "summary", "body", "minutes")),
        (_("What the customer expects"), ("expectation", "expected_by")),
        (_("What comes next"), ("next_step", "next_step_on")),
    )

    class Meta:
        model = Interaction
        fields = [
            "channel", "direction", "person", "occurred_at", "summary", "body", "minutes",
            "expectation", "expected_by", "next_step", "next_step_on",
        ]  # fmt: skip
        widgets = {
            "summary": forms.TextInput(attrs={"data-wide": "1"}),
            "body": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.live().filter(contacts__customer=customer, contacts__ended_on__isnull=True)
        if self.instance.person_id:
            people = people | Person.objects.filter(pk=self.instance.person_id)
        self.fields["person"].queryset = people.distinct().order_by("name", "id")  # type: ignore[attr-defined]
        self.fields["next_step"].help_text = _("Becomes a task of yours, due on the day beside it.")
        for name in ("summary", "body", "next_step"):
            self.fields[name].widget.attrs |= mentionable(customer)
        self.fields["body"].help_text = _("Type @ to mention a colleague, who is told.")
        if self.instance.pk is None:
            self.fields["occurred_at"].initial = timezone.localtime().replace(second=0, microsecond=0)

    def clean_occurred_at(self) -> Any:
        """What happened has happened."""
        at = self.cleaned_data["occurred_at"]
        if at and at > timezone.now() + timedelta(minutes=10):
            raise forms.ValidationError(_("This moment is still to come. Plan it as a next step instead."))
        return at


class TaskForm(VersionMixin, RecordForm):
    """Something to do, usually for a customer."""

    customer = CustomerPicker(label=_("Customer"), required=False)

    class Meta:
        model = Task
        fields = ["title", "customer", "due_on", "priority", "owner", "team", "note"]
        widgets = {
            "title": forms.TextInput(attrs={"data-wide": "1"}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer"].user = self.user  # type: ignore[attr-defined]
        self.fields["note"].widget.attrs |= mentionable(self.instance)
        self.fields["note"].help_text = _("Type @ to mention a colleague, who is told.")
        offer_people(self.fields["owner"], people_choices())
        self.fields["owner"].empty_label = _("Nobody yet")  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.order_by("name")  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.fields["owner"].initial = self.user.pk
            self.fields["team"].initial = self.user.team_id


class CompleteForm(forms.Form):
    """What came of a task."""

    outcome = forms.CharField(
        label=_("Outcome"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One sentence for whoever reads the timeline later."),
    )


class RescheduleForm(forms.Form):
    """A new day for a task."""

    due_on = forms.DateField(label=_("New day"))

    def clean_due_on(self) -> Any:
        """A task is moved forward, not into the past."""
        day = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day has passed. Choose today or a later day."))
        return day
