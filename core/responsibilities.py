"""What a user may be responsible for: each package registers its kinds, and how each is handed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise

from core.access import ScopedQuerySet
from core.models import User


@dataclass(frozen=True)
class HandOver:
    """Records of one kind that go from who leaves to one receiver."""

    ids: Sequence[int]
    leaver: User
    receiver: User
    by: User | None
    at: datetime
    note: str = ""


@dataclass
class Moved:
    """What became of them: numbers of those that went over, and [number, name, reason] of the others."""

    moved: list[int] = field(default_factory=list)
    refused: list[list[Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Responsibility:
    """One kind.

    `held_by` returns what a user is responsible for now. `hand_over` gives records to somebody else, in
    the caller's transaction, and leaves alone what is no longer the leaver's; without it the records
    stay or end, and `fate` says so. `action` is the right on the model that who arranges it needs.
    `fields` names the columns (`customers.Task.owner`) that say who is responsible. `is_whole` is for what
    shows nothing of others: all of it goes over, whoever arranges it.
    """

    key: str
    label: str | Promise
    order: int
    held_by: Callable[[User], models.QuerySet[Any]]
    fate: str | Promise
    hand_over: Callable[[HandOver], Moved] | None = None
    action: str = "change"
    team_path: str = ""
    fields: tuple[str, ...] = ()
    is_whole: bool = False

    @property
    def moves(self) -> bool:
        """True where records go to somebody else; templates would call `hand_over` itself."""
        return self.hand_over is not None

    def within(self, leaver: User, by: User) -> models.QuerySet[Any]:
        """Return what `by` may hand over of what the leaver holds."""
        rows = self.held_by(leaver)
        is_scoped = isinstance(rows, ScopedQuerySet) and not self.is_whole
        return rows.in_reach(by, self.action) if is_scoped else rows  # type: ignore[attr-defined]


_kinds: dict[str, Responsibility] = {}


def register_responsibility(kind: Responsibility) -> None:
    """Add a kind; registering a key again replaces it."""
    _kinds[kind.key] = kind


def responsibilities() -> list[Responsibility]:
    """Return every kind, in order."""
    return sorted(_kinds.values(), key=lambda kind: (kind.order, kind.key))


def responsibility(key: str) -> Responsibility | None:
    """Return the kind of that key."""
    return _kinds.get(key)
