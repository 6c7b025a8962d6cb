"""Filters of letters, designations and legal references: one FilterSet for page, API and export."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import Decision
from complaints.choices.conduct import DesignationState, Scope
from complaints.choices.letters import LetterLanguage, LetterState
from complaints.choices.references import Jurisdiction, ReferenceKind
from complaints.models import Complaint, ConductCriterion, DecisionLetter, Designation, LegalReference
from core.filters import ScopedFilterSet, visible
from customers.filter_kinds import SinceFilter, UntilFilter
from customers.models import Customer


class LetterFilterSet(ScopedFilterSet):
    """Decision letters."""

    q = filters.CharFilter(label=_("Search"), method="search")
    state = filters.MultipleChoiceFilter(label=_("State"), choices=LetterState)
    decision = filters.MultipleChoiceFilter(label=_("Decision"), choices=Decision)
    language = filters.MultipleChoiceFilter(label=_("Language"), choices=LetterLanguage)
    complaint = filters.ModelChoiceFilter(
        label=_("Case"), queryset=visible(Complaint), method="about", widget=forms.HiddenInput
    )
    customer = filters.ModelChoiceFilter(
        label=_("Customer"),
        field_name="complaint__customer",
        queryset=visible(Customer),
        widget=forms.HiddenInput,
    )
    issued_from = SinceFilter(label=_("Issued since"), field_name="issued_at")
    issued_to = UntilFilter(label=_("Issued until"), field_name="issued_at")

    class Meta:
        model = DecisionLetter
        fields: list[str] = []

    def about(self, rows: Any, name: str, value: Complaint) -> Any:
        """Those that left from a case, and those about it from while another one had taken it in."""
        return rows.about(value)


class DesignationFilterSet(ScopedFilterSet):
    """Designations."""

    state = filters.MultipleChoiceFilter(label=_("State"), choices=DesignationState)
    scope = filters.MultipleChoiceFilter(label=_("What is designated"), choices=Scope)
    criterion = filters.ModelChoiceFilter(
        label=_("Criterion"), field_name="criteria", queryset=visible(ConductCriterion)
    )
    objected = filters.BooleanFilter(
        label=_("Objection to review"), method="with_objection", widget=forms.CheckboxInput
    )
    complaint = filters.ModelChoiceFilter(
        label=_("Case"), queryset=visible(Complaint), widget=forms.HiddenInput
    )
    customer = filters.ModelChoiceFilter(
        label=_("Customer"),
        field_name="complaint__customer",
        queryset=visible(Customer),
        widget=forms.HiddenInput,
    )

    class Meta:
        model = Designation
        fields: list[str] = []

    def with_objection(self, rows: Any, name: str, value: bool) -> Any:
        """Those with an objection that nobody has reviewed."""
        return rows.filter(objections__outcome="") if value else rows


class CriterionFilterSet(ScopedFilterSet):
    """Criteria of unreasonable conduct."""

    is_active = filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = ConductCriterion
        fields: list[str] = []


class ReferenceFilterSet(ScopedFilterSet):
    """Legal references."""

    q = filters.CharFilter(label=_("Search"), method="search_names")
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=ReferenceKind)
    jurisdiction = filters.MultipleChoiceFilter(label=_("Where it is in force"), choices=Jurisdiction)
    on = filters.DateFilter(label=_("In force on"), method="holding_on")
    ended = filters.BooleanFilter(label=_("No longer in force"), method="over", widget=forms.CheckboxInput)

    class Meta:
        model = LegalReference
        fields: list[str] = []

    def search_names(self, rows: Any, name: str, value: str) -> Any:
        """By code, article, text, or a name in any language."""
        found = Q()
        for field in ("code", "article", "excerpt", "name_en", "name_zh_hans", "name_zh_hant"):
            found |= Q(**{f"{field}__icontains": value})
        return rows.filter(found)

    def holding_on(self, rows: Any, name: str, value: Any) -> Any:
        """The versions that hold on a day."""
        return rows.in_force_on(value)

    def over(self, rows: Any, name: str, value: bool) -> Any:
        """The versions that have ended."""
        return rows.filter(in_force_until__lt=timezone.localdate()) if value else rows
