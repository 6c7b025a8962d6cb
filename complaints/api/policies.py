"""Service policies over the API: targets and ladders set, and applied to open cases."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.choices.cases import ClockKind, MetBy
from complaints.domain.applying import apply_policy
from complaints.domain.applying_preview import ApplyPreview, preview_of
from complaints.domain.policies import (
    LEVEL_FIELDS,
    Statutory,
    Targets,
    delete_level,
    save_level,
    save_policy,
)
from complaints.filters.grading import PolicyFilterSet
from complaints.models import BusinessCalendar, Level, Policy, PolicyApplying, Target
from complaints.sorting.grading import POLICY_SORTS
from core.api.fields import ScopedRelatedField
from core.models import User
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField

#: Targets of one policy: one for each clock, and as many statutory ones as its page has rows.
MOST_TARGETS = 16


class TargetSerializer(StrictModelSerializer):
    """A deadline of a policy; of statutory ones there may be several, told apart by their names."""

    was = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=80,
        help_text="Of a statutory deadline that is renamed: its former name, so that its levels keep to it.",
    )

    class Meta:
        model = Target
        fields = ["clock", "name", "amount", "unit", "met_by", "was"]


class LevelSerializer(StrictModelSerializer):
    """A level of the ladder of a policy; `name` says of which statutory deadline, empty of all others."""

    person = ScopedRelatedField(User, required=False, allow_null=True)

    class Meta:
        model = Level
        fields = ["id", *LEVEL_FIELDS]


class LevelEntrySerializer(LevelSerializer):
    """What is entered of a level, and which version of the policy was read."""

    version = VersionField(help_text="The version of the policy that you read: a change of it answers 409.")

    class Meta(LevelSerializer.Meta):
        fields = [*LEVEL_FIELDS, "version"]


class PolicySerializer(StrictModelSerializer):
    """A service policy with its targets and its ladder. `targets`, where given, are all that it then has."""

    calendar = ScopedRelatedField(BusinessCalendar, required=False, allow_null=True)
    targets = TargetSerializer(many=True, required=False, max_length=MOST_TARGETS)  # type: ignore[call-arg]
    levels = LevelSerializer(many=True, read_only=True)
    version = VersionField()

    class Meta:
        model = Policy
        fields = [
            "id", "name", "kind", "grade", "tier", "category_code", "calendar", "position", "is_active",
            "targets", "levels", "version",
        ]  # fmt: skip

    def validate_targets(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse two targets of one clock, but for statutory ones."""
        plain = [row["clock"] for row in rows if row["clock"] != ClockKind.STATUTORY]
        if len(set(plain)) < len(plain):
            raise serializers.ValidationError([_("Give one target for each clock.")])
        return rows


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


def _targets(rows: list[dict[str, Any]]) -> tuple[Targets, list[Statutory]]:
    """Return the targets as the verb takes them: those of each clock, and the statutory ones."""
    plain = {row["clock"]: (row["amount"], row["unit"]) for row in rows}
    law = [
        Statutory(
            row.get("name", ""),
            row["amount"],
            row["unit"],
            row.get("met_by", MetBy.SOLUTION.value),
            row.get("was", ""),
        )
        for row in rows
        if row["clock"] == ClockKind.STATUTORY
    ]
    return {kind.value: plain.get(kind.value) for kind in ClockKind if kind != ClockKind.STATUTORY}, law


_POLICY = OpenApiExample(
    "Complaints about fees",
    value={
        "name": "Fees of strategic customers",
        "kind": "complaint",
        "tier": "strategic",
        "category_code": "fees",
        "targets": [
            {"clock": "acknowledge", "amount": 30, "unit": "working_minutes"},
            {"clock": "solve", "amount": 2, "unit": "working_days"},
        ],
    },
    request_only=True,
)
_LEVEL = OpenApiExample(
    "An hour before it is due",
    value={"clock": "solve", "number": 1, "offset": -60, "recipient": "owner", "by_mail": False},
    request_only=True,
)


