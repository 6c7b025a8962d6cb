"""REST endpoints of what is foreseen: portraits, forecasts, likely complainers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.domain.forecasts.calling import plan_call
from complaints.filters.foresight import ForecastFilterSet, LikelyFilterSet, PortraitFilterSet
from complaints.models import Forecast, LikelyComplainer, Portrait, PortraitTrait
from complaints.rules import can_call
from complaints.sorting.foresight import FORECAST_SORTS, LIKELY_SORTS, PORTRAIT_SORTS
from core.api.viewsets import ScopedReadViewSet


class TraitSerializer(serializers.ModelSerializer[PortraitTrait]):
    """One value of one attribute against the base; figures are null where fewer than five have it."""

    base_share = serializers.FloatField(read_only=True)
    lift_low = serializers.FloatField(read_only=True, allow_null=True)
    lift_high = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = PortraitTrait
        fields = [
            "attribute", "value", "n", "cases", "total", "share", "low", "high", "base_n", "base_total",
            "base_share", "lift", "lift_low", "lift_high", "is_clear",
        ]  # fmt: skip
        read_only_fields = fields


class PortraitSerializer(serializers.ModelSerializer[Portrait]):
    """Who complains of a type, from what root (`content`), and how it ends; over the whole house."""

    traits = TraitSerializer(many=True, read_only=True)

    class Meta:
        model = Portrait
        fields = [
            "id", "kind", "code", "day", "days", "cases", "customers", "active", "content", "made_at",
            "traits",
        ]  # fmt: skip
        read_only_fields = fields


class PortraitViewSet(ScopedReadViewSet):
    """Portraits of complainants: read."""

    model = Portrait
    serializer_class = PortraitSerializer
    filterset_class = PortraitFilterSet
    sort_keys = PORTRAIT_SORTS
    default_sort = "-cases"

    def for_api(self, rows: Any) -> Any:
        """Add the traits."""
        return rows.prefetch_related("traits")


class ForecastSerializer(serializers.ModelSerializer[Forecast]):
    """How the scores of a day were made, and what was measured on the quarter held back."""

    class Meta:
        model = Forecast
        fields = [
            "id", "day", "method", "edition", "horizon_days", "customers", "listed", "weights", "figures",
            "made_at",
        ]  # fmt: skip
        read_only_fields = fields


class ForecastViewSet(ScopedReadViewSet):
    """Forecasts: read."""

    model = Forecast
    serializer_class = ForecastSerializer
    filterset_class = ForecastFilterSet
    sort_keys = FORECAST_SORTS
    default_sort = "-day"


class LikelySerializer(serializers.ModelSerializer[LikelyComplainer]):
    """A customer whom the latest run lists. A hint, never a fact: decide nothing against the customer."""

    day = serializers.DateField(source="forecast.day", read_only=True)
    method = serializers.CharField(source="forecast.method", read_only=True)
    said = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = LikelyComplainer
        fields = ["id", "forecast", "day", "method", "customer", "place", "score", "reasons", "said", "task"]
        read_only_fields = fields


class LikelyViewSet(ScopedReadViewSet):
    """Likely complainers of the latest run: read, and give the task to call."""

    model = LikelyComplainer
    serializer_class = LikelySerializer
    filterset_class = LikelyFilterSet
    sort_keys = LIKELY_SORTS
    default_sort = "place"

    @extend_schema(request=None, responses={201: LikelySerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def call(self, request: Request, pk: Any = None) -> Response:
        """Give the customer's owner the task to call; once for each run, a second call changes nothing."""
        row = self.get_object()
        if not can_call(self.caller, row):
            raise PermissionDenied
        plan_call(row, by=self.caller)
        return self.answer(self.fresh(row), status.HTTP_201_CREATED)


routes = [
    ("complaint-portraits", PortraitViewSet, "complaint-portrait"),
    ("complaint-forecasts", ForecastViewSet, "complaint-forecast"),
    ("likely-complainers", LikelyViewSet, "likely-complainer"),
]
