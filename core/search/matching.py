"""The one predicate of search: which rows match a text. Lists, pickers, exports, API and palette ask here.

Every word must be found among the terms of the row, or of a record that the type names in `through`. A word
that few records have is asked for by its range of the index; one that many have is asked row by row, as the
rows come in the order of their list: then the first page is full after a few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact

from core.search.terms import CODE, LAST, PIECE, ways_for
from core.search.text import words_of
from core.search.types import SearchType, type_named, type_of

Rows = TypeVar("Rows", bound=QuerySet[Any])

#: A word that more records have is common.
COMMON = 20_000


def matching_rows(rows: Rows, text: str, user: Any) -> Rows:
    """Return the rows that match every word of `text`; an empty text matches all, one without words none.

    Sensitive fields do not match for whom they are masked; `user` None stands for the installation itself.
    """
    if not text.strip():
        return rows
    kind = type_of(rows.model)
    if kind is None:
        raise LookupError(f"{rows.model._meta.label} is no registered type of search")
    words = words_of(text)
    return matching_words(rows, kind, words, user) if words else rows.none()


def matching_words(rows: Rows, kind: SearchType, words: Sequence[str], user: Any) -> Rows:
    """Return the rows that match every word."""
    for word in words:
        rows = rows.filter(_condition(kind, word, user))
    return rows


@dataclass(frozen=True)
class _Part:
    """Where a word may be found: the terms of the row itself (`pk`), or of a record that it belongs to."""

    path: str
    kind: SearchType
    word: str
    user: Any
    sensitive: bool = True

    def hits(self) -> QuerySet[Any]:
        return hits(self.kind, self.word, self.user, sensitive=self.sensitive)

    def is_common(self) -> bool:
        """Tell whether more than COMMON terms match; counts no further than that."""
        return self.hits()[: COMMON + 1].count() > COMMON

    def by_range(self) -> Q:
        return Q(**{f"{self.path}__in": self.hits().values("object_id")})

    def by_row(self) -> Q:
        """Asked of each row by itself: no database turns a scalar subquery into a join."""
        mine = self.hits().filter(object_id=OuterRef(self.path))
        return Q(Exact(Subquery(mine.values("kind")[:1]), Value(self.kind.number)))


def _condition(kind: SearchType, word: str, user: Any) -> Q:
    """Own terms, or terms of related records; by range where all of them are few."""
    parts = [_Part("pk", kind, word, user)] if kind.fields else []
    parts += [_Part(of.path, _known(of.key), word, user, of.sensitive) for of in kind.through]
    common = [part.is_common() for part in parts]
    if any(common):
        conditions = zip(parts, common, strict=True)
        return reduce(or_, (part.by_row() if many else part.by_range() for part, many in conditions))
    if len(parts) == 1:
        return parts[0].by_range()
    return Q(pk__in=_keys(kind, parts[0]).union(*(_keys(kind, part) for part in parts[1:]), all=True))


def _keys(kind: SearchType, part: _Part) -> QuerySet[Any]:
    if part.path == "pk":
        return part.hits().values("object_id")
    manager: Any = kind.model._default_manager
    rows: QuerySet[Any] = manager.filter(part.by_range()).values("pk")
    return rows


def _known(key: str) -> SearchType:
    found = type_named(key)
    if found is None:
        raise LookupError(f"no type of search is called {key}")
    return found


def hits(kind: SearchType, word: str, user: Any, *, sensitive: bool = True) -> QuerySet[Any]:
    """Return the terms that the word begins, of the fields that the person may read."""
    from core.models import SearchTerm

    rows = SearchTerm.objects.filter(_range(word), kind=kind.number, way__in=ways_for(word))
    hidden = kind.hidden_fields(user, sensitive=sensitive)
    return rows.exclude(field__in=hidden) if hidden else rows


def _range(word: str) -> Q:
    word = word[:CODE]
    begins = Q(term__gte=word, term__lt=word + LAST)
    # A piece is stored up to PIECE characters: of a longer word they are all there is to compare.
    return begins | Q(term=word[:PIECE]) if len(word) > PIECE else begins
