"""The one predicate of search: which rows match a text. Lists, pickers, exports, API and palette ask here.

Every word must be found among the terms of the row, or of a record that the type names in `through`. The
records of a word that few have are read from the index there and then; a word that many have is asked row by
row, as the rows come in the order of their list: then the first page is full after a few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact

from core.few import Few, few_keys
from core.search.terms import CODE, LAST, PIECE, ways_for
from core.search.text import words_of
from core.search.types import SearchType, type_named, type_of

Rows = TypeVar("Rows", bound=QuerySet[Any])

#: A word that more terms begin with is common.
COMMON = 10_000
#: Of several words that are all common, so many terms are read to find the records that have them all.
MANY = 100_000


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
    return narrowed(kind, words, user).of(rows)


def few_of(kind: SearchType, user: Any) -> list[int] | None:
    """Return the keys of the rows in the person's reach, the newest first, where they are few; else None."""
    rows: Any = kind.model._default_manager.all()
    parts = None if user is None else rows.parts_in_reach(user)
    keys = None if parts is None else few_keys(rows, parts)
    return None if keys is None else sorted(keys, reverse=True)


@dataclass(frozen=True)
class Narrowed:
    """What the words come to: keys of the rows that match the rarer words (None where there are none), and
    what else must hold. `is_rare` when some word alone leads to few records.
    """

    keys: set[int] | None
    conditions: tuple[Q, ...]
    is_rare: bool

    def of(self, rows: Rows) -> Rows:
        """Return those of the rows that match."""
        rows = rows.filter(*self.conditions)
        return rows if self.keys is None else rows.filter(pk__in=self.keys)


def narrowed(
    kind: SearchType,
    words: Sequence[str],
    user: Any,
    *,
    of_few: bool = False,
    few: Few | None = None,
    read: TermsRead | None = None,
) -> Narrowed:
    """Read the terms of the words, and say what a row that matches all of them must be.

    Of words that are all common the records that have them all are read, unless the person sees few rows
    (`of_few`), each of which can be asked. `few` are the rows in reach, where they are known; types searched
    together share what they `read`.
    """
    read = read or TermsRead()
    keys: set[int] | None = None
    conditions: list[Q] = []
    common: list[_Part] = []
    is_rare = False
    for word in words:
        parts = _parts(kind, word, user)
        found = [_within(few, part, read.ids(part)) for part in parts]
        is_rare = is_rare or all(ids is not None for ids in found)
        # Keys are those of the rows themselves, not of what they belong to.
        by_key = len(parts) == 1 and parts[0].path == "pk"
        if by_key and found[0] is not None:
            keys = found[0] if keys is None else keys & found[0]
        else:
            conditions.append(_any_of(parts, found))
            common += parts if by_key else []
    all_common = keys is None and len(common) > 1 and len(common) == len(conditions)
    if all_common and not of_few and few_of(kind, user) is None:
        keys = _with_all(common)
        is_rare = keys is not None
    return Narrowed(keys, tuple(conditions), is_rare)


def _within(few: Few | None, part: _Part, records: set[int] | None) -> set[int] | None:
    """Return those of the records that are in reach, where these are known."""
    return records if few is None or records is None or few.path != part.path else records & few.known


def _with_all(parts: Sequence[_Part]) -> set[int] | None:
    """Return the records that have every one of several common words; None where these are too many, too.

    Row by row in the order of a list, two common words can be far between: nobody reads half a table for
    its first page.
    """
    both: set[int] | None = None
    for part in parts:
        found = part.ids(MANY)
        if found is None:
            continue
        both = found if both is None else both & found
    return both if both is not None and len(both) <= COMMON else None


def matching_few(rows: Rows, kind: SearchType, words: Sequence[str], user: Any) -> Rows:
    """Return the rows that match every word, where the rows are few: each is asked by itself."""
    for word in words:
        parts = _parts(kind, word, user)
        rows = rows.filter(_any_of(parts, [None] * len(parts)))
    return rows


@dataclass(frozen=True)
class _Part:
    """Where a word may be found: the terms of the row itself (`pk`), or of a record that it belongs to."""

    path: str
    kind: SearchType
    word: str
    user: Any
    sensitive: bool = True

    def ids(self, most: int) -> set[int] | None:
        """Return the records whose terms match; None where there are too many to say."""
        terms = hits(self.kind, self.word, self.user, sensitive=self.sensitive)
        found = list(terms.values_list("object_id", flat=True)[: most + 1])
        return None if len(found) > most else set(found)

    def by_row(self) -> Q:
        """Asked of each row by itself: no database turns a scalar subquery into a join."""
        terms = _of_records(self.kind, self.word, self.user, sensitive=self.sensitive)
        mine = terms.filter(object_id=OuterRef(self.path))
        return Q(Exact(Subquery(mine.values("kind")[:1]), Value(self.kind.number)))


class TermsRead:
    """The records of each word that is not common, read once for all types that are searched together."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str, bool], set[int] | None] = {}

    def ids(self, part: _Part) -> set[int] | None:
        """Return what `part.ids` returns."""
        key = (part.kind.number, part.word, part.sensitive)
        if key not in self._found:
            self._found[key] = part.ids(COMMON)
        return self._found[key]


def _parts(kind: SearchType, word: str, user: Any) -> list[_Part]:
    parts = [_Part("pk", kind, word, user)] if kind.fields else []
    return parts + [_Part(of.path, _known(of.key), word, user, of.sensitive) for of in kind.through]


def _any_of(parts: Sequence[_Part], found: Sequence[set[int] | None]) -> Q:
    conditions = (
        part.by_row() if ids is None else Q(**{f"{part.path}__in": ids})
        for part, ids in zip(parts, found, strict=True)
    )
    return reduce(or_, conditions)


def _known(key: str) -> SearchType:
    found = type_named(key)
    if found is None:
        raise LookupError(f"no type of search is called {key}")
    return found


def hits(kind: SearchType, word: str, user: Any, *, sensitive: bool = True) -> QuerySet[Any]:
    """Return the terms that the word begins, of the fields that the person may read."""
    return _begun(kind, word, user, sensitive=sensitive).filter(way__in=ways_for(word))


def hits_of(kind: SearchType, word: str, user: Any, ids: Sequence[int]) -> QuerySet[Any]:
    """Return those of the terms that belong to the records."""
    return _of_records(kind, word, user, sensitive=True).filter(object_id__in=ids)


def _of_records(kind: SearchType, word: str, user: Any, *, sensitive: bool) -> QuerySet[Any]:
    """Return what `hits` returns, for a few known records.

    The sum hides the way from the index of ranges, so that the index of the record's own terms serves.
    """
    terms = _begun(kind, word, user, sensitive=sensitive).annotate(how=F("way") + 0)
    found: QuerySet[Any] = terms.filter(how__in=ways_for(word))
    return found


def _begun(kind: SearchType, word: str, user: Any, *, sensitive: bool) -> QuerySet[Any]:
    from core.models import SearchTerm

    rows = SearchTerm.objects.filter(_range(word), kind=kind.number)
    hidden = kind.hidden_fields(user, sensitive=sensitive)
    return rows.exclude(field__in=hidden) if hidden else rows


def _range(word: str) -> Q:
    word = word[:CODE]
    begins = Q(term__gte=word, term__lt=word + LAST)
    # A piece is stored up to PIECE characters: of a longer word they are all there is to compare.
    return begins | Q(term=word[:PIECE]) if len(word) > PIECE else begins
