"""Filters of the lists: one FilterSet per model for the page, the API and the export."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.validators import RegexValidator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import can
from core.choices import Currency
from core.filters import DayFilter, ScopedFilterSet, SeveralFilter, visible
from core.models import Team, User
from customers import segments, standardise
from customers.choices import (
    Channel,
    Direction,
    Kind,
    OrderKind,
    OrderState,
    Priority,
    ProductKind,
    Relationship,
    Stage,
    TaskState,
    Tier,
)
from customers.filter_kinds import (
    AmountFilter,
    SegmentFilter,
    ShareFilter,
    SinceFilter,
    UntilFilter,
    in_team,
    with_tag,
)
from customers.models import Contact, Customer, Interaction, Metrics, Order, Person, Product, Tag, Task
from customers.picklists import industries, sources

RISK_LEVELS = [("high", _("High")), ("mid", _("Medium")), ("low", _("Low"))]
_SCORES = [(str(score), str(score)) for score in range(1, 10)]
_YES_NO = forms.Select(choices=[("", "—"), ("true", _("Yes")), ("false", _("No"))])


class CustomerFilterSet(ScopedFilterSet):
    """Customers. Filters over figures exist only for those who may see figures."""

    q = filters.CharFilter(label=_("Search"), method="search")
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=Kind)
    owner = filters.ModelChoiceFilter(label=_("Owner"), queryset=visible(User))
    team = filters.ModelChoiceFilter(label=_("Team"), queryset=visible(Team), method=in_team("team"))
    tag = SeveralFilter(label=_("Tag"), queryset=visible(Tag), method=with_tag("pk"))
    stage = filters.MultipleChoiceFilter(label=_("Stage"), choices=Stage)
    tier = filters.MultipleChoiceFilter(label=_("Tier"), choices=Tier)
    relationship = filters.MultipleChoiceFilter(label=_("Relationship"), choices=Relationship)
    industry = filters.MultipleChoiceFilter(label=_("Industry"), choices=industries)
    source = filters.MultipleChoiceFilter(label=_("Source"), choices=sources)
    region = filters.CharFilter(label=_("Region"), lookup_expr="iexact")
    city = filters.CharFilter(label=_("City"), lookup_expr="iexact")
    parent = filters.ModelChoiceFilter(label=_("Part of"), queryset=visible(Customer))
    created_since = SinceFilter(label=_("Created since"), field_name="created_at")
    ordered_since = DayFilter(label=_("Ordered since"), field_name="totals__last_day", lookup_expr="gte")
    ordered_before = DayFilter(label=_("No order since"), field_name="totals__last_day", lookup_expr="lt")
    has_orders = filters.BooleanFilter(label=_("Has orders"), method="having_orders", widget=_YES_NO)
    segment = SegmentFilter(label=_("Segment"), field_name="metrics__segment", choices=segments.names)
    r = filters.ChoiceFilter(label=_("Recency score"), field_name="metrics__r", choices=_SCORES)
    f = filters.ChoiceFilter(label=_("Frequency score"), field_name="metrics__f", choices=_SCORES)
    m = filters.ChoiceFilter(label=_("Monetary score"), field_name="metrics__m", choices=_SCORES)
    rfm = filters.CharFilter(
        label=_("RFM cell"),
        method="in_cell",
        validators=[RegexValidator(r"^[1-9]{2,3}$", _("Two or three digits, such as 54 or 545."))],
    )
    risk = filters.MultipleChoiceFilter(
        label=_("Churn risk"), field_name="metrics__risk_level", choices=RISK_LEVELS
    )
    p_alive_min = ShareFilter(
        label=_("Chance active, at least"), field_name="metrics__p_alive", lookup_expr="gte"
    )
    p_alive_max = ShareFilter(
        label=_("Chance active, below"), field_name="metrics__p_alive", lookup_expr="lt"
    )
    at_stake_min = AmountFilter(
        label=_("Value at stake, at least"), field_name="metrics__value_at_stake", lookup_expr="gte"
    )
    clv_min = AmountFilter(label=_("CLV, at least"), field_name="metrics__clv_12m", lookup_expr="gte")

    FIGURES = (
        "segment",
        "r",
        "f",
        "m",
        "rfm",
        "risk",
        "p_alive_min",
        "p_alive_max",
        "at_stake_min",
        "clv_min",
    )

    class Meta:
        model = Customer
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user is not None and not can(self.user, "view", Metrics):
            for name in self.FIGURES:
                del self.filters[name]

    def having_orders(self, rows: QuerySet[Customer], name: str, value: bool) -> QuerySet[Customer]:
        """Customers with a purchase day, or without any."""
        bought = Q(totals__purchase_days__gt=0)
        return rows.filter(bought if value else ~bought)

    def in_cell(self, rows: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        """Customers of the cell: recency, frequency and, when given, monetary score."""
        paths = ("metrics__r", "metrics__f", "metrics__m")
        return rows.filter(**dict(zip(paths, (int(digit) for digit in value), strict=False)))


class _DatedFilterSet(ScopedFilterSet):
    """A list with a first and a last day, as the parameters `from` and `to`."""

    days: ClassVar[dict[str, filters.DateFilter]] = {}

    @classmethod
    def get_filters(cls) -> Any:
        """Add the two days; `from` is a word of the language and cannot be an attribute."""
        return {**super().get_filters(), **cls.days}


class OrderFilterSet(_DatedFilterSet):
    """Orders and refunds."""

    days: ClassVar[dict[str, filters.DateFilter]] = {
        "from": DayFilter(label=_("From"), field_name="ordered_on", lookup_expr="gte"),
        "to": DayFilter(label=_("To"), field_name="ordered_on", lookup_expr="lte"),
    }
    q = filters.CharFilter(label=_("Search"), method="search")
    customer = filters.ModelChoiceFilter(label=_("Customer"), queryset=visible(Customer))
    owner = filters.ModelChoiceFilter(label=_("Sold by"), queryset=visible(User))
    team = filters.ModelChoiceFilter(
        label=_("Team"), queryset=visible(Team), method=in_team("customer__team")
    )
    tag = SeveralFilter(label=_("Tag of the customer"), queryset=visible(Tag), method=with_tag("customer_id"))
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=OrderKind)
    state = filters.MultipleChoiceFilter(label=_("State"), choices=OrderState)
    currency = filters.MultipleChoiceFilter(label=_("Currency"), choices=Currency)
    product = filters.ModelChoiceFilter(label=_("Product"), queryset=visible(Product), method="of_product")
    amount_min = AmountFilter(label=_("Amount, at least"), field_name="amount_base", lookup_expr="gte")
    amount_max = AmountFilter(label=_("Amount, at most"), field_name="amount_base", lookup_expr="lte")

    class Meta:
        model = Order
        fields: list[str] = []

    def of_product(self, rows: QuerySet[Order], name: str, value: Product) -> QuerySet[Order]:
        """Orders with a line of the product."""
        return rows.filter(Exists(value.order_lines.filter(order=OuterRef("pk"))))


class InteractionFilterSet(_DatedFilterSet):
    """Interactions."""

    days: ClassVar[dict[str, filters.DateFilter]] = {
        "from": SinceFilter(label=_("From"), field_name="occurred_at"),
        "to": UntilFilter(label=_("To"), field_name="occurred_at"),
    }
    q = filters.CharFilter(label=_("Search"), method="search")
    customer = filters.ModelChoiceFilter(label=_("Customer"), queryset=visible(Customer))
    person = filters.ModelChoiceFilter(label=_("With"), queryset=visible(Person))
    by = filters.ModelChoiceFilter(label=_("By"), queryset=visible(User))
    team = filters.ModelChoiceFilter(
        label=_("Team"), queryset=visible(Team), method=in_team("customer__team")
    )
    channel = filters.MultipleChoiceFilter(label=_("Channel"), choices=Channel)
    direction = filters.ChoiceFilter(label=_("Began"), choices=Direction)

    class Meta:
        model = Interaction
        fields: list[str] = []


class TaskFilterSet(ScopedFilterSet):
    """Tasks."""

    q = filters.CharFilter(label=_("Search"), method="search")
    customer = filters.ModelChoiceFilter(label=_("Customer"), queryset=visible(Customer))
    owner = filters.ModelChoiceFilter(label=_("Owner"), queryset=visible(User))
    team = filters.ModelChoiceFilter(label=_("Team"), queryset=visible(Team), method=in_team("team"))
    state = filters.MultipleChoiceFilter(label=_("State"), choices=TaskState)
    priority = filters.MultipleChoiceFilter(label=_("Priority"), choices=Priority)
    due_from = DayFilter(label=_("Due from"), field_name="due_on", lookup_expr="gte")
    due_to = DayFilter(label=_("Due until"), field_name="due_on", lookup_expr="lte")
    overdue = filters.BooleanFilter(label=_("Overdue"), method="late", widget=forms.CheckboxInput)

    class Meta:
        model = Task
        fields: list[str] = []

    def late(self, rows: Any, name: str, value: bool) -> Any:
        """Open tasks whose day has passed; a box that is not ticked filters nothing."""
        return rows.overdue(timezone.localdate()) if value else rows


class ContactFilterSet(ScopedFilterSet):
    """Places of persons at customers."""

    q = filters.CharFilter(label=_("Search"), method="search")
    customer = filters.ModelChoiceFilter(label=_("Customer"), queryset=visible(Customer))
    person = filters.ModelChoiceFilter(label=_("Person"), queryset=visible(Person))
    team = filters.ModelChoiceFilter(
        label=_("Team"), queryset=visible(Team), method=in_team("customer__team")
    )
    is_primary = filters.BooleanFilter(label=_("Main contact"), widget=_YES_NO)
    current = filters.BooleanFilter(
        label=_("Works there now"), field_name="ended_on", lookup_expr="isnull", widget=_YES_NO
    )

    class Meta:
        model = Contact
        fields = ["role", "influence", "attitude"]


class PersonFilterSet(ScopedFilterSet):
    """Persons."""

    q = filters.CharFilter(label=_("Search"), method="search")
    mobile = filters.CharFilter(label=_("Mobile"), method="with_mobile")
    email = filters.CharFilter(label=_("E-mail"), lookup_expr="iexact")

    class Meta:
        model = Person
        fields: list[str] = []

    def with_mobile(self, rows: QuerySet[Person], name: str, value: str) -> QuerySet[Person]:
        """People with the number, however it is written."""
        return rows.filter(mobile=standardise.phone(value) or value)


class TagFilterSet(ScopedFilterSet):
    """Tags."""

    name = filters.CharFilter(label=_("Name"), lookup_expr="icontains", max_length=50)

    class Meta:
        model = Tag
        fields: list[str] = []


class ProductFilterSet(ScopedFilterSet):
    """Products."""

    q = filters.CharFilter(label=_("Search"), method="search")
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=ProductKind)
    is_active = filters.BooleanFilter(label=_("On sale"), widget=_YES_NO)

    class Meta:
        model = Product
        fields: list[str] = []


class MetricsFilterSet(ScopedFilterSet):
    """Computed figures."""

    customer = filters.ModelChoiceFilter(label=_("Customer"), queryset=visible(Customer))
    team = filters.ModelChoiceFilter(
        label=_("Team"), queryset=visible(Team), method=in_team("customer__team")
    )
    segment = SegmentFilter(label=_("Segment"), choices=segments.names)
    risk = filters.MultipleChoiceFilter(label=_("Churn risk"), field_name="risk_level", choices=RISK_LEVELS)

    class Meta:
        model = Metrics
        fields: list[str] = []
