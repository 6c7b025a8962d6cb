"""Background jobs over the API: what another system asked for, and how far it is."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.viewsets import ScopedReadViewSet
from core.choices import JobState
from core.domain.jobs import request_cancel, retry_job
from core.filters import ScopedFilterSet
from core.keyset import SortKey
from core.models import Job


class JobSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    """A job without its payload, which is not for outsiders."""

    progress = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "id",
            "title",
            "task",
            "state",
            "progress",
            "progress_done",
            "progress_total",
            "progress_note",
            "attempts",
            "cancel_requested",
            "result",
            "error",
            "url",
            "created_at",
            "started_at",
            "finished_at",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "number", "nullable": True, "minimum": 0, "maximum": 1})
    def get_progress(self, job: Job) -> float | None:
        """The share that is done; null while nobody knows how much there is."""
        return round(job.progress_done / job.progress_total, 4) if job.progress_total else None


class JobFilterSet(ScopedFilterSet):
    """Jobs by state and task."""

    state = django_filters.MultipleChoiceFilter(label=_("State"), choices=JobState.choices)
    task = django_filters.CharFilter(label=_("Task"))


class JobViewSet(ScopedReadViewSet):
    """Background jobs: the caller's own, an administrator's all."""

    model = Job
    serializer_class = JobSerializer
    filterset_class = JobFilterSet
    sort_keys = {"created_at": SortKey("created_at", _("Asked for"))}
    default_sort = "-created_at"
    action_rights = {"cancel": "cancel", "retry": "retry"}

    def for_api(self, rows: Any) -> Any:
        """Jobs carry all they show."""
        return rows

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Stop the job: at once while it waits, after the step it is in while it runs."""
        job = request_cancel(self.get_object(), by=self.caller, at=timezone.now())
        return self.answer(self.fresh(job))

    @extend_schema(request=None, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: int) -> Response:
        """Start a job again that was set aside or cancelled."""
        job = retry_job(self.get_object(), by=self.caller, at=timezone.now())
        return self.answer(self.fresh(job))
