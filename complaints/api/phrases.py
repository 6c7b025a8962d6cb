"""Phrase cards over the API: read, kept, and counted when one was said."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.domain.phrases import create_card, note_use, update_card
from complaints.filters.solving import PhraseFilterSet
from complaints.models import PhraseCard
from complaints.sorting.solving import PHRASE_SORTS
from customers.api.base import StrictModelSerializer, VersionedViewSet, VersionField


class PhraseCardSerializer(StrictModelSerializer):
    """A card; `text` and `hint` are in the language of the request."""

    text = serializers.CharField(read_only=True)
    hint = serializers.CharField(read_only=True)
    version = VersionField()

    class Meta:
        model = PhraseCard
        fields = [
            "id", "step", "category_code", "gap", "text", "text_en", "text_zh_hans", "text_zh_hant",
            "technique", "hint", "used", "is_active", "created_at", "updated_at", "version",
        ]  # fmt: skip
        read_only_fields = ["used", "created_at", "updated_at"]


_CARD = OpenApiExample(
    "A sentence for the second step",
    value={
        "step": "empathise",
        "category_code": "lecturer",
        "text_en": "You had told 48 people whom to expect.",
        "technique": "Say back what it meant for them.",
    },
    request_only=True,
)


@extend_schema_view(create=extend_schema(examples=[_CARD]))
class PhraseCardViewSet(VersionedViewSet):
    """Phrase and technique cards. One that is of no use is taken out of use, not deleted."""

    model = PhraseCard
    serializer_class = PhraseCardSerializer
    filterset_class = PhraseFilterSet
    sort_keys = PHRASE_SORTS
    default_sort = "step"
    http_method_names = ["get", "post", "patch", "put", "head", "options"]
    action_rights = {"create": "change", "use": "use"}

    def create_record(self, data: dict[str, Any]) -> PhraseCard:
        """Keep a new card."""
        self.version_of(data)
        return create_card(data, by=self.actor)

    def update_record(self, instance: PhraseCard, data: dict[str, Any]) -> PhraseCard:
        """Change a card."""
        version = self.version_of(data)
        return update_card(instance, data, by=self.actor, version=version)

    @extend_schema(request=None, responses=PhraseCardSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def use(self, request: Request, pk: int) -> Response:
        """Count that somebody who writes in logs said it: cards that are used come first."""
        card = self.get_object()
        note_use(card)
        return self.answer(self.fresh(card))


routes = [("phrase-cards", PhraseCardViewSet, "phrase-card")]
