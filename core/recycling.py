"""Records that go to the recycle bin: each package declares its kinds, and how one comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise

from core.access import can
from core.models import User


@dataclass(frozen=True)
class Recyclable:
    """One kind. The model has `deleted_at` and `deleted_by`.

    `right` is what restoring needs; `binned` narrows rows in reach down to those that lie in the bin and can
    come back by themselves. `restore(row, by)` is the verb, `describe(row)` a second line for the list.
    Kinds are purged from the highest `order` down: what hangs on others goes before them.
    `along(row)` gives rows of another kind that go with a purged row when nothing else refers to them;
    `ties` are the models whose references do not keep a row of this kind then.
    """

    model: type[models.Model]
    label: str | Promise
    icon: str
    order: int
    right: str
    binned: Callable[[Any], Any]
    restore: Callable[[Any, User], Any]
    describe: Callable[[Any], str]
    related: tuple[str, ...] = ()
    along: Callable[[Any], Any] | None = None
    ties: tuple[type[models.Model], ...] = ()

    @property
    def key(self) -> str:
        """The label of the model."""
        return str(self.model._meta.label_lower)

    def rows_for(self, user: User) -> Any:
        """Return the rows in the bin that the person may restore."""
        manager: Any = self.model._default_manager
        return self.binned(manager.in_reach(user, self.right))

    def purgeable(self, rows: Any) -> Any:
        """Narrow rows down to those that no record protects: what a package above protects counts too."""
        return unreferenced(rows, [one for one in references_to(self.model) if one.protects])

    def alone(self, rows: Any) -> Any:
        """Narrow rows down to those that no record of any package refers to, `ties` left aside."""
        return unreferenced(rows, [one for one in references_to(self.model) if one.model not in self.ties])


@dataclass(frozen=True)
class Reference:
    """A column of any package that points to a kind of record."""

    model: type[models.Model]
    field: str
    protects: bool


def references_to(model: type[models.Model]) -> list[Reference]:
    """Return every column that points to the model, those without a way back included."""
    return [
        Reference(link.related_model, link.field.name, link.on_delete in {models.PROTECT, models.RESTRICT})
        for link in model._meta.get_fields(include_hidden=True)
        if isinstance(link, models.ManyToOneRel)
    ]


def unreferenced(rows: Any, references: Iterable[Reference]) -> Any:
    """Narrow rows down to those that none of the columns points to; one lookup by index for each."""
    for one in references:
        pointing = one.model._base_manager.filter(**{one.field: models.OuterRef("pk")})
        rows = rows.filter(~models.Exists(pointing))
    return rows


_kinds: dict[str, Recyclable] = {}


def register_recyclable(kind: Recyclable) -> None:
    """Add a kind; registering a model again replaces it."""
    _kinds[kind.key] = kind


def recyclables() -> list[Recyclable]:
    """Return every kind, in order."""
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def recyclable(key: str) -> Recyclable | None:
    """Return the kind of that key."""
    return _kinds.get(key)


def recyclables_for(user: User) -> list[Recyclable]:
    """Return the kinds that a role of the person may restore."""
    return [kind for kind in recyclables() if can(user, kind.right, kind.model)]
