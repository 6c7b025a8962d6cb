"""Filters of causes, compensations, ceilings, call-backs and phrases: for page, API and export."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Grade
from complaints.choices.solving import Branch, CallBackState, CauseState, Gap, RedressKind, RedressState, Step
from complaints.filters.satisfaction import AnswerFilters
from complaints.models import CallBack, Cause, Compensation, CompensationCeiling, Complaint, PhraseCard
from core.filters import ScopedFilterSet, visible
from core.models import User


class CauseFilterSet(ScopedFilterSet):
    """The register of causes."""

    q = filters.CharFilter(label=_("Search"), method="search")
    state = filters.MultipleChoiceFilter(label=_("State"), choices=CauseState)
    branch = filters.MultipleChoiceFilter(label=_("Bone"), choices=Branch)
    gap = filters.MultipleChoiceFilter(label=_("Service gap"), choices=Gap)

    class Meta:
        model = Cause
        fields: list[str] = []


class CompensationFilterSet(ScopedFilterSet):
    """Compensations."""

    state = filters.MultipleChoiceFilter(label=_("State"), choices=RedressState)
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=RedressKind)
    complaint = filters.ModelChoiceFilter(
        label=_("Case"), queryset=visible(Complaint), widget=forms.HiddenInput
    )

    class Meta:
        model = Compensation
        fields: list[str] = []


class CeilingFilterSet(ScopedFilterSet):
    """Ceilings of compensation."""

    grade = filters.MultipleChoiceFilter(label=_("Grade"), choices=Grade)

    class Meta:
        model = CompensationCeiling
        fields: list[str] = []


class CallBackFilterSet(AnswerFilters):
    """Call-backs."""

    state = filters.MultipleChoiceFilter(label=_("State"), choices=CallBackState)
    owner = filters.ModelChoiceFilter(label=_("Caller"), queryset=visible(User))
    overdue = filters.BooleanFilter(label=_("Time has come"), method="come", widget=forms.CheckboxInput)
    complaint = filters.ModelChoiceFilter(
        label=_("Case"), queryset=visible(Complaint), widget=forms.HiddenInput
    )

    class Meta:
        model = CallBack
        fields: list[str] = []

    def come(self, rows: Any, name: str, value: bool) -> Any:
        """Those to make now."""
        return rows.overdue(timezone.now()) if value else rows


class PhraseFilterSet(ScopedFilterSet):
    """Phrase cards."""

    step = filters.MultipleChoiceFilter(label=_("Step"), choices=Step)
    gap = filters.MultipleChoiceFilter(label=_("Service gap"), choices=Gap)
    is_active = filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = PhraseCard
        fields: list[str] = []
