"""Filling the terms of all records: after an upgrade, after a type changed, or by hand. Restartable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.domain.jobs import later, progress
from core.domain.search.keeping import rows_of
from core.domain.search.writing import copy_terms
from core.models import SearchFill, SearchTerm
from core.search.types import SearchType, search_types, type_named

#: Records of one transaction.
BATCH = 2_000

OnBatch = Callable[[str, int], None]


def ensure_filled() -> list[str]:
    """Ask for the terms of every type that has none for its present declaration; return the keys asked for.

    A type without records is done at once. Called after each migration and safe at any time.
    """
    asked = []
    for kind in _stored_types():
        fill = SearchFill.objects.filter(kind=kind.number).first()
        if fill is not None and fill.version == kind.version and fill.reached is None:
            continue
        if not kind.model._default_manager.exists():
            _note(kind, None)
            continue
        later(
            "core.tasks.fill_search",
            dedupe=f"search-fill-{kind.key}-{kind.version}",
            title=_("Search terms of all records: %(kind)s") % {"kind": kind.label},
            key=kind.key,
        )
        asked.append(kind.key)
    return asked


def fill_all(*, again: bool = False, on_batch: OnBatch | None = None) -> dict[str, int]:
    """Fill every type here and now; return key → records done. `again` begins from the first record."""
    return {kind.key: fill_type(kind.key, again=again, on_batch=on_batch) for kind in _stored_types()}


def fill_type(key: str, *, again: bool = False, on_batch: OnBatch | None = None) -> int:
    """Fill the terms of one type, going on where the last attempt stopped; return the records done now."""
    kind = type_named(key)
    if kind is None:
        return 0
    reached = _begin(kind, again=again)
    done = 0
    while reached is not None and (ids := _next_ids(kind, reached)):
        reached = _fill(kind, reached, ids)
        done += len(ids)
        progress(done, done)
        if on_batch is not None:
            on_batch(key, done)
    if reached is not None:
        _finish(kind, reached)
    return done


def _stored_types() -> list[SearchType]:
    """Types that have terms of their own."""
    return [kind for kind in search_types() if kind.fields]


def _begin(kind: SearchType, *, again: bool) -> int | None:
    """Return the number up to which records are done; None where all of them are."""
    fill = SearchFill.objects.filter(kind=kind.number).first()
    if fill is not None and fill.version == kind.version and not again:
        return fill.reached
    _note(kind, 0)
    return 0


def _note(kind: SearchType, reached: int | None) -> None:
    SearchFill.objects.update_or_create(
        kind=kind.number,
        defaults={"version": kind.version, "reached": reached, "updated_at": timezone.now()},
    )


def _next_ids(kind: SearchType, reached: int) -> list[int]:
    manager: Any = kind.model._default_manager
    return list(manager.filter(pk__gt=reached).order_by("pk").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _fill(kind: SearchType, reached: int, ids: list[int]) -> int:
    """Write the terms of the next records, and drop what is left of records that are gone."""
    manager: Any = kind.model._default_manager
    list(manager.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    _delete_between(kind, reached, ids[-1])
    # Kept in the order of the records: the terms of one record lie side by side, and are read together.
    copy_terms(kind.number, list(dict.fromkeys(rows_of(kind, ids))))
    _note(kind, ids[-1])
    return ids[-1]


@transaction.atomic
def _finish(kind: SearchType, reached: int) -> None:
    SearchTerm.objects.filter(kind=kind.number, object_id__gt=reached).exclude(
        object_id__in=kind.model._default_manager.filter(pk__gt=reached).values("pk")
    ).delete()
    _note(kind, None)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE core_searchterm")


def _delete_between(kind: SearchType, low: int, high: int) -> None:
    """Delete the terms of the records after `low` up to `high`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM core_searchterm WHERE kind = %s AND object_id > %s AND object_id <= %s",
            [kind.number, low, high],
        )
