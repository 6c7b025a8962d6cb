"""Filters of grading rules and policies, for the API."""

from __future__ import annotations

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import CaseKind, Grade
from complaints.models import GradingRule, Policy, QuietHours
from core.filters import ScopedFilterSet


class GradingRuleFilterSet(ScopedFilterSet):
    """Grading rules."""

    grade = filters.MultipleChoiceFilter(label=_("Grade"), choices=Grade)
    is_active = filters.BooleanFilter(label=_("In use"), widget=forms.NullBooleanSelect)

    class Meta:
        model = GradingRule
        fields: list[str] = []


class PolicyFilterSet(ScopedFilterSet):
    """Service policies."""

    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=CaseKind)
    is_active = filters.BooleanFilter(label=_("In use"), widget=forms.NullBooleanSelect)

    class Meta:
        model = Policy
        fields: list[str] = []


class QuietHoursFilterSet(ScopedFilterSet):
    """Quiet hours of levels."""

    grade = filters.MultipleChoiceFilter(label=_("Grade"), choices=Grade)

    class Meta:
        model = QuietHours
        fields: list[str] = []
