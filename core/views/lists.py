"""The one list page: rights, filters, sorting, keyset paging and export for any model."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from core.access import can
from core.errors import DomainError
from core.few import Few, few_in_reach
from core.filters import ScopedFilterSet
from core.keyset import KeysetPage, SortKey, fingerprint, paginate
from core.masking import note_list, note_shown
from core.views.base import RightsMixin, place_in_navigation, render_page
from core.views.list_state import ListState


class ListPage(RightsMixin, View):
    """A list of one model.

    Class attributes say what is listed; `rows()` may narrow or widen the query, `extra_context()` adds
    what the template needs beyond the list. `required_right` is ("view", model) unless given.
    """

    model: ClassVar[type[models.Model]]
    filterset_class: ClassVar[type[ScopedFilterSet]]
    template_name: ClassVar[str]
    partial_name: ClassVar[str] = ""
    sort_keys: ClassVar[dict[str, SortKey]]
    default_sort: ClassVar[str]
    page_size: ClassVar[int] = 50
    export_key: ClassVar[str | None] = None
    nav_current: ClassVar[str] = ""
    #: True where `rows()` takes nothing away from what is visible: few rows are then read by their keys.
    shows_all_visible: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "required_right" not in cls.__dict__ and "model" in cls.__dict__:
            cls.required_right = ("view", cls.model)
        if "rows" in cls.__dict__ and "shows_all_visible" not in cls.__dict__:
            cls.shows_all_visible = False

    def rows(self) -> models.QuerySet[Any]:
        """Return the rows the person may see, with all that one line of the list shows."""
        manager: Any = self.model._default_manager
        return _for_list(manager.visible_to(self.person))

    def extra_context(self) -> dict[str, Any]:
        """Return more context for the template."""
        return {}

    @cached_property
    def chosen(self) -> ListState:
        """The view, the filters and the columns as this person sees the list now."""
        return ListState(self.export_key or "", self.request)

    @cached_property
    def filterset(self) -> ScopedFilterSet:
        """The filters as asked for, bound to the rows."""
        return self.filterset_class(self.chosen.parameters, queryset=self.rows(), request=self.request)

    @cached_property
    def sorting(self) -> tuple[SortKey, bool, str]:
        """The sort key, whether descending, and both as the parameter says it; an unknown one is refused."""
        asked = self.request.GET.get("sort", "")
        kept = self.chosen.view.sort if self.chosen.view is not None else ""
        if not asked and kept.removeprefix("-") in self.sort_keys:
            asked = kept
        return read_sort(asked, self.sort_keys, self.default_sort)

    def page(self) -> KeysetPage:
        """Read the page of rows that the request asks for."""
        if not self.filterset.is_valid():
            return KeysetPage(size=self.page_size)
        key, descending, name = self.sorting
        bound_to = (self.person.pk, self.request.path, self.filterset.parameters(), name)
        return paginate(
            self.filterset.qs,
            sort=key,
            descending=descending,
            cursor=self.request.GET.get("cursor"),
            page_size=self.page_size,
            fingerprint=fingerprint(*bound_to),
            count=self.request.GET.get("count") == "1",
            few=self.few(),
        )

    def few(self) -> Few | None:
        """Return the rows that pass the filters by their keys, where the person reaches few."""
        found = few_in_reach(self.model, self.person) if self.shows_all_visible else None
        if found is None:
            return None
        return found.filtered(lambda rows: self.filterset.filter_queryset(_for_list(rows)))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the list; filters that are not understood are named, and answer 400 with no rows."""
        opening = self.chosen.opening_url()
        if opening:
            return redirect(opening)
        context = self.get_context()
        status = 200 if self.filterset.is_valid() else 400
        return render_page(request, self.template_name, context, partial=self.partial_name, status=status)

    def get_context(self) -> dict[str, Any]:
        """Return everything that `ui/list_page.html` shows."""
        _key, descending, name = self.sorting
        page = self.page()
        note_shown(self.request, *self._shown_in_clear(page))
        filters = urlencode(self.filterset.parameters(), doseq=True)
        note_list(self.request, f"{self.export_key or self.request.path}?{filters}".rstrip("?"))
        return {
            "page": page,
            "filterset": self.filterset,
            "filter": self.filterset if self.filterset.filters else None,
            "filter_chips": self.filterset.chips(),
            "sort": name,
            "sort_descending": descending,
            "sort_keys": self.sort_keys,
            "sort_choices": sort_choices(self.sort_keys, name),
            "export_key": self.export_key,
            "export_url": self.export_url(),
            "query": self.query(),
            **self.chosen.context(self.filterset, name),
            **place_in_navigation(self.nav_current),
            **self.extra_context(),
        }

    def _shown_in_clear(self, page: KeysetPage) -> list[models.Model]:
        """Return the records whose sensitive fields stand in a chosen column."""
        models_shown = {column.sensitive_model for column in self.chosen.columns if column.sensitive}
        return [
            row if isinstance(row, model) else getattr(row, str(model._meta.model_name))
            for model in models_shown
            if model is not None
            for row in page.rows
        ]

    def query(self) -> str:
        """Return the filters and the sorting as a query string, without the place in the list."""
        columns = [column.key for column in self.chosen.columns] if self.chosen.has_own_columns else []
        kept = {**self.filterset.parameters(), "sort": self.sorting[2], "columns": columns}
        return urlencode(kept, doseq=True)

    def export_url(self) -> str:
        """Return the page that offers this list as a file, or nothing where the person may not have it."""
        return export_address(self.person, self.export_key or "", self.model, self.query())


def export_address(user: Any, key: str, model: type[models.Model], query: str = "") -> str:
    """Return the page that offers a list as a file, or nothing where the person may not have it."""
    if not key or not can(user, "export", model):
        return ""
    return f"{reverse('core:export-start')}?{urlencode({'key': key, 'query': query})}"


def _for_list(rows: Any) -> models.QuerySet[Any]:
    listed: models.QuerySet[Any] = rows.for_list() if hasattr(rows, "for_list") else rows
    return listed


def read_sort(asked: str, keys: dict[str, SortKey], default: str) -> tuple[SortKey, bool, str]:
    """Return (key, descending, parameter) for `sort=-name`; refuse a name that is not declared."""
    name = asked or default
    bare = name.removeprefix("-")
    if bare not in keys:
        text = _("This list cannot be sorted by that. It knows: %(keys)s.") % {"keys": ", ".join(keys)}
        raise DomainError("bad_sort", text, fields={"sort": text})
    return keys[bare], name.startswith("-"), name


def sort_choices(keys: dict[str, SortKey], current: str) -> list[tuple[str, Any]]:
    """Return (parameter, label) for the sort menu; the current key keeps its direction."""
    bare = current.removeprefix("-")
    return [(current if name == bare else name, key.label) for name, key in keys.items()]
