"""Filters of the lists of what is learned from cases: one FilterSet for the page, the API and the export."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.learning import (
    AlertKind,
    AlertState,
    ArticleState,
    CrisisKind,
    CrisisState,
    ImprovementState,
)
from complaints.models import Alert, Article, Category, Cause, Crisis, DailyReport, Improvement
from core.filters import ScopedFilterSet, visible
from core.models import User
from customers.filter_kinds import SinceFilter, UntilFilter
from customers.models import Customer


class ArticleFilterSet(ScopedFilterSet):
    """Articles."""

    q = filters.CharFilter(label=_("Search"), method="search")
    state = filters.MultipleChoiceFilter(label=_("State"), choices=ArticleState)
    category = filters.ModelChoiceFilter(label=_("Category"), queryset=visible(Category))
    author = filters.ModelChoiceFilter(label=_("Author"), queryset=visible(User))

    class Meta:
        model = Article
        fields: list[str] = []


class CrisisFilterSet(ScopedFilterSet):
    """Crises."""

    q = filters.CharFilter(label=_("Search"), method="search")
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=CrisisKind)
    state = filters.MultipleChoiceFilter(label=_("State"), choices=CrisisState)
    owner = filters.ModelChoiceFilter(label=_("Leads"), queryset=visible(User))

    class Meta:
        model = Crisis
        fields: list[str] = []


class AlertFilterSet(ScopedFilterSet):
    """Early warnings."""

    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=AlertKind)
    state = filters.MultipleChoiceFilter(label=_("State"), choices=AlertState)
    owner = filters.ModelChoiceFilter(label=_("Owner"), queryset=visible(User))
    category = filters.ModelChoiceFilter(label=_("Category"), queryset=visible(Category))
    customer = filters.ModelChoiceFilter(
        label=_("Customer"), queryset=visible(Customer), widget=forms.HiddenInput
    )
    raised_from = SinceFilter(label=_("Raised since"), field_name="raised_at")
    raised_to = UntilFilter(label=_("Raised until"), field_name="raised_at")

    class Meta:
        model = Alert
        fields: list[str] = []


class ImprovementFilterSet(ScopedFilterSet):
    """Improvements."""

    q = filters.CharFilter(label=_("Search"), method="search")
    state = filters.MultipleChoiceFilter(label=_("State"), choices=ImprovementState)
    owner = filters.ModelChoiceFilter(label=_("Owner"), queryset=visible(User))
    category = filters.ModelChoiceFilter(label=_("Category"), queryset=visible(Category))
    cause = filters.ModelChoiceFilter(label=_("Cause"), queryset=visible(Cause))
    overdue = filters.BooleanFilter(label=_("Overdue"), method="late", widget=forms.CheckboxInput)

    class Meta:
        model = Improvement
        fields: list[str] = []

    def late(self, rows: Any, name: str, value: bool) -> Any:
        """Those that go on after their day."""
        return rows.overdue(timezone.localdate()) if value else rows


class ReportFilterSet(ScopedFilterSet):
    """Daily reports."""

    day_from = filters.DateFilter(label=_("Since"), field_name="day", lookup_expr="gte")
    day_to = filters.DateFilter(label=_("Until"), field_name="day", lookup_expr="lte")

    class Meta:
        model = DailyReport
        fields: list[str] = []
