"""Filters by which the figures of portraits lead to their cases; set by links, shown as chips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.fields import DateTimeField
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from complaints.choices.cases import State
from complaints.choices.foresight import OF_CASES, Attribute, History, Spend, Tenure
from complaints.choices.learning import CrisisKind, CrisisState
from complaints.choices.solving import Branch, Gap, RedressState
from complaints.models import Affected, Compensation, Complaint, ComplaintCause, Crisis
from complaints.portraits import SPEND_BOUNDS, TENURE_BOUNDS, years_back
from complaints.trait_words import trait_label
from core.filters import ScopedFilterSet, visible

_COLUMNS = {
    Attribute.TIER: "customer__tier",
    Attribute.SEGMENT: "customer__metrics__segment",
    Attribute.INDUSTRY: "customer__industry",
    Attribute.SIZE: "customer__size",
    Attribute.REGION: "customer__region",
    Attribute.STAGE: "customer__stage",
    Attribute.CHANNEL: "intake",
}


@dataclass(frozen=True)
class AskedTrait:
    """A trait as an address asks for it: `tier:core`."""

    attribute: str
    value: str

    def __str__(self) -> str:
        label = Attribute(self.attribute).label
        return f"{label} · {trait_label(self.attribute, self.value)}"


class TraitField(forms.CharField):
    """A trait, `attribute:value`."""

    def clean(self, value: Any) -> AskedTrait | None:
        """Return it; what names no attribute is refused."""
        text = super().clean(value)
        if not text:
            return None
        attribute, _colon, asked = text.partition(":")
        if attribute not in Attribute.values or not asked:
            raise forms.ValidationError(gettext("This names no trait."))
        return AskedTrait(attribute, asked)


class TraitFilter(filters.CharFilter):  # type: ignore[misc]
    """Complaints whose complainant has a trait."""

    field_class = TraitField

    def filter(self, rows: Any, value: AskedTrait | None) -> Any:
        """Narrow the rows."""
        return rows if value is None else having_trait(rows, value, timezone.localdate())


def having_trait(rows: Any, trait: AskedTrait, day: date) -> Any:
    """Return the complaints that the trait was counted from, as it stands on `day`."""
    if trait.attribute not in OF_CASES:
        rows = rows.filter(customer__totals__last_day__gte=day - timedelta(days=365))
    if trait.attribute in _COLUMNS:
        return rows.filter(**{_COLUMNS[Attribute(trait.attribute)]: trait.value})
    if trait.attribute == Attribute.TENURE:
        return _by_tenure(rows, trait.value, day)
    if trait.attribute == Attribute.SPEND:
        return _by_spend(rows, trait.value)
    return _by_history(rows, trait.value)


def _by_tenure(rows: Any, value: str, day: date) -> Any:
    came = Coalesce("customer__since", "customer__totals__first_day")
    rows = rows.annotate(_came=came).filter(_came__isnull=False)
    bands = [str(band) for _years, band in TENURE_BOUNDS] + [str(Tenure.LONGER)]
    if value not in bands:
        return rows.none()
    place = bands.index(value)
    if place < len(TENURE_BOUNDS):
        rows = rows.filter(_came__gt=years_back(day, TENURE_BOUNDS[place][0]))
    if place:
        rows = rows.filter(_came__lte=years_back(day, TENURE_BOUNDS[place - 1][0]))
    return rows


def _by_spend(rows: Any, value: str) -> Any:
    rows = rows.filter(customer__metrics__as_of__isnull=False)
    if value == Spend.NOTHING:
        return rows.filter(customer__metrics__amount_12m__lte=0)
    bands = [str(band) for _bound, band in SPEND_BOUNDS] + [str(Spend.MORE)]
    if value not in bands:
        return rows.none()
    place = bands.index(value)
    if place < len(SPEND_BOUNDS):
        rows = rows.filter(customer__metrics__amount_12m__lt=SPEND_BOUNDS[place][0])
    if place:
        return rows.filter(customer__metrics__amount_12m__gte=SPEND_BOUNDS[place - 1][0])
    return rows.filter(customer__metrics__amount_12m__gt=0)


def _by_history(rows: Any, value: str) -> Any:
    year_before = ExpressionWrapper(
        OuterRef("received_at") - timedelta(days=365), output_field=DateTimeField()
    )
    earlier = Complaint.objects.complaints().filter(
        Q(received_at__lt=OuterRef("received_at"))
        | Q(received_at=OuterRef("received_at"), pk__lt=OuterRef("pk")),
        customer=OuterRef("customer"),
        received_at__gte=year_before,
    )
    came = Exists(earlier.exclude(state=State.MERGED))
    rows = rows.filter(customer__isnull=False)
    if value == History.RETURNING:
        return rows.filter(came)
    return rows.filter(~came) if value == History.NEW else rows.none()


class PortraitFilters(ScopedFilterSet):
    """What the list of cases offers beside its own filters: hidden in the form, set by links."""

    trait = TraitFilter(label=_("Complainants"), widget=forms.HiddenInput)
    crisis_kind = filters.ChoiceFilter(
        label=_("Type of crisis"), choices=CrisisKind, method="in_crisis", widget=forms.HiddenInput
    )
    crisis = filters.ModelChoiceFilter(
        label=_("Crisis"), queryset=visible(Crisis), field_name="crises__crisis", widget=forms.HiddenInput
    )
    cause = filters.CharFilter(label=_("Cause"), method="of_cause", widget=forms.HiddenInput)
    branch = filters.ChoiceFilter(
        label=_("Bone"), choices=Branch, method="on_branch", widget=forms.HiddenInput
    )
    gap = filters.ChoiceFilter(
        label=_("Service gap"), choices=Gap, method="with_gap", widget=forms.HiddenInput
    )
    reopened = filters.BooleanFilter(label=_("Reopened"), method="opened_again", widget=forms.HiddenInput)
    compensated = filters.BooleanFilter(
        label=_("Compensation given"), method="was_given", widget=forms.HiddenInput
    )

    def in_crisis(self, rows: Any, name: str, value: str) -> Any:
        """Those that belong to a crisis of the type."""
        found = Affected.objects.filter(complaint=OuterRef("pk"), crisis__kind=value)
        return rows.filter(Exists(found.exclude(crisis__state=CrisisState.DISMISSED)))

    def of_cause(self, rows: Any, name: str, value: str) -> Any:
        """Those that the cause made."""
        return rows.filter(Exists(_linked(cause__code=value)))

    def on_branch(self, rows: Any, name: str, value: str) -> Any:
        """Those with a cause on the bone."""
        return rows.filter(Exists(_linked(cause__branch=value)))

    def with_gap(self, rows: Any, name: str, value: str) -> Any:
        """Those with the gap, by their investigation, else by their causes."""
        unsaid = Q(investigation__isnull=True) | Q(investigation__gap="")
        return rows.filter(Q(investigation__gap=value) | (unsaid & Exists(_linked(cause__gap=value))))

    def opened_again(self, rows: Any, name: str, value: bool) -> Any:
        """Those that were opened again."""
        return rows.filter(cycle__gt=1) if value else rows

    def was_given(self, rows: Any, name: str, value: bool) -> Any:
        """Those whose customer got something."""
        given = Compensation.objects.filter(complaint=OuterRef("pk"), state=RedressState.PAID)
        return rows.filter(Exists(given)) if value else rows


def _linked(**values: Any) -> Any:
    return ComplaintCause.objects.filter(complaint=OuterRef("pk"), **values)
