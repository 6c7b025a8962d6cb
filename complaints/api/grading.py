"""Grading rules over the API, trying them, and policies applied to open cases."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.verdicts import VerdictSerializer
from complaints.choices.cases import ClockKind, Emotion, Grade, Impact, Intake
from complaints.choices.grading import Fact, Operator
from complaints.conditions import MOST_DAYS, MOST_REPEATS, MOST_TEXT
from complaints.domain.applying import apply_policy
from complaints.domain.applying_preview import ApplyPreview, preview_of
from complaints.domain.grading_facts import facts_of
from complaints.domain.grading_preview import Impact as GradeImpact
from complaints.domain.grading_preview import impact_of, rules_with
from complaints.domain.grading_rules import (
    checked_rule,
    default_grade,
    delete_rule,
    move_rule,
    rules_in_force,
    save_rule,
)
from complaints.filters.grading import GradingRuleFilterSet, PolicyFilterSet
from complaints.forms.grading import facts_from
from complaints.grading import graded
from complaints.models import Complaint, GradingRule, Level, Policy, PolicyApplying, Target
from complaints.sorting.grading import POLICY_SORTS, RULE_SORTS
from complaints.words.grading import category_names, sentence_of
from core.api.fields import ScopedRelatedField
from core.api.viewsets import ScopedReadViewSet
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField
from customers.choices import Tier


class ConditionSerializer(Strict):
    """One question about one fact; all of a rule must hold."""

    fact = serializers.ChoiceField(choices=Fact.choices)
    operator = serializers.ChoiceField(choices=Operator.choices)
    value = serializers.JSONField(
        required=False, help_text="A key, a number, a decimal as text, a list, or true, as the fact asks for."
    )
    days = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_DAYS, help_text="Of repeats: within how many days."
    )


class GradingRuleSerializer(StrictModelSerializer):
    """A grading rule; `name` and `sentence` are in the language of the request."""

    name = serializers.CharField(read_only=True)
    sentence = serializers.SerializerMethodField()
    conditions = ConditionSerializer(many=True)
    version = VersionField()

    class Meta:
        model = GradingRule
        fields = [
            "id", "code", "name", "name_en", "name_zh_hans", "name_zh_hant", "grade", "conditions",
            "sentence", "position", "is_active", "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["code", "position", "created_at", "updated_at"]

    def get_sentence(self, rule: GradingRule) -> str:
        """The rule as a sentence."""
        return sentence_of(rule.grade, rule.conditions, self.category_names)

    @cached_property
    def category_names(self) -> dict[str, str]:
        """Code → name, read once for all rows."""
        return category_names()


class MoveRuleSerializer(Strict):
    """Where to."""

    direction = serializers.ChoiceField(choices=[("up", "up"), ("down", "down")])


class TryFactsSerializer(Strict):
    """Facts of a case that may not exist; what is left out is not known."""

    impact = serializers.ChoiceField(choices=Impact.choices, required=False)
    tier = serializers.ChoiceField(choices=Tier.choices, required=False)
    repeats = serializers.IntegerField(required=False, min_value=0, max_value=MOST_REPEATS)
    days_ago = serializers.IntegerField(required=False, min_value=0, max_value=MOST_DAYS)
    is_safety = serializers.BooleanField(required=False)
    is_media = serializers.BooleanField(required=False)
    is_legal = serializers.BooleanField(required=False)
    emotion = serializers.ChoiceField(choices=Emotion.choices, required=False)
    category = serializers.CharField(required=False, max_length=40)
    intake = serializers.ChoiceField(choices=Intake.choices, required=False)
    amount = serializers.DecimalField(required=False, max_digits=12, decimal_places=2, min_value=0)
    words = serializers.CharField(required=False, max_length=MOST_TEXT)


class TrySerializer(Strict):
    """A complaint that is there, or facts."""

    complaint = ScopedRelatedField(Complaint, required=False)
    facts = TryFactsSerializer(required=False)

    def validate(self, attrs: Any) -> Any:
        """Refuse neither and both."""
        attrs = super().validate(attrs)
        if ("complaint" in attrs) == ("facts" in attrs):
            raise serializers.ValidationError("Give a complaint, or facts.")
        return attrs


class GradeMoveSerializer(serializers.Serializer[Any]):
    """How many complaints would go from one grade to another."""

    old = serializers.ChoiceField(choices=Grade.choices)
    new = serializers.ChoiceField(choices=Grade.choices)
    count = serializers.IntegerField()


class GradeExampleSerializer(serializers.Serializer[Any]):
    """One of them."""

    complaint = serializers.IntegerField()
    number = serializers.CharField()
    old = serializers.ChoiceField(choices=Grade.choices)
    new = serializers.ChoiceField(choices=Grade.choices)


class GradeImpactSerializer(serializers.Serializer[Any]):
    """What a rule would do to the last complaints that the caller sees."""

    looked_at = serializers.IntegerField()
    changed = serializers.IntegerField()
    moves = GradeMoveSerializer(many=True)
    examples = GradeExampleSerializer(many=True)


def _impact(found: GradeImpact) -> dict[str, Any]:
    return {
        "looked_at": found.looked_at,
        "changed": found.changed,
        "moves": [{"old": old, "new": new, "count": count} for old, new, count in found.moves],
        "examples": [
            {"complaint": one.case.pk, "number": one.case.number, "old": one.old, "new": one.new}
            for one in found.examples
        ],
    }


_RULE = OpenApiExample(
    "A rule",
    value={
        "name_en": "A strategic customer threatens with a lawyer",
        "grade": "severe",
        "conditions": [
            {"fact": "tier", "operator": "one_of", "value": ["strategic"]},
            {"fact": "words", "operator": "any_of", "value": ["lawyer", "律师"]},
        ],
    },
    request_only=True,
)


@extend_schema_view(create=extend_schema(examples=[_RULE]))
class GradingRuleViewSet(VersionedViewSet):
    """Grading rules. The gravest grade whose rule applies counts; the order is that of reading."""

    model = GradingRule
    serializer_class = GradingRuleSerializer
    filterset_class = GradingRuleFilterSet
    sort_keys = RULE_SORTS
    default_sort = "place"
    http_method_names = ["get", "post", "patch", "put", "delete", "head", "options"]
    action_rights = {"move": "change", "try_case": "view", "impact": "change"}

    def create_record(self, data: dict[str, Any]) -> GradingRule:
        """Make it."""
        self.version_of(data)
        return save_rule(_plain(data), by=self.actor)

    def update_record(self, instance: GradingRule, data: dict[str, Any]) -> GradingRule:
        """Change it."""
        version = self.version_of(data)
        return save_rule(_plain(data), by=self.actor, rule=instance, version=version)

    def delete_record(self, instance: GradingRule) -> None:
        """Delete it; complaints keep its name and what it saw."""
        delete_rule(instance, by=self.actor, version=self.expected_version)

    @extend_schema(request=MoveRuleSerializer, responses=GradingRuleSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Move it one place up or down."""
        rule = self.get_object()
        move_rule(rule, up=self.checked(MoveRuleSerializer)["direction"] == "up", by=self.actor)
        return self.answer(self.fresh(rule))

    @extend_schema(request=TrySerializer, responses=VerdictSerializer, filters=False)
    @action(detail=False, methods=["post"], url_path="try")
    def try_case(self, request: Request) -> Response:
        """Grade a complaint, or facts, by the rules of today; nothing is kept."""
        data = self.checked(TrySerializer)
        case = data.get("complaint")
        facts = facts_of(case) if case is not None else facts_from(data["facts"])
        return Response(graded(facts, rules_in_force(), default_grade()).as_evidence())

    @extend_schema(request=GradingRuleSerializer, responses=GradeImpactSerializer, filters=False)
    @action(detail=False, methods=["post"])
    def impact(self, request: Request) -> Response:
        """Tell what a new rule would do to the last 500 complaints; nothing is kept."""
        data = self.checked(GradingRuleSerializer)
        self.version_of(data)
        typed = GradingRule(code="new", **checked_rule(_plain(data)))
        return Response(_impact(impact_of(rules_with(typed), user=self.actor)))


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data with conditions as plain values."""
    if "conditions" in data:
        data["conditions"] = [dict(one) for one in data["conditions"]]
    return data


# ---- policies ---------------------------------------------------------------------------------------
class TargetSerializer(serializers.ModelSerializer[Target]):
    """A deadline of a policy."""

    class Meta:
        model = Target
        fields = ["clock", "name", "amount", "unit"]
        read_only_fields = fields


class LevelSerializer(serializers.ModelSerializer[Level]):
    """A level of the ladder of a policy."""

    class Meta:
        model = Level
        fields = [
            "clock", "number", "offset", "in_working_time", "recipient", "person", "by_mail",
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


routes = [
    ("grading-rules", GradingRuleViewSet, "grading-rule"),
    ("service-policies", PolicyViewSet, "service-policy"),
]
