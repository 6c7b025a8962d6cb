"""The sequence of changes: what other systems follow to stay in step, without missing or repeating one.

Numbers that are taken when a row is written have a hole: of two transactions the one with the smaller number
may commit later, and a reader who has passed it never sees it. Here a change is noted without a number, and
whoever reads gives numbers to what is committed, one reader at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from core.domain.numbers import take_numbers, take_turns
from core.models import RecordChange

_COUNTER = "record-change"
_BATCH = 2_000
_followed: set[type[models.Model]] = set()


@dataclass(frozen=True)
class _Below:
    """Rows of `model` are seen through the record at `path`."""

    model: type[models.Model]
    path: str


_below: dict[type[models.Model], list[_Below]] = {}
#: Records whose every change may change who sees what is below them.
_told_always: set[type[models.Model]] = set()


def follow_changes_of(*kinds: type[models.Model]) -> None:
    """Let changes of these kinds of records be read in sequence; called when a package is loaded."""
    _followed.update(kinds)


def is_followed(model: type[models.Model]) -> bool:
    """Tell whether the changes of a kind can be read in sequence."""
    return model in _followed


def follow_below(
    parent: type[models.Model], model: type[models.Model], path: str, *, always: bool = False
) -> None:
    """Let rows of `model` change places with the record at `path` through which they are seen.

    With `always` at every change of such a record, else where a verb calls `note_below`: when a record gets
    another owner or team, whoever loses sight of it finds tombstones also for what belongs to it.
    """
    kinds = _below.setdefault(parent, [])
    if all(kind.model is not model for kind in kinds):
        kinds.append(_Below(model, path))
    if always:
        _told_always.add(parent)


def note_below(parent: type[models.Model], ids: Sequence[int]) -> None:
    """Note that everything below these records changed, in the transaction of the change."""
    _note_below(parent, ids, frozenset({parent}))


def _note_below(parent: type[models.Model], ids: Sequence[int], seen: frozenset[type[models.Model]]) -> None:
    for kind in _below.get(parent, ()):
        if not ids or kind.model in seen:
            continue
        rows = kind.model._default_manager.filter(**{f"{kind.path}__in": ids}).order_by()
        found = list(rows.values_list("pk", flat=True).distinct())
        _note(kind.model, found)
        _note_below(kind.model, found, seen | {kind.model})


def note_changes(model: type[models.Model], ids: Sequence[int]) -> None:
    """Note that these rows changed, in the transaction of the change; they get their numbers after it."""
    _note(model, ids)
    if model in _told_always:
        note_below(model, ids)


def _note(model: type[models.Model], ids: Sequence[int]) -> None:
    if model not in _followed or not ids:
        return
    now = timezone.now()
    kind = model._meta.label_lower
    # In the order of the keys, so that two transactions never wait for each other.
    rows = [RecordChange(kind=kind, object_id=pk, seq=None, at=now) for pk in sorted(set(ids))]
    RecordChange.objects.bulk_create(
        rows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["seq", "at"],
    )


@transaction.atomic
def number_changes() -> int:
    """Give the next numbers to all committed changes that have none; return how many.

    One at a time: a second caller waits, and then sees what the first has numbered.
    """
    take_turns(_COUNTER)
    total = 0
    while ids := _unnumbered():
        numbers = take_numbers(_COUNTER, len(ids))
        pairs = ", ".join(f"({pk}, {number})" for pk, number in zip(ids, numbers, strict=True))
        table = connection.ops.quote_name(RecordChange._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH given(id, seq) AS (VALUES {pairs}) UPDATE {table} SET seq = given.seq FROM given"  # noqa: S608
                f" WHERE {table}.id = given.id"
            )
        total += len(ids)
    return total


def _unnumbered() -> list[int]:
    rows = RecordChange.objects.filter(seq__isnull=True).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        # A row that is being changed again is numbered when that is committed.
        rows = rows.select_for_update(skip_locked=True)
    return [row.pk for row in rows.only("id")[:_BATCH]]


@dataclass(frozen=True)
class Changes:
    """A piece of the sequence: (record, place) in order, where to go on, and whether there is more."""

    places: list[tuple[int, int]]
    next_since: int
    has_more: bool


def changes_since(model: type[models.Model], since: int, *, limit: int) -> Changes:
    """Return what changed after the place `since`; each record stands at its last change only."""
    if RecordChange.objects.filter(seq__isnull=True).exists():
        number_changes()
    rows = RecordChange.objects.filter(kind=model._meta.label_lower, seq__gt=since).order_by("seq")
    found = [(pk, int(seq or 0)) for pk, seq in rows.values_list("object_id", "seq")[: limit + 1]]
    places = found[:limit]
    return Changes(places, places[-1][1] if places else since, has_more=len(found) > limit)


def fill_sequence(**kwargs: Any) -> None:
    """After a migration: records from before the sequence stand at its beginning."""
    for model in sorted(_followed, key=lambda kind: kind._meta.label_lower):
        kind = model._meta.label_lower
        if not RecordChange.objects.filter(kind=kind).exists() and model._default_manager.exists():
            _note_all(model, kind)


@transaction.atomic
def _note_all(model: type[models.Model], kind: str) -> None:
    quote = connection.ops.quote_name
    target, source = quote(RecordChange._meta.db_table), quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {target} (kind, object_id, seq, at) SELECT %s, id, NULL, %s FROM {source}",  # noqa: S608
            [kind, timezone.now()],
        )
