"""Forms of crises, early warnings and improvements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from complaints.models import Category, Cause, Crisis, Improvement, PlanStep
from core.forms import VersionMixin
from core.models import User
from core.people import offer_people
from customers.forms.base import RecordForm, people_choices


def categories_for(record: Any) -> QuerySet[Category]:
    """Categories in use, and the edition that the record has already: saving it does not empty the field."""
    rows: QuerySet[Category] = Category.objects.filter(Q(retired_at__isnull=True) | Q(pk=record.category_id))
    return rows


class CrisisForm(RecordForm):
    """What a crisis is about and who leads it."""

    class Meta:
        model = Crisis
        fields = ["kind", "title", "category", "owner", "reason", "stop_rule"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories_for(self.instance)  # type: ignore[attr-defined]
        offer_people(self.fields["owner"], people_choices())


class CrisisOpenForm(VersionMixin, RecordForm):
    """What is decided when a proposed crisis is opened; the plan of its kind is laid out."""

    class Meta:
        model = Crisis
        fields = ["kind", "owner", "stop_rule", "reason"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["owner"], people_choices())
        self.fields["owner"].help_text = _("Empty: you.")
        self.fields["kind"].help_text = _("The plan of this kind is laid out.")


class CrisisEditForm(VersionMixin, CrisisForm):
    """A crisis that is proposed or runs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].help_text = _(
            "Another kind takes the open steps of the former plan out and lays out its own."
        )
        self.fields["owner"].help_text = _("A new lead takes over the open steps of the one before.")


class StepOwnerForm(forms.Form):
    """Who does a step, and until when."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"), required=False)
    due_at = forms.DateTimeField(label=_("Due"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_people(self.fields["owner"], people_choices())


class CrisisStepForm(StepOwnerForm):
    """A step of one's own."""

    text = forms.CharField(label=_("What is to do"), max_length=300)
    field_order = ("text", "owner", "due_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].help_text = _("Empty: who leads the crisis.")


class StatementForm(forms.Form):
    """A statement for somebody."""

    audience = forms.CharField(label=_("For whom"), max_length=120)
    body = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 6}))


class PlanStepForm(VersionMixin, RecordForm):
    """One step of a plan."""

    class Meta:
        model = PlanStep
        fields = ["text_en", "text_zh_hans", "text_zh_hant", "due_hours", "position", "is_active"]


class NoteForm(forms.Form):
    """A word on the step that is done."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class ImprovementForm(VersionMixin, RecordForm):
    """An improvement."""

    class Meta:
        model = Improvement
        fields = ["title", "cause", "category", "owner", "due_on", "cause_note", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories_for(self.instance)  # type: ignore[attr-defined]
        self.fields["cause"].queryset = Cause.objects.visible_to(self.user)  # type: ignore[attr-defined]
        offer_people(self.fields["owner"], people_choices())
