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

from django.db.models import Q, QuerySet

from core.few import Few
from core.search.parts import COMMON, Part, TermsRead, parts_of
from core.search.text import words_of
from core.search.types import SearchType, type_of

Rows = TypeVar("Rows", bound=QuerySet[Any])

#: Of several words that are all common, so many terms of each are met in the database to find the records
#: that have them all.
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
    return narrowed(kind, words, user, TermsRead(user)).of(rows) if words else rows.none()


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
        return rows if self.keys is None else rows.filter(pk__one_of=sorted(self.keys))


def narrowed(
    kind: SearchType, words: Sequence[str], user: Any, read: TermsRead, *, few: Few | None = None
) -> Narrowed:
    """Read the terms of the words, and say what a row that matches all of them must be.

    Of words that are all common the records that have them all are read, unless the person sees few rows,
    each of which can be asked. `few` are the rows in reach, where the answer is for these alone.
    """
    keys: set[int] | None = None
    conditions: list[Q] = []
    common: list[Part] = []
    is_rare = False
    for word in words:
        parts = parts_of(kind, word, user)
        found = [_in_reach(few, part, read.ids(part)) for part in parts]
        is_rare = is_rare or all(ids is not None for ids in found)
        # Keys are those of the rows themselves, not of what they belong to.
        by_key = len(parts) == 1 and parts[0].path == "pk"
        if by_key and found[0] is not None:
            keys = found[0] if keys is None else keys & found[0]
        else:
            conditions.append(_any_of(parts, found))
            common += parts if by_key else []
    all_common = keys is None and len(common) > 1 and len(common) == len(conditions)
    if all_common and read.few(kind) is None:
        keys = _with_all(common)
        is_rare = keys is not None
    return Narrowed(keys, tuple(conditions), is_rare)


def _in_reach(few: Few | None, part: Part, records: set[int] | None) -> set[int] | None:
    """Return those of the records that are in reach, where these are known."""
    return records if few is None or records is None or few.path != part.path else records & few.known


def _with_all(parts: Sequence[Part]) -> set[int] | None:
    """Return the records that have every one of several common words; None where these are too many, too.

    Row by row in the order of a list, two common words can be far between: nobody reads half a table for
    its first page.
    """
    asked = [part.records() for part in parts if not part.has_more_than(MANY)]
    if not asked:
        return None
    both = asked[0].intersection(*asked[1:]) if len(asked) > 1 else asked[0].distinct()
    found = set(both[: COMMON + 1])
    return None if len(found) > COMMON else found


def matching_few(rows: Rows, kind: SearchType, words: Sequence[str], user: Any) -> Rows:
    """Return the rows that match every word, where the rows are few: each is asked by itself."""
    for word in words:
        parts = parts_of(kind, word, user)
        rows = rows.filter(_any_of(parts, [None] * len(parts)))
    return rows


def _any_of(parts: Sequence[Part], found: Sequence[set[int] | None]) -> Q:
    conditions = (
        part.by_row() if ids is None else _within(part.path, ids)
        for part, ids in zip(parts, found, strict=True)
    )
    return reduce(or_, conditions)


def _within(path: str, keys: set[int]) -> Q:
    return Q(**{f"{path}__one_of" if path == "pk" else f"{path}__pk__one_of": sorted(keys)})
