"""How a person sees a list just now: which view, which filters, which columns, which tabs."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from core.access import can
from core.domain.views import choice_of
from core.filters import LIST_PARAMETERS, ScopedFilterSet
from core.lists import Column, list_named
from core.models import BulkRun, ListChoice, SavedView, User

#: More views than this stand in the menu behind the tabs.
TABS_SHOWN = 8


def view_parameters(request_query: QueryDict, view: SavedView | None) -> QueryDict:
    """Return the filters in force: those of the address, or of the view while the address has none."""
    own = [key for key in request_query if key not in LIST_PARAMETERS and key != "changed"]
    if view is None or own or "changed" in request_query:
        return request_query
    query = QueryDict(mutable=True)
    for key, values in view.query.items():
        query.setlist(key, values)
    query["view"] = str(view.pk)
    return query


class ListState:
    """What `ListPage` asks about views and columns. Lists without a declaration have neither."""

    def __init__(self, key: str, request: HttpRequest) -> None:
        self.key, self.request = key, request
        self.definition = list_named(key)
        self.user = cast(User, request.user)

    @cached_property
    def views(self) -> list[SavedView]:
        """The saved views that the person is offered: own ones first."""
        if self.definition is None or not self.definition.url_name:
            return []
        found = SavedView.objects.visible_to(self.user).of_list(self.key)
        return sorted(found, key=lambda view: view.owner_id != self.user.pk)

    @cached_property
    def view(self) -> SavedView | None:
        """The view that the address names, if it is offered to the person."""
        asked = self.request.GET.get("view", "")
        return next((view for view in self.views if str(view.pk) == asked), None) if asked else None

    @cached_property
    def choice(self) -> ListChoice | None:
        """What the person has chosen for this list."""
        has_choices = self.definition is not None and bool(self.definition.default_columns)
        return choice_of(self.user, self.key) if has_choices else None

    @cached_property
    def parameters(self) -> QueryDict:
        """The filters in force, with their tokens."""
        return view_parameters(self.request.GET, self.view)

    @property
    def has_own_columns(self) -> bool:
        """Tell whether somebody chose the columns: the person, or the maker of the view."""
        return bool((self.view and self.view.columns) or (self.choice and self.choice.columns))

    @cached_property
    def columns(self) -> list[Column]:
        """The columns of the page: those of the view, else of the person, else the usual ones."""
        if self.definition is None:
            return []
        own = self.choice.columns if self.choice is not None else []
        return self.definition.page_columns(self.user, (self.view and self.view.columns) or own)

    def opening_url(self) -> str:
        """Return the address that the person's list opens with, when nothing was asked for."""
        view = self.choice.view if not self.request.GET and self.choice is not None else None
        if view is None or all(view.pk != offered.pk for offered in self.views):
            return ""
        return f"{self.request.path}?view={view.pk}"

    def context(self, filterset: ScopedFilterSet, sort: str) -> dict[str, Any]:
        """Return what the templates show of all this."""
        if self.definition is None or not self.definition.url_name:
            return {}
        in_use = filterset.parameters()
        query = urlencode({"query": urlencode(in_use, doseq=True), "sort": sort})
        return {
            "definition": self.definition,
            "columns": self.columns,
            "view": self.view,
            "view_is_changed": self._is_changed(in_use, sort),
            "view_tabs": self._tabs(in_use),
            "more_views": self.views[TABS_SHOWN:],
            "filter_query": urlencode(in_use, doseq=True),
            "save_view_url": f"{reverse('core:view-create', args=[self.key])}?{query}",
            "views_url": reverse("core:view-list", args=[self.key]),
            "columns_url": f"{reverse('core:list-columns', args=[self.key])}?next={self._here()}",
            "bulk_actions": self.definition.actions_for(self.user) if can(self.user, "add", BulkRun) else [],
        }

    def _here(self) -> str:
        return urlencode({"": self.request.get_full_path()})[1:]

    def _is_changed(self, in_use: dict[str, list[str]], sort: str) -> bool:
        if self.view is None:
            return False
        kept = {name: values for name, values in sorted(self.view.query.items())}
        return in_use != kept or bool(self.view.sort and self.view.sort != sort)

    def _tabs(self, in_use: dict[str, list[str]]) -> list[dict[str, Any]]:
        assert self.definition is not None
        presets = [one for one in self.definition.presets if one.when is None or one.when(self.user)]
        tabs: list[dict[str, Any]] = [
            {
                "label": preset.label,
                "url": f"?{urlencode(preset.query, doseq=True)}"
                if preset.query
                else f"{self.request.path}?changed=1",
                "current": self.view is None and preset.query == in_use,
            }
            for preset in presets
        ]
        shown = self.views[:TABS_SHOWN]
        if self.view is not None and self.view not in shown:
            shown = [*shown, self.view]
        tabs += [
            {"label": view.name, "url": f"?view={view.pk}", "current": view == self.view, "icon": "bookmark"}
            for view in shown
        ]
        return tabs
