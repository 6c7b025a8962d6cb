"""The base of every FilterSet: one description of filters for the page, the API and the export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.forms import CheckboxInput, Field
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import display
from core.access import sees_field
from core.choices import Currency
from core.models import Absence, Schedule, Team, User
from core.notices import MailState, kind_choices
from core.roles import Role
from core.search.matching import matching_rows
from core.view_tokens import Reader, in_words, is_token, resolved
from core.zones import zone_of

#: Parameters of a list that are no filters.
LIST_PARAMETERS = frozenset(
    {"sort", "cursor", "count", "page_size", "format", "view", "changed", "columns", "sheet"}
)
#: Of these, what says only which part of a list is shown, and how.
PLACES = frozenset({"sort", "cursor", "count", "page_size", "format"})
#: A number with more digits does not fit into the databases' widest integer.
MOST_DIGITS = 18


@dataclass(frozen=True)
class Asker:
    """Stands in for a request where there is none: an export in the background has only a person."""

    user: Any


def visible(model: type[models.Model], action: str = "view") -> Callable[[Any], models.QuerySet[Any]]:
    """Return the `queryset` of a ModelChoiceFilter that offers only rows the asking person may see."""

    def rows(request: Any) -> models.QuerySet[Any]:
        manager: Any = model._default_manager
        found: models.QuerySet[Any] = (
            manager.none() if request is None else manager.visible_to(request.user, action)
        )
        return found

    return rows


class SaneNumbers:
    """Several records by number. A number that no database holds is no choice, rather than an error there."""

    error_messages: Any

    def _check_values(self, value: Any) -> Any:
        for number in value if isinstance(value, list | tuple) else ():
            if len(str(number)) > MOST_DIGITS:
                shown = {"value": str(number)[:MOST_DIGITS]}
                raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", shown)
        return super()._check_values(value)  # type: ignore[misc]


class SeveralField(SaneNumbers, django_filters.fields.ModelMultipleChoiceField):  # type: ignore[misc]
    """Several records to filter by."""


class SeveralFilter(django_filters.ModelMultipleChoiceFilter):  # type: ignore[misc]
    """Rows that belong to one of several records."""

    field_class = SeveralField


def _is_open(user: Any, model: type[models.Model], one: Any) -> bool:
    return sees_field(user, model, str(one.field_name or ""))


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]
    """A day within the range that records can have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        bounds = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2199, 12, 31))]
        super().__init__(*args, validators=bounds, **kwargs)


class ScopedFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    """A FilterSet that knows who asks, and can say in words what it filters."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        queryset: models.QuerySet[Any] | None = None,
        *,
        request: Any = None,
        prefix: str | None = None,
        user: Any = None,
    ) -> None:
        if request is None and user is not None:
            request = Asker(user)
        self.user = user if user is not None else getattr(request, "user", None)
        #: What was asked for, with its tokens; the form is bound to what they mean today.
        self.asked = data
        super().__init__(data=self._resolved(data), queryset=queryset, request=request, prefix=prefix)
        model = self._meta.model
        if self.user is not None and model is not None:
            # A filter that finds what the reader may not read would tell it by trial.
            for name in [name for name, one in self.filters.items() if not _is_open(self.user, model, one)]:
                del self.filters[name]

    def _resolved(self, data: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """Return the parameters with the tokens replaced by what they mean to this person today."""
        if data is None or self.user is None or not getattr(self.user, "is_authenticated", False):
            return data
        lists = data.lists() if isinstance(data, MultiValueDict) else data.items()
        values = {key: value if isinstance(value, list) else [value] for key, value in lists}
        if not any(is_token(str(one)) for value in values.values() for one in value):
            return data
        reader, query = reader_of(self.user), QueryDict(mutable=True)
        for key, value in values.items():
            is_end = self.is_end(key)
            query.setlist(key, [resolved(str(one), reader, is_end=is_end) for one in value])
        return query

    def is_end(self, name: str) -> bool:
        """Tell whether a filter asks "until": a period then stands for its last day."""
        found = self.base_filters.get(name)
        return found is not None and (getattr(found, "is_end", False) or found.lookup_expr in {"lt", "lte"})

    def search(self, rows: Any, name: str, value: str) -> Any:
        """Rows that match the text, as far as the asking person may read what matches: `method="search"`."""
        return matching_rows(rows, value, self.user)

    def chips(self) -> list[tuple[str, str]]:
        """Return (what is filtered, query string without it) for every filter in use."""
        shown = []
        for name in self.filters:
            parameters = self._parameters(name)
            if parameters:
                shown.append((self.chip_label(name), self._query_without(parameters)))
        return shown

    def parameters(self) -> dict[str, list[str]]:
        """Return the parameters in use, sorted: what a cursor and an export are bound to."""
        data = self._data()
        names = sorted({key for name in self.filters for key in self._parameters(name)})
        return {name: data.getlist(name) for name in names}

    def _data(self) -> MultiValueDict[str, Any]:
        data = self.asked or {}
        if isinstance(data, MultiValueDict):
            return data
        return MultiValueDict({k: v if isinstance(v, list) else [v] for k, v in data.items()})

    def _parameters(self, name: str) -> list[str]:
        """Return the parameters of one filter that hold something; a range has two of them."""
        field = self.form.fields[name]
        suffixes = getattr(field.widget, "suffixes", None)
        full = self.form.add_prefix(name)
        names = [f"{full}_{suffix}" for suffix in suffixes] if suffixes else [full]
        data = self._data()
        return [key for key in names if any(str(value).strip() for value in data.getlist(key))]

    def chip_label(self, name: str) -> str:
        """Return what a filter in use says: "Owner: me"."""
        field = self.form.fields[name]
        label = field.label or name
        if not self.is_valid() and name in self.form.errors:
            raw = ", ".join(
                str(value) for key in self._parameters(name) for value in self._data().getlist(key)
            )
            return gettext("%(label)s: “%(value)s” is not understood") % {"label": label, "value": raw[:40]}
        tokens = self._tokens_in_words(name)
        if tokens:
            return f"{label}: {tokens}"
        value = self.form.cleaned_data.get(name)
        if isinstance(value, bool) and value:
            return str(label) if isinstance(field.widget, CheckboxInput) else f"{label}: {gettext('Yes')}"
        return f"{label}: {_value_in_words(value, field)}"

    def _tokens_in_words(self, name: str) -> str:
        """Return the value in words where it is made of tokens: "me", "this quarter"."""
        values = [str(one) for key in self._parameters(name) for one in self._data().getlist(key) if one]
        return ", ".join(in_words(one) for one in values) if values and all(map(is_token, values)) else ""

    def _query_without(self, parameters: Iterable[str]) -> str:
        query = QueryDict(mutable=True)
        gone = {*parameters, "cursor", "count"}
        for key, values in self._data().lists():
            if key not in gone:
                query.setlist(key, [value for value in values if value != ""])
        if "view" in query:
            query["changed"] = "1"
        return f"?{query.urlencode()}"


def reader_of(user: Any) -> Reader:
    """Return who reads a list, for the tokens in its filters."""
    return Reader(user.pk, user.team_id, timezone.localdate(timezone=zone_of(user)))


def _value_in_words(value: Any, field: Field) -> str:
    if isinstance(value, slice):
        return _range_in_words(value, field)
    if isinstance(value, str):
        return _choice_label(value, field)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, datetime | date):
        return display.format_day(value)
    if isinstance(value, Decimal | float | int):
        return _number_in_words(value)
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, Iterable):
        return ", ".join(_value_in_words(item, field) for item in value)
    return str(value)


def _number_in_words(value: Decimal | float | int) -> str:
    number = Decimal(str(value)).normalize()
    exponent = number.as_tuple().exponent
    return display.format_number(number, max(0, -exponent) if isinstance(exponent, int) else 0)


def _range_in_words(value: slice, field: Field) -> str:
    if value.start is None:
        return gettext("up to %(value)s") % {"value": _value_in_words(value.stop, field)}
    if value.stop is None:
        return gettext("from %(value)s") % {"value": _value_in_words(value.start, field)}
    return f"{_value_in_words(value.start, field)}–{_value_in_words(value.stop, field)}"


def _choice_label(value: str, field: Field) -> str:
    for key, label in getattr(field, "choices", ()):
        if isinstance(label, list | tuple):
            for inner, inner_label in label:
                if str(inner) == value:
                    return str(inner_label)
        elif str(key) == value:
            return str(label)
    return value


# ---- the platform's own lists -----------------------------------------------------------------------
#: What a filter offers that asks yes or no.
YES_NO = [("true", _("Yes")), ("false", _("No"))]


class UserFilterSet(ScopedFilterSet):
    """Who works here."""

    q = django_filters.CharFilter(label=_("Search"), method="search")
    role = django_filters.ChoiceFilter(label=_("Role"), choices=Role.choices, field_name="groups__name")
    team = django_filters.ModelChoiceFilter(label=_("Team and below"), queryset=visible(Team), method="below")
    active = django_filters.ChoiceFilter(label=_("May sign in"), choices=YES_NO, method="by_active")
    is_service = django_filters.ChoiceFilter(label=_("Service"), choices=YES_NO, method="by_service")

    def below(self, rows: Any, name: str, value: Team) -> Any:
        """Members of the team and of the teams below it."""
        return rows.filter(team__in=Team.objects.ids_below(value.pk))

    def by_active(self, rows: Any, name: str, value: str) -> Any:
        """Users who may sign in, or who may not."""
        return rows.filter(is_active=value == "true")

    def by_service(self, rows: Any, name: str, value: str) -> Any:
        """Services, or members of staff."""
        return rows.filter(is_service=value == "true")


class TeamFilterSet(ScopedFilterSet):
    """Teams."""

    name = django_filters.CharFilter(label=_("Name"), lookup_expr="icontains", max_length=100)
    parent = django_filters.ModelChoiceFilter(label=_("Belongs to"), queryset=visible(Team))
    lead = django_filters.ModelChoiceFilter(label=_("Lead"), queryset=visible(User))

    class Meta:
        model = Team
        fields: list[str] = []


class AbsenceFilterSet(ScopedFilterSet):
    """Who is away, and who stands in."""

    user = django_filters.ModelChoiceFilter(label=_("Person"), queryset=visible(User))
    deputy = django_filters.ModelChoiceFilter(label=_("Deputy"), queryset=visible(User))
    on = DayFilter(label=_("Away on"), method="by_day")

    class Meta:
        model = Absence
        fields: list[str] = []

    def by_day(self, rows: Any, name: str, value: date) -> Any:
        """Absences that hold on the day."""
        return rows.running(value)


class ScheduleFilterSet(ScopedFilterSet):
    """Recurring jobs."""

    is_enabled = django_filters.BooleanFilter(label=_("Switched on"))

    class Meta:
        model = Schedule
        fields: list[str] = []


class NotificationFilterSet(ScopedFilterSet):
    """One's own messages."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=kind_choices)
    unread = django_filters.BooleanFilter(label=_("Unread only"), method="only_unread", widget=CheckboxInput)

    def only_unread(self, rows: Any, name: str, value: bool) -> Any:
        """Messages that were not opened yet."""
        return rows.unread() if value else rows


class OutgoingMailFilterSet(ScopedFilterSet):
    """E-mails by what became of them."""

    state = django_filters.MultipleChoiceFilter(label=_("State"), choices=MailState.choices)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=kind_choices)


class ExchangeRateFilterSet(ScopedFilterSet):
    """Rates."""

    currency = django_filters.ChoiceFilter(label=_("Currency"), choices=Currency.choices)
