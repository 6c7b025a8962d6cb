"""Forms of crises, early warnings and improvements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.models import Category, Crisis, Improvement, PlanStep
from customers.forms.base import RecordForm, VersionMixin, people_choices


class CrisisForm(RecordForm):
    """What a crisis is about and who leads it."""

    class Meta:
        model = Crisis
        fields = ["kind", "title", "category", "owner", "reason", "stop_rule"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.current()  # type: ignore[attr-defined]
        self.fields["owner"].queryset = people_choices()  # type: ignore[attr-defined]


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
        fields = ["title", "category", "cause", "owner", "due_on", "description"]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.current()  # type: ignore[attr-defined]
        self.fields["owner"].queryset = people_choices()  # type: ignore[attr-defined]
