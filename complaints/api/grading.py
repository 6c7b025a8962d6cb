"""Grading rules over the API, and trying them."""

from __future__ import annotations

from typing import Any

from django.utils.functional import cached_property
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.verdicts import VerdictSerializer
from complaints.choices.cases import Emotion, Grade, Impact, Intake
from complaints.choices.grading import Fact, Operator
from complaints.conditions import MOST_DAYS, MOST_REPEATS, MOST_TEXT
from complaints.domain.grading_facts import facts_of
from complaints.domain.grading_preview import Impact as GradeImpact
from complaints.domain.grading_preview import impact_of, rules_with
from complaints.domain.grading_rules import (
    checked_rule,
    default_grade,
    delete_rule,
    move_rule,
    restore_seeded,
    rules_in_force,
    save_rule,
)
from complaints.filters.grading import GradingRuleFilterSet
from complaints.forms.grading import facts_from
from complaints.grading import graded
from complaints.models import Complaint, GradingRule
from complaints.sorting.grading import RULE_SORTS
from complaints.words.grading import category_names, sentence_of
from core.api.fields import ScopedRelatedField
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


class RestoredSerializer(serializers.Serializer[Any]):
    """How many rules changed."""

    changed = serializers.IntegerField()


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
    action_rights = {"move": "change", "try_case": "view", "impact": "change", "restore": "change"}

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

    @extend_schema(request=None, responses=RestoredSerializer, filters=False)
    @action(detail=False, methods=["post"])
    def restore(self, request: Request) -> Response:
        """Bring the rules of the product back as they came, and switch off all others."""
        return Response({"changed": restore_seeded(by=self.actor)})


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data with conditions as plain values."""
    if "conditions" in data:
        data["conditions"] = [dict(one) for one in data["conditions"]]
    return data


routes = [("grading-rules", GradingRuleViewSet, "grading-rule")]
