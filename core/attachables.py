"""Which records take files, who may read and add them, and who wants to know of it.

A package declares it in one line of its `apps.py`: `register_attachable(Order)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from core.models import Attachment, User

#: Called in the transaction of the change: (record, attachment, "added" | "removed" | "restored").
Listener = Callable[..., None]


@dataclass(frozen=True)
class Attachable:
    """One kind of record that takes files.

    `reading` and `changing` are the actions on the record that reading its files, and adding or removing
    some, need. `told` is called as `told(record, attachment, what, by=…, at=…)`; what it raises refuses the
    change. `shown(user)` is the condition on files that narrows down what who reads the record gets to see.
    """

    model: type[models.Model]
    reading: str = "view"
    changing: str = "change"
    told: Listener | None = None
    shown: Callable[[User], models.Q] | None = None

    @property
    def label(self) -> str:
        """Return the kind of record as files name it."""
        return str(self.model._meta.label_lower)

    def rows(self, user: User, action: str = "view") -> models.QuerySet[Any]:
        """Return the records whose files the user may read (`view`), or add and remove (anything else)."""
        manager: Any = self.model._default_manager
        needed = self.reading if action == "view" else self.changing
        found = manager.visible_to(user)
        if needed != "view":
            found = found & manager.visible_to(user, needed)
        rows: models.QuerySet[Any] = found
        return rows

    def files(self, user: User, action: str = "view") -> models.Q:
        """Return the condition on the files of this kind of record that the user may read, or remove."""
        own = models.Q(
            subject_type=self.label, subject_id__in=self.rows(user, action).order_by().values("pk")
        )
        return own & self.shown(user) if self.shown is not None else own

    def tell(
        self, record: models.Model, attachment: Attachment, what: str, *, by: User | None, at: datetime
    ) -> None:
        """Let the package of the record write its own line."""
        if self.told is not None:
            self.told(record, attachment, what, by=by, at=at)


_kinds: dict[str, Attachable] = {}


def register_attachable(
    model: type[models.Model],
    *,
    reading: str = "view",
    changing: str = "change",
    told: Listener | None = None,
    shown: Callable[[User], models.Q] | None = None,
) -> None:
    """Let records of `model` take files. Its default manager has `visible_to(user, action)`."""
    kind = Attachable(model, reading, changing, told, shown)
    _kinds[kind.label] = kind


def attachables() -> Iterable[Attachable]:
    """Return every kind of record that takes files."""
    return list(_kinds.values())


def attachable_of(label: str) -> Attachable | None:
    """Return the kind of that label (`customers.order`); None where it takes no files."""
    return _kinds.get(label)


def record_of(label: str, pk: int, user: User, action: str = "view") -> models.Model | None:
    """Return the record if `action` on its files is within the user's reach; None as if it did not exist."""
    kind = attachable_of(label)
    found: models.Model | None = kind.rows(user, action).filter(pk=pk).first() if kind else None
    return found
