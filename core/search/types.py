"""Which records search finds. A package registers its types when it is loaded:

register_type(SearchType(
    key="customer", number=1, model=Customer, label=_("Customers"), icon="people",
    fields=(
        Searched("name", _("Name"), name_terms(LEGAL_FORMS)),
        Searched("phone", _("Phone"), phone_terms),
    ),
    subtitle=lambda row: row.city, select_related=("team",),
    url=lambda row: row.get_absolute_url(), list_url="customers:customer-list",
))
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise

from core.access import can, sees_field, sensitive_fields
from core.search.terms import Reader

#: Raised when readers change, so that installations make their terms anew.
READERS = "1"


@dataclass(frozen=True)
class Searched:
    """A field that is searched: what it is called as a reason, and how its values are read.

    A sensitive field (`rights.SENSITIVE`) matches only for those who may read it in clear.
    """

    name: str
    label: str | Promise
    reader: Reader


@dataclass(frozen=True)
class Through:
    """A relation whose record's terms count as well: its path, and the key of the record's type.

    Sensitive fields of that record match only where `sensitive` says that who sees the row sees it too.
    """

    path: str
    key: str
    sensitive: bool = False


@dataclass(frozen=True)
class SearchType:
    """A model whose records are found. `number` is stored with every term and never given to another type.

    An unlisted type (`listed=False`) serves the filter of its list and has no place in the palette.
    """

    key: str
    number: int
    model: type[models.Model]
    label: str | Promise
    icon: str
    fields: tuple[Searched, ...]
    url: Callable[[Any], str] = lambda row: row.get_absolute_url()
    list_url: str = ""
    title: Callable[[Any], str] = str
    subtitle: Callable[[Any], str] = lambda _row: ""
    select_related: tuple[str, ...] = ()
    through: tuple[Through, ...] = ()
    listed: bool = True
    order: int = 100

    @property
    def version(self) -> str:
        """What the stored terms depend on."""
        text = " ".join([READERS, *(field.name for field in self.fields)])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def hidden_fields(self, user: Any, *, sensitive: bool = True) -> tuple[int, ...]:
        """Return the numbers of the fields that may not match for this person; None may read everything.

        Without `sensitive` no sensitive field matches for anybody.
        """
        if not sensitive:
            secret = sensitive_fields().get(self.model._meta.label_lower, frozenset())
            return tuple(number for number, field in enumerate(self.fields) if field.name in secret)
        if user is None:
            return ()
        return tuple(
            number for number, field in enumerate(self.fields) if not sees_field(user, self.model, field.name)
        )

    def terms_of(self, values: tuple[Any, ...]) -> Iterator[tuple[int, str, int]]:
        """Yield (way, term, field) for the values of the fields, in their order."""
        for number, (field, value) in enumerate(zip(self.fields, values, strict=True)):
            if value:
                for way, term in field.reader(str(value)):
                    yield int(way), term, number


_types: dict[str, SearchType] = {}


def joined(*parts: Any) -> str:
    """Return what is known of a record on one line: empty parts are left out."""
    return " · ".join(str(part) for part in parts if part)


def register_type(kind: SearchType) -> None:
    """Let search find the records of a type; registering a key again replaces it."""
    taken = next((other for other in _types.values() if other.number == kind.number), None)
    if taken is not None and taken.key != kind.key:
        raise ValueError(f"{kind.key} and {taken.key} have the same number")
    _types[kind.key] = kind


def search_types() -> list[SearchType]:
    """Return all types, in the order in which results are shown."""
    return sorted(_types.values(), key=lambda kind: (kind.order, kind.number))


def listed_types(user: Any) -> list[SearchType]:
    """Return the types of the palette whose records a role of the user may see."""
    return [kind for kind in search_types() if kind.listed and can(user, "view", kind.model)]


def type_named(key: str) -> SearchType | None:
    """Return the type of that key."""
    return _types.get(key)


def type_of(model: type[models.Model]) -> SearchType | None:
    """Return the type of the model's records."""
    return next((kind for kind in _types.values() if kind.model is model), None)
