"""The best few matches of a type: a whole code, a name from its beginning, a piece, pinyin, initials.

The first rows of each way's range of the index are read, best way first, and stop after a few hundred. Only
where these do not suffice more is asked, newest first: of who reaches few records these are asked for their
terms, once for all types that belong to them; of others the list's own predicate is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.few import FEW, Few
from core.search.matching import Narrowed, matching_few, narrowed
from core.search.parts import Part, TermsRead, hits_of, record_of
from core.search.probing import Probe, Reason, best_probe
from core.search.types import SearchType, Through

#: Terms that are looked at: at first, and where too few of them are within the person's reach.
PROBES = (400, 2_000, 8_000)
#: Of few rows the newest are asked first, a part at a time.
CHUNKS = ((0, 60), (60, 240), (240, 900), (900, 3_000), (3_000, FEW))
#: Of few records these are asked first for a common word, then all.
NEWEST_RECORDS = 900
#: Of what belongs to many records the newest rows of all are looked at before all that belongs to them.
MANY_RECORDS = 1_000
NEWEST = 20_000


@dataclass(frozen=True)
class _Asked:
    """What is asked of one type; `visible` are the rows that the person may see."""

    kind: SearchType
    words: Sequence[str]
    user: Any
    most: int
    visible: Any
    read: TermsRead


def best_matches(
    kind: SearchType, words: Sequence[str], user: Any, most: int, read: TermsRead
) -> list[tuple[Any, Reason]]:
    """Return up to `most` rows that the person may see and that match every word, with the reason of each."""
    manager: Any = kind.model._default_manager
    asked = _Asked(kind, words, user, most, manager.visible_to(user), read)
    probe, found = _probed(asked, PROBES[0])
    if kind.through and len(found) < most:
        found += _below(asked, found)
        found += _rest(asked, found)
    elif len(found) < most and not probe.complete:
        probe, found = _further(asked, found)
    return _loaded(asked, found, {**_reasons(asked, probe, found), **probe.reasons})


def _probed(asked: _Asked, most_terms: int) -> tuple[Probe, list[int]]:
    """Go from the terms to the rows: the best terms first, as far as their rows are visible."""
    return _led_by(asked, *_terms(asked, most_terms))


def _terms(asked: _Asked, most_terms: int) -> tuple[Probe, list[Probe]]:
    return best_probe(asked.kind, asked.words, asked.kind.hidden_fields(asked.user), most_terms)


def _led_by(asked: _Asked, driver: Probe, others: Sequence[Probe]) -> tuple[Probe, list[int]]:
    for probe in (driver, *others):
        if probe.complete and asked.kind.fields:
            asked.read.note(asked.kind, probe.word, probe.reasons)
    rows = matching_few(asked.visible, asked.kind, [other.word for other in others], asked.user)
    return driver, _first(rows, driver.reasons, asked.most)


def _first(rows: Any, candidates: dict[int, Reason], most: int) -> list[int]:
    if not candidates:
        return []
    seen = set(rows.filter(pk__one_of=list(candidates)).values_list("pk", flat=True))
    return [pk for pk in candidates if pk in seen][:most]


def _below(asked: _Asked, found: Sequence[int], *, newest: int | None = NEWEST_RECORDS) -> list[int]:
    """Return rows of records that match every word, the newest first.

    The records are those that the first terms lead to, or of a person's few those that match, of common words
    among the newest.
    """
    more: list[int] = []
    for of in asked.kind.through:
        if not asked.read.reads_few(record_of(of.key)) and _has_none(asked):
            break
        most = asked.most - len(found) - len(more)
        if most > 0:
            more += _newest_below(asked, of.path, _records(asked, of, newest), [*found, *more], most)
    return more


def _has_none(asked: _Asked) -> bool:
    """Tell whether the person reaches no row at all, before records are read for nothing."""
    few = asked.read.few(asked.kind)
    return few is not None and not few.keys


def _records(asked: _Asked, of: Through, newest: int | None) -> set[int]:
    """Return records that match every word, by which rows may be found."""
    record, read = record_of(of.key), asked.read
    matched = read.within(record, asked.words, sensitive=of.sensitive, newest=newest)
    return read.some(record, asked.words, sensitive=of.sensitive) if matched is None else matched


def _newest_below(asked: _Asked, path: str, records: set[int], found: Sequence[int], most: int) -> list[int]:
    """Return the newest rows below the records that are not found yet."""
    rows = asked.visible
    few = asked.read.few(asked.kind) if rows.reached_through == path else None
    if few is not None:
        # Rows that are reached through the records alone need not be asked once more whether they are.
        rows, records = few.rows, records & few.known
    return _newest(rows.exclude(pk__in=found), path, sorted(records), most)


def _newest(rows: Any, path: str, keys: Sequence[int], most: int) -> list[int]:
    """Return the newest of the rows below the keys."""
    if not keys:
        return []
    below = rows.filter(**{f"{path}__pk__one_of": keys})
    if len(keys) > MANY_RECORDS:
        last = rows.model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
        newest = _first_of(below.filter(pk__gt=last - NEWEST), most)
        if len(newest) == most:
            return newest
    return _first_of(below, most)


def _first_of(rows: Any, most: int) -> list[int]:
    """Return the newest of rows that are few, most likely.

    Without an order the database goes from the few records to their rows; with one it might walk through the
    whole table, the newest first, in the hope of meeting them soon.
    """
    few = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return sorted(few, reverse=True)[:most]
    return _walked(rows, most)


def _walked(rows: Any, most: int) -> list[int]:
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:most])


def _rest(asked: _Asked, found: Sequence[int]) -> list[int]:
    """Return further matches of a type whose rows are also found by what they belong to."""
    most = asked.most - len(found)
    if most <= 0:
        return []
    by_record = asked.read.few(asked.kind) if asked.visible.reached_through else None
    if by_record is not None and _is_found_by_record_alone(asked, by_record):
        # Only by the records that they are reached through, of which now all are asked.
        return _below(asked, found, newest=None)
    wanted = narrowed(asked.kind, asked.words, asked.user, asked.read, few=by_record)
    few = None if wanted.is_rare else asked.read.few(asked.kind)
    if few is not None:
        return _among(asked, wanted, few, found)
    return _listed(asked, wanted, found)


def _further(asked: _Asked, found: list[int]) -> tuple[Probe, list[int]]:
    """Return further matches of a type that is found by its own terms alone, of which there are more."""
    probe, others = _terms(asked, PROBES[1])
    # If there are not many more terms, these are read sooner than the rows that the person reaches.
    few = None if probe.complete else asked.read.few(asked.kind)
    if few is None or few.path != "pk":
        return _beyond(asked, *_led_by(asked, probe, others))
    most, more = asked.most - len(found), list[int]()
    for newest in (NEWEST_RECORDS, None):
        if len(more) < most:
            matched = asked.read.within(asked.kind, asked.words, sensitive=True, newest=newest) or set()
            more = [pk for pk in sorted(matched, reverse=True) if pk not in found][:most]
    return probe, found + more


def _is_found_by_record_alone(asked: _Asked, few: Few) -> bool:
    """Tell whether no row of the type has one of the words itself, and its records are all that are asked."""
    of, *others = asked.kind.through
    records = asked.read.few(record_of(of.key))
    if others or of.path != few.path or records is None or not few.known <= records.known:
        return False
    own = (Part("pk", asked.kind, word, asked.user) for word in asked.words)
    return not asked.kind.fields or all(asked.read.ids(part) == set() for part in own)


def _among(asked: _Asked, wanted: Narrowed, few: Few, found: Sequence[int]) -> list[int]:
    """Go from the rows in reach to their terms, newest first, and stop when there are enough."""
    keys = few.newest if few.path == "pk" else _keys_below(few)
    if keys is None:
        return _listed(asked, wanted, found)
    known = set(found)
    left = [pk for pk in keys if pk not in known]
    left = left if wanted.keys is None else [pk for pk in left if pk in wanted.keys]
    more: list[int] = [] if wanted.conditions else left
    for start, end in CHUNKS if wanted.conditions else ():
        rows = asked.kind.model._default_manager.filter(*wanted.conditions, pk__one_of=left[start:end])
        more += rows.order_by("-pk").values_list("pk", flat=True)
        if len(found) + len(more) >= asked.most:
            break
    return more[: asked.most - len(found)]


def _keys_below(few: Few) -> list[int] | None:
    """Return the keys of the rows that few records lead to, the newest first; None where they are many."""
    rows = few.rows.filter(**{f"{few.path}__pk__one_of": few.keys}).order_by()
    keys = list(rows.values_list("pk", flat=True)[: FEW + 1])
    return None if len(keys) > FEW else sorted(keys, reverse=True)


def _beyond(asked: _Asked, probe: Probe, found: list[int]) -> tuple[Probe, list[int]]:
    """Look at more terms, then ask as the list asks."""
    if len(found) < asked.most and not probe.complete:
        wanted = narrowed(asked.kind, asked.words, asked.user, asked.read)
        if not wanted.is_rare:
            probe, found = _probed(asked, PROBES[2])
        found = found + _listed(asked, wanted, found)
    return probe, found


def _listed(asked: _Asked, wanted: Narrowed, found: Sequence[int]) -> list[int]:
    """Ask as the list asks."""
    most = asked.most - len(found)
    if most <= 0:
        return []
    rows = wanted.of(asked.visible).exclude(pk__in=found)
    return _first_of(rows, most) if wanted.is_rare else _walked(rows, most)


def _reasons(asked: _Asked, probe: Probe, found: Sequence[int]) -> dict[int, Reason]:
    """Return why the rows matched that the probe did not reach."""
    missing = [pk for pk in found if pk not in probe.reasons]
    reasons = {pk: Reason(0, None) for pk in missing}
    if missing and asked.kind.fields:
        rows = hits_of(asked.kind, probe.word, asked.user, missing).order_by("-way", "-field")
        reasons |= {
            pk: Reason(way, field) for pk, way, field in rows.values_list("object_id", "way", "field")
        }
    return reasons


def _loaded(asked: _Asked, found: Sequence[int], reasons: dict[int, Reason]) -> list[tuple[Any, Reason]]:
    if not found:
        return []
    rows = asked.visible.filter(pk__in=found).select_related(*asked.kind.select_related).in_bulk()
    return [(rows[pk], reasons[pk]) for pk in found if pk in rows]
