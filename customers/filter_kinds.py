"""Kinds of filters that several lists share."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef, QuerySet

from core.filters import DayFilter
from core.models import Team
from core.zones import midnight
from customers.models import Customer, Tag
from customers.rules import MAX_AMOUNT


class AmountFilter(filters.NumberFilter):  # type: ignore[misc]
    """A number that the money columns can be compared with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        bounds = [MinValueValidator(-MAX_AMOUNT), MaxValueValidator(MAX_AMOUNT)]
        super().__init__(*args, validators=bounds, **kwargs)


class ShareFilter(filters.NumberFilter):  # type: ignore[misc]
    """A probability between 0 and 1."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, validators=[MinValueValidator(0), MaxValueValidator(1)], **kwargs)


class SinceFilter(DayFilter):
    """A moment on the day or later, in the reader's zone. Compared as stored, so that an index serves."""

    def filter(self, rows: Any, value: date | None) -> Any:
        """Narrow the rows."""
        return rows if value is None else rows.filter(**{f"{self.field_name}__gte": midnight(value)})


class UntilFilter(DayFilter):
    """A moment on the day or earlier."""

    is_end = True

    def filter(self, rows: Any, value: date | None) -> Any:
        """Narrow the rows."""
        if value is None:
            return rows
        return rows.filter(**{f"{self.field_name}__lt": midnight(value + timedelta(days=1))})


class _OpenChoiceField(forms.MultipleChoiceField):
    """Named values where names are known; a key that nobody named finds its rows, or none."""

    def valid_value(self, value: Any) -> bool:
        return len(str(value)) <= 40 and "\0" not in str(value)


class SegmentFilter(filters.MultipleChoiceFilter):  # type: ignore[misc]
    """One or several segments."""

    field_class = _OpenChoiceField


def in_team(path: str) -> Any:
    """Return a filter method: rows of the team at `path`, or of a team below it."""

    def narrow(rows: QuerySet[Any], _name: str, value: Team) -> QuerySet[Any]:
        return rows.filter(**{f"{path}__in": Team.objects.ids_below(value.pk)})

    return narrow


def with_tag(path: str) -> Any:
    """Return a filter method: rows whose customer, named by the column `path`, has one of the tags."""

    def narrow(rows: QuerySet[Any], _name: str, value: list[Tag]) -> QuerySet[Any]:
        if not value:
            return rows
        links = Customer.tags.through.objects.filter(
            customer=OuterRef(path), tag__in=[tag.pk for tag in value]
        )
        return rows.filter(Exists(links))

    return narrow
