"""Filters of steps, statements and plans of crises, and of investigations, first contacts and handlers."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import LinkKind
from complaints.choices.learning import CrisisKind, StatementState
from complaints.choices.solving import FindingState, Gap
from complaints.models import (
    BusinessCalendar,
    CalendarDay,
    CaseLink,
    Complaint,
    Crisis,
    CrisisStep,
    FirstContact,
    Handler,
    Investigation,
    PlanStep,
    Queue,
    Statement,
)
from core.filters import ScopedFilterSet, visible
from core.models import User


class CrisisStepFilterSet(ScopedFilterSet):
    """Steps of crises."""

    crisis = filters.ModelChoiceFilter(label=_("Crisis"), queryset=visible(Crisis))
    owner = filters.ModelChoiceFilter(label=_("Owner"), queryset=visible(User))
    open = filters.BooleanFilter(label=_("Open"), method="undone", widget=forms.CheckboxInput)
    overdue = filters.BooleanFilter(label=_("Overdue"), method="late", widget=forms.CheckboxInput)

    class Meta:
        model = CrisisStep
        fields: list[str] = []

    def undone(self, rows: Any, name: str, value: bool) -> Any:
        """Those that nobody has done."""
        return rows.filter(done_at__isnull=True) if value else rows

    def late(self, rows: Any, name: str, value: bool) -> Any:
        """Those that nobody has done in time."""
        return rows.filter(done_at__isnull=True, due_at__lt=timezone.now()) if value else rows


class StatementFilterSet(ScopedFilterSet):
    """Statements about crises."""

    crisis = filters.ModelChoiceFilter(label=_("Crisis"), queryset=visible(Crisis))
    state = filters.MultipleChoiceFilter(label=_("State"), choices=StatementState)

    class Meta:
        model = Statement
        fields: list[str] = []


class PlanStepFilterSet(ScopedFilterSet):
    """Steps of plans."""

    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=CrisisKind)
    is_active = filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = PlanStep
        fields: list[str] = []


class InvestigationFilterSet(ScopedFilterSet):
    """Findings."""

    complaint = filters.ModelChoiceFilter(label=_("Case"), queryset=visible(Complaint))
    state = filters.MultipleChoiceFilter(label=_("State"), choices=FindingState)
    gap = filters.MultipleChoiceFilter(label=_("Service gap"), choices=Gap)

    class Meta:
        model = Investigation
        fields: list[str] = []


class FirstContactFilterSet(ScopedFilterSet):
    """First contacts."""

    complaint = filters.ModelChoiceFilter(label=_("Case"), queryset=visible(Complaint))

    class Meta:
        model = FirstContact
        fields: list[str] = []


class CaseLinkFilterSet(ScopedFilterSet):
    """Links of cases."""

    source = filters.ModelChoiceFilter(label=_("Case"), queryset=visible(Complaint))
    target = filters.ModelChoiceFilter(label=_("Number of the other case"), queryset=visible(Complaint))
    kind = filters.MultipleChoiceFilter(label=_("How they belong together"), choices=LinkKind)

    class Meta:
        model = CaseLink
        fields: list[str] = []


class HandlerFilterSet(ScopedFilterSet):
    """People who handle cases."""

    user = filters.ModelChoiceFilter(label=_("Person"), queryset=visible(User))
    queues = filters.ModelChoiceFilter(label=_("Queue"), queryset=visible(Queue))
    is_active = filters.BooleanFilter(label=_("Gets cases"))

    class Meta:
        model = Handler
        fields: list[str] = []


class CalendarFilterSet(ScopedFilterSet):
    """Business calendars."""

    is_active = filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = BusinessCalendar
        fields: list[str] = []


class CalendarDayFilterSet(ScopedFilterSet):
    """Days that are not as their weekday."""

    calendar = filters.ModelChoiceFilter(label=_("Calendar"), queryset=visible(BusinessCalendar))

    class Meta:
        model = CalendarDay
        fields: list[str] = []
