"""Filters of portraits and of likely complainers: one FilterSet for the page, the API and the export."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.choices.foresight import Attribute, Method, PortraitKind, Sign
from complaints.models import Forecast, LikelyComplainer, Portrait, PortraitTrait
from core.filters import ScopedFilterSet, visible
from core.models import Team, User
from customers.choices import Tier
from customers.filter_kinds import in_team
from customers.models import Customer


class PortraitFilterSet(ScopedFilterSet):
    """Portraits."""

    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=PortraitKind)

    class Meta:
        model = Portrait
        fields: list[str] = []


class TraitFilterSet(ScopedFilterSet):
    """Traits."""

    portrait = filters.ModelChoiceFilter(label=_("Portrait"), queryset=visible(Portrait))
    attribute = filters.MultipleChoiceFilter(label=_("Attribute"), choices=Attribute)
    is_clear = filters.BooleanFilter(label=_("Clear only"), method="clear_only", widget=forms.CheckboxInput)

    class Meta:
        model = PortraitTrait
        fields: list[str] = []

    def clear_only(self, rows: Any, name: str, value: bool) -> Any:
        """Those that stand among all that were looked at."""
        return rows.filter(is_clear=True) if value else rows


class LikelyFilterSet(ScopedFilterSet):
    """Likely complainers of the latest run."""

    sign = filters.ChoiceFilter(label=_("Reason"), choices=Sign, method="with_sign")
    tier = filters.MultipleChoiceFilter(label=_("Tier"), field_name="customer__tier", choices=Tier)
    owner = filters.ModelChoiceFilter(label=_("Owner"), field_name="customer__owner", queryset=visible(User))
    team = filters.ModelChoiceFilter(
        label=_("Team"), queryset=visible(Team), method=in_team("customer__team")
    )
    untouched = filters.BooleanFilter(
        label=_("Without a task"), method="without_task", widget=forms.CheckboxInput
    )
    customer = filters.ModelChoiceFilter(
        label=_("Customer"), queryset=visible(Customer), widget=forms.HiddenInput
    )

    class Meta:
        model = LikelyComplainer
        fields: list[str] = []

    def with_sign(self, rows: Any, name: str, value: str) -> Any:
        """Those for whom the sign speaks."""
        return rows.filter(signs__contains=f"|{value}|")

    def without_task(self, rows: Any, name: str, value: bool) -> Any:
        """Those whom nobody was asked to call."""
        return rows.filter(task__isnull=True) if value else rows


class ForecastFilterSet(ScopedFilterSet):
    """Runs."""

    method = filters.MultipleChoiceFilter(label=_("Made by"), choices=Method)

    class Meta:
        model = Forecast
        fields: list[str] = []