@extend_schema_view(create=extend_schema(examples=[_POLICY]))
class PolicyViewSet(VersionedViewSet):
    """Service policies. Open cases keep their targets until the policy is applied to them.

    The ladder is part of the policy: a change of it counts as one of the policy. One that is of no use is
    switched off, not deleted.
    """

    model = Policy
    serializer_class = PolicySerializer
    filterset_class = PolicyFilterSet
    sort_keys = POLICY_SORTS
    default_sort = "place"
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    action_rights = {
        "create": "change",
        "preview": "change",
        "apply": "change",
        "add_level": "change",
        "change_level": "change",
        "remove_level": "change",
    }

    def for_api(self, rows: Any) -> Any:
        """Add targets and ladder."""
        return rows.prefetch_related("targets", "levels")

    def create_record(self, data: dict[str, Any]) -> Policy:
        """Make one; it has no ladder yet."""
        self.version_of(data)
        targets, law = _targets(data.pop("targets", []))
        return save_policy(data, targets, by=self.actor, statutory=law)

    def update_record(self, instance: Policy, data: dict[str, Any]) -> Policy:
        """Change it; without `targets` those stay. Levels of a deadline that it no longer has are deleted."""
        version, rows = self.version_of(data), data.pop("targets", None)
        targets, law = _targets(rows) if rows is not None else ({}, None)
        values = {"name": instance.name, **data}
        return save_policy(values, targets, by=self.actor, policy=instance, version=version, statutory=law)

    @extend_schema(
        request=LevelEntrySerializer, responses={201: PolicySerializer}, examples=[_LEVEL], filters=False
    )
    @action(detail=True, methods=["post"], url_path="levels", url_name="levels")
    def add_level(self, request: Request, pk: int) -> Response:
        """Add a level to the ladder; new cases carry it. 400 for a number that the clock has already."""
        policy, data = self.get_object(), self.checked(LevelEntrySerializer)
        version = self.version_of(data)
        save_level(policy, data, by=self.actor, version=version)
        return self.answer(self.fresh(policy), status.HTTP_201_CREATED)

    @extend_schema(request=LevelEntrySerializer, responses=PolicySerializer, filters=False)
    @action(detail=True, methods=["patch"], url_path="levels/<int:level>", url_name="level")
    def change_level(self, request: Request, pk: int, level: int) -> Response:
        """Change what is given of a level; cases that run keep theirs."""
        policy = self.get_object()
        row = get_object_or_404(Level, pk=level, policy=policy)
        given = LevelEntrySerializer(
            row, data=request.data, partial=True, context=self.get_serializer_context()
        )
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        version = self.version_of(data)
        save_level(policy, data, by=self.actor, level=row, version=version)
        return self.answer(self.fresh(policy))

    @extend_schema(request=None, responses=PolicySerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="levels/<int:level>/remove", url_name="level-remove")
    def remove_level(self, request: Request, pk: int, level: int) -> Response:
        """Take a level off the ladder; cases that run keep theirs."""
        policy = self.get_object()
        row = get_object_or_404(Level, pk=level, policy=policy)
        delete_level(row, by=self.actor, version=self.expected_version)
        return self.answer(self.fresh(policy))

    @extend_schema(responses=ApplyPreviewSerializer, filters=False)
    @action(detail=True, methods=["get"], url_path="apply-preview")
    def preview(self, request: Request, pk: int) -> Response:
        """Tell what applying the policy to the open cases would do; nothing is written."""
        found = preview_of(self.get_object(), user=self.actor, at=timezone.now())
        return Response(ApplyPreviewSerializer(_preview(found)).data)

    @extend_schema(request=SeenSerializer, responses={202: ApplyingSerializer}, filters=False)
    @action(detail=True, methods=["post"])
    def apply(self, request: Request, pk: int) -> Response:
        """Let a job apply the policy to the open cases; while it runs the same job is answered."""
        policy = self.get_object()
        given = SeenSerializer(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        row = apply_policy(policy, by=self.actor, seen=given.validated_data.get("seen"))
        return Response(ApplyingSerializer(row).data, status=status.HTTP_202_ACCEPTED)


routes = [("service-policies", PolicyViewSet, "service-policy")]
