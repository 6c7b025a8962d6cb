"""Lists to pick from whose values an installation may name, order, switch off and extend.

A package declares one with the values that come with the product, and gives its `choices` to the model
field. What administrators made of it are rows; a process reads them again only when they have changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.checks import CheckMessage
from django.db import DatabaseError, models
from django.utils.functional import Promise, lazystr

if TYPE_CHECKING:
    from core.models import PicklistValue


@dataclass(frozen=True)
class Choice:
    """One value as forms and imports see it; the label is in the language of the moment."""

    value: str
    label: str | Promise
    is_active: bool = True


@dataclass(frozen=True)
class Picklist:
    """One list: the values that come with the product, and the fields that store them as (model, field)."""

    key: str
    title: str | Promise
    built_in: type[models.TextChoices]
    uses: tuple[tuple[str, str], ...]

    def __iter__(self) -> Iterator[Choice]:
        """Yield every value in order, those that are no longer offered too."""
        rows = None if _product_only.get() else _rows().get(self.key)
        if rows is None:
            yield from (Choice(one.value, one.label) for one in self.built_in)
            return
        words = dict(self.built_in.choices)
        for row in rows:
            yield Choice(row.code, _label(row, words.get(row.code, "")), row.is_active)

    @property
    def labels(self) -> list[str | Promise]:
        """The labels of the values that are offered."""
        return [one.label for one in self if one.is_active]

    @property
    def choices(self) -> list[tuple[str, str | Promise]]:
        """Every value with its label: what a record may hold."""
        return [(one.value, one.label) for one in self]

    def offered(self, current: str = "") -> list[tuple[str, str | Promise]]:
        """What may be picked now, and what the record holds already."""
        return [(one.value, one.label) for one in self if one.is_active or one.value == current]


def _label(row: PicklistValue, product: str | Promise) -> Any:
    return lazystr(_Word(row, product))


class _Word:
    """The label of a value, asked anew whenever it is shown."""

    def __init__(self, row: PicklistValue, product: str | Promise) -> None:
        self.row, self.product = row, product

    def __str__(self) -> str:
        return self.row.name or str(self.product) or self.row.code


_picklists: dict[str, Picklist] = {}


def register_picklist(picklist: Picklist) -> Picklist:
    """Offer a list on the settings page and over the API."""
    _picklists[picklist.key] = picklist
    return picklist


def all_picklists() -> list[Picklist]:
    """Return every list."""
    return list(_picklists.values())


def picklist_named(key: str) -> Picklist | None:
    """Return the list with this key."""
    return _picklists.get(key)


class PicklistField(models.CharField):  # type: ignore[type-arg]
    """A column that holds a value of a list. Its system checks look at the values of the product only.

    Checks run before there is a database; migrations know the column as the plain one that it is.
    """

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Check the field without the rows of the list."""
        reset = _product_only.set(True)
        try:
            return super().check(**kwargs)
        finally:
            _product_only.reset(reset)

    def deconstruct(self) -> Any:
        """Return what a migration writes."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


# ---- reading the rows -------------------------------------------------------------------------------
#: The state of the rows that holds for the request or job in hand, once it was asked for.
_seen: ContextVar[list[str] | None] = ContextVar("picklists_seen", default=None)
#: Whether the rows are left alone for now.
_product_only: ContextVar[bool] = ContextVar("picklists_of_the_product", default=False)
#: (state, key → rows) as this process read them last.
_known: tuple[str, dict[str, list[Any]]] | None = None


@contextmanager
def read_once(state: str | None = None) -> Iterator[None]:
    """Ask the database at most once, within the block, whether the rows have changed."""
    if _seen.get() is not None and state is None:
        yield
        return
    reset = _seen.set([state] if state else [])
    try:
        yield
    finally:
        _seen.reset(reset)


def note_state(state: str) -> None:
    """Say which state of the rows holds now: read with the organisation, or just written."""
    seen = _seen.get()
    if seen is not None:
        seen[:] = [state]


def _rows() -> dict[str, list[Any]]:
    global _known
    seen = _seen.get()
    state = seen[0] if seen else _stored_state()
    if seen is not None and not seen:
        seen.append(state)
    if _known is None or _known[0] != state or not state:
        _known = (state, _read())
    return _known[1]


def _stored_state() -> str:
    model: Any = apps.get_model("core", "Organisation")
    try:
        return model.objects.filter(pk=1).values_list("picklists_state", flat=True).first() or ""
    except DatabaseError:
        return ""  # no tables yet: the description of the API is made without a database


def _read() -> dict[str, list[Any]]:
    model: Any = apps.get_model("core", "PicklistValue")
    found: dict[str, list[Any]] = {}
    try:
        for row in model.objects.order_by("position", "id"):
            found.setdefault(row.picklist, []).append(row)
    except DatabaseError:
        return {}
    return found
