"""Lists to pick from whose values an installation may name, order, switch off and extend.

A package declares one with the values that come with the product, and gives its `choices` to the model
field. What administrators made of it are rows; a process reads them again only when they have changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partialmethod
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.checks import CheckMessage
from django.db import DatabaseError, models
from django.utils.functional import Promise, lazy

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
        if _product_only.get():
            return iter(self._of_the_product())
        return iter(self._known().values())

    def _of_the_product(self) -> list[Choice]:
        return [Choice(one.value, one.label) for one in self.built_in]

    def _known(self) -> dict[str, Choice]:
        """The values by their code, made once for each state of the rows: pages ask for them in every row."""
        kept = _kept()
        found = kept.choices.get(self.key)
        if found is None:
            found = kept.choices[self.key] = {one.value: one for one in self._of(kept.rows.get(self.key))}
        return found

    def _of(self, rows: list[PicklistValue] | None) -> list[Choice]:
        if rows is None:
            return self._of_the_product()
        words = dict(self.built_in.choices)
        return [Choice(row.code, _label(_Word(row, words.get(row.code, ""))), row.is_active) for row in rows]

    def label_of(self, value: str) -> str:
        """Return the label of a value in the language of the moment, an unknown one as it is."""
        found = self._known().get(value)
        return str(found.label) if found is not None else value

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


class _Word:
    """The label of a value, asked anew whenever it is shown."""

    def __init__(self, row: PicklistValue, product: str | Promise) -> None:
        self.row, self.product = row, product

    def __str__(self) -> str:
        return self.row.name or str(self.product) or self.row.code


#: Made once: each call of `lazy` makes a class.
_label: Any = lazy(str, str)

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

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Give the model a `get_…_display` that looks the value up instead of going through the list."""
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, f"get_{name}_display", partialmethod(_display_of, field=self))

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


def _display_of(record: models.Model, field: PicklistField) -> str:
    use = (field.model._meta.label, field.name)
    picklist = next((one for one in _picklists.values() if use in one.uses), None)
    value = getattr(record, field.attname)
    return picklist.label_of(value) if picklist is not None and value else str(value or "")


# ---- reading the rows -------------------------------------------------------------------------------
#: The state of the rows that holds for the request or job in hand, once it was asked for.
_seen: ContextVar[list[str] | None] = ContextVar("picklists_seen", default=None)
#: Whether the rows are left alone for now.
_product_only: ContextVar[bool] = ContextVar("picklists_of_the_product", default=False)


@dataclass
class _Kept:
    """The rows by list as this process read them last, their state, and the values made of them."""

    state: str
    rows: dict[str, list[Any]]
    choices: dict[str, dict[str, Choice]] = field(default_factory=dict)


_last: _Kept | None = None


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


def _kept() -> _Kept:
    global _last
    seen = _seen.get()
    state = seen[0] if seen else _stored_state()
    if seen is not None and not seen:
        seen.append(state)
    if _last is None or _last.state != state or not state:
        _last = _Kept(state, _read())
    return _last


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
