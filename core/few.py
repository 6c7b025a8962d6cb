"""Few rows in reach are read by their keys.

"Of this owner or of this team" is a condition that no index answers in the order of a list: in a base of a
million the database asks thousands of rows before a page is full. With the keys at hand it walks the index
of the order and compares numbers, or looks the few rows up, and knows beforehand which is less work.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.db import models
from django.db.models import Lookup, Q
from django.db.models.constants import LOOKUP_SEP

from core.access import ScopedQuerySet

if TYPE_CHECKING:
    from core.models import User

#: Who reaches no more rows than that is served from their keys.
FEW = 10_000

#: Keys that were read for one person: model and conditions → keys, None where they are many.
Known = dict[tuple[Any, ...], list[int] | None]


@dataclass(frozen=True)
class Few:
    """The rows in somebody's reach: `rows` is the query without it, `keys` those of `path`.

    The path is `pk`, or leads to the record that the rows belong to.
    """

    rows: models.QuerySet[Any]
    path: str
    keys: list[int]

    @cached_property
    def known(self) -> frozenset[int]:
        """The keys, to be looked up."""
        return frozenset(self.keys)

    @cached_property
    def newest(self) -> list[int]:
        """The keys, the newest first."""
        return sorted(self.keys, reverse=True)

    def filtered(self, filters: Callable[[models.QuerySet[Any]], models.QuerySet[Any]]) -> Few:
        """Return those of the rows that pass the filters."""
        return replace(self, rows=filters(self.rows))

    def for_sort(self, path: str) -> models.QuerySet[Any]:
        """Return the rows within the keys, for reading in the order of a column.

        The keys are asked of the table that has the column, where its rows have the same keys: its index
        then answers both.
        """
        beside = _key_beside(self.rows.model, path) if self.path == "pk" else ""
        key = beside or (self.path if self.path == "pk" else f"{self.path}__pk")
        return self.rows.filter(**{f"{key}__one_of": self.keys})


def few_in_reach(model: type[models.Model], user: User, action: str = "view") -> Few | None:
    """Return the rows of a model in the person's reach where they are few; None where all or many are.

    None, too, where one condition of the row itself says what is in reach: an index answers that.
    """
    rows: ScopedQuerySet = model._default_manager.all()  # type: ignore[assignment]
    parts = _parts(rows, user, action)
    if parts is not None and len(parts) == 1 and not rows.reached_through:
        return None
    return _few_of(rows, parts, {})


def few_rows(model: type[models.Model], user: User, *, known: Known) -> Few | None:
    """Return the rows of a model that the person may see where they are few; None where all or many are.

    Kinds whose rows are reached through the same records share the keys of these, which are `known` then.
    """
    rows: ScopedQuerySet = model._default_manager.all()  # type: ignore[assignment]
    return _few_of(rows, _parts(rows, user, "view"), known)


def _parts(rows: ScopedQuerySet, user: User, action: str) -> list[Q] | None:
    """Return the conditions that say what is in reach; None where all is, or a kind decides otherwise."""
    # Some kinds decide in a way of their own what is in reach, not by who owns a row.
    has_parts = type(rows).in_reach is ScopedQuerySet.in_reach
    return rows.parts_in_reach(user, action) if has_parts else None


def _few_of(rows: ScopedQuerySet, parts: list[Q] | None, known: Known) -> Few | None:
    if parts is None:
        return None
    path = rows.reached_through
    if not path:
        keys = _known_keys(known, rows, parts)
        # Keys are those of live rows, whose columns need not be read once more.
        return None if keys is None else Few(rows, "pk", keys)
    owner: Any = rows.model._meta.get_field(path).related_model
    keys = _known_keys(known, owner._default_manager.all(), [_asked_of(path, part) for part in parts])
    own = [name for name in rows.live_paths if not name.startswith(f"{path}{LOOKUP_SEP}")]
    alive = rows.filter(**{f"{name}__isnull": True for name in own})
    return None if keys is None else Few(alive, path, keys)


def _known_keys(known: Known, rows: ScopedQuerySet, parts: list[Q]) -> list[int] | None:
    asked = (rows.model, *parts)
    if asked not in known:
        known[asked] = few_keys(rows, parts)
    return known[asked]


def few_keys(rows: ScopedQuerySet, parts: list[Q]) -> list[int] | None:
    """Return the keys of the live rows that meet one of the conditions, where they are few.

    A row counts once for each condition that it meets.
    """
    each = [rows.filter(part).live().order_by().values_list("pk", flat=True) for part in parts]
    if not each:
        return []
    found = list(each[0].union(*each[1:], all=True)[: FEW + 1])
    return None if len(found) > FEW else list(dict.fromkeys(found))


def _asked_of(path: str, condition: Q) -> Q:
    """Return a condition on the record that `path` leads to, asked of that record itself."""
    asked = Q(_connector=condition.connector, _negated=condition.negated)
    for child in condition.children:
        if isinstance(child, Q):
            asked.children.append(_asked_of(path, child))
            continue
        name, value = cast(tuple[str, Any], child)
        rest = name.removeprefix(f"{path}{LOOKUP_SEP}")
        lookup_of_key = rest != name and rest in {"in", "exact"}
        asked.children.append((f"pk__{rest}" if lookup_of_key else rest, value))
    return asked


def _key_beside(model: type[models.Model], path: str) -> str:
    """Return the way to the key of the table that has the sort column, where it shares the row's own key."""
    name, separator, _column = path.rpartition(LOOKUP_SEP)
    if not separator or LOOKUP_SEP in name:
        return ""
    relation = model._meta.get_field(name)
    beside = relation.related_model
    if not relation.one_to_one or not isinstance(beside, type):
        return ""
    key = beside._meta.pk
    shares_key = key.is_relation and key.related_model is model
    return f"{name}__{key.name}__pk" if shares_key else ""


@models.IntegerField.register_lookup
class OneOf(Lookup):
    """One of many whole numbers: a single parameter, however many they are."""

    lookup_name = "one_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Hand the numbers over as JSON, which SQLite reads as a table."""
        left, params = self.process_lhs(compiler, connection)
        sql = f"{left} IN (SELECT value FROM json_each(%s))"  # noqa: S608 (the numbers are a parameter)
        return sql, (*params, json.dumps(self.rhs))

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Hand the numbers over as one array: PostgreSQL hashes it, and knows how many there are."""
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", (*params, f"{{{','.join(map(str, self.rhs))}}}")
