"""Crises over the API: opened, moved on, their steps done, affected cases added."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.solving import ActingViewSet
from complaints.choices.learning import CrisisState
from complaints.domain.crises import MOST_ADDED, add_cases, finish_step, move_crisis, open_crisis
from complaints.filters.learning import CrisisFilterSet
from complaints.filters.plans import CrisisStepFilterSet
from complaints.models import Category, Complaint, Crisis, CrisisStep
from complaints.sorting.learning import CRISIS_SORTS
from complaints.sorting.plans import STEP_SORTS
from core.api.fields import ScopedRelatedField
from core.models import User
from customers.api.base import Strict, StrictModelSerializer
from customers.forms.base import people_choices


class CrisisStepSerializer(serializers.ModelSerializer[CrisisStep]):
    """A step of a crisis; `text` is in the language of the request."""

    text = serializers.CharField(read_only=True)

    class Meta:
        model = CrisisStep
        fields = ["id", "crisis", "position", "text", "owner", "due_at", "done_at", "done_by"]
        read_only_fields = fields


class CrisisSerializer(StrictModelSerializer):
    """A crisis. `cases` counts everything affected, also what the caller does not see."""

    owner = ScopedRelatedField(User, queryset=people_choices(), required=False, allow_null=True)
    category = ScopedRelatedField(
        Category, queryset=Category.objects.current(), required=False, allow_null=True
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=10_000)
    cases = serializers.IntegerField(read_only=True)
    steps = CrisisStepSerializer(many=True, read_only=True)

    class Meta:
        model = Crisis
        fields = [
            "id", "kind", "title", "state", "owner", "category", "reason", "stop_rule", "evidence",
            "opened_at", "contained_at", "closed_at", "outcome", "cases", "steps", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = [
            "state", "evidence", "opened_at", "contained_at", "closed_at", "outcome", "updated_at", "version",
        ]  # fmt: skip


class CrisisMoveSerializer(Strict):
    """Where to; where it ends, what was learned or why it is none."""

    state = serializers.ChoiceField(choices=CrisisState.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class AffectedSerializer(Strict):
    """Complaints that are affected, within reach of the caller."""

    complaints = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        min_length=1,
        max_length=MOST_ADDED,
    )


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


class CrisisViewSet(ActingViewSet):
    """Crises: proposed by the scan or opened by a person, worked off by the plan of their kind."""

    model = Crisis
    serializer_class = CrisisSerializer
    filterset_class = CrisisFilterSet
    sort_keys = CRISIS_SORTS
    default_sort = "-opened"
    action_rights = {"create": "add", "move": "change", "add_cases": "change"}

    def for_api(self, rows: Any) -> Any:
        """Add the steps and the number of cases."""
        return rows.annotate(cases=Count("affected")).prefetch_related("steps")

    @extend_schema(
        request=CrisisSerializer, responses={201: CrisisSerializer}, examples=[_OPENED], filters=False
    )
    def create(self, request: Request) -> Response:
        """Open one, with the plan of its kind; without an `owner` the caller leads."""
        made = open_crisis(self.checked(CrisisSerializer), by=self.caller)
        return self.answer(self.fresh(made), 201)

    @extend_schema(request=CrisisMoveSerializer, responses=CrisisSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Open, contain, close, open again, or say that it is none. 409 where its state does not allow it."""
        crisis, data = self.get_object(), self.checked(CrisisMoveSerializer)
        return self.answer(self.fresh(move_crisis(crisis, **data, by=self.caller)))

    @extend_schema(request=AffectedSerializer, responses=CrisisSerializer, filters=False)
    @action(detail=True, methods=["post"], url_path="add-cases", url_name="add-cases")
    def add_cases(self, request: Request, pk: int) -> Response:
        """Add affected complaints; those that are in it already stay once."""
        crisis = self.get_object()
        wanted = set(self.checked(AffectedSerializer)["complaints"])
        seen = Complaint.objects.visible_to(self.caller).complaints().for_list()
        rows = list(seen.filter(pk__in=wanted).order_by("received_at", "id"))
        if len(rows) < len(wanted):
            text = _("Some of them are no complaints in your reach.")
            raise serializers.ValidationError({"complaints": [text]})
        add_cases(crisis, rows, by=self.caller)
        return self.answer(self.fresh(crisis))


class CrisisStepViewSet(ActingViewSet):
    """Steps of crises: read, and done."""

    model = CrisisStep
    serializer_class = CrisisStepSerializer
    filterset_class = CrisisStepFilterSet
    sort_keys = STEP_SORTS
    default_sort = "id"
    action_rights = {"done": "change"}

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
