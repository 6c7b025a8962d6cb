"""Filters by which figures of satisfaction lead to the call-backs behind them; set by links."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from complaints.choices.learning import CrisisKind, CrisisState
from complaints.domain.taxonomy import newest_categories
from complaints.models import Affected
from core.filters import ScopedFilterSet, visible
from core.models import Team
from customers.filter_kinds import SinceFilter, UntilFilter
from customers.models import Customer


def _codes() -> list[tuple[str, Any]]:
    return [(code, row.name) for code, row in newest_categories().items()]


class AnswerFilters(ScopedFilterSet):
    """What the list of call-backs offers beside its own filters."""

    team = filters.ModelChoiceFilter(
        label=_("Team"), field_name="complaint__team", queryset=visible(Team), widget=forms.HiddenInput
    )
    category = filters.MultipleChoiceFilter(
        label=_("Category"),
        field_name="complaint__category__code",
        choices=_codes,
        widget=forms.MultipleHiddenInput,
    )
    customer = filters.ModelChoiceFilter(
        label=_("Customer"),
        field_name="complaint__customer",
        queryset=visible(Customer),
        widget=forms.HiddenInput,
    )
    crisis_kind = filters.ChoiceFilter(
        label=_("Type of crisis"), choices=CrisisKind, method="in_crisis", widget=forms.HiddenInput
    )
    scored = filters.BooleanFilter(label=_("With a score"), method="with_score", widget=forms.HiddenInput)
    done_from = SinceFilter(label=_("Answered from"), field_name="done_at")
    done_to = UntilFilter(label=_("Answered until"), field_name="done_at")
    received_from = SinceFilter(
        label=_("Received from"), field_name="complaint__received_at", widget=forms.HiddenInput
    )
    received_to = UntilFilter(
        label=_("Received until"), field_name="complaint__received_at", widget=forms.HiddenInput
    )

    def in_crisis(self, rows: Any, name: str, value: str) -> Any:
        """Those of cases that belong to a crisis of the type."""
        found = Affected.objects.filter(complaint=OuterRef("complaint"), crisis__kind=value)
        return rows.filter(Exists(found.exclude(crisis__state=CrisisState.DISMISSED)))

    def with_score(self, rows: Any, name: str, value: bool) -> Any:
        """Those in which the customer said how content they are with the result."""
        return rows.filter(result_score__isnull=False) if value else rows
