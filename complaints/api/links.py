"""Links of cases over the API."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.solving import ActingViewSet
from complaints.choices.cases import CHOSEN_LINKS
from complaints.domain.merging import link_cases, unlink_cases
from complaints.filters.plans import CaseLinkFilterSet
from complaints.models import CaseLink, Complaint
from complaints.sorting.plans import LINK_SORTS
from core.api.fields import ScopedRelatedField
from customers.api.base import StrictModelSerializer


class CaseLinkSerializer(serializers.ModelSerializer[CaseLink]):
    """Two cases that belong together, both within reach of the caller."""

    class Meta:
        model = CaseLink
        fields = ["id", "source", "target", "kind", "at", "by"]
        read_only_fields = fields


class NewLinkSerializer(StrictModelSerializer):
    """Which two cases, and how they belong together."""

    # `source` is also the name of an argument of every field.
    source: Any = ScopedRelatedField(Complaint, right="change")
    target = ScopedRelatedField(Complaint)
    kind = serializers.ChoiceField(choices=CHOSEN_LINKS)

    class Meta:
        model = CaseLink
        fields = ["source", "target", "kind"]


_LINK = OpenApiExample(
    "One cause", value={"source": 42, "target": 17, "kind": "same_cause"}, request_only=True
)


class CaseLinkViewSet(ActingViewSet):
    """Links: seen by who sees both cases."""

    model = CaseLink
    serializer_class = CaseLinkSerializer
    filterset_class = CaseLinkFilterSet
    sort_keys = LINK_SORTS
    default_sort = "-id"
    action_rights = {"create": "add", "destroy": "delete"}

    def for_api(self, rows: Any) -> Any:
        """Leave out links to cases that the caller does not see."""
        seen = Complaint.objects.visible_to(self.caller)
        return rows.filter(target__in=seen.order_by().values("pk")).select_related("source", "target")

    @extend_schema(
        request=NewLinkSerializer, responses={201: CaseLinkSerializer}, examples=[_LINK], filters=False
    )
    def create(self, request: Request) -> Response:
        """Link two cases. 409 the second time."""
        made = link_cases(**self.checked(NewLinkSerializer), by=self.caller)
        return self.answer(self.fresh(made), 201)

    @extend_schema(filters=False)
    def destroy(self, request: Request, pk: int) -> Response:
        """Take a link away from a case that the caller may change."""
        link: CaseLink = self.get_object()
        get_object_or_404(Complaint.objects.visible_to(self.caller, "change"), pk=link.source_id)
        unlink_cases(link, by=self.caller)
        return Response(status=status.HTTP_204_NO_CONTENT)


routes = [("case-links", CaseLinkViewSet, "case-link")]
