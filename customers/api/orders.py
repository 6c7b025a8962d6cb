"""Orders with their lines, and the products they are made of."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.external_ids import UpsertMixin
from core.api.fields import ScopedRelatedField
from core.api.restoring import RestoreMixin
from core.models import User
from customers.api.base import CustomerByNumber, Strict, StrictModelSerializer, VersionedViewSet, VersionField
from customers.choices import OrderState
from customers.domain.orders import (
    cancel_order,
    confirm_order,
    create_order,
    delete_order,
    refund_order,
    update_order,
)
from customers.domain.products import create_product, delete_product, set_price, update_product
from customers.filters import OrderFilterSet, ProductFilterSet
from customers.models import Customer, Order, OrderLine, Price, Product
from customers.sorting import ORDER_SORTS, PRODUCT_SORTS


class OrderLineSerializer(StrictModelSerializer):
    """A position; without a price it takes the list price of the day."""

    product = ScopedRelatedField(Product, required=False, allow_null=True)
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=2, required=False)

    class Meta:
        model = OrderLine
        fields = ["product", "description", "quantity", "unit_price", "discount", "amount"]
        read_only_fields = ["amount"]


_EXAMPLE = OpenApiExample(
    "Pushed by an ERP",
    value={
        "customer_external_id": "10042",
        "source_system": "erp",
        "external_id": "SO-88172",
        "ordered_on": "2026-03-02",
        "currency": "CNY",
        "lines": [{"description": "公开课", "quantity": "3", "unit_price": "1980.00", "discount": "10"}],
    },
    request_only=True,
)


@extend_schema_serializer(examples=[_EXAMPLE])
class OrderSerializer(CustomerByNumber, StrictModelSerializer):
    """An order, or a refund with a negative amount. Amounts are texts, so that no cent is lost."""

    customer = ScopedRelatedField(Customer, required=False)
    owner = ScopedRelatedField(User, required=False, allow_null=True)
    refund_of = ScopedRelatedField(Order, required=False, allow_null=True)
    number = serializers.CharField(required=False, max_length=40)
    ordered_on = serializers.DateField(required=False, help_text="Today when left out.")
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, required=False)
    state = serializers.ChoiceField(choices=[OrderState.DRAFT, OrderState.CONFIRMED], required=False)
    lines = OrderLineSerializer(many=True, required=False)
    version = VersionField()

    class Meta:
        model = Order
        fields = [
            "id", "number", "customer", "customer_external_id", "kind", "state", "ordered_on", "counts_on",
            "currency", "amount", "rate", "amount_base", "seats", "refund_of", "owner", "note", "lines",
            "source_system", "external_id", "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["counts_on", "rate", "amount_base", "created_at", "updated_at"]

    def to_representation(self, instance: Order) -> dict[str, Any]:
        """Show every state, also the one that only a verb sets."""
        return {**super().to_representation(instance), "state": instance.state}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What an order is does not change; its state has verbs of its own."""
        attrs = super().validate(attrs)
        if self.instance is None:
            return attrs
        fixed = {
            name: [_("This cannot be changed here.")]
            for name in ("kind", "state", "refund_of")
            if attrs.pop(name, getattr(self.instance, name)) != getattr(self.instance, name)
        }
        if fixed:
            raise serializers.ValidationError(fixed)
        return attrs


class RefundSerializer(Strict):
    """Money given back."""

    amount = serializers.DecimalField(max_digits=16, decimal_places=2)
    on = serializers.DateField(required=False)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class ReasonSerializer(Strict):
    """Why."""

    reason = serializers.CharField(max_length=500)


class OrderViewSet(RestoreMixin, UpsertMixin, VersionedViewSet):
    """Orders and refunds. The amount is what the lines come to, where there are lines."""

    model = Order
    serializer_class = OrderSerializer
    filterset_class = OrderFilterSet
    sort_keys = ORDER_SORTS
    default_sort = "-date"
    action_rights = {"refund": "refund", "cancel": "change", "confirm": "change", "restore": "delete"}

    def for_api(self, rows: Any) -> Any:
        """Return the rows with their lines."""
        return rows.select_related("customer").prefetch_related("lines")

    def create_record(self, data: dict[str, Any]) -> Order:
        """Enter an order."""
        self.version_of(data)
        customer, lines = data.pop("customer"), data.pop("lines", ())
        return create_order(customer, data, lines=lines, by=self.actor)

    def update_record(self, instance: Order, data: dict[str, Any]) -> Order:
        """Change an order."""
        version, lines = self.version_of(data), data.pop("lines", None)
        return update_order(instance, data, lines=lines, by=self.actor, version=version)

    def delete_record(self, instance: Order) -> None:
        """Put an order into the recycle bin."""
        delete_order(instance, by=self.actor, version=self.expected_version)

    @extend_schema(request=RefundSerializer, responses={201: OrderSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def refund(self, request: Request, pk: int) -> Response:
        """Give back some of the order; answers the refund."""
        refund = refund_order(self.get_object(), **self.checked(RefundSerializer), by=self.actor)
        return self.answer(self.fresh(refund), status.HTTP_201_CREATED)

    @extend_schema(request=ReasonSerializer, responses=OrderSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Take the order out of all figures."""
        order = cancel_order(self.get_object(), **self.checked(ReasonSerializer), by=self.actor)
        return self.answer(self.fresh(order))

    @extend_schema(request=None, responses=OrderSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        """Turn a draft into an order that counts."""
        return self.answer(self.fresh(confirm_order(self.get_object(), by=self.actor)))


class PriceSerializer(StrictModelSerializer):
    """A list price from a day on."""

    class Meta:
        model = Price
        fields = ["currency", "amount", "valid_from"]


class ProductSerializer(StrictModelSerializer):
    """What is sold."""

    code = serializers.CharField(max_length=40)
    prices = PriceSerializer(many=True, read_only=True)
    version = VersionField()

    class Meta:
        model = Product
        fields = [
            "id", "code", "name", "kind", "unit", "description", "is_active", "prices", "created_at",
            "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["created_at", "updated_at"]


class ProductViewSet(VersionedViewSet):
    """The price list. A product that was sold is taken off sale, not deleted."""

    model = Product
    serializer_class = ProductSerializer
    filterset_class = ProductFilterSet
    sort_keys = PRODUCT_SORTS
    default_sort = "name"

    def for_api(self, rows: Any) -> Any:
        """Return the rows with their prices."""
        return rows.prefetch_related("prices")

    def create_record(self, data: dict[str, Any]) -> Product:
        """Put a product on the list."""
        self.version_of(data)
        return create_product(data, by=self.actor)

    def update_record(self, instance: Product, data: dict[str, Any]) -> Product:
        """Change a product."""
        version = self.version_of(data)
        return update_product(instance, data, by=self.actor, version=version)

    def delete_record(self, instance: Product) -> None:
        """Remove a product that was never sold."""
        delete_product(instance, by=self.actor, version=self.expected_version)

    @extend_schema(request=PriceSerializer, responses=ProductSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def prices(self, request: Request, pk: int) -> Response:
        """Set the list price in a currency from a day on."""
        product = self.get_object()
        set_price(product, **self.checked(PriceSerializer), by=self.actor)
        return self.answer(self.fresh(product))
