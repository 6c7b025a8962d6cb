"""Articles over the API: read in force, written, reviewed by a second person, suggested for a text."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.api.beside import SuggestionsSerializer, told_suggestions
from complaints.choices.learning import ArticleState
from complaints.domain.articles import (
    draft_from_case,
    edit_article,
    move_article,
    note_help,
    publish_article,
    write_article,
)
from complaints.domain.suggesting import suggested, with_texts
from complaints.filters.learning import ArticleFilterSet
from complaints.models import Article, Category, Complaint
from complaints.sorting.learning import ARTICLE_SORTS
from core.access import require
from core.api.fields import ScopedRelatedField
from core.errors import Conflict
from customers.api.base import Strict, StrictModelSerializer, VersionedViewSet, VersionField


class ArticleSerializer(serializers.ModelSerializer[Article]):
    """An article; `title` and `text` are those of the edition in force."""

    category_code = serializers.CharField(source="category.code", default="", read_only=True)
    title = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()

    class Meta:
        model = Article
        fields = [
            "id",
            "title",
            "text",
            "category_code",
            "state",
            "edition",
            "helped",
            "published_at",
            "version",
        ]
        read_only_fields = fields

    def get_title(self, article: Article) -> str:
        """The title in force, before the first edition that of the draft."""
        edition = _edition(article)
        return edition.title if edition is not None else article.title

    def get_text(self, article: Article) -> str:
        """The Markdown in force, before the first edition that of the draft."""
        edition = _edition(article)
        return edition.body if edition is not None else article.body


def _edition(article: Article) -> Any:
    return next((one for one in article.editions.all() if one.number == article.edition), None)


class ArticleDraftSerializer(StrictModelSerializer):
    """The working text of an article, in Markdown."""

    category = ScopedRelatedField(
        Category, queryset=Category.objects.current(), required=False, allow_null=True
    )
    text = serializers.CharField(source="body", max_length=50_000)
    version = VersionField()

    class Meta:
        model = Article
        fields = ["id", "title", "text", "category", "state", "version"]
        read_only_fields = ["state"]


class ArticleMoveSerializer(Strict):
    """Where to: review, back to a draft, published by a second person, retired."""

    state = serializers.ChoiceField(choices=ArticleState.choices)


class HelpedSerializer(Strict):
    """With which case it helped."""

    complaint = ScopedRelatedField(Complaint, right="change")


class SourceSerializer(Strict):
    """The solved case that teaches something."""

    complaint = ScopedRelatedField(Complaint)


class LookedForSerializer(Strict):
    """A text, such as a message of a customer."""

    text = serializers.CharField(max_length=100_000)


_DRAFT = OpenApiExample(
    "An article",
    value={
        "title": "Invoice with a wrong amount",
        "text": "### What happened\n\nThe amount is wrong.\n\n### What helped\n\nCancel and issue it anew.",
    },
    request_only=True,
)
_ASKED = OpenApiExample("A message", value={"text": "收到的发票金额不对"}, request_only=True)


class ArticleViewSet(VersionedViewSet):
    """Articles. Readers get the edition in force; nobody publishes the own text."""

    model = Article
    serializer_class = ArticleSerializer
    filterset_class = ArticleFilterSet
    sort_keys = ARTICLE_SORTS
    default_sort = "-helped"
    http_method_names = ["get", "post", "patch", "head", "options"]
    action_rights = {
        "draft": "change",
        "move": "change",
        "helped": "view",
        "from_case": "add",
        "suggest": "view",
    }

    def get_serializer_class(self) -> Any:
        """What is written is the working text."""
        writes = getattr(self, "action", "") in {"create", "partial_update", "draft", "bulk"}
        return ArticleDraftSerializer if writes else ArticleSerializer

    def for_api(self, rows: Any) -> Any:
        """Add category and editions."""
        return rows.select_related("category").prefetch_related("editions")

    def create_record(self, data: dict[str, Any]) -> Article:
        """Begin an article as a draft."""
        self.version_of(data)
        return write_article(data, by=self.actor)

    def update_record(self, instance: Article, data: dict[str, Any]) -> Article:
        """Change the working text, which becomes a draft again."""
        version = self.version_of(data)
        return edit_article(instance, data, by=self.actor, version=version)

    @extend_schema(request=ArticleDraftSerializer, responses={201: ArticleDraftSerializer}, examples=[_DRAFT])
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Begin an article as a draft; only its author and the managers read it."""
        return super().create(request, *args, **kwargs)

    @extend_schema(responses=ArticleDraftSerializer, filters=False)
    @action(detail=True, methods=["get"])
    def draft(self, request: Request, pk: int) -> Response:
        """Return the working text, for who may change it."""
        return self.answer(self.get_object())

    @extend_schema(request=ArticleMoveSerializer, responses=ArticleSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Move the working text on. 409 where its state does not allow it, and to publish the own text."""
        article, state = self.get_object(), self.checked(ArticleMoveSerializer)["state"]
        if state == ArticleState.PUBLISHED:
            require(self.actor, "approve", Article)
            publish_article(article, by=self.actor)
        else:
            move_article(article, state, by=self.actor)
        return self.answer(self.fresh(article))

    @extend_schema(request=HelpedSerializer, responses=ArticleSerializer, filters=False)
    @action(detail=True, methods=["post"])
    def helped(self, request: Request, pk: int) -> Response:
        """Note that it helped with a case, counted once. 409 without an edition."""
        article = self.get_object()
        note_help(article, self.checked(HelpedSerializer)["complaint"], by=self.actor)
        return self.answer(self.fresh(article))

    @extend_schema(request=SourceSerializer, responses={201: ArticleSerializer}, filters=False)
    @action(detail=False, methods=["post"], url_path="from-case", url_name="from-case")
    def from_case(self, request: Request) -> Response:
        """Begin an article from a solved case, without who complained; a case that has one gives that.

        409 for a case without a solution, and where a colleague is writing the article of this case.
        """
        made = draft_from_case(self.checked(SourceSerializer)["complaint"], by=self.actor)
        found = self.get_queryset().filter(pk=made.pk).first()
        if found is None:
            raise Conflict("article_begun", _("A colleague is writing an article of this case."))
        return self.answer(found, 201)

    @extend_schema(
        request=LookedForSerializer, responses=SuggestionsSerializer, examples=[_ASKED], filters=False
    )
    @action(detail=False, methods=["post"])
    def suggest(self, request: Request) -> Response:
        """Return the published articles most like a text, which stands in no address."""
        text = self.checked(LookedForSerializer)["text"]
        return Response(told_suggestions(with_texts(suggested(text))))


routes = [("articles", ArticleViewSet, "article")]
