"""Filters of the audit page, its export, and how far back each may look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.apps import apps
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.access import role_table
from core.audit_lines import kind_name, subject_kinds
from core.choices import AuditAction, Via
from core.filters import DayFilter, ScopedFilterSet, visible
from core.models import AuditEntry, User
from core.zones import zone_of

PERIODS = [
    ("today", _("Today")),
    ("7d", _("Last 7 days")),
    ("30d", _("Last 30 days")),
    ("90d", _("Last 90 days")),
    ("365d", _("Last 365 days")),
    ("all", _("Any time")),
]
USUAL_PERIOD = "30d"
#: No index finds a piece of a name or a field in a million lines: such searches look back this far.
LONGEST_SCAN = timedelta(days=92)


def changed_fields() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (kind of record, [(kind:field, label)]) for every field whose changes are kept."""
    found = []
    for label in role_table():
        fields = [
            (f"{label}:{field.name}", str(capfirst(str(field.verbose_name))))
            for field in apps.get_model(label)._meta.concrete_fields
            if field.editable and not field.primary_key
        ]
        found.append((kind_name(label), sorted(fields, key=lambda pair: pair[1])))
    return sorted(found)


class AuditFilterForm(forms.Form):
    """Refuses searches that no index answers over a long time."""

    def clean(self) -> dict[str, Any]:
        """Ask for a shorter period, or one record, where pieces of names or fields are looked for."""
        data = super().clean() or {}
        scans = data.get("q") or data.get("field")
        if scans and not data.get("subject_id") and _reaches_far(data):
            self.add_error(
                "period",
                _("To search by name or field, choose at most 92 days, or the number of one record."),
            )
        return data


def _reaches_far(data: Mapping[str, Any]) -> bool:
    since, until = data.get("since"), data.get("until")
    if since:
        return bool((until or timezone.localdate()) - since > LONGEST_SCAN)
    return data.get("period") in ("365d", "all", "") or data.get("period") is None


class AuditFilterSet(ScopedFilterSet):
    """Who did what to which record, when, from where. Without a period or a record: the last 30 days."""

    period = django_filters.ChoiceFilter(
        label=_("Period"), choices=PERIODS, method="in_period", empty_label=None
    )
    since = DayFilter(label=_("From"), method="from_day", widget=forms.DateInput(attrs={"type": "date"}))
    until = DayFilter(label=_("To"), method="to_day", widget=forms.DateInput(attrs={"type": "date"}))
    actor = django_filters.ModelChoiceFilter(label=_("Who"), queryset=visible(User))
    action = django_filters.MultipleChoiceFilter(label=_("What"), choices=AuditAction.choices)
    subject_type = django_filters.ChoiceFilter(label=_("Kind of record"), choices=subject_kinds)
    subject_id = django_filters.NumberFilter(label=_("Record number"), min_value=1, max_value=2**63 - 1)
    q = django_filters.CharFilter(
        label=_("Name of the record"), field_name="subject_label", lookup_expr="icontains", max_length=100
    )
    field = django_filters.ChoiceFilter(label=_("Changed field"), choices=changed_fields, method="by_field")
    address = django_filters.CharFilter(label=_("Address"), max_length=45)
    via = django_filters.ChoiceFilter(label=_("Acting via"), choices=Via.choices)

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()
        form = AuditFilterForm

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_with_period(data), *args, **kwargs)

    def chips(self) -> list[tuple[str, str]]:
        """Return the chips; taking the period away shows any time."""
        shown = []
        for label, query in super().chips():
            rest = QueryDict(query.removeprefix("?"), mutable=True)
            if not any(rest.get(name) for name in ("period", "since", "until", "subject_id")):
                rest["period"] = "all"
            shown.append((label, f"?{rest.urlencode()}"))
        return shown

    @property
    def _person(self) -> Any:
        return self.user

    def in_period(self, rows: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        """Lines of the last days."""
        if value == "all":
            return rows
        if value == "today":
            today = timezone.localdate(timezone=zone_of(self._person))
            return rows.filter(at__gte=_start_of(today, self.user))
        return rows.filter(at__gte=timezone.now() - timedelta(days=int(value.removesuffix("d"))))

    def from_day(self, rows: models.QuerySet[Any], name: str, value: date) -> models.QuerySet[Any]:
        """Lines of that day or later, in the zone of the person."""
        return rows.filter(at__gte=_start_of(value, self.user))

    def to_day(self, rows: models.QuerySet[Any], name: str, value: date) -> models.QuerySet[Any]:
        """Lines of that day or earlier, in the zone of the person."""
        return rows.filter(at__lt=_start_of(value + timedelta(days=1), self.user))

    def by_field(self, rows: models.QuerySet[Any], name: str, value: str) -> models.QuerySet[Any]:
        """Lines about that kind of record in which that field changed."""
        kind, _colon, field = value.partition(":")
        return rows.filter(subject_type=kind, changes__has_key=field)


def _with_period(data: Mapping[str, Any] | None) -> QueryDict:
    """Bound what is asked for in time, unless it is about one record or says from when on."""
    query = QueryDict(mutable=True)
    if isinstance(data, QueryDict):
        query = data.copy()
    else:
        for name, value in (data or {}).items():
            query.setlist(name, value if isinstance(value, list) else [value])
    if not any(query.get(name) for name in ("period", "since", "until", "subject_id")):
        query["period"] = USUAL_PERIOD
    return query


def _start_of(day: date, user: Any) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone_of(user))
