"""Customers and their figures."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.external_ids import UpsertMixin
from core.api.fields import ScopedRelatedField
from core.api.restoring import RestoreMixin
from core.api.viewsets import ScopedReadViewSet
from core.keyset import SortKey
from core.models import Team, User
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField
from customers.choices import Axis
from customers.domain.axes import move_axis
from customers.domain.customers import create_customer, delete_customer, update_customer
from customers.filters import CustomerFilterSet, MetricsFilterSet
from customers.models import Customer, Metrics, OrderTotals
from customers.sorting import CUSTOMER_SORTS, FIGURE_SORTS, customer_sorts

_AXES = tuple(Axis.values)


class TotalsSerializer(serializers.ModelSerializer[OrderTotals]):
    """The orders of a customer, added up in the base currency."""

    class Meta:
        model = OrderTotals
        fields = ["first_day", "last_day", "purchase_days", "orders", "amount"]


class TagNamesField(serializers.ListField):
    """Tags by name."""

    child = serializers.CharField(max_length=50)

    def to_representation(self, data: Any) -> list[str]:
        """Return the names."""
        return sorted(tag.name for tag in data.all())


#: No enumeration: an installation extends these lists.
_PICKED = "The code of a value, as `GET /api/v1/picklists/` lists them."
_EXAMPLE = OpenApiExample(
    "A bank",
    value={
        "name": "渤海银行股份有限公司",
        "credit_code": "911200007109339563",
        "industry": "banking",
        "city": "天津",
        "phone": "022-58555555",
        "tags": ["VIP"],
        "source_system": "erp",
        "external_id": "10042",
    },
    request_only=True,
)


@extend_schema_serializer(examples=[_EXAMPLE])
class CustomerSerializer(StrictModelSerializer):
    """A customer. Stage, tier and relationship are set on create; later `move` needs a reason."""

    parent = ScopedRelatedField(Customer, required=False, allow_null=True)  # type: ignore[assignment]
    owner = ScopedRelatedField(User, required=False, allow_null=True)
    team = ScopedRelatedField(Team, required=False, allow_null=True)
    tags = TagNamesField(required=False)
    # Cleaned and checked by the domain, which accepts more spellings than the columns hold.
    credit_code = serializers.CharField(required=False, allow_blank=True, max_length=40)
    email = serializers.CharField(required=False, allow_blank=True, max_length=254)
    website = serializers.CharField(required=False, allow_blank=True, max_length=200)
    industry = serializers.CharField(required=False, allow_blank=True, max_length=20, help_text=_PICKED)
    source = serializers.CharField(  # type: ignore[assignment]
        required=False, allow_blank=True, max_length=20, help_text=_PICKED
    )
    totals = TotalsSerializer(read_only=True)
    version = VersionField()

    class Meta:
        model = Customer
        fields = [
            "id", "code", "kind", "name", "short_name", "credit_code", "industry", "size", "region", "city",
            "address", "phone", "email", "website", "source", "since", "parent", "owner", "team", "tags",
            "preferred_channel", "preferred_language", "preferences", "notes", "stage", "stage_since",
            "tier", "tier_since", "relationship", "relationship_since", "last_contact_at", "totals",
            "source_system", "external_id", "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = [
            "code", "stage_since", "tier_since", "relationship_since", "last_contact_at", "created_at",
            "updated_at",
        ]  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse to move an axis in passing: a move needs a reason."""
        if self.instance is None:
            return attrs
        moved = {
            axis: [_("Move it with a reason: POST …/move/.")]
            for axis in _AXES
            if attrs.pop(axis, getattr(self.instance, axis)) != getattr(self.instance, axis)
        }
        if moved:
            raise serializers.ValidationError(moved)
        return attrs


class AxisMoveSerializer(Strict):
    """A move of stage, tier or relationship."""

    axis = serializers.ChoiceField(choices=Axis.choices)
    new = serializers.CharField(max_length=14)
    reason = serializers.CharField(max_length=500)


class CustomerViewSet(RestoreMixin, UpsertMixin, VersionedViewSet):
    """Customers. A credit code or external ID that is taken answers 409 with the candidates."""

    model = Customer
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilterSet
    sort_keys = CUSTOMER_SORTS
    default_sort = "created"
    action_rights = {"restore": "restore"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who may not see figures does not sort by them either."""
        super().initial(request, *args, **kwargs)
        self.sort_keys = customer_sorts(request.user)[0]  # type: ignore[misc]

    def for_api(self, rows: Any) -> Any:
        """Return the rows with their totals and tags."""
        return rows.select_related("totals").prefetch_related("tags")

    def create_record(self, data: dict[str, Any]) -> Customer:
        """Make a customer."""
        self.version_of(data)
        tags = data.pop("tags", ())
        return create_customer(data, by=self.actor, tags=tags)

    def update_record(self, instance: Customer, data: dict[str, Any]) -> Customer:
        """Change a customer."""
        version, tags = self.version_of(data), data.pop("tags", None)
        return update_customer(instance, data, by=self.actor, version=version, tags=tags)

    def delete_record(self, instance: Customer) -> None:
        """Put a customer into the recycle bin."""
        delete_customer(instance, by=self.actor, version=self.expected_version)

    @extend_schema(request=AxisMoveSerializer, responses=CustomerSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Move stage, tier or relationship, with the reason."""
        customer, data = self.get_object(), self.checked(AxisMoveSerializer)
        move_axis(customer, data["axis"], data["new"], reason=data["reason"], by=self.actor)
        return self.answer(self.fresh(customer))


class MetricsSerializer(serializers.ModelSerializer[Metrics]):
    """Figures of a customer as of the last nightly run; null where nothing can be computed."""

    customer_code = serializers.CharField(source="customer.code", read_only=True)
    customer_name = serializers.CharField(source="customer.name", read_only=True)

    class Meta:
        model = Metrics
        fields = [
            "customer", "customer_code", "customer_name", "as_of", "purchase_days", "recency_days",
            "amount_12m", "amount_prev_12m", "amount_total", "orders_12m", "r", "f", "m", "segment",
            "usual_gap", "p_alive", "expected_orders_12m", "clv_12m", "clv_12m_low", "clv_12m_high",
            "clv_36m", "churn_risk", "risk_level", "value_at_stake",
        ]  # fmt: skip


class MetricsViewSet(ScopedReadViewSet):
    """Computed figures of each customer, by the number of the customer."""

    model = Metrics
    serializer_class = MetricsSerializer
    filterset_class = MetricsFilterSet
    sort_keys = {
        "customer": SortKey("pk", gettext_lazy("Customer")),
        **{
            name: SortKey(key.path.removeprefix("metrics__"), key.label, nullable=True)
            for name, key in FIGURE_SORTS.items()
        },
    }
    default_sort = "customer"

    def for_api(self, rows: Any) -> Any:
        """Return the rows with the customer's name."""
        return rows.select_related("customer")
