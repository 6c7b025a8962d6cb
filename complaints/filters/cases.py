"""Filters of the lists: one FilterSet per model for the page, the API and the export."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import (
    OPEN,
    CaseKind,
    ClockKind,
    ClockState,
    Decision,
    EntryKind,
    EscalationState,
    Grade,
    Intake,
    Priority,
    State,
    WorkState,
)
from complaints.domain.taxonomy import with_those_below
from complaints.filters.counted import CountedFilters
from complaints.filters.portraits import PortraitFilters
from complaints.models import Category, Clock, Complaint, Entry, Escalation, Queue, WorkOrder
from complaints.querysets.cases import EscalationQuerySet
from core.filters import ScopedFilterSet, visible
from core.models import Team, User
from customers.filter_kinds import SinceFilter, UntilFilter, in_team
from customers.models import Customer


def category_codes() -> list[tuple[str, Any]]:
    """Return every category by code, with its newest name; retired ones too, as old cases have them."""
    rows = Category.objects.order_by("kind", "position", "code", "edition")
    return list({row.code: (row.code, row.name) for row in rows}.values())


class ComplaintFilterSet(CountedFilters, PortraitFilters):
    """Complaints and service requests."""

    days: ClassVar[dict[str, filters.DateFilter]] = {
        "from": SinceFilter(label=_("Received from"), field_name="received_at"),
        "to": UntilFilter(label=_("Received until"), field_name="received_at"),
    }
    q = filters.CharFilter(label=_("Search"), method="search")
    number = filters.CharFilter(label=_("Number, or former number"), method="of_number")
    kind = filters.ChoiceFilter(label=_("Kind"), choices=CaseKind)
    state = filters.MultipleChoiceFilter(label=_("State"), choices=State)
    open = filters.BooleanFilter(label=_("Open"), method="only_open", widget=forms.CheckboxInput)
    grade = filters.MultipleChoiceFilter(label=_("Grade"), choices=Grade)
    priority = filters.MultipleChoiceFilter(label=_("Priority"), choices=Priority)
    category = filters.MultipleChoiceFilter(label=_("Category"), method="in_category", choices=category_codes)
    queue = filters.ModelChoiceFilter(label=_("Queue"), queryset=visible(Queue))
    owner = filters.ModelChoiceFilter(label=_("Handler"), queryset=visible(User))
    team = filters.ModelChoiceFilter(label=_("Team"), queryset=visible(Team), method=in_team("team"))
    customer = filters.ModelChoiceFilter(label=_("Customer"), queryset=visible(Customer))
    intake = filters.MultipleChoiceFilter(label=_("Received by"), choices=Intake)
    decision = filters.MultipleChoiceFilter(label=_("Decision"), choices=Decision)
    overdue = filters.BooleanFilter(label=_("Overdue"), method="late", widget=forms.CheckboxInput)
    unassigned = filters.BooleanFilter(label=_("Nobody's"), method="of_nobody", widget=forms.CheckboxInput)
    unanswered = filters.BooleanFilter(
        label=_("The customer waits for an answer"), method="with_last_word", widget=forms.CheckboxInput
    )
    escalated = filters.BooleanFilter(label=_("Escalated"), method="above", widget=forms.CheckboxInput)
    converted = filters.BooleanFilter(
        label=_("Turned over from the other kind"), method="turned", widget=forms.CheckboxInput
    )

    class Meta:
        model = Complaint
        fields: list[str] = []

    @classmethod
    def get_filters(cls) -> Any:
        """Add the two days; `from` is a word of the language and cannot be an attribute."""
        return {**super().get_filters(), **cls.days}

    def of_number(self, rows: Any, name: str, value: str) -> Any:
        """The one that has the number, or had it before it was turned over."""
        return rows.numbered(value)

    def in_category(self, rows: Any, name: str, value: list[str]) -> Any:
        """Those of one of the categories, or of one below it."""
        return rows.filter(category__code__in=with_those_below(value)) if value else rows

    def turned(self, rows: Any, name: str, value: bool) -> Any:
        """Those that were of the other kind before."""
        return rows.exclude(former_number="") if value else rows

    def only_open(self, rows: Any, name: str, value: bool) -> Any:
        """Those for which somebody still has to do something."""
        return rows.filter(state__in=OPEN) if value else rows

    def late(self, rows: Any, name: str, value: bool) -> Any:
        """Those of which something is late; a box that is not ticked filters nothing."""
        return rows.overdue(timezone.now()) if value else rows

    def of_nobody(self, rows: Any, name: str, value: bool) -> Any:
        """Those that nobody handles."""
        return rows.filter(owner__isnull=True, state=State.NEW) if value else rows

    def with_last_word(self, rows: Any, name: str, value: bool) -> Any:
        """Those in which the customer said something that nobody has answered."""
        return rows.filter(unanswered_since__isnull=False) if value else rows

    def above(self, rows: Any, name: str, value: bool) -> Any:
        """Those of which some level has fired."""
        return rows.filter(level__gt=0) if value else rows


class WorkOrderFilterSet(ScopedFilterSet):
    """Work orders."""

    q = filters.CharFilter(label=_("Search"), method="search")
    state = filters.MultipleChoiceFilter(label=_("State"), choices=WorkState)
    team = filters.ModelChoiceFilter(label=_("Team"), queryset=visible(Team), method=in_team("team"))
    owner = filters.ModelChoiceFilter(label=_("Done by"), queryset=visible(User))
    overdue = filters.BooleanFilter(label=_("Overdue"), method="late", widget=forms.CheckboxInput)

    class Meta:
        model = WorkOrder
        fields: list[str] = []

    def late(self, rows: Any, name: str, value: bool) -> Any:
        """Open ones whose time has passed."""
        return rows.overdue(timezone.now()) if value else rows


class EntryFilterSet(ScopedFilterSet):
    """Lines of the log."""

    complaint = filters.ModelChoiceFilter(label=_("Case"), queryset=visible(Complaint))
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=EntryKind)

    class Meta:
        model = Entry
        fields: list[str] = []


class ClockFilterSet(ScopedFilterSet):
    """Deadlines."""

    complaint = filters.ModelChoiceFilter(label=_("Case"), queryset=visible(Complaint))
    kind = filters.MultipleChoiceFilter(label=_("Clock"), choices=ClockKind)
    state = filters.MultipleChoiceFilter(label=_("State"), choices=ClockState)

    class Meta:
        model = Clock
        fields: list[str] = []


class EscalationFilterSet(ScopedFilterSet):
    """Levels."""

    complaint = filters.ModelChoiceFilter(label=_("Case"), queryset=visible(Complaint))
    state = filters.MultipleChoiceFilter(label=_("State"), choices=EscalationState)
    set_aside = filters.BooleanFilter(label=_("Set aside"), method="filter_set_aside")

    class Meta:
        model = Escalation
        fields: list[str] = []

    def filter_set_aside(self, rows: EscalationQuerySet, _name: str, value: bool) -> EscalationQuerySet:
        """Those that failed too often, or all others."""
        aside = rows.set_aside()
        return aside if value else rows.exclude(pk__in=aside.values("pk"))


class QueueFilterSet(ScopedFilterSet):
    """Queues."""

    kind = filters.ChoiceFilter(label=_("Kind"), choices=CaseKind)

    class Meta:
        model = Queue
        fields: list[str] = []


class CategoryFilterSet(ScopedFilterSet):
    """Categories."""

    kind = filters.ChoiceFilter(label=_("Kind"), choices=CaseKind)
    code = filters.CharFilter(label=_("Code"))

    class Meta:
        model = Category
        fields: list[str] = []
