"""Quiet hours of levels over the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from complaints.domain.quiet_hours import set_quiet_hours
from complaints.filters.grading import QuietHoursFilterSet
from complaints.models import QuietHours
from complaints.sorting.grading import QUIET_SORTS
from core.api.fields import ClockTimeField
from customers.api.base import StrictModelSerializer, VersionedViewSet, VersionField


class QuietHoursSerializer(StrictModelSerializer):
    """When messages of levels wait; without a beginning never. `quiet_days` are digits, Monday is 0."""

    quiet_from = ClockTimeField(required=False, allow_null=True)
    quiet_to = ClockTimeField(required=False, allow_null=True)
    quiet_days = serializers.RegexField(r"^[0-6]{1,7}$", required=False)
    version = VersionField()

    class Meta:
        model = QuietHours
        fields = ["id", "grade", "quiet_from", "quiet_to", "quiet_days", "updated_at", "version"]
        read_only_fields = ["grade", "updated_at"]


class QuietHoursViewSet(VersionedViewSet):
    """Quiet hours of levels, one row for each grade: read and changed."""

    model = QuietHours
    serializer_class = QuietHoursSerializer
    filterset_class = QuietHoursFilterSet
    sort_keys = QUIET_SORTS
    default_sort = "id"
    http_method_names = ["get", "patch", "put", "head", "options"]

    def update_record(self, instance: QuietHours, data: dict[str, Any]) -> QuietHours:
        """Change them."""
        version = self.version_of(data)
        return set_quiet_hours(instance, data, by=self.actor, version=version)


routes = [("quiet-hours", QuietHoursViewSet, "quiet-hours")]
