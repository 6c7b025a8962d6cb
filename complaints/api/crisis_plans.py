"""The plans for each kind of crisis, over the API: read, and their steps changed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from complaints.domain.crisis_plans import edit_step
from complaints.filters.plans import PlanStepFilterSet
from complaints.models import PlanStep
from complaints.sorting.plans import PLAN_SORTS
from customers.api.base import StrictModelSerializer, VersionedViewSet, VersionField


class PlanStepSerializer(StrictModelSerializer):
    """A step of a plan; `text` is in the language of the request."""

    text = serializers.CharField(read_only=True)
    due_hours = serializers.IntegerField(required=False, min_value=0, max_value=100_000)
    version = VersionField()

    class Meta:
        model = PlanStep
        fields = [
            "id", "kind", "position", "text", "text_en", "text_zh_hans", "text_zh_hant", "due_hours",
            "is_active", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["kind", "updated_at"]

    def validate(self, attrs: Any) -> Any:
        """Refuse a step without any text."""
        attrs = super().validate(attrs)
        names = ("text_en", "text_zh_hans", "text_zh_hant")
        if not any(attrs.get(name, getattr(self.instance, name, "")) for name in names):
            raise serializers.ValidationError({"text_en": [_("Write the step in one language at least.")]})
        return attrs


class PlanStepViewSet(VersionedViewSet):
    """Steps of plans. Crises that run keep their copy."""

    model = PlanStep
    serializer_class = PlanStepSerializer
    filterset_class = PlanStepFilterSet
    sort_keys = PLAN_SORTS
    default_sort = "id"
    http_method_names = ["get", "patch", "put", "head", "options"]

    def update_record(self, instance: PlanStep, data: dict[str, Any]) -> PlanStep:
        """Change it."""
        version = self.version_of(data)
        return edit_step(instance, data, by=self.actor, version=version)


routes = [("crisis-plan-steps", PlanStepViewSet, "crisis-plan-step")]
