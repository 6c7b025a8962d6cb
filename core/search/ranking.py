"""The best few matches of a type: a whole code, a name from its beginning, a piece, pinyin, initials.

The first rows of each way's range of the index are read, best way first, and stop after a few hundred. Only
where these do not suffice the list's own predicate is asked for more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core.access import reach_of
from core.few import FEW, few_in_reach
from core.roles import Reach
from core.search.matching import Narrowed, TermsRead, few_of, hits_of, matching_few, narrowed
from core.search.terms import CODE, LAST, PIECE, Way, ways_for
from core.search.types import SearchType

#: Terms that are looked at: at first, and where too few of them are within the person's reach.
PROBES = (400, 2_000, 8_000)
#: Of few rows the newest are asked first, a part at a time.
CHUNKS = ((0, 60), (60, 240), (240, 900), (900, 3_000), (3_000, FEW))


@dataclass(frozen=True)
class Reason:
    """Why a row was found: how, and by which field; without a field by a related record."""

    way: int
    field: int | None


@dataclass(frozen=True)
class _Probe:
    """The best terms of one word, best first; `complete` when there are no more."""

    word: str
    reasons: dict[int, Reason]
    complete: bool


def best_matches(
    kind: SearchType, words: Sequence[str], user: Any, most: int, read: TermsRead
) -> list[tuple[Any, Reason]]:
    """Return up to `most` rows that the person may see and that match every word, with the reason of each."""
    manager: Any = kind.model._default_manager
    visible = manager.visible_to(user)
    probe, found = _probed(kind, words, user, visible, most, PROBES[0])
    if len(found) < most and (kind.through or not probe.complete):
        of_few = _of_few(kind, words, user, visible, found, most, read)
        if of_few is not None:
            found += of_few
        else:
            probe, found = _beyond(kind, words, user, visible, most, probe, found)
    return _loaded(kind, visible, found, {**_reasons(kind, probe, found, user), **probe.reasons})


def _of_few(
    kind: SearchType,
    words: Sequence[str],
    user: Any,
    visible: Any,
    found: Sequence[int],
    most: int,
    read: TermsRead,
) -> list[int] | None:
    """Return further matches for who sees few rows, or whose words few records have; None for others."""
    manager: Any = kind.model._default_manager
    if reach_of(user, kind.model) == Reach.ALL:
        return None
    # The keys of customers are read in a moment; those of other rows only where nothing else helps.
    few = few_in_reach(kind.model, user) if manager.all().reached_through else None
    wanted = narrowed(kind, words, user, of_few=True, few=few, read=read)
    if wanted.is_rare:
        return _listed(wanted, visible, found, most)
    keys = few_of(kind, user)
    return None if keys is None else _among(kind, wanted, keys, found, most)


def _beyond(
    kind: SearchType,
    words: Sequence[str],
    user: Any,
    visible: Any,
    most: int,
    probe: _Probe,
    found: list[int],
) -> tuple[_Probe, list[int]]:
    """Look at more terms, then ask as the list asks."""
    if not probe.complete:
        probe, found = _probed(kind, words, user, visible, most, PROBES[1])
    if len(found) < most and (kind.through or not probe.complete):
        wanted = narrowed(kind, words, user)
        if not (probe.complete or wanted.is_rare):
            probe, found = _probed(kind, words, user, visible, most, PROBES[2])
        found = found + _listed(wanted, visible, found, most)
    return probe, found


def _probed(
    kind: SearchType, words: Sequence[str], user: Any, visible: Any, most: int, most_terms: int
) -> tuple[_Probe, list[int]]:
    """Go from the terms to the rows: the best terms first, as far as their rows are visible."""
    probe = _driver(kind, words, user, most_terms)
    others = [word for word in words if word != probe.word]
    return probe, _first(matching_few(visible, kind, others, user), probe.reasons, most)


def _among(
    kind: SearchType, wanted: Narrowed, keys: Sequence[int], found: Sequence[int], most: int
) -> list[int]:
    """Go from the visible rows to their terms, newest first, and stop when there are enough."""
    left = [pk for pk in keys if pk not in found and (wanted.keys is None or pk in wanted.keys)]
    more: list[int] = [] if wanted.conditions else left
    manager: Any = kind.model._default_manager
    for start, end in CHUNKS if wanted.conditions else ():
        rows = manager.filter(*wanted.conditions, pk__in=left[start:end])
        more += rows.order_by("-pk").values_list("pk", flat=True)
        if len(found) + len(more) >= most:
            break
    return more[: most - len(found)]


def _listed(wanted: Narrowed, visible: Any, found: Sequence[int], most: int) -> list[int]:
    """Ask as the list asks."""
    if len(found) >= most:
        return []
    rows = wanted.of(visible).exclude(pk__in=found)
    if wanted.is_rare:
        # Without an order the database goes from the few records to their rows; with one it might walk
        # through the whole table, the newest first, in the hope of meeting them soon.
        few = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
        if len(few) <= FEW:
            return sorted(few, reverse=True)[: most - len(found)]
    return list(rows.order_by("-pk").values_list("pk", flat=True)[: most - len(found)])


def _driver(kind: SearchType, words: Sequence[str], user: Any, most: int) -> _Probe:
    """Return the probe of the word that fewest records have."""
    probes = [_probe(kind, word, user, most) for word in words]
    complete = [probe for probe in probes if probe.complete]
    if complete:
        return min(complete, key=lambda probe: len(probe.reasons))
    return max(probes, key=lambda probe: len(probe.word))


def _first(rows: Any, candidates: dict[int, Reason], most: int) -> list[int]:
    if not candidates:
        return []
    seen = set(rows.filter(pk__in=list(candidates)).values_list("pk", flat=True))
    return [pk for pk in candidates if pk in seen][:most]


def _reasons(kind: SearchType, probe: _Probe, found: Sequence[int], user: Any) -> dict[int, Reason]:
    """Return why the rows matched that the probe did not reach."""
    missing = [pk for pk in found if pk not in probe.reasons]
    reasons = {pk: Reason(0, None) for pk in missing}
    if missing and kind.fields:
        rows = hits_of(kind, probe.word, user, missing).order_by("-way", "-field")
        reasons |= {
            pk: Reason(way, field) for pk, way, field in rows.values_list("object_id", "way", "field")
        }
    return reasons


def _loaded(
    kind: SearchType, visible: Any, found: Sequence[int], reasons: dict[int, Reason]
) -> list[tuple[Any, Reason]]:
    if not found:
        return []
    rows = visible.filter(pk__in=found).select_related(*kind.select_related).in_bulk()
    return [(rows[pk], reasons[pk]) for pk in found if pk in rows]


def _probe(kind: SearchType, word: str, user: Any, most: int) -> _Probe:
    if not kind.fields:
        return _Probe(word, {}, True)
    sql, values = _statement(kind, word, kind.hidden_fields(user), most)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    reasons: dict[int, Reason] = {}
    for way, object_id, field in rows:
        reasons.setdefault(object_id, Reason(way, field))
    return _Probe(word, reasons, len(rows) < most)


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
