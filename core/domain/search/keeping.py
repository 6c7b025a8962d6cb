"""The terms of changed records: at once where they are few, by a job of the same transaction where many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from core.domain.jobs import later, progress
from core.domain.search.writing import Row, insert_terms
from core.models import SearchTerm
from core.search.types import SearchType, type_named, type_of

#: More records than that are left to a job, so that a large import is as quick as before.
AT_ONCE = 200
#: Records whose terms are written in one transaction.
BATCH = 500
#: Numbers further apart begin another range.
_GAP = 50


def follow(model: type[models.Model], ids: Sequence[int]) -> None:
    """Keep the terms of changed rows, in the transaction of the change."""
    kind = type_of(model)
    if kind is None or not kind.fields:
        return
    if len(ids) <= AT_ONCE:
        keep_terms(kind, ids)
        return
    later(
        "core.tasks.keep_search_terms",
        title=_("Search terms of many changed records"),
        key=kind.key,
        ranges=ranges_of(ids),
    )


def ranges_of(ids: Iterable[int]) -> list[list[int]]:
    """Return [first, last] pairs that cover the ids; small gaps are covered too, which does no harm."""
    ranges: list[list[int]] = []
    for pk in sorted(ids):
        if ranges and pk - ranges[-1][1] <= _GAP:
            ranges[-1][1] = pk
        else:
            ranges.append([pk, pk])
    return ranges


def keep_terms(kind: SearchType, ids: Sequence[int]) -> None:
    """Make the stored terms of these records what their fields say now; what is right stays untouched."""
    wanted = dict.fromkeys(rows_of(kind, ids))
    stored = SearchTerm.objects.filter(kind=kind.number, object_id__in=ids)
    have = set(stored.values_list("way", "term", "object_id", "field"))
    changed = {row[2] for row in wanted.keys() ^ have}
    if changed and have:
        stored.filter(object_id__in=changed).delete()
    insert_terms(kind.number, [row for row in wanted if row[2] in changed])


def rows_of(kind: SearchType, ids: Sequence[int]) -> Iterable[Row]:
    """Yield the terms that these records should have; a record that is gone has none."""
    manager: Any = kind.model._default_manager
    found = manager.filter(pk__in=ids).values_list("pk", *(field.name for field in kind.fields))
    for pk, *values in found:
        for way, term, field in kind.terms_of(tuple(values)):
            yield way, term, pk, field


def keep_ranges(key: str, ranges: Sequence[Sequence[int]]) -> dict[str, int]:
    """Keep the terms of the records in the ranges, batch by batch. Safe to run twice."""
    kind = type_named(key)
    if kind is None:
        return {"records": 0}
    ids = [pk for low, high in ranges for pk in _ids(kind, low, high)]
    for start in range(0, len(ids), BATCH):
        keep_locked(kind, ids[start : start + BATCH])
        progress(min(start + BATCH, len(ids)), len(ids))
    return {"records": len(ids)}


def _ids(kind: SearchType, low: int, high: int) -> Iterable[int]:
    manager: Any = kind.model._default_manager
    return manager.filter(pk__gte=low, pk__lte=high).order_by("pk").values_list("pk", flat=True)  # type: ignore[no-any-return]


@transaction.atomic
def keep_locked(kind: SearchType, ids: Sequence[int]) -> None:
    """Keep terms while nobody changes the records: what is read is what is stored."""
    manager: Any = kind.model._default_manager
    locked = manager.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
    list(locked.values_list("pk"))
    keep_terms(kind, ids)
