"""Which articles fit a text: an index in each process, built again when an article changed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from complaints.models import Article, ArticleEdition, Complaint
from complaints.plain_markdown import part_below, plain
from complaints.similarity import Index

MOST = 5
_LONGEST = 2_000


@dataclass(frozen=True)
class _Kept:
    stamp: Any
    index: Index


_lock = threading.Lock()
_kept = _Kept(None, Index())


@dataclass(frozen=True)
class Suggestion:
    """A published article with the text in force, in Markdown, and what of it answers a customer, plain."""

    article: Article
    title: str
    body: str
    solution: str


def suggested(text: str, *, most: int = MOST) -> list[Article]:
    """Return the published articles most like the text, the best first. Two queries, three after a change."""
    if not text.strip():
        return []
    best = [number for number, _score in _index().best(text[:_LONGEST], most=most)]
    found = Article.objects.published().select_related("category").in_bulk(best)
    return [found[number] for number in best if number in found]


def suggested_for(complaint: Complaint) -> list[Article]:
    """Return the published articles that may help with the case."""
    return suggested(f"{complaint.title} {complaint.description}")


def with_texts(articles: Sequence[Article]) -> list[Suggestion]:
    """Return the articles with the texts in force, in the same order. One query."""
    rows = ArticleEdition.objects.filter(article__in=articles, number=F("article__edition"))
    texts = {edition.article_id: edition for edition in rows} if articles else {}
    headings = _headings()
    return [
        Suggestion(one, text.title, text.body, plain(part_below(text.body, headings)))
        for one in articles
        if (text := texts.get(one.pk)) is not None
    ]


def _headings() -> set[str]:
    """Return how drafts of cases head what helped, in each language of the product."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(_("What helped"))
    return found


def _index() -> Index:
    """Return the index of what is published; one row tells whether an article changed since it was built."""
    global _kept
    newest = Article.objects.order_by("-updated_at", "-id").values_list("pk", "version", "updated_at").first()
    if newest != _kept.stamp:
        with _lock:
            rows = Article.objects.published().values_list("pk", "terms")
            _kept = _Kept(newest, Index.of(rows.iterator()))
    return _kept.index
