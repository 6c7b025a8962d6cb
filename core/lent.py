"""What is lent to a person: single records that were shared, and the rows of somebody who is absent.

Lending widens the reach of a right that a role gives; it never gives a right. Rows are lent for reading
and daily work only: what takes a record away, gives it away or carries it out of the house is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q, Value
from django.utils import timezone

if TYPE_CHECKING:
    from core.models import User

#: What a deputy may do with the rows of somebody absent, where the deputy's own roles allow it at all.
DEPUTY_ACTIONS = frozenset({"view", "add", "change"})


@dataclass(frozen=True)
class Shareable:
    """A kind of record that may be shared one by one, and the kinds that are seen together with it.

    `tell` writes the story of the record itself when a share begins or ends.
    """

    model: type[models.Model]
    children: tuple[type[models.Model], ...] = ()
    tell: Callable[[Any, Any, Any, str], None] | None = None


_shareables: dict[str, Shareable] = {}
_roots: dict[str, str] = {}


def register_shareable(
    model: type[models.Model],
    *,
    children: tuple[type[models.Model], ...] = (),
    tell: Callable[[Any, Any, Any, str], None] | None = None,
) -> None:
    """Let records of `model` be shared; called again, it adds children of a higher package.

    The queryset of the model and of each child names with `share_path` the way to the shared record.
    """
    label = model._meta.label_lower
    known = _shareables.get(label, Shareable(model))
    kept = dict.fromkeys((*known.children, *children))
    _shareables[label] = Shareable(model, tuple(kept), tell or known.tell)
    _roots[label] = label
    for child in children:
        _roots[child._meta.label_lower] = label


def shareable(label: str) -> Shareable | None:
    """Return the declaration of a kind of record; None where it cannot be shared."""
    return _shareables.get(label)


def shareables() -> list[Shareable]:
    """Return every kind of record that can be shared."""
    return list(_shareables.values())


def root_of(model: type[models.Model]) -> str:
    """Return the label of the kind whose shares reach rows of `model`; empty where none does."""
    return _roots.get(model._meta.label_lower, "")


@dataclass(frozen=True)
class Lent:
    """What one person was lent on the day of asking."""

    seen: Mapping[str, frozenset[int]] = field(default_factory=dict)
    changed: Mapping[str, frozenset[int]] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()

    def records(self, model: type[models.Model], action: str) -> frozenset[int]:
        """Return the ids of shared records through which rows of `model` come into reach of `action`."""
        root = root_of(model)
        if action == "view":
            return self.seen.get(root, frozenset())
        # A share for change is for the record alone: what hangs on it is read.
        is_root = root == model._meta.label_lower
        return self.changed.get(root, frozenset()) if action == "change" and is_root else frozenset()

    def owners(self, action: str) -> frozenset[int]:
        """Return the ids of the people for whom the person stands in, if that covers `action`."""
        return self.absent if action in DEPUTY_ACTIONS else frozenset()


NOTHING = Lent()


def lent_to(user: User) -> Lent:
    """Return what is lent to the user today. One light query a user object, empty for nearly everybody."""
    cached: Lent | None = getattr(user, "_lent", None)
    if cached is None:
        cached = _collected(_rows_for(user))
        user._lent = cached  # type: ignore[attr-defined]
    return cached


def forget_lent(user: User) -> None:
    """Read anew what is lent to this user object: a verb has just changed it."""
    user.__dict__.pop("_lent", None)


def _rows_for(user: User) -> Any:
    from core.access import teams_above
    from core.models import Absence, Share

    today = timezone.localdate()
    mine = Q(user=user.pk)
    if user.team_id:
        mine |= Q(team__in=teams_above(user))
    shares = Share.objects.running(today).filter(mine)
    absences = Absence.objects.running(today).filter(deputy=user.pk)
    # One round trip for both: a person without either costs nothing more.
    return (
        shares.order_by()
        .values_list("subject_type", "level", "subject_id")
        .union(absences.order_by().values_list(Value(""), Value(""), F("user_id")), all=True)
    )


def _collected(rows: Any) -> Lent:
    seen: dict[str, set[int]] = {}
    changed: dict[str, set[int]] = {}
    absent: set[int] = set()
    for label, level, pk in rows:
        if not label:
            absent.add(pk)
            continue
        seen.setdefault(label, set()).add(pk)
        if level == "change":
            changed.setdefault(label, set()).add(pk)
    if not (seen or absent):
        return NOTHING
    return Lent(_frozen(seen), _frozen(changed), frozenset(absent))


def _frozen(found: Mapping[str, set[int]]) -> dict[str, frozenset[int]]:
    return {label: frozenset(ids) for label, ids in found.items()}


def absent_owner(by: User | None, subject: models.Model | None) -> User | None:
    """Return the absent person who owns the record that `by` works on as the deputy; else None.

    Asks nothing of somebody who stands in for nobody: reaching the rows has read what is lent.
    """
    from core.access import ScopedQuerySet
    from core.models import User

    known: Lent = getattr(by, "_lent", NOTHING)
    if subject is None or not known.absent:
        return None
    rows = type(subject)._default_manager.all()
    if not isinstance(rows, ScopedQuerySet) or not (rows.lent_when_absent and rows.owner_path):
        return None
    found: Any = subject
    for name in rows.owner_path.split("__"):
        found = getattr(found, name, None)
    return found if isinstance(found, User) and found.pk in known.absent else None
