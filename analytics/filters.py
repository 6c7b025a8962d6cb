"""Filters of the package's lists: one FilterSet for the page, the API and the export."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.choices import Grain, Period, RiskLevel, Side, Uses, WarningState
from analytics.models import CaseTally, ChurnWarning, KpiValue, SegmentMap
from complaints.choices.cases import CaseKind
from core.filters import ScopedFilterSet, SeveralFilter, visible
from core.models import Team, User
from customers.choices import Tier
from customers.filter_kinds import in_team, with_tag
from customers.models import Customer, Tag


class WarningFilterSet(ScopedFilterSet):
    """Churn warnings."""

    q = filters.CharFilter(label=_("Search"), method="search")
    state = filters.MultipleChoiceFilter(label=_("State"), choices=WarningState)
    level = filters.MultipleChoiceFilter(label=_("Churn risk"), choices=RiskLevel)
    tier = filters.MultipleChoiceFilter(label=_("Tier"), field_name="customer__tier", choices=Tier)
    owner = filters.ModelChoiceFilter(label=_("Owner"), queryset=visible(User))
    unowned = filters.BooleanFilter(
        label=_("Without an owner"), method="without_owner", widget=forms.CheckboxInput
    )
    team = filters.ModelChoiceFilter(
        label=_("Team"), queryset=visible(Team), method=in_team("customer__team")
    )
    tag = SeveralFilter(label=_("Tag"), queryset=visible(Tag), method=with_tag("customer_id"))
    # No picker of a hundred thousand names: links and the API name the customer.
    customer = filters.ModelChoiceFilter(
        label=_("Customer"), queryset=visible(Customer), widget=forms.HiddenInput
    )
    idle = filters.BooleanFilter(
        label=_("Untouched for 7 days"), method="untouched", widget=forms.CheckboxInput
    )
    looks_lost = filters.BooleanFilter(label=_("Proposed as lost"), method="lost", widget=forms.CheckboxInput)
    opened_since = filters.DateFilter(label=_("Raised since"), field_name="opened_on", lookup_expr="gte")
    opened_before = filters.DateFilter(label=_("Raised before"), field_name="opened_on", lookup_expr="lt")

    class Meta:
        model = ChurnWarning
        fields: list[str] = []

    def without_owner(self, rows: Any, name: str, value: bool) -> Any:
        """Warnings that nobody is responsible for."""
        return rows.filter(owner__isnull=True) if value else rows

    def untouched(self, rows: Any, name: str, value: bool) -> Any:
        """Open warnings that nobody moved for a week."""
        return rows.idle(timezone.now()) if value else rows

    def lost(self, rows: Any, name: str, value: bool) -> Any:
        """Unclosed warnings of customers silent for so long that they look lost."""
        return rows.unclosed().filter(looks_lost=True) if value else rows


class FigureRowsFilterSet(ScopedFilterSet):
    """Customers behind a figure."""

    team = filters.ModelChoiceFilter(label=_("Team"), queryset=visible(Team), method=in_team("team"))
    tag = filters.ModelChoiceFilter(label=_("Tag"), queryset=visible(Tag), field_name="tags")

    class Meta:
        model = Customer
        fields: list[str] = []


class KpiFilterSet(ScopedFilterSet):
    """Stored figures."""

    kpi = filters.CharFilter(label=_("Figure"), lookup_expr="exact")
    on = filters.DateFilter(label=_("As of"))
    since = filters.DateFilter(label=_("Since"), field_name="on", lookup_expr="gte")
    period = filters.ChoiceFilter(label=_("Period"), choices=Period)
    scope = filters.CharFilter(label=_("Scope"), lookup_expr="exact")
    key = filters.CharFilter(label=_("Part"), lookup_expr="exact")

    class Meta:
        model = KpiValue
        fields: list[str] = []


class TallyFilterSet(ScopedFilterSet):
    """Sums of cases."""

    grain = filters.ChoiceFilter(label=_("Length"), choices=Grain)
    on = filters.DateFilter(label=_("First day"))
    since = filters.DateFilter(label=_("Since"), field_name="on", lookup_expr="gte")
    until = filters.DateFilter(label=_("Until"), field_name="on", lookup_expr="lte")
    kind = filters.ChoiceFilter(label=_("Kind"), choices=CaseKind)
    scope = filters.CharFilter(label=_("Scope"), lookup_expr="exact")
    side = filters.ChoiceFilter(label=_("Side"), choices=Side)
    key = filters.CharFilter(label=_("Part"), lookup_expr="exact")

    class Meta:
        model = CaseTally
        fields: list[str] = []


class SegmentMapFilterSet(ScopedFilterSet):
    """Segment maps."""

    is_active = filters.BooleanFilter(label=_("In use"))
    uses = filters.ChoiceFilter(label=_("Scores used"), choices=Uses)

    class Meta:
        model = SegmentMap
        fields: list[str] = []
