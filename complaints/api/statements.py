"""What is said about crises, over the API: written, approved by a second person, published."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.solving import ActingViewSet
from complaints.domain.crises import approve_statement, publish_statement, write_statement
from complaints.filters.plans import StatementFilterSet
from complaints.models import Crisis, Statement
from complaints.sorting.plans import STATEMENT_SORTS
from core.api.fields import ScopedRelatedField
from customers.api.base import StrictModelSerializer


class StatementSerializer(StrictModelSerializer):
    """A statement about a crisis."""

    crisis = ScopedRelatedField(Crisis)
    body = serializers.CharField(max_length=20_000)

    class Meta:
        model = Statement
        fields = [
            "id", "crisis", "audience", "body", "state", "author", "approved_by", "created_at",
            "approved_at", "published_at",
        ]  # fmt: skip
        read_only_fields = [
            "state", "author", "approved_by", "created_at", "approved_at", "published_at",
        ]  # fmt: skip


_FIRST = OpenApiExample(
    "A first statement",
    value={"crisis": 3, "audience": "Learners of the class", "body": "We know of it and call you by noon."},
    request_only=True,
)


class StatementViewSet(ActingViewSet):
    """Statements. Nobody approves the own words."""

    model = Statement
    serializer_class = StatementSerializer
    filterset_class = StatementFilterSet
    sort_keys = STATEMENT_SORTS
    default_sort = "id"
    action_rights = {"create": "add", "approve": "approve", "publish": "approve"}

    def for_api(self, rows: Any) -> Any:
        """Add the crisis whose history the verbs write."""
        return rows.select_related("crisis")

    @extend_schema(
        request=StatementSerializer, responses={201: StatementSerializer}, examples=[_FIRST], filters=False
    )
    def create(self, request: Request) -> Response:
        """Write one as a draft. 409 once the crisis has ended."""
        data = self.checked(StatementSerializer)
        made = write_statement(data["crisis"], data["body"], audience=data["audience"], by=self.caller)
        return self.answer(self.fresh(made), 201)

    @extend_schema(request=None, responses=StatementSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: int) -> Response:
        """Approve a draft as a second person. 409 for its author, and when it is no draft any more."""
        return self.answer(self.fresh(approve_statement(self.get_object(), by=self.caller)))

    @extend_schema(request=None, responses=StatementSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: int) -> Response:
        """Note that it went out. 409 for a draft, and the second time."""
        return self.answer(self.fresh(publish_statement(self.get_object(), by=self.caller)))


routes = [("crisis-statements", StatementViewSet, "crisis-statement")]
