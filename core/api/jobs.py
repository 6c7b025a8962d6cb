"""Background jobs over the API: what another system asked for, and how far it is."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.viewsets import ScopedReadViewSet
from core.choices import JobState
from core.domain.jobs import request_cancel, retry_job, retry_jobs
from core.domain.schedules import run_again
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


class RetryAllSerializer(serializers.Serializer[Any]):
    """Which of the jobs that are set aside are meant; without a task all of them."""

    task = serializers.CharField(required=False, max_length=200, help_text="As `task` of a job.")


class RetriedSerializer(serializers.Serializer[Any]):
    """How many wait for a worker again."""

    retried = serializers.IntegerField()


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
    action_rights = {"cancel": "cancel", "retry": "retry", "retry_all": "retry", "run_again": "run"}

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

    @extend_schema(request=None, responses={201: JobSerializer})
    @action(detail=True, methods=["post"], url_path="run-again")
    def run_again(self, request: Request, pk: int) -> Response:
        """Do the work of a schedule's job that is done once more; answers the new job."""
        return self.answer(self.fresh(run_again(self.get_object(), by=self.caller)), status.HTTP_201_CREATED)

    @extend_schema(request=RetryAllSerializer, responses=RetriedSerializer, filters=False)
    @action(detail=False, methods=["post"], url_path="retry-all")
    def retry_all(self, request: Request) -> Response:
        """Start jobs again that are set aside, at most 1,000 at once; those of one task where it is named.

        Of the runs of one schedule only the newest starts, and none while one waits or runs.
        """
        asked = RetryAllSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rows = Job.objects.visible_to(self.caller, "retry").filter(**asked.validated_data)
        return Response({"retried": retry_jobs(rows, by=self.caller)})
