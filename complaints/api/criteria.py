"""Criteria of unreasonable conduct over the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers

from complaints.domain.criteria import save_criterion
from complaints.filters.letters import CriterionFilterSet
from complaints.models import ConductCriterion
from complaints.sorting.letters import CRITERION_SORTS
from customers.api.base import StrictModelSerializer, VersionedViewSet, VersionField


class CriterionSerializer(StrictModelSerializer):
    """A sign of unreasonable conduct; `name` is in the language of the request."""

    name = serializers.CharField(read_only=True)
    version = VersionField()

    class Meta:
        model = ConductCriterion
        fields = [
            "id", "name", "name_en", "name_zh_hans", "name_zh_hant", "explanation", "position", "is_active",
            "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["created_at", "updated_at"]


_CRITERION = OpenApiExample(
    "A criterion",
    value={
        "name_en": "Threats against people",
        "explanation": "Said or written to somebody of ours. Anger about a matter is none.",
        "position": 4,
    },
    request_only=True,
)


@extend_schema_view(create=extend_schema(examples=[_CRITERION]))
class CriterionViewSet(VersionedViewSet):
    """Criteria of unreasonable conduct. One that counts no longer is taken out of use, not deleted."""

    model = ConductCriterion
    serializer_class = CriterionSerializer
    filterset_class = CriterionFilterSet
    sort_keys = CRITERION_SORTS
    default_sort = "place"
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    action_rights = {"create": "change"}

    def create_record(self, data: dict[str, Any]) -> ConductCriterion:
        """Make one."""
        self.version_of(data)
        return save_criterion(None, data, by=self.actor)

    def update_record(self, instance: ConductCriterion, data: dict[str, Any]) -> ConductCriterion:
        """Change it; designations that name it keep it."""
        version = self.version_of(data)
        return save_criterion(instance, data, by=self.actor, version=version)


routes = [("conduct-criteria", CriterionViewSet, "conduct-criterion")]
