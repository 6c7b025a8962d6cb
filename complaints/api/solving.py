"""Causes, compensations and call-backs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.acted import ActedCaseField
from complaints.choices.cases import Emotion
from complaints.choices.solving import AttemptResult, RedressState
from complaints.domain.callback_answers import Answer, note_attempt, settle
from complaints.domain.causes import create_cause, fix_cause, link_cause, unlink_cause, update_cause
from complaints.domain.compensation import approve, move_on, propose, refuse_approval
from complaints.domain.effects import effect_of_fix
from complaints.filters.solving import CallBackFilterSet, CauseFilterSet, CompensationFilterSet
from complaints.models import CallBack, Cause, Compensation, CompensationMove, ComplaintCause
from complaints.sorting.solving import CALLBACK_SORTS, CAUSE_SORTS, COMPENSATION_SORTS
from core.access import require
from core.api.fields import ScopedRelatedField
from core.api.verbs import version_in_header
from core.api.viewsets import ScopedReadViewSet
from core.models import Team, User
from customers.api.base import Strict, StrictModelSerializer, VersionField


class CauseSerializer(serializers.ModelSerializer[Cause]):
    """A cause of the register, with the complaints that it made."""

    name = serializers.CharField(read_only=True)
    n = serializers.IntegerField(read_only=True, help_text="Complaints that have it.")
    n_before = serializers.IntegerField(read_only=True, help_text="Received before it was fixed.")
    n_after = serializers.IntegerField(read_only=True, help_text="Received after it was fixed.")
    days_held = serializers.IntegerField(
        read_only=True,
        allow_null=True,
        help_text="Days from the fix to today, or to the first later complaint.",
    )

    class Meta:
        model = Cause
        fields = [
            "id", "code", "name", "name_en", "name_zh_hans", "name_zh_hant", "branch", "gap", "category_code",
            "state", "fixed_at", "owner", "n", "n_before", "n_after", "days_held", "version",
            "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class EffectSerializer(serializers.Serializer[Any]):
    """Complaints per 1,000 customers before and after; a ratio below 1 is better. Empty: nothing measured."""

    days = serializers.IntegerField(required=False, help_text="Compared on each side.")
    before = serializers.IntegerField(required=False)
    after = serializers.IntegerField(required=False)
    customers_before = serializers.IntegerField(required=False, help_text="Of the average day.")
    customers_after = serializers.IntegerField(required=False)
    ratio = serializers.FloatField(required=False, allow_null=True)
    low = serializers.FloatField(required=False, help_text="95% interval of the ratio.")
    high = serializers.FloatField(required=False, allow_null=True)
    verdict = serializers.ChoiceField(
        choices=["lower", "higher", "unclear", "base_changed"],
        required=False,
        help_text="base_changed: the number of customers changed by more than a quarter, and the bare counts"
        " say otherwise than the rates.",
    )
    named_before = serializers.FloatField(
        required=False, allow_null=True, help_text="Share of all complaints that have any cause named."
    )
    named_after = serializers.FloatField(required=False, allow_null=True)


class CaseSerializer(Strict):
    """The complaint that is meant."""

    complaint = ActedCaseField()


class ActingViewSet(ScopedReadViewSet):
    """Rows that are read, and moved on by verbs."""

    def checked(self, serializer_class: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        """Return the checked body of an action."""
        given = serializer_class(data=self.request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        found: dict[str, Any] = given.validated_data
        return found


class CauseEntrySerializer(StrictModelSerializer):
    """What is entered of a cause."""

    owner = ScopedRelatedField(User, required=False, allow_null=True)
    version = VersionField()

    class Meta:
        model = Cause
        fields = [
            "code", "name_zh_hans", "name_zh_hant", "name_en", "branch", "gap", "category_code", "owner",
            "version",
        ]  # fmt: skip
        # The verb answers a code that is taken with 409.
        extra_kwargs: ClassVar[dict[str, Any]] = {"code": {"validators": []}}


class CauseViewSet(ActingViewSet):
    """The register of causes: read, kept by managers, and named for complaints."""

    model = Cause
    serializer_class = CauseSerializer
    filterset_class = CauseFilterSet
    sort_keys = CAUSE_SORTS
    default_sort = "code"
    action_rights = {
        "create": "change",
        "partial_update": "change",
        "fix": "change",
        "link": "link",
        "unlink": "link",
        "effect": "view",
    }

    def for_api(self, rows: Any) -> Any:
        """Add the counts."""
        return rows.with_counts()

    @extend_schema(request=CauseEntrySerializer, responses={201: CauseSerializer}, filters=False)
    def create(self, request: Request) -> Response:
        """Enter a cause. 409 for a code that is there already."""
        data = self.checked(CauseEntrySerializer)
        data.pop("version", None)
        return self.answer(self.fresh(create_cause(data, by=self.caller)), 201)

    @extend_schema(request=CauseEntrySerializer, responses=CauseSerializer, filters=False)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change what is given. 409 where somebody changed it since `version`."""
        cause = self.get_object()
        given = CauseEntrySerializer(
            cause, data=request.data, partial=True, context=self.get_serializer_context()
        )
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        version = data.pop("version", None)
        if version is None:
            version = version_in_header(request)
        return self.answer(self.fresh(update_cause(cause, data, by=self.caller, version=version)))

    @extend_schema(request=None, responses=CauseSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def fix(self, request: Request, pk: int) -> Response:
        """Say that the cause is gone from now on. 409 where it counts as fixed."""
        return self.answer(self.fresh(fix_cause(self.get_object(), by=self.caller)))

    @extend_schema(request=CaseSerializer, responses=CauseSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def link(self, request: Request, pk: int) -> Response:
        """Name this cause for a complaint. 409 when it is named already."""
        require(self.caller, "change", ComplaintCause)
        cause = self.get_object()
        link_cause(self.checked(CaseSerializer)["complaint"], cause, by=self.caller)
        return self.answer(self.fresh(cause))

    @extend_schema(request=CaseSerializer, responses=CauseSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def unlink(self, request: Request, pk: int) -> Response:
        """Take this cause away from a complaint. 409 when it is not named."""
        require(self.caller, "change", ComplaintCause)
        cause = self.get_object()
        unlink_cause(self.checked(CaseSerializer)["complaint"], cause, by=self.caller)
        return self.answer(self.fresh(cause))

    @extend_schema(responses=EffectSerializer, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def effect(self, request: Request, pk: int) -> Response:
        """Compare the rates before and after the fix; empty before 14 days have passed."""
        return Response(effect_of_fix(self.get_object(), at=timezone.now()))


class MoveSerializer(serializers.ModelSerializer[CompensationMove]):
    """A line of the ledger."""

    class Meta:
        model = CompensationMove
        fields = ["kind", "at", "by", "committed", "given", "note"]
        read_only_fields = fields


class CompensationSerializer(StrictModelSerializer):
    """A compensation and its ledger."""

    complaint = ActedCaseField()
    cost_team = ScopedRelatedField(Team, required=False, allow_null=True)
    moves = MoveSerializer(many=True, read_only=True)

    class Meta:
        model = Compensation
        fields = [
            "id", "complaint", "measure", "kind", "amount", "currency", "value", "rate", "cost_team", "note",
            "state", "needs_approval", "awaits_second", "is_exception", "ceiling_free", "ceiling_most",
            "case_total", "proposed_by", "approved_by", "handler", "created_at", "version", "moves",
        ]  # fmt: skip
        read_only_fields = [
            "kind", "value", "rate", "state", "needs_approval", "awaits_second", "is_exception",
            "ceiling_free", "ceiling_most", "case_total", "proposed_by", "approved_by", "handler",
            "created_at", "version",
        ]  # fmt: skip


class StepSerializer(Strict):
    """The next step of a compensation."""

    state = serializers.ChoiceField(choices=RedressState.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class NoteSerializer(Strict):
    """Why."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class CompensationViewSet(ActingViewSet):
    """Compensations: proposed, approved by a second person, and moved on."""

    model = Compensation
    serializer_class = CompensationSerializer
    filterset_class = CompensationFilterSet
    sort_keys = COMPENSATION_SORTS
    default_sort = "-made"
    action_rights = {"create": "add", "step": "change", "approve": "approve", "refuse": "approve"}

    def for_api(self, rows: Any) -> Any:
        """Add the ledgers."""
        return rows.select_related("complaint").prefetch_related("moves")

    @extend_schema(request=CompensationSerializer, responses={201: CompensationSerializer}, filters=False)
    def create(self, request: Request) -> Response:
        """Propose one. Above the ceiling of the grade it waits for approval; above the most it is refused."""
        data = self.checked(CompensationSerializer)
        made = propose(data.pop("complaint"), data, by=self.caller)
        return self.answer(self.fresh(made), 201)

    @extend_schema(request=StepSerializer, responses=CompensationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def step(self, request: Request, pk: int) -> Response:
        """Take the next step. 409 when its state does not allow it, or a second person has to agree first."""
        moved = move_on(self.get_object(), by=self.caller, **self.checked(StepSerializer))
        return self.answer(self.fresh(moved))

    @extend_schema(request=NoteSerializer, responses=CompensationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Approve as a second person, neither proposer nor ever handler; again where `awaits_second`."""
        moved = approve(self.get_object(), by=self.caller, **self.checked(NoteSerializer))
        return self.answer(self.fresh(moved))

    @extend_schema(request=NoteSerializer, responses=CompensationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: int) -> Response:
        """Do not approve; `note` says why."""
        moved = refuse_approval(self.get_object(), by=self.caller, **self.checked(NoteSerializer))
        return self.answer(self.fresh(moved))


class CallBackSerializer(serializers.ModelSerializer[CallBack]):
    """A call-back."""

    class Meta:
        model = CallBack
        fields = [
            "id", "complaint", "cycle", "owner", "handler", "due_at", "attempts_made", "state",
            "result_score", "process_score", "is_accepted", "emotion", "wish", "answered_by", "done_at",
            "done_by", "late_told_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class AnswerSerializer(Strict):
    """What the customer answered."""

    is_accepted = serializers.BooleanField()
    result_score = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    process_score = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    emotion = serializers.ChoiceField(choices=Emotion.choices, required=False, allow_blank=True, default="")
    wish = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class AttemptSerializer(Strict):
    """A call without an answer."""

    result = serializers.ChoiceField(choices=AttemptResult.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class CallBackViewSet(ActingViewSet):
    """Call-backs: read, answered, attempted."""

    model = CallBack
    serializer_class = CallBackSerializer
    filterset_class = CallBackFilterSet
    sort_keys = CALLBACK_SORTS
    default_sort = "due"
    action_rights = {"settle": "change", "attempt": "change"}

    def for_api(self, rows: Any) -> Any:
        """Add the case that verbs lock."""
        return rows.select_related("complaint")

    @extend_schema(request=AnswerSerializer, responses=CallBackSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: int) -> Response:
        """Keep the answer: it closes the case or opens it again. 409 when it was answered."""
        done = settle(self.get_object(), Answer(**self.checked(AnswerSerializer)), by=self.caller)
        return self.answer(self.fresh(done))

    @extend_schema(request=AttemptSerializer, responses=CallBackSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def attempt(self, request: Request, pk: int) -> Response:
        """Keep a call that brought no answer."""
        done = note_attempt(self.get_object(), by=self.caller, **self.checked(AttemptSerializer))
        return self.answer(self.fresh(done))


routes = [
    ("causes", CauseViewSet, "cause"),
    ("compensations", CompensationViewSet, "compensation"),
    ("call-backs", CallBackViewSet, "callback"),
]
