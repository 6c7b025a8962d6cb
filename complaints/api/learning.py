"""REST endpoints of what is learned from cases."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.choices.learning import AlertState
from complaints.domain.alerts import move_alert, take_call_score
from complaints.filters.learning import AlertFilterSet, ReportFilterSet
from complaints.models import Alert, CallScore, Complaint, DailyReport
from complaints.sorting.learning import ALERT_SORTS, REPORT_SORTS
from core.api.fields import ScopedRelatedField
from core.api.viewsets import ScopedReadViewSet
from core.keyset import SortKey


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """An early warning: a hint, not a fact."""

    category_code = serializers.CharField(source="category.code", default="", read_only=True)

    class Meta:
        model = Alert
        fields = [
            "id", "kind", "state", "customer", "category_code", "complaint", "owner", "evidence", "raised_at",
            "closed_at", "outcome", "looked_at", "followed_by",
        ]  # fmt: skip
        read_only_fields = fields


class AlertMoveSerializer(serializers.Serializer[Any]):
    """A step of an early warning."""

    state = serializers.ChoiceField(choices=AlertState.choices)
    outcome = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class AlertViewSet(ScopedReadViewSet):
    """Early warnings: read, and settle."""

    model = Alert
    serializer_class = AlertSerializer
    filterset_class = AlertFilterSet
    sort_keys = ALERT_SORTS
    default_sort = "-raised"
    action_rights = {"move": "change"}

    def for_api(self, rows: Any) -> Any:
        """Add the category that each row names."""
        return rows.select_related("category")

    @extend_schema(request=AlertMoveSerializer, responses=AlertSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: Any = None) -> Response:
        """Take the warning up, or settle it with an `outcome`. 409 when its state does not allow it."""
        alert = self.get_object()
        given = AlertMoveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        return self.answer(
            self.fresh(move_alert(alert, values["state"], by=self.caller, outcome=values["outcome"]))
        )


class CallScoreSerializer(serializers.ModelSerializer[CallScore]):
    """How angry a telephone system found a call, 0 to 1."""

    complaint = ScopedRelatedField(Complaint)

    class Meta:
        model = CallScore
        fields = ["id", "complaint", "source_system", "external_id", "anger", "at"]
        # The verb keeps a call that arrives twice once; the check here would refuse it.
        validators: list[Any] = []


class CallScoreViewSet(ScopedReadViewSet):
    """Scores of calls: read, and pushed by a telephone system."""

    model = CallScore
    serializer_class = CallScoreSerializer
    sort_keys = {"at": SortKey("at", _("When"))}
    default_sort = "-at"
    action_rights = {"create": "add"}

    @extend_schema(request=CallScoreSerializer, responses={201: CallScoreSerializer}, filters=False)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Keep a score; the same call (system and number) is kept once. An angry call raises a warning."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        score = take_call_score(values.pop("complaint"), values)
        return self.answer(self.fresh(score), status.HTTP_201_CREATED)


class DailyReportSerializer(serializers.ModelSerializer[DailyReport]):
    """The three largest problems of one day."""

    class Meta:
        model = DailyReport
        fields = ["id", "day", "made_at", "total", "content"]
        read_only_fields = fields


class DailyReportViewSet(ScopedReadViewSet):
    """The daily TOP 3: read."""

    model = DailyReport
    serializer_class = DailyReportSerializer
    filterset_class = ReportFilterSet
    sort_keys = REPORT_SORTS
    default_sort = "-day"


routes = [
    ("complaint-alerts", AlertViewSet, "complaint-alert"),
    ("call-scores", CallScoreViewSet, "call-score"),
    ("daily-reports", DailyReportViewSet, "daily-report"),
]
