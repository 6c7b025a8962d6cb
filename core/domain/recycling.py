"""The recycle bin of all kinds of records: what lies there, taken out again, deleted for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, router, transaction
from django.db.models import ProtectedError, Q, RestrictedError
from django.db.models.deletion import Collector
from django.utils.translation import gettext as _

from core.access import require
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.changed import records_changed
from core.domain.jobs import progress
from core.domain.shares import drop_shares
from core.errors import Conflict, DomainError
from core.models import Organisation, User
from core.recycling import Recyclable, recyclables, recyclables_for

#: Rows of one request.
MOST = 200


@dataclass(frozen=True)
class Place:
    """Where a page of the bin ended: the last row's moment, the place of its kind and its number."""

    at: datetime
    kind: int
    pk: int


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed down to."""

    kind: str = ""
    by: User | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Binned:
    """One row of the bin."""

    kind: Recyclable
    row: Any

    @property
    def key(self) -> str:
        """What the form sends for it."""
        return f"{self.kind.key}:{self.row.pk}"

    @property
    def about(self) -> str:
        """Return its second line."""
        return self.kind.describe(self.row)


@dataclass
class Result:
    """What became of chosen rows: how many were done, and (row, reason) of the others."""

    done: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def list_bin(
    user: User, asked: Asked, *, after: Place | None = None, limit: int = 50
) -> tuple[list[Binned], Place | None]:
    """Return rows that the person may restore, the last deleted first, and the place where it goes on.

    Each kind gives its own first rows by an index, so that a page costs the same however many lie there.
    """
    kinds = recyclables_for(user)
    found = [
        (place, pk, at)
        for place, kind in enumerate(kinds)
        if asked.kind in {"", kind.key}
        for pk, at in _narrowed(kind.rows_for(user), asked, after, place)[: limit + 1]
    ]
    found.sort(key=lambda one: (one[0], -one[1]))
    found.sort(key=lambda one: one[2], reverse=True)  # stable: rows of one moment keep their order
    rows = _loaded(kinds, found[:limit])
    if len(found) <= limit:
        return rows, None
    place, pk, at = found[limit - 1]
    return rows, Place(at, place, pk)


def _narrowed(rows: Any, asked: Asked, after: Place | None, place: int) -> Any:
    """Return (number, moment) of the rows that are asked for and come after the place, in order."""
    if asked.by is not None:
        rows = rows.filter(deleted_by=asked.by)
    if asked.since is not None:
        rows = rows.filter(deleted_at__gte=asked.since)
    if asked.until is not None:
        rows = rows.filter(deleted_at__lt=asked.until)
    if after is not None:
        further = Q(deleted_at__lt=after.at)
        if place > after.kind:
            further |= Q(deleted_at=after.at)
        elif place == after.kind:
            further |= Q(deleted_at=after.at, pk__lt=after.pk)
        rows = rows.filter(further)
    return rows.order_by("-deleted_at", "-pk").values_list("pk", "deleted_at")


def _loaded(kinds: Sequence[Recyclable], found: Sequence[tuple[int, int, datetime]]) -> list[Binned]:
    rows: dict[tuple[int, int], Any] = {}
    for place, kind in enumerate(kinds):
        keys = [pk for where, pk, _at in found if where == place]
        if keys:
            manager: Any = kind.model._default_manager
            loaded = manager.select_related("deleted_by", *kind.related).in_bulk(keys)
            rows |= {(place, pk): row for pk, row in loaded.items()}
    return [Binned(kinds[place], rows[place, pk]) for place, pk, _at in found if (place, pk) in rows]


def chosen_rows(user: User, keys: Iterable[str]) -> list[Binned]:
    """Return the rows in the bin that the keys name and the person may restore; others are not found."""
    wanted: dict[str, set[int]] = {}
    for key in list(dict.fromkeys(keys))[:MOST]:
        label, _colon, pk = key.partition(":")
        if pk.isascii() and pk.isdigit() and len(pk) <= 18:
            wanted.setdefault(label, set()).add(int(pk))
    found = []
    for kind in recyclables_for(user):
        rows = kind.rows_for(user).filter(pk__in=wanted.get(kind.key, ()))
        found += [Binned(kind, row) for row in rows.select_related(*kind.related).order_by("pk")]
    return found


def restore_rows(rows: Sequence[Binned], *, by: User) -> Result:
    """Take each row out of the bin by the verb of its kind; what that refuses stays, with its reason."""
    result = Result()
    for one in rows:
        try:
            one.kind.restore(one.row, by)
        except (DomainError, PermissionDenied) as error:
            result.refused.append((str(one.row), str(getattr(error, "message", error))))
        else:
            result.done += 1
    return result


# ---- for good ---------------------------------------------------------------------------------------
def purge_rows(rows: Sequence[Binned], *, by: User) -> Result:
    """Delete rows of the bin for good; what others still need stays. For administrators only."""
    require(by, "change", Organisation)
    result = Result()
    for one in sorted(rows, key=lambda one: (-one.kind.order, -one.row.pk)):
        try:
            purge_record(one.kind, one.row, by=by, note=_("Deleted for good from the recycle bin"))
        except DomainError as error:
            result.refused.append((str(one.row), error.message))
        else:
            result.done += 1
    return result


@transaction.atomic
def purge_record(kind: Recyclable, row: Any, *, by: User | None, note: str) -> None:
    """Delete one row of the bin with everything that hangs on it alone, and say so in the audit.

    Rows of another kind that hung on it, such as the people of a customer, go too when nothing is left
    that refers to them.

    Refused when it was restored meanwhile, and while records that stay, such as cases, refer to it.
    """
    manager: Any = kind.model._default_manager
    stored = kind.binned(manager.select_for_update(of=("self",)).filter(pk=row.pk)).first()
    if stored is None:
        raise Conflict("not_deleted", _("It is not in the recycle bin any more."))
    along = [(type(one), one.pk) for one in kind.along(stored)] if kind.along is not None else []
    _delete(stored, by=by, note=note)
    for below in recyclables():
        keys = [pk for model, pk in along if model is below.model]
        if keys:
            rows = below.model._default_manager.filter(pk__in=keys).order_by("pk")
            list(rows.select_for_update(of=("self",)))  # nobody gives them a new place meanwhile
            for one in below.alone(rows):
                _delete(one, by=by, note=note)


def _delete(stored: Any, *, by: User | None, note: str) -> None:
    collector = Collector(using=router.db_for_write(type(stored)), origin=stored)
    try:
        collector.collect([stored])
    except (ProtectedError, RestrictedError) as error:
        held: Any = getattr(error, "protected_objects", None) or getattr(error, "restricted_objects", ())
        names = sorted({str(one._meta.verbose_name_plural) for one in held})
        text = _("Other records still need it: %(kinds)s.") % {"kinds": ", ".join(names)}
        raise Conflict("still_needed", text) from None
    touched = _touched(collector)
    record(AuditAction.DELETED, by=by, subject=stored, note=note)
    drop_shares(stored, by=by)
    collector.delete()
    for model, keys in touched.items():
        records_changed(model, sorted(keys))


def _touched(collector: Collector) -> dict[type[models.Model], set[int]]:
    """Return model → numbers of rows that go, or that lose what they pointed to."""
    found: dict[type[models.Model], set[int]] = {}

    def add(rows: Iterable[models.Model]) -> None:
        for row in rows:
            found.setdefault(type(row), set()).add(row.pk)

    for rows in collector.data.values():
        add(rows)
    for fast in collector.fast_deletes:
        found.setdefault(fast.model, set()).update(fast.values_list("pk", flat=True))
    losing: Any
    for updates in collector.field_updates.values():
        for losing in updates:
            add(losing)
    return found


def purge_due(*, at: datetime) -> dict[str, int]:
    """Delete for good what has lain in the bin for longer than the organisation wants; return how many.

    Each row is a transaction of its own: a killed run goes on with the rest. What other records protect is
    left out by the query, so it costs nothing night after night. Without a number of days nothing happens.
    """
    days = Organisation.load().recycle_days
    counts = {"purged": 0, "kept": 0}
    if not days:
        return counts
    note = _("After %(days)s days in the recycle bin") % {"days": days}
    for kind in reversed(recyclables()):
        manager: Any = kind.model._default_manager
        due = kind.binned(manager.filter(deleted_at__lt=at - timedelta(days=days)))
        counts["purged"] += _purge_kind(kind, due, note, before=counts["purged"])
        counts["kept"] += due.count()
    return counts


def _purge_kind(kind: Recyclable, due: Any, note: str, *, before: int) -> int:
    """Purge what may go, each row tried once, until no more is found: one may have protected another."""
    tried: set[int] = set()
    done = 0
    while keys := set(kind.purgeable(due).values_list("pk", flat=True)) - tried:
        tried |= keys
        for pk in sorted(keys, reverse=True):
            try:
                purge_record(kind, kind.model(pk=pk), by=None, note=note)
            except DomainError:
                continue
            done += 1
            progress(before + done)
    return done
