"""Lists: one declaration that the page, the saved views, the bulk actions, the export and the API read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.functional import Promise

from core.access import can, sees_field
from core.filters import ScopedFilterSet
from core.keyset import SortKey

if TYPE_CHECKING:
    from core.bulk import BulkAction


@dataclass(frozen=True)
class Column:
    """One column: its key, its heading, and how it is read from a row.

    `sort` names the key by which a click on the heading sorts; `is_number` sets it right and sorts it
    largest first. `model` is seen by whoever may view that model (figures, orders); `sensitive` names the
    field of `sensitive_model` that is masked for whoever may not read it. `on_page` is False for what only
    a file shows, `in_file` for what only the page draws.
    """

    key: str
    heading: str | Promise
    value: Callable[[Any], Any]
    sort: str = ""
    is_number: bool = False
    model: type[models.Model] | None = None
    sensitive: str = ""
    sensitive_model: type[models.Model] | None = None
    on_page: bool = True
    in_file: bool = True

    def is_open_to(self, user: Any, action: str = "view") -> bool:
        """Tell whether the person may have the column, on the page or (`export`) in a file."""
        if self.model is not None and not can(user, action, self.model):
            return False
        return not self.sensitive or (
            self.sensitive_model is not None and sees_field(user, self.sensitive_model, self.sensitive)
        )


@dataclass(frozen=True)
class Preset:
    """A view that comes with the list: filters and sorting, with tokens such as `@me`."""

    key: str
    label: str | Promise
    query: dict[str, list[str]] = field(default_factory=dict)
    sort: str = ""
    #: None, or what decides whether the person is offered it.
    when: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class ListDefinition:
    """A list. `rows` returns what the user may export, by default what is visible to them for that.

    `default_columns` are the keys that the page shows until somebody chooses others; without them the
    page has a fixed table. `actions` are what may be done to many rows at once.
    """

    key: str
    title: str | Promise
    model: type[models.Model]
    filterset_class: type[ScopedFilterSet]
    columns: Sequence[Column]
    sort_keys: dict[str, SortKey]
    default_sort: str
    rows: Callable[[Any], models.QuerySet[Any]] | None = None
    url_name: str = ""
    default_columns: tuple[str, ...] = ()
    presets: Sequence[Preset] = ()
    actions: Sequence[BulkAction] = ()

    def rows_for(self, user: Any) -> models.QuerySet[Any]:
        """Return the rows that the user may take away."""
        if self.rows is not None:
            return self.rows(user)
        manager: Any = self.model._default_manager
        found: Any = manager.visible_to(user, "export")
        rows: models.QuerySet[Any] = found.for_list() if hasattr(found, "for_list") else found
        return rows

    def columns_for(self, user: Any, *, action: str = "view") -> list[Column]:
        """Return the columns that the person may have."""
        return [column for column in self.columns if column.is_open_to(user, action)]

    def page_columns(self, user: Any, chosen: Sequence[str] = ()) -> list[Column]:
        """Return the columns of the page in the order chosen, or the usual ones; unknown keys say nothing.

        Their headings are words of the language in force: each cell says its heading.
        """
        offered = {column.key: column for column in self.columns_for(user) if column.on_page}
        found = [offered[key] for key in dict.fromkeys(chosen) if key in offered]
        found = found or [offered[key] for key in self.default_columns if key in offered]
        return [replace(column, heading=str(column.heading)) for column in found]

    def file_columns(self, user: Any, chosen: Sequence[str] = ()) -> list[Column]:
        """Return the columns of a file: those chosen, or all that the person may take away."""
        offered = {column.key: column for column in self.columns_for(user, action="export") if column.in_file}
        found = [offered[key] for key in dict.fromkeys(chosen) if key in offered]
        return found or list(offered.values())

    def action(self, key: str) -> BulkAction | None:
        """Return the action of that key."""
        return next((action for action in self.actions if action.key == key), None)

    def actions_for(self, user: Any) -> list[BulkAction]:
        """Return what the person may do to many rows."""
        return [action for action in self.actions if can(user, action.right, self.model)]


# ---- readers of columns -----------------------------------------------------------------------------
def of(*path: str) -> Callable[[Any], Any]:
    """Return a reader of attributes that stops at what is not there."""

    def read(row: Any) -> Any:
        for name in path:
            row = getattr(row, name, None)
        return row

    return read


def label(field: str) -> Callable[[Any], Any]:
    """Return a reader of a choice's label."""
    return lambda row: getattr(row, f"get_{field}_display")()


def has_team(user: Any) -> bool:
    """Tell whether the person belongs to a team, so that views of "my team" make sense."""
    return bool(user.team_id)


_lists: dict[str, ListDefinition] = {}


def register_list(definition: ListDefinition) -> None:
    """Offer a list; registering a key again replaces it."""
    _lists[definition.key] = definition


def list_named(key: str) -> ListDefinition | None:
    """Return the list registered under `key`."""
    return _lists.get(key)


def all_lists() -> list[ListDefinition]:
    """Return every list, in the order in which packages registered them."""
    return list(_lists.values())
