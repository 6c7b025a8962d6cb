"""Legal references over the API: kept by versions, and cited."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.acted import ActedCaseField
from complaints.domain.references import cite, save_reference, take_citation_away
from complaints.filters.letters import ReferenceFilterSet
from complaints.models import Citation, DecisionLetter, Designation, LegalReference
from complaints.sorting.letters import REFERENCE_SORTS
from core.access import require
from core.api.fields import ScopedRelatedField
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField


class LegalReferenceSerializer(StrictModelSerializer):
    """One version of a rule; `name` is in the language of the request."""

    name = serializers.CharField(read_only=True)
    version = VersionField()

    class Meta:
        model = LegalReference
        fields = [
            "id", "code", "kind", "jurisdiction", "name", "name_en", "name_zh_hans", "name_zh_hant",
            "article", "excerpt", "in_force_from", "in_force_until", "source", "is_active", "version",
        ]  # fmt: skip


class CiteSerializer(Strict):
    """In what: a complaint, a letter that is being written, or a designation."""

    complaint = ActedCaseField(required=False)
    letter = ScopedRelatedField(DecisionLetter, right="change", required=False)
    designation = ScopedRelatedField(Designation, right="change", required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of them."""
        if len(attrs) != 1:
            raise serializers.ValidationError("Give one of complaint, letter and designation.")
        return attrs


_VERSION = OpenApiExample(
    "A version of a law",
    value={
        "code": "consumer-protection",
        "kind": "law",
        "name_zh_hans": "中华人民共和国消费者权益保护法",
        "article": "55",
        "in_force_from": "2014-03-15",
    },
    request_only=True,
)


@extend_schema_view(create=extend_schema(examples=[_VERSION]))
class LegalReferenceViewSet(VersionedViewSet):
    """The library: kept by versions, and cited. `on` gives what held on a day.

    A version that holds no longer is ended, not deleted: it stays cited.
    """

    model = LegalReference
    serializer_class = LegalReferenceSerializer
    filterset_class = ReferenceFilterSet
    sort_keys = REFERENCE_SORTS
    default_sort = "code"
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    action_rights = {"create": "change", "cite": "cite", "uncite": "cite"}

    def create_record(self, data: dict[str, Any]) -> LegalReference:
        """Enter a version. 400 for days on which another version of the rule holds."""
        self.version_of(data)
        return save_reference(None, data, by=self.actor)

    def update_record(self, instance: LegalReference, data: dict[str, Any]) -> LegalReference:
        """Change a version."""
        version = self.version_of(data)
        return save_reference(instance, data, by=self.actor, version=version)

    @extend_schema(request=CiteSerializer, responses=LegalReferenceSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def cite(self, request: Request, pk: int) -> Response:
        """Let a complaint, a letter or a designation rest on it. 409 where it does already."""
        require(self.actor, "add", Citation)
        reference = self.get_object()
        [citing] = self.checked(CiteSerializer).values()
        cite(citing, reference, by=self.actor)
        return self.answer(reference)

    @extend_schema(request=CiteSerializer, responses=LegalReferenceSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def uncite(self, request: Request, pk: int) -> Response:
        """Let it rest on it no longer. 404 where it does not, 409 for a letter that is issued."""
        require(self.actor, "delete", Citation)
        reference = self.get_object()
        places = {"letter": None, "designation": None, **self.checked(CiteSerializer)}
        rows = Citation.objects.visible_to(self.actor, "delete").filter(reference=reference)
        named = {name: value for name, value in places.items() if value is not None}
        empty = {f"{name}__isnull": True for name, value in places.items() if value is None}
        take_citation_away(get_object_or_404(rows, **named, **empty), by=self.actor)
        return self.answer(reference)


routes = [("legal-references", LegalReferenceViewSet, "legal-reference")]
