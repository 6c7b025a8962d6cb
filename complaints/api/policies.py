"""Service policies over the API: read, and applied to open cases."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.choices.cases import ClockKind
from complaints.domain.applying import apply_policy
from complaints.domain.applying_preview import ApplyPreview, preview_of
from complaints.filters.grading import PolicyFilterSet
from complaints.models import Level, Policy, PolicyApplying, Target
from complaints.sorting.grading import POLICY_SORTS
from core.api.viewsets import ScopedReadViewSet
from customers.api.base import Strict


class TargetSerializer(serializers.ModelSerializer[Target]):
    """A deadline of a policy."""

    class Meta:
        model = Target
        fields = ["clock", "name", "amount", "unit", "met_by"]
        read_only_fields = fields


class LevelSerializer(serializers.ModelSerializer[Level]):
    """A level of the ladder of a policy."""

    class Meta:
        model = Level
        fields = [
            "clock", "name", "number", "offset", "in_working_time", "recipient", "person", "by_mail",
            "through_quiet_hours", "action",
        ]  # fmt: skip
        read_only_fields = fields


class PolicySerializer(serializers.ModelSerializer[Policy]):
    """A service policy with its targets and its ladder."""

    targets = TargetSerializer(many=True, read_only=True)
    levels = LevelSerializer(many=True, read_only=True)

    class Meta:
        model = Policy
        fields = [
            "id", "name", "kind", "grade", "tier", "category_code", "calendar", "position", "is_active",
            "targets", "levels", "version",
        ]  # fmt: skip
        read_only_fields = fields


class ClockMoveSerializer(serializers.Serializer[Any]):
    """One deadline of one case, now and then."""

    complaint = serializers.IntegerField()
    number = serializers.CharField()
    clock = serializers.ChoiceField(choices=ClockKind.choices)
    name = serializers.CharField(allow_blank=True)
    old_due = serializers.DateTimeField(allow_null=True)
    new_due = serializers.DateTimeField(allow_null=True)
    is_late_at_once = serializers.BooleanField()


class ApplyPreviewSerializer(serializers.Serializer[Any]):
    """What applying would do; `seen` is sent back with the applying, so that it is the policy you saw."""

    total = serializers.IntegerField(help_text="Open cases that are concerned.")
    fits = serializers.IntegerField(help_text="Of them those that this policy fits first.")
    looked_at = serializers.IntegerField(help_text="Cases that the figures below are about.")
    earlier = serializers.IntegerField()
    later = serializers.IntegerField()
    starts = serializers.IntegerField()
    ends = serializers.IntegerField()
    same = serializers.IntegerField()
    late_at_once = serializers.IntegerField(help_text="Cases that become overdue by it.")
    seen = serializers.CharField()
    examples = ClockMoveSerializer(many=True)


class SeenSerializer(Strict):
    """Which state of the policy the caller saw in the preview."""

    seen = serializers.CharField(required=False, max_length=64)


class ApplyingSerializer(serializers.ModelSerializer[PolicyApplying]):
    """How far an applying is."""

    class Meta:
        model = PolicyApplying
        fields = [
            "id", "policy", "state", "asked_at", "job", "expected", "moved", "same", "skipped",
            "finished_at",
        ]  # fmt: skip
        read_only_fields = fields


def _preview(found: ApplyPreview) -> dict[str, Any]:
    return {
        "total": found.total,
        "fits": found.fits,
        "looked_at": found.looked_at,
        **found.ways,
        "late_at_once": found.late_at_once,
        "seen": found.fingerprint,
        "examples": [
            {
                "complaint": move.case.pk,
                "number": move.case.number,
                "clock": move.clock,
                "name": move.name,
                "old_due": move.old,
                "new_due": move.new,
                "is_late_at_once": move.is_late_at_once,
            }
            for move in found.examples
        ],
    }


class PolicyViewSet(ScopedReadViewSet):
    """Service policies: read, and applied to open cases. They are edited on their pages."""

    model = Policy
    serializer_class = PolicySerializer
    filterset_class = PolicyFilterSet
    sort_keys = POLICY_SORTS
    default_sort = "place"
    http_method_names = ["get", "post", "head", "options"]
    action_rights = {"preview": "change", "apply": "change"}

    def for_api(self, rows: Any) -> Any:
        """Add targets and ladder."""
        return rows.prefetch_related("targets", "levels")

    @extend_schema(responses=ApplyPreviewSerializer, filters=False)
    @action(detail=True, methods=["get"], url_path="apply-preview")
    def preview(self, request: Request, pk: int) -> Response:
        """Tell what applying the policy to the open cases would do; nothing is written."""
        found = preview_of(self.get_object(), user=self.caller, at=timezone.now())
        return Response(ApplyPreviewSerializer(_preview(found)).data)

    @extend_schema(request=SeenSerializer, responses={202: ApplyingSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: int) -> Response:
        """Let a job apply the policy to the open cases; while it runs the same job is answered."""
        policy = self.get_object()
        given = SeenSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        row = apply_policy(policy, by=self.caller, seen=given.validated_data.get("seen"))
        return Response(ApplyingSerializer(row).data, status=status.HTTP_202_ACCEPTED)


routes = [("service-policies", PolicyViewSet, "service-policy")]
