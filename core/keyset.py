"""Paging by position, not by number: exact under equal values, NULLs and rows that come and go.

Rows are ordered by (key, id), both in the same direction, NULLs last in either. A page is found in two
queries: a narrow one for the ids on it, which an index on (key, id) answers alone, and one for the rows.
Where a key may be NULL the narrow query stays inside one of the two segments, values or NULLs, so that
it can use the index; where the segment ends on the page, a second narrow one reads on in the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import connections, models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.few import Few


@dataclass(frozen=True)
class SortKey:
    """A column that lists may be sorted by; `nullable` when it, or a row it is joined from, may be absent."""

    path: str
    label: str | Promise
    nullable: bool = False


@dataclass(frozen=True)
class Position:
    """A place between rows: after, or before, the row with this value and id."""

    value: Any
    pk: Any
    backward: bool = False
    #: Rows before the page that starts here, for the numbers under a list.
    offset: int = 0


@dataclass(frozen=True)
class KeysetPage:
    """One page of rows, and the cursors to its neighbours."""

    rows: list[Any] = field(default_factory=list)
    has_previous: bool = False
    has_next: bool = False
    previous_cursor: str | None = None
    next_cursor: str | None = None
    first_row: int = 0
    last_row: int = 0
    count: int | None = None
    size: int = 0


@dataclass(frozen=True)
class _Order:
    """What is read: the rows, and in which order; `few` leads to the same rows by their keys."""

    queryset: models.QuerySet[Any]
    key: SortKey
    descending: bool
    few: Few | None = None

    @cached_property
    def source(self) -> models.QuerySet[Any]:
        """What the narrow query reads."""
        return self.queryset if self.few is None else self.few.for_sort(self.key.path)

    @cached_property
    def is_rounded(self) -> bool:
        """True where the database keeps more digits than it hands out.

        SQLite stores decimals as binary numbers, and Django rounds them when it reads them: a cursor
        made of the rounded value would stand before or behind its own row.
        """
        if connections[self.queryset.db].vendor != "sqlite":
            return False
        probe = self.queryset.annotate(_sort_value=F(self.key.path)).query.annotations["_sort_value"]
        return isinstance(probe.output_field, models.DecimalField)

    def value(self) -> Any:
        """The expression that reads the key as the database compares it."""
        return Cast(F(self.key.path), models.FloatField()) if self.is_rounded else F(self.key.path)

    def operand(self, value: Any) -> Any:
        """`value`, as `value()` read it, for a comparison with the key."""
        return Value(value, models.FloatField()) if self.is_rounded else value

    def reversed(self) -> _Order:
        return replace(self, descending=not self.descending)

    def segment(self, *, nulls: bool) -> models.QuerySet[Any]:
        """Rows whose key is NULL, or whose key has a value, in order."""
        rows = self.source
        if self.key.nullable:
            rows = rows.filter(**{f"{self.key.path}__isnull": nulls})
        sign = "-" if self.descending else ""
        return rows.order_by(f"{sign}pk") if nulls else rows.order_by(f"{sign}{self.key.path}", f"{sign}pk")

    def beyond(self, place: Position, *, inclusive: bool) -> models.QuerySet[Any]:
        """Rows of the segment of `place` that come after it."""
        way = "lt" if self.descending else "gt"
        same = Q(**{f"pk__{way}{'e' if inclusive else ''}": place.pk})
        if place.value is None:
            return self.segment(nulls=True).filter(same)
        path, value = self.key.path, self.operand(place.value)
        # The first condition says nothing new, but it is a range that an index can start from.
        return self.segment(nulls=False).filter(
            Q(**{f"{path}__{way}e": value}),
            Q(**{f"{path}__{way}": value}) | (Q(**{path: value}) & same),
        )


def fingerprint(*parts: object) -> str:
    """Return a short digest of what a cursor belongs to: user, filters, whatever changes the list."""
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()[:24]


def paginate(
    queryset: models.QuerySet[Any],
    *,
    sort: SortKey,
    descending: bool,
    cursor: str | None,
    page_size: int,
    fingerprint: str,
    count: bool = False,
    few: Few | None = None,
) -> KeysetPage:
    """Return the page at `cursor`, or the first. A cursor that is broken or of another list is refused.

    Where the person reaches few rows `few` finds the page; what it shows is read by `queryset` alone.

    A page that has emptied meanwhile is never a dead end: going back from it shows the first page,
    going on from it the last.
    """
    salt = f"core.keyset:{fingerprint}:{sort.path}:{descending}"
    order = _Order(queryset, sort, descending, few)
    place = _read_cursor(cursor, salt) if cursor else None
    found = _take(order, place, page_size)
    emptied = not found and place is not None
    if emptied and place is not None:
        place = None if place.backward else replace(place, backward=True)
        found = _take(order, place, page_size, inclusive=True)
    page = _page(found, place, page_size, salt, is_last=emptied and place is not None)
    return replace(page, count=queryset.order_by().count()) if count else page


def first_rows(
    queryset: models.QuerySet[Any],
    *,
    sort: SortKey,
    most: int,
    descending: bool = False,
    few: Few | None = None,
) -> list[Any]:
    """Return up to `most` rows from the beginning of a list that is not paged, NULLs last."""
    return [row for row, _value in _take(_Order(queryset, sort, descending, few), None, most - 1)]


def iterate(
    queryset: models.QuerySet[Any], *, sort: SortKey, descending: bool, chunk_size: int = 1_000
) -> Iterator[list[Any]]:
    """Yield all rows in lists of up to `chunk_size`, each read by its own short query."""
    order = _Order(queryset, sort, descending)
    place: Position | None = None
    while True:
        found = _take(order, place, chunk_size)
        if not found:
            return
        yield [row for row, _value in found[:chunk_size]]
        if len(found) <= chunk_size:
            return
        row, value = found[chunk_size - 1]
        place = Position(value, row.pk)


def _take(
    order: _Order, place: Position | None, size: int, *, inclusive: bool = False
) -> list[tuple[Any, Any]]:
    """Return up to size + 1 (row, key value) in the order of reading: backward when `place` says so."""
    backward = place is not None and place.backward
    reading = order.reversed() if backward else order
    if place is None:
        within_nulls, rows = False, reading.segment(nulls=False)
    else:
        within_nulls, rows = place.value is None, reading.beyond(place, inclusive=inclusive)
    values = _narrow(reading, rows, size + 1)
    # Reading forward the NULLs come last, reading backward first.
    if order.key.nullable and within_nulls == backward and len(values) <= size:
        values |= _narrow(reading, reading.segment(nulls=not backward), size + 1 - len(values))
    if not values:
        return []
    by_pk = {row.pk: row for row in order.queryset.order_by().filter(pk__in=list(values))}
    return [(by_pk[pk], value) for pk, value in values.items() if pk in by_pk]


def _narrow(order: _Order, rows: models.QuerySet[Any], most: int) -> dict[Any, Any]:
    """Return the key values of the first rows by their ids, in order."""
    narrow = rows.select_related(None).prefetch_related(None).values_list("pk", order.value())
    return dict(narrow[:most])


def _page(
    found: list[tuple[Any, Any]], place: Position | None, size: int, salt: str, *, is_last: bool = False
) -> KeysetPage:
    backward = place is not None and place.backward
    more = len(found) > size
    found = found[:size]
    if not found:
        return KeysetPage(size=size)
    if backward:
        found = found[::-1]
    has_previous = more if backward else place is not None
    has_next = not is_last if backward else more
    offset = _offset(place, len(found), has_previous=has_previous)
    (first, first_value), (last, last_value) = found[0], found[-1]
    end = offset + len(found)
    before = Position(first_value, first.pk, backward=True, offset=offset)
    after = Position(last_value, last.pk, offset=end)
    return KeysetPage(
        rows=[row for row, _value in found],
        has_previous=has_previous,
        has_next=has_next,
        previous_cursor=_write_cursor(before, salt) if has_previous else None,
        next_cursor=_write_cursor(after, salt) if has_next else None,
        first_row=offset + 1,
        last_row=end,
        size=size,
    )


def _offset(place: Position | None, length: int, *, has_previous: bool) -> int:
    if place is None or not has_previous:
        return 0
    return max(0, place.offset - length) if place.backward else place.offset


# ---- cursors ----------------------------------------------------------------------------------------
_KINDS: dict[type, tuple[str, Any]] = {
    datetime: ("datetime", datetime.fromisoformat),
    date: ("date", date.fromisoformat),
    time: ("time", time.fromisoformat),
    Decimal: ("decimal", Decimal),
    UUID: ("uuid", UUID),
}
_READERS = {name: read for name, read in _KINDS.values()}


def _pack(value: Any) -> list[Any]:
    kind = _KINDS.get(type(value))
    if kind is None:
        return ["", value]
    return [kind[0], value.isoformat() if isinstance(value, date | time) else str(value)]


def _unpack(packed: list[Any]) -> Any:
    name, value = packed
    return _READERS[name](value) if name else value


def _write_cursor(place: Position, salt: str) -> str:
    content = [_pack(place.value), _pack(place.pk), place.backward, place.offset]
    return signing.dumps(content, salt=salt, compress=True)


def _read_cursor(cursor: str, salt: str) -> Position:
    try:
        value, pk, backward, offset = signing.loads(cursor, salt=salt)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise DomainError(
            "bad_cursor", _("This link to a page of a list is no longer valid. Start from the first page.")
        ) from error
    return Position(_unpack(value), _unpack(pk), backward, offset)
