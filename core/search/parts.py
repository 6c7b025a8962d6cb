"""Where a word may be found, and what of the terms was read already.

A word is found in the row itself, or in a record that the row belongs to: its parts. Types that are searched
together ask for the same parts, so these are read once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact

from core.few import Few, Known, few_rows
from core.search.probing import best_probe
from core.search.terms import CODE, LAST, PIECE, ways_for
from core.search.types import SearchType, type_named

#: A word that more terms begin with is common.
COMMON = 10_000
#: Terms that lead to some records, whose rows are looked at first.
SOME = 400


@dataclass(frozen=True)
class Part:
    """Where a word may be found: the terms of the row itself (`pk`), or of a record that it belongs to."""

    path: str
    kind: SearchType
    word: str
    user: Any
    sensitive: bool = True

    def ids(self, most: int) -> set[int] | None:
        """Return the records whose terms match; None where there are too many to say."""
        return None if self.has_more_than(most) else set(self.records())

    def records(self) -> QuerySet[Any]:
        """Return the keys of the records whose terms match, one for each term."""
        terms = hits(self.kind, self.word, self.user, sensitive=self.sensitive)
        return terms.values_list("object_id", flat=True)

    def has_more_than(self, most: int) -> bool:
        """Tell whether more terms match; counted in the index alone, which takes a moment."""
        return bool(self.records()[most : most + 1])

    def among(self, keys: Sequence[int]) -> list[tuple[int, int]]:
        """Return those of the records that match, with the number of each field that does."""
        terms = _of_records(self.kind, self.word, self.user, sensitive=self.sensitive)
        return list(terms.filter(object_id__one_of=keys).values_list("object_id", "field"))

    def by_row(self) -> Q:
        """Asked of each row by itself: no database turns a scalar subquery into a join."""
        terms = _of_records(self.kind, self.word, self.user, sensitive=self.sensitive)
        mine = terms.filter(object_id=OuterRef(self.path))
        return Q(Exact(Subquery(mine.values("kind")[:1]), Value(self.kind.number)))


def parts_of(kind: SearchType, word: str, user: Any) -> list[Part]:
    """Return where a word of a row may be found, the row itself first."""
    own = [Part("pk", kind, word, user)] if kind.fields else []
    return own + [Part(of.path, record_of(of.key), word, user, of.sensitive) for of in kind.through]


def record_of(key: str) -> SearchType:
    """Return the type of the records that rows belong to."""
    found = type_named(key)
    if found is None:
        raise LookupError(f"no type of search is called {key}")
    return found


class TermsRead:
    """What was read for one person: the records of words that are not common, and the few rows in reach."""

    def __init__(self, user: Any) -> None:
        self._user = user
        self._ids: dict[tuple[int, str, bool], set[int] | None] = {}
        self._within: dict[tuple[int, tuple[str, ...], int | None], tuple[set[int], set[int]]] = {}
        self._some: dict[tuple[int, tuple[str, ...], bool], set[int]] = {}
        self._few: dict[int, Few | None] = {}
        self._known: Known = {}

    def note(self, kind: SearchType, word: str, ids: Iterable[int]) -> None:
        """Keep that these are all the records whose terms match."""
        self._ids[kind.number, word, True] = set(ids)

    def ids(self, part: Part) -> set[int] | None:
        """Return the records whose terms match; None where they are common."""
        key = (part.kind.number, part.word, part.sensitive)
        if key not in self._ids:
            self._ids[key] = part.ids(COMMON)
        return self._ids[key]

    def few(self, kind: SearchType) -> Few | None:
        """Return the rows of a type that are in the person's reach, where they are few."""
        if self._user is None:
            return None
        if kind.number not in self._few:
            self._few[kind.number] = few_rows(kind.model, self._user, known=self._known)
        return self._few[kind.number]

    def reads_few(self, kind: SearchType) -> bool:
        """Tell whether the few rows in reach of a type are known already."""
        return self._few.get(kind.number) is not None

    def within(
        self, kind: SearchType, words: Sequence[str], *, sensitive: bool, newest: int | None = None
    ) -> set[int] | None:
        """Return the records in the person's reach that match every word, where few are in reach.

        With `newest` of words that are all common only those among so many of the newest, unless all are
        known already.
        """
        few = self.few(kind)
        if few is None or few.path != "pk":
            return None
        every = (kind.number, tuple(words), None)
        key = every if every in self._within else (kind.number, tuple(words), newest)
        if key not in self._within:
            self._within[key] = self._read_within(kind, words, few, newest)
        return self._within[key][sensitive]

    def _read_within(
        self, kind: SearchType, words: Sequence[str], few: Few, newest: int | None
    ) -> tuple[set[int], set[int]]:
        """Return the records that match without their sensitive fields, and with those that may be read.

        Each word is asked of what is left of the ones before.
        """
        known = (self.ids(Part("pk", kind, word, self._user)) for word in words)
        rare = [ids & few.known for ids in known if ids is not None]
        left = min(rare, key=len) if rare else set(few.newest[:newest])
        secret = kind.hidden_fields(self._user, sensitive=False)
        is_open = left
        for word in words:
            pairs = Part("pk", kind, word, self._user).among(sorted(left))
            left = {pk for pk, _field in pairs}
            is_open = is_open & {pk for pk, field in pairs if field not in secret}
        return is_open, left

    def some(self, kind: SearchType, words: Sequence[str], *, sensitive: bool) -> set[int]:
        """Return records that match every word, in reach or not: those that the first terms lead to."""
        key = (kind.number, tuple(words), sensitive)
        if key not in self._some:
            hidden = kind.hidden_fields(self._user, sensitive=sensitive)
            probe, others = best_probe(kind, words, hidden, SOME)
            found = set(probe.reasons)
            for other in others:
                part = Part("pk", kind, other.word, self._user, sensitive)
                found = {pk for pk, _field in part.among(sorted(found))}
            self._some[key] = found
        return self._some[key]


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
