"""The REST endpoints of the package."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api_complaint_kpis import TallyViewSet
from analytics.choices import DismissReason, WarningState
from analytics.domain.warnings import move_warning
from analytics.filters import KpiFilterSet, SegmentMapFilterSet, WarningFilterSet
from analytics.models import ChurnWarning, KpiValue, SegmentMap
from analytics.reasons import headline, in_words
from analytics.sorting import KPI_SORTS, MAP_SORTS, WARNING_SORTS
from core.api.viewsets import ScopedReadViewSet


class ReasonSerializer(serializers.Serializer[Any]):
    """One reason: a code with parameters for machines, words for people."""

    code = serializers.CharField()
    params = serializers.DictField()
    weight = serializers.IntegerField(
        allow_null=True, help_text="Part of the risk in points; null for a fact."
    )
    text = serializers.SerializerMethodField()

    def get_text(self, reason: dict[str, Any]) -> str:
        """The reason in the language of the request."""
        return in_words(reason)


class WarningSerializer(serializers.ModelSerializer[ChurnWarning]):
    """A churn warning."""

    headline = serializers.SerializerMethodField()
    reasons = ReasonSerializer(many=True, read_only=True)
    customer_code = serializers.CharField(source="customer.code", read_only=True)
    customer_name = serializers.CharField(source="customer.name", read_only=True)

    class Meta:
        model = ChurnWarning
        fields = [
            "id",
            "customer",
            "customer_code",
            "customer_name",
            "state",
            "opened_on",
            "as_of",
            "risk",
            "level",
            "value_at_stake",
            "stake_low",
            "stake_high",
            "window_days",
            "headline",
            "reasons",
            "suggested_action",
            "looks_lost",
            "owner",
            "task",
            "opened_at",
            "contacted_at",
            "closed_at",
            "dismiss_reason",
            "note",
            "evidence",
        ]
        read_only_fields = fields

    def get_headline(self, warning: ChurnWarning) -> str:
        """Fact against habit, in the language of the request."""
        return headline(warning.reasons)


class MoveSerializer(serializers.Serializer[Any]):
    """A step of a warning."""

    state = serializers.ChoiceField(choices=WarningState.choices)
    reason = serializers.ChoiceField(
        choices=DismissReason.choices, required=False, allow_blank=True, default=""
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class WarningViewSet(ScopedReadViewSet):
    """Churn warnings: read, and move on."""

    model = ChurnWarning
    serializer_class = WarningSerializer
    filterset_class = WarningFilterSet
    sort_keys = WARNING_SORTS
    default_sort = "-stake"
    action_rights = {"move": "change"}

    def for_api(self, rows: Any) -> Any:
        """Add the customer that each row names."""
        return rows.select_related("customer")

    @extend_schema(request=MoveSerializer, responses=WarningSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: Any = None) -> Response:  # noqa: ARG002
        """Move the warning to `state`; a dismissal needs a `reason`. 409 when its state does not allow it."""
        warning = self.get_object()
        given = MoveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        moved = move_warning(
            warning,
            values["state"],
            by=request.user,  # type: ignore[arg-type]
            reason=values["reason"],
            note=values["note"],
        )
        return self.answer(self.fresh(moved))


class KpiSerializer(serializers.ModelSerializer[KpiValue]):
    """One stored figure."""

    class Meta:
        model = KpiValue
        fields = [
            "id",
            "kpi",
            "on",
            "period",
            "scope",
            "key",
            "value",
            "n",
            "low",
            "high",
            "before",
            "change_low",
            "change_high",
        ]
        read_only_fields = fields


class KpiViewSet(ScopedReadViewSet):
    """Stored dashboard figures, of the scopes that the caller may see."""

    model = KpiValue
    serializer_class = KpiSerializer
    filterset_class = KpiFilterSet
    sort_keys = KPI_SORTS
    default_sort = "-id"


class SegmentMapSerializer(serializers.ModelSerializer[SegmentMap]):
    """A segment map."""

    class Meta:
        model = SegmentMap
        fields = ["id", "key", "name", "uses", "cells", "is_active", "version", "updated_at"]
        read_only_fields = fields


class SegmentMapViewSet(ScopedReadViewSet):
    """Segment maps."""

    model = SegmentMap
    serializer_class = SegmentMapSerializer
    filterset_class = SegmentMapFilterSet
    sort_keys = MAP_SORTS
    default_sort = "id"


routes = [
    ("complaint-figures", TallyViewSet, "complaint-figure"),
    ("warnings", WarningViewSet, "warning"),
    ("kpis", KpiViewSet, "kpi"),
    ("segment-maps", SegmentMapViewSet, "segment-map"),
]
