"""Findings about complaints over the API: written with their whys and bones, confirmed by a second person."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.acted import ActedCaseField
from complaints.api.solving import ActingViewSet
from complaints.choices.solving import Branch, Gap
from complaints.domain.causes import Bone, confirm_investigation, write_investigation
from complaints.filters.plans import InvestigationFilterSet
from complaints.models import Investigation
from complaints.models.causes import MOST_WHYS
from complaints.sorting.plans import INVESTIGATION_SORTS
from customers.api.base import Strict, VersionField

MOST_BONES = 60


class WhySerializer(Strict):
    """One question of the chain and its answer."""

    question = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    answer = serializers.CharField(max_length=300)


class BoneSerializer(Strict):
    """One possible cause on the fishbone."""

    branch = serializers.ChoiceField(choices=Branch.choices)
    text = serializers.CharField(max_length=120)
    weight = serializers.IntegerField(required=False, min_value=1, max_value=5, default=3)
    is_root = serializers.BooleanField(required=False, default=False)


class InvestigationSerializer(serializers.ModelSerializer[Investigation]):
    """What was found out about one complaint."""

    whys = WhySerializer(many=True, read_only=True)
    bones = BoneSerializer(many=True, read_only=True)

    class Meta:
        model = Investigation
        fields = [
            "id", "complaint", "summary", "evidence", "gap", "state", "writer", "confirmed_by",
            "confirmed_at", "whys", "bones", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class FindingSerializer(Strict):
    """A whole finding: what is left out is empty."""

    complaint = ActedCaseField()
    summary = serializers.CharField(required=False, allow_blank=True, max_length=5_000, default="")
    evidence = serializers.CharField(required=False, allow_blank=True, max_length=5_000, default="")
    gap = serializers.ChoiceField(choices=Gap.choices, required=False, allow_blank=True, default="")
    whys = serializers.ListField(child=WhySerializer(), required=False, max_length=MOST_WHYS, default=list)
    bones = serializers.ListField(child=BoneSerializer(), required=False, max_length=MOST_BONES, default=list)
    version = VersionField()


_FOUND = OpenApiExample(
    "Why the lecturer was changed unannounced",
    value={
        "complaint": 42,
        "summary": "The notice waited for a signature.",
        "gap": "communication",
        "whys": [{"question": "Why was nobody told?", "answer": "The notice waited in a queue."}],
        "bones": [{"branch": "method", "text": "No rule for substitutes", "weight": 5, "is_root": True}],
    },
    request_only=True,
)


class InvestigationViewSet(ActingViewSet):
    """Findings: one for each complaint. Whoever wrote one last never confirms it."""

    model = Investigation
    serializer_class = InvestigationSerializer
    filterset_class = InvestigationFilterSet
    sort_keys = INVESTIGATION_SORTS
    default_sort = "-id"
    action_rights = {"create": "change", "confirm": "approve"}

    def for_api(self, rows: Any) -> Any:
        """Add the complaint that verbs lock, the chain and the fishbone."""
        return rows.select_related("complaint", "confirmed_by").prefetch_related("whys", "bones")

    @extend_schema(
        request=FindingSerializer,
        responses={200: InvestigationSerializer},
        examples=[_FOUND],
        filters=False,
    )
    def create(self, request: Request) -> Response:
        """Write what was found out: the first time, or anew in the place of what was there.

        A finding that was confirmed has to be confirmed anew. With `version` a change in between answers 409.
        """
        data: dict[str, Any] = self.checked(FindingSerializer)
        case, version = data.pop("complaint"), data.pop("version", None)
        whys = [(why["question"], why["answer"]) for why in data.pop("whys")]
        bones = [Bone(**bone) for bone in data.pop("bones")]
        found = write_investigation(case, data, whys=whys, bones=bones, by=self.caller, version=version)
        return self.answer(self.fresh(found))

    @extend_schema(request=None, responses=InvestigationSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: int) -> Response:
        """Agree as a second person. 409 the second time."""
        return self.answer(self.fresh(confirm_investigation(self.get_object(), by=self.caller)))


routes = [("investigations", InvestigationViewSet, "investigation")]
