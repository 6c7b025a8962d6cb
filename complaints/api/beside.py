"""What stands beside a case, over the API: who would get it, who views it, what to say, what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.choices.solving import Step
from complaints.domain.dispatching import dry_run
from complaints.domain.phrases import phrases_for
from complaints.domain.presence import others_viewing
from complaints.domain.suggesting import Suggestion, suggested_for, with_texts
from complaints.models import Article, Complaint, PhraseCard
from complaints.words.cases import excluded_in_words, reason_in_words
from core.access import require

#: What the actions ask of the role table, for the case itself.
BESIDE_RIGHTS = {"dispatch_preview": "view", "viewers": "view", "phrases": "view", "knowledge": "view"}

if TYPE_CHECKING:
    from customers.api.base import VersionedViewSet as _Base
else:
    _Base = object


class WeighedSerializer(serializers.Serializer[Any]):
    """A person as dispatch weighs them; `excluded` is empty where they could have the case."""

    user = serializers.IntegerField()
    name = serializers.CharField()
    load = serializers.IntegerField()
    cap = serializers.IntegerField()
    excluded = serializers.CharField(allow_blank=True, help_text="Code: away, skill, full, closed.")
    because = serializers.CharField(allow_blank=True, help_text="Why so, in words.")


class DispatchSerializer(serializers.Serializer[Any]):
    """Who would get the case now, and everybody who was weighed, the best first."""

    best = serializers.IntegerField(allow_null=True)
    weighed = WeighedSerializer(many=True)


class ViewerSerializer(serializers.Serializer[Any]):
    """Somebody who has the page of the case open."""

    user = serializers.IntegerField()
    name = serializers.CharField()
    is_writing = serializers.BooleanField()


class ViewersSerializer(serializers.Serializer[Any]):
    """Colleagues of the caller who have the case open, who writes first."""

    viewers = ViewerSerializer(many=True)


class FittingPhraseSerializer(serializers.Serializer[Any]):
    """A card that fits; `text` is in the language of the customer."""

    id = serializers.IntegerField()
    step = serializers.ChoiceField(choices=Step.choices)
    text = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)
    used = serializers.IntegerField()


class PhrasesSerializer(serializers.Serializer[Any]):
    """The cards that fit category and gap, the closest first."""

    phrases = FittingPhraseSerializer(many=True)


class SuggestedSerializer(serializers.Serializer[Any]):
    """A published article; `solution` is what of it answers a customer, as plain text."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    helped = serializers.IntegerField()
    solution = serializers.CharField()


class SuggestionsSerializer(serializers.Serializer[Any]):
    """The articles most like a text, the best first; at most five."""

    articles = SuggestedSerializer(many=True)


def told_suggestions(found: list[Suggestion]) -> dict[str, Any]:
    """Return suggestions as the API tells them."""
    rows = [
        {"id": one.article.pk, "title": one.title, "helped": one.article.helped, "solution": one.solution}
        for one in found
    ]
    return {"articles": rows}


class BesideMixin(_Base):
    """Reads that the page of a case shows beside it. Nothing changes."""

    @extend_schema(responses=DispatchSerializer, filters=False)
    @action(detail=True, methods=["get"], url_path="dispatch", url_name="dispatch")
    def dispatch_preview(self, request: Request, pk: int) -> Response:
        """Tell who would get the case now, and why everybody else would not."""
        ranking = dry_run(self.get_object(), at=timezone.now())
        rows = [row.as_evidence() for row in ranking.rows]
        for row in rows:
            words = [reason_in_words(reason) for reason in row.pop("reasons")]
            row["because"] = excluded_in_words(row["excluded"]) if row["excluded"] else "; ".join(words)
        best = ranking.best.user_id if ranking.best is not None else None
        return Response({"best": best, "weighed": rows})

    @extend_schema(responses=ViewersSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def viewers(self, request: Request, pk: int) -> Response:
        """Tell which other people have the page of the case open; asking says nothing of the caller."""
        found = others_viewing(self.get_object().pk, self.actor)
        rows = [
            {"user": one.user.pk, "name": one.user.display_name, "is_writing": one.is_writing}
            for one in found
        ]
        return Response({"viewers": rows})

    @extend_schema(responses=PhrasesSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def phrases(self, request: Request, pk: int) -> Response:
        """Return the phrase cards that fit the case."""
        require(self.actor, "view", PhraseCard)
        case: Complaint = self.get_object()
        rows = [
            {
                "id": card.pk,
                "step": card.step,
                "text": card.text(case.language),
                "hint": card.hint,
                "used": card.used,
            }
            for card in phrases_for(case)
        ]
        return Response({"phrases": rows})

    @extend_schema(responses=SuggestionsSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def knowledge(self, request: Request, pk: int) -> Response:
        """Return the published articles that may help with the case."""
        require(self.actor, "view", Article)
        return Response(told_suggestions(with_texts(suggested_for(self.get_object()))))
