"""The first terms of a word, best way of matching first: ranges of the index, read until there are enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.search.terms import CODE, LAST, PIECE, Way, ways_for
from core.search.types import SearchType


@dataclass(frozen=True)
class Reason:
    """Why a row was found: how, and by which field; without a field by a related record."""

    way: int
    field: int | None


@dataclass(frozen=True)
class Probe:
    """The best terms of one word, best first; `complete` when there are no more."""

    word: str
    reasons: dict[int, Reason]
    complete: bool


def best_probe(
    kind: SearchType, words: Sequence[str], hidden: Sequence[int], most: int
) -> tuple[Probe, list[Probe]]:
    """Read up to `most` terms of each word; return the probe that leads to the rows, and the others.

    It is that of the word that fewest records have, where some probe is complete, else of the longest.
    """
    probes = [_probe(kind, word, hidden, most) for word in words]
    complete = [probe for probe in probes if probe.complete]
    if complete:
        best = min(complete, key=lambda probe: len(probe.reasons))
    else:
        best = max(probes, key=lambda probe: len(probe.word))
    return best, [probe for probe in probes if probe is not best]


def _probe(kind: SearchType, word: str, hidden: Sequence[int], most: int) -> Probe:
    if not kind.fields:
        return Probe(word, {}, True)
    sql, values = _statement(kind, word, hidden, most)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    reasons: dict[int, Reason] = {}
    for way, object_id, field in rows:
        reasons.setdefault(object_id, Reason(way, field))
    return Probe(word, reasons, len(rows) < most)


def _statement(kind: SearchType, word: str, hidden: Sequence[int], most: int) -> tuple[str, list[Any]]:
    """One range of the index after the other; a database stops as soon as it has enough rows."""
    parts: list[str] = []
    values: list[Any] = []
    places = f" AND field NOT IN ({', '.join(['%s'] * len(hidden))})" if hidden else ""
    for way, condition, bounds in _ranges(word):
        parts.append(
            "SELECT * FROM (SELECT way, object_id, field FROM core_searchterm"  # noqa: S608 (values are parameters)
            f" WHERE kind = %s AND way = %s AND {condition}{places}"
            f" ORDER BY term, object_id LIMIT {most}) AS part"
        )
        values += [kind.number, int(way), *bounds, *hidden]
    return f"{' UNION ALL '.join(parts)} LIMIT {most}", values


def _ranges(word: str) -> Iterator[tuple[Way, str, list[str]]]:
    """Yield the ranges of a word, best first: first of all the code that it is, as a whole."""
    start = word[:CODE]
    yield Way.CODE, "term = %s", [start]
    for way in ways_for(word):
        if len(word) > PIECE:
            bounds = [start, start + LAST, word[:PIECE]]
            yield way, "(term >= %s AND term < %s OR term = %s)", bounds
        else:
            yield way, "term >= %s AND term < %s", [start, start + LAST]
