"""Filters of the API tokens."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import Q
from django.forms import CheckboxSelectMultiple, DateInput
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import TokenState
from core.filters import YES_NO, DayFilter, ScopedFilterSet, visible
from core.forms import scope_choices
from core.models import ApiToken, User
from core.zones import midnight


class TokenFilterSet(ScopedFilterSet):
    """Tokens by whose they are, what they may do and what became of them."""

    q = django_filters.CharFilter(label=_("Search"), method="by_text", max_length=100)
    state = django_filters.MultipleChoiceFilter(
        label=_("State"), choices=TokenState.choices, method="by_state", widget=CheckboxSelectMultiple
    )
    user = django_filters.ModelChoiceFilter(label=_("Acts as"), queryset=visible(User))
    service = django_filters.ChoiceFilter(label=_("Of a service"), choices=YES_NO, method="by_service")
    scope = django_filters.ChoiceFilter(label=_("Scope"), choices=scope_choices, method="by_scope")
    expires_to = DayFilter(
        label=_("Expires by"), lookup_expr="lte", method="to_day", widget=DateInput(attrs={"type": "date"})
    )

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = ()

    def by_text(self, rows: Any, name: str, value: str) -> Any:
        """Tokens of that name or beginning, and those of people of that name."""
        text = value.strip()
        return rows.filter(
            Q(name__icontains=text) | Q(prefix__startswith=text) | Q(user__full_name__icontains=text)
        )

    def by_state(self, rows: Any, name: str, value: list[str]) -> Any:
        """Tokens in one of these states."""
        return rows.with_state(timezone.now()).filter(state__in=value) if value else rows

    def by_service(self, rows: Any, name: str, value: str) -> Any:
        """Tokens of services, or of members of staff."""
        return rows.filter(user__is_service=value == "true")

    def by_scope(self, rows: Any, name: str, value: str) -> Any:
        """Tokens with that scope."""
        return rows.with_scope(value)

    def to_day(self, rows: Any, name: str, value: date) -> Any:
        """Tokens that end on that day or earlier."""
        return rows.filter(expires_at__lt=midnight(value + timedelta(days=1)))
