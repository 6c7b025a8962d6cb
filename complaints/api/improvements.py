"""Improvements over the API: planned, changed, moved on along plan, do, check, act."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.choices.learning import ImprovementState
from complaints.domain.improvements import edit_improvement, move_improvement, plan_improvement
from complaints.filters.learning import ImprovementFilterSet
from complaints.models import Category, Cause, Crisis, Improvement
from complaints.sorting.learning import IMPROVEMENT_SORTS
from core.api.fields import ScopedRelatedField
from core.models import User
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField
from customers.forms.base import people_choices


class ImprovementSerializer(StrictModelSerializer):
    """An improvement; `effect` compares the rates of complaints before and after `done_on`."""

    owner = ScopedRelatedField(User, queryset=people_choices())
    category = ScopedRelatedField(
        Category, queryset=Category.objects.current(), required=False, allow_null=True
    )
    cause = ScopedRelatedField(Cause, required=False, allow_null=True)
    crisis = ScopedRelatedField(Crisis, required=False, allow_null=True)
    description = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    version = VersionField()

    class Meta:
        model = Improvement
        fields = [
            "id", "title", "description", "cause", "cause_note", "category", "crisis", "owner", "due_on",
            "state", "done_on", "effect", "measured_at", "lesson", "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = [
            "state", "done_on", "effect", "measured_at", "lesson", "created_at", "updated_at",
        ]  # fmt: skip


class ImprovementMoveSerializer(Strict):
    """Where to; where it ends, what is kept or done otherwise."""

    state = serializers.ChoiceField(choices=ImprovementState.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


_PLANNED = OpenApiExample(
    "A rule for substitutes",
    value={
        "title": "Substitute lecturers are agreed with the customer",
        "cause_note": "Nobody asked before the lecturer was changed",
        "owner": 7,
        "due_on": "2027-01-31",
    },
    request_only=True,
)


@extend_schema_view(create=extend_schema(examples=[_PLANNED]))
class ImprovementViewSet(VersionedViewSet):
    """Improvements. They are closed, not deleted."""

    model = Improvement
    serializer_class = ImprovementSerializer
    filterset_class = ImprovementFilterSet
    sort_keys = IMPROVEMENT_SORTS
    default_sort = "due"
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    action_rights = {"move": "change"}

    def create_record(self, data: dict[str, Any]) -> Improvement:
        """Plan it."""
        self.version_of(data)
        return plan_improvement(data, by=self.actor)

    def update_record(self, instance: Improvement, data: dict[str, Any]) -> Improvement:
        """Change it; refused once it is closed."""
        version = self.version_of(data)
        return edit_improvement(instance, data, by=self.actor, version=version)

    @extend_schema(request=ImprovementMoveSerializer, responses=ImprovementSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Move it on. 409 where its state does not allow it."""
        row, data = self.get_object(), self.checked(ImprovementMoveSerializer)
        return self.answer(self.fresh(move_improvement(row, **data, by=self.actor)))


routes = [("improvements", ImprovementViewSet, "improvement")]
