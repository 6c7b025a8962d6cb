"""Crises over the API: opened, edited, moved on, their steps, and which customers were told."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.solving import ActingViewSet
from complaints.choices.learning import CrisisState
from complaints.domain.crises import MOST_ADDED, add_cases, finish_step, move_crisis, open_crisis
from complaints.domain.crisis_customers import customers_hit, mark_told
from complaints.domain.crisis_editing import add_step, change_step, edit_crisis, open_proposed
from complaints.filters.learning import CrisisFilterSet
from complaints.filters.plans import CrisisStepFilterSet
from complaints.models import Category, Complaint, Crisis, CrisisStep
from complaints.sorting.learning import CRISIS_SORTS
from complaints.sorting.plans import STEP_SORTS
from core.access import require
from core.api.fields import ScopedRelatedField
from core.models import User
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField
from customers.forms.base import people_choices


class CrisisStepSerializer(serializers.ModelSerializer[CrisisStep]):
    """A step: `plan` is the kind whose plan it comes from, empty for one that was added."""

    text = serializers.CharField(read_only=True)

    class Meta:
        model = CrisisStep
        fields = ["id", "crisis", "position", "text", "plan", "owner", "due_at", "done_at", "done_by"]
        read_only_fields = fields


class CrisisSerializer(StrictModelSerializer):
    """A crisis with its plan. `evidence` says what the scan saw, and by what the kind was guessed."""

    owner = ScopedRelatedField(User, queryset=people_choices(), required=False, allow_null=True)
    category = ScopedRelatedField(
        Category, queryset=Category.objects.current(), required=False, allow_null=True
    )
    steps = CrisisStepSerializer(many=True, read_only=True)
    cases = serializers.IntegerField(read_only=True, help_text="Affected ones, also out of your reach.")
    version = VersionField()

    class Meta:
        model = Crisis
        fields = [
            "id", "kind", "title", "category", "reason", "stop_rule", "owner", "state", "evidence",
            "opened_at", "contained_at", "closed_at", "outcome", "cases", "steps", "version", "updated_at",
        ]  # fmt: skip
        read_only_fields = [
            "state", "evidence", "opened_at", "contained_at", "closed_at", "outcome", "updated_at",
        ]  # fmt: skip


class CrisisOpenSerializer(StrictModelSerializer):
    """What is decided when a proposed crisis is opened; without an `owner` the caller leads."""

    owner = ScopedRelatedField(User, queryset=people_choices(), required=False, allow_null=True)
    version = VersionField()

    class Meta:
        model = Crisis
        fields = ["kind", "owner", "stop_rule", "reason", "version"]
        extra_kwargs = {"kind": {"required": False}}


class CrisisMoveSerializer(Strict):
    """Where it goes; closing or rejecting needs a `note`."""

    state = serializers.ChoiceField(choices=CrisisState.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class NewStepSerializer(Strict):
    """A step of one's own; without an `owner` it is the lead's."""

    text = serializers.CharField(max_length=300)
    owner = ScopedRelatedField(User, queryset=people_choices(), required=False, allow_null=True, default=None)
    due_at = serializers.DateTimeField()


class StepChangeSerializer(Strict):
    """Another owner or due time of one step of the crisis."""

    step = serializers.IntegerField(min_value=1)
    owner = ScopedRelatedField(User, queryset=people_choices(), required=False, allow_null=True)
    due_at = serializers.DateTimeField(required=False)


class CrisisCasesSerializer(Strict):
    """Complaints that are affected, within reach of the caller."""

    complaints = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=MOST_ADDED
    )


class ToldSerializer(Strict):
    """Customers, by id, who were told; `told: false` takes it back. 0 means cases without a customer."""

    customers = serializers.ListField(child=serializers.IntegerField(min_value=0), max_length=1_000)
    told = serializers.BooleanField(required=False, default=True)


class HitSerializer(serializers.Serializer[Any]):
    """One customer of a crisis with the cases within reach."""

    customer = serializers.IntegerField(source="customer.pk", default=None, allow_null=True)
    name = serializers.CharField(source="customer.name", default="")
    cases = serializers.SerializerMethodField()
    open = serializers.IntegerField(help_text="Cases in which somebody still has to do something.")
    untold = serializers.IntegerField(help_text="Cases whose customer was not told.")
    told_at = serializers.DateTimeField(source="last_told.told_at", default=None, allow_null=True)
    told_by = serializers.IntegerField(source="last_told.told_by_id", default=None, allow_null=True)

    def get_cases(self, hit: Any) -> list[int]:
        """The affected cases."""
        return [row.complaint_id for row in hit.rows]


_OPENED = OpenApiExample(
    "A course that nobody can reach",
    value={
        "kind": "service",
        "title": "The learning platform is down",
        "reason": "Three classes could not begin this morning.",
        "stop_rule": "A day without a new complaint",
    },
    request_only=True,
)


@extend_schema_view(create=extend_schema(examples=[_OPENED]))
class CrisisViewSet(VersionedViewSet):
    """Crises: read, opened, edited and moved on; whoever may see them sees all."""

    model = Crisis
    serializer_class = CrisisSerializer
    filterset_class = CrisisFilterSet
    sort_keys = CRISIS_SORTS
    default_sort = "-opened"
    http_method_names = ["get", "post", "patch", "head", "options"]
    action_rights = {
        "open": "change", "move": "change", "steps": "change", "change_step": "change",
        "add_cases": "change", "affected": "view", "tell": "view",
    }  # fmt: skip

    def for_api(self, rows: Any) -> Any:
        """Add the steps and the number of cases."""
        return rows.for_api().annotate(cases=Count("affected")).prefetch_related("steps")

    def create_record(self, data: dict[str, Any]) -> Crisis:
        """Open one, with the plan of its kind; the caller leads where nobody is named."""
        data.pop("version", None)
        return open_crisis(data, by=self.actor)

    def update_record(self, instance: Crisis, data: dict[str, Any]) -> Crisis:
        """Change it. 409 once it has ended."""
        version = self.version_of(data)
        return edit_crisis(instance, data, by=self.actor, version=version)

    @extend_schema(request=CrisisOpenSerializer, responses=CrisisSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, pk: int) -> Response:
        """Open a proposed crisis and lay out the plan of its kind. 409 where it is not proposed any more."""
        data = self.checked(CrisisOpenSerializer)
        version = self.version_of(data)
        return self.answer(self.fresh(open_proposed(self.get_object(), data, by=self.actor, version=version)))

    @extend_schema(request=CrisisMoveSerializer, responses=CrisisSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Contain, close, open again or reject. 409 when its state does not allow it."""
        data = self.checked(CrisisMoveSerializer)
        moved = move_crisis(self.get_object(), data["state"], by=self.actor, note=data["note"])
        return self.answer(self.fresh(moved))

    @extend_schema(request=NewStepSerializer, responses=CrisisSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def steps(self, request: Request, pk: int) -> Response:
        """Add a step at the end. 409 once the crisis has ended."""
        require(self.actor, "change", CrisisStep)
        crisis, data = self.get_object(), self.checked(NewStepSerializer)
        add_step(crisis, data.pop("text"), by=self.actor, **data)
        return self.answer(self.fresh(crisis))

    @extend_schema(request=StepChangeSerializer, responses=CrisisSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="change-step")
    def change_step(self, request: Request, pk: int) -> Response:
        """Give a step another owner or due time. 409 for one that is done."""
        require(self.actor, "change", CrisisStep)
        crisis, data = self.get_object(), self.checked(StepChangeSerializer)
        change_step(self._step(crisis, data.pop("step")), data, by=self.actor)
        return self.answer(self.fresh(crisis))

    def _step(self, crisis: Crisis, pk: int) -> CrisisStep:
        rows = CrisisStep.objects.visible_to(self.actor).select_related("crisis")
        found: CrisisStep = get_object_or_404(rows, crisis=crisis, pk=pk)
        return found

    @extend_schema(request=CrisisCasesSerializer, responses=CrisisSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="add-cases")
    def add_cases(self, request: Request, pk: int) -> Response:
        """Add affected complaints; those that are in it already stay once."""
        crisis = self.get_object()
        wanted = set(self.checked(CrisisCasesSerializer)["complaints"])
        seen = Complaint.objects.visible_to(self.actor).complaints().for_list()
        rows = list(seen.filter(pk__in=wanted).order_by("received_at", "id"))
        if len(rows) < len(wanted):
            text = _("Some of them are no complaints in your reach.")
            raise serializers.ValidationError({"complaints": [text]})
        add_cases(crisis, rows, by=self.actor)
        return self.answer(self.fresh(crisis))

    @extend_schema(responses=HitSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def affected(self, request: Request, pk: int) -> Response:
        """List the customers of affected cases within reach: those not told first."""
        return Response(HitSerializer(customers_hit(self.get_object(), self.actor), many=True).data)

    @extend_schema(request=ToldSerializer, responses=HitSerializer(many=True), filters=False)
    @action(detail=True, methods=["post"], pagination_class=None)
    def tell(self, request: Request, pk: int) -> Response:
        """Note which customers were told, for cases that the caller may change; return the list anew."""
        require(self.actor, "change", Complaint)
        crisis, data = self.get_object(), self.checked(ToldSerializer)
        keys = data["customers"]
        wanted = Q(customer__in=keys) | (Q(customer__isnull=True) if 0 in keys else Q(pk__in=[]))
        rows = Complaint.objects.visible_to(self.actor, "change").filter(wanted, crises__crisis=crisis)
        mark_told(crisis, rows, by=self.actor, told=data["told"])
        return Response(HitSerializer(customers_hit(crisis, self.actor), many=True).data)


class CrisisStepViewSet(ActingViewSet):
    """Steps of crises: read, and done."""

    model = CrisisStep
    serializer_class = CrisisStepSerializer
    filterset_class = CrisisStepFilterSet
    sort_keys = STEP_SORTS
    default_sort = "id"
    action_rights = {"done": "view"}

    def for_api(self, rows: Any) -> Any:
        """Add the crisis that the verb locks."""
        return rows.select_related("crisis")

    @extend_schema(request=None, responses=CrisisStepSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: int) -> Response:
        """Mark it as done; again changes nothing. 409 once the crisis has ended."""
        return self.answer(self.fresh(finish_step(self.get_object(), by=self.caller)))


routes = [
    ("crises", CrisisViewSet, "crisis"),
    ("crisis-steps", CrisisStepViewSet, "crisis-step"),
]
