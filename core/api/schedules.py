"""Schedules over the API: what happens by itself, and when next."""

from __future__ import annotations

from rest_framework import serializers

from core.api.fields import ClockTimeField
from core.api.viewsets import ScopedReadViewSet
from core.filters import ScheduleFilterSet
from core.models import Schedule
from core.sorting import SCHEDULE_SORTS


class ScheduleSerializer(serializers.ModelSerializer[Schedule]):
    """A recurring job: daily at a time of day, or every so many seconds. Its payload is not for outsiders."""

    title = serializers.CharField(
        source="__str__", read_only=True, help_text="In the language of the request."
    )
    daily_at = ClockTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Schedule
        fields = (
            "id", "key", "title", "task", "every_seconds", "daily_at", "time_zone", "is_enabled", "next_due",
            "last_due",
        )  # fmt: skip
        read_only_fields = fields


class ScheduleViewSet(ScopedReadViewSet):
    """Schedules. When they run is changed on a page; their runs are `jobs`."""

    model = Schedule
    serializer_class = ScheduleSerializer
    filterset_class = ScheduleFilterSet
    sort_keys = SCHEDULE_SORTS
    default_sort = "key"
