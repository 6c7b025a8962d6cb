"""Which articles fit a text: an index in each process, built again when an article changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from complaints.models import Article, Complaint
from complaints.similarity import Index

MOST = 5
_LONGEST = 2_000


@dataclass(frozen=True)
class _Kept:
    stamp: Any
    index: Index


_lock = threading.Lock()
_kept = _Kept(None, Index())


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


def _index() -> Index:
    """Return the index of what is published; one row tells whether an article changed since it was built."""
    global _kept
    newest = Article.objects.order_by("-updated_at", "-id").values_list("pk", "version", "updated_at").first()
    if newest != _kept.stamp:
        with _lock:
            rows = Article.objects.published().values_list("pk", "terms")
            _kept = _Kept(newest, Index.of(rows.iterator()))
    return _kept.index
