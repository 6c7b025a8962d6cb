"""Saved views: kept from a list, named, shared, put in order, deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from core.access import can
from core.choices import ViewScope
from core.domain.views import (
    change_view,
    choice_of,
    definition_of,
    delete_view,
    move_view,
    open_with,
    save_view,
)
from core.filters import ScopedFilterSet
from core.forms_lists import ViewForm, query_with
from core.lists import ListDefinition
from core.models import SavedView
from core.views.base import ConfirmPage, FormPage, RightsMixin, go_to


def filterset_of(definition: ListDefinition, query: QueryDict, user: Any) -> ScopedFilterSet:
    """Return the filters of a list without rows: for their words."""
    nothing = definition.model._default_manager.none()
    return definition.filterset_class(query, queryset=nothing, user=user)


class ViewCreate(FormPage):
    """Keep the list as it is now under a name."""

    required_right = ("add", SavedView)
    form_class = ViewForm
    template_name = "core/view_form.html"
    title = gettext_lazy("Save this view")
    submit_label = gettext_lazy("Save view")
    success_message = gettext_lazy("View saved.")
    form_columns = 1

    @cached_property
    def definition(self) -> ListDefinition:
        """The list that the view belongs to."""
        return definition_of(self.kwargs["key"], by=self.person)

    @cached_property
    def query(self) -> QueryDict:
        """The filters to keep."""
        return QueryDict(self.request.GET.get("query", ""))

    @cached_property
    def filterset(self) -> ScopedFilterSet:
        """The filters in words."""
        return filterset_of(self.definition, self.query, self.person)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form the person."""
        return {**super().get_form_kwargs(), "by": self.person}

    def get_form(self, form_class: Any = None) -> ViewForm:
        """Ask about tokens where they apply."""
        form: ViewForm = super().get_form(form_class)
        form.add_tokens(self.filterset, self.person)
        return form

    def cancel_url(self) -> str:
        """Back to the list, as it was."""
        return f"{reverse(self.definition.url_name)}?{self.query.urlencode()}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show what is kept."""
        return super().get_context_data(
            definition=self.definition, filter_chips=self.filterset.chips(), **kwargs
        )

    def perform(self, form: ViewForm) -> str:
        """Keep it."""
        cleaned = form.cleaned_data
        choice = choice_of(self.person, self.definition.key)
        view = save_view(
            self.definition.key,
            {
                "name": cleaned["name"],
                "scope": cleaned["scope"],
                "team": cleaned["team"],
                "query": query_with(self.query, form.tokens()),
                "sort": self.request.GET.get("sort", ""),
                "columns": choice.columns if cleaned["keep_columns"] and choice is not None else [],
            },
            by=self.person,
        )
        if cleaned["is_default"]:
            open_with(view.list_key, view, by=self.person)
        return f"{reverse(self.definition.url_name)}?view={view.pk}"


class _OneView:
    """A view of one's own, by its number."""

    person: Any
    kwargs: dict[str, Any]

    @cached_property
    def view(self) -> SavedView:
        """The view, if it may be changed."""
        found: SavedView = get_object_or_404(
            SavedView.objects.in_reach(self.person, "change"), pk=self.kwargs["pk"]
        )
        return found

    def list_url(self) -> str:
        """The page of all views of the list."""
        return reverse("core:view-list", args=[self.view.list_key])


class ViewUpdate(_OneView, FormPage):
    """Rename a view, or offer it to others."""

    required_right = ("change", SavedView)
    form_class = ViewForm
    template_name = "core/view_form.html"
    title = gettext_lazy("Edit view")
    submit_label = gettext_lazy("Save view")
    success_message = gettext_lazy("View saved.")
    form_columns = 1

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill the form with the record."""
        view = self.view
        choice = choice_of(self.person, view.list_key)
        initial = {
            "name": view.name,
            "scope": view.scope,
            "team": view.team_id,
            "keep_columns": bool(view.columns),
            "is_default": choice is not None and choice.view_id == view.pk,
            "version": view.version,
        }
        return {**super().get_form_kwargs(), "by": self.person, "initial": initial}

    def cancel_url(self) -> str:
        """Back to the views."""
        return self.list_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show what the view filters."""
        definition = definition_of(self.view.list_key, by=self.person)
        query = QueryDict(urlencode(self.view.query, doseq=True))
        chips = filterset_of(definition, query, self.person).chips()
        return super().get_context_data(definition=definition, filter_chips=chips, **kwargs)

    def perform(self, form: ViewForm) -> str:
        """Store the changes."""
        cleaned, view = form.cleaned_data, self.view
        choice = choice_of(self.person, view.list_key)
        columns = view.columns or (choice.columns if choice is not None else [])
        data = {name: cleaned[name] for name in ("name", "scope", "team")}
        data["columns"] = columns if cleaned["keep_columns"] else []
        change_view(view, data, by=self.person, version=cleaned["version"])
        is_default = choice is not None and choice.view_id == view.pk
        if cleaned["is_default"] != is_default:
            open_with(view.list_key, view if cleaned["is_default"] else None, by=self.person)
        return self.list_url()


class ViewReplace(_OneView, RightsMixin, View):
    """Let a view keep the filters that the list has now."""

    required_right = ("change", SavedView)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep them, and show the view."""
        query = QueryDict(request.POST.get("query", ""))
        sort = request.POST.get("sort", "")
        change_view(self.view, {"query": dict(query.lists()), "sort": sort}, by=self.person)
        definition = definition_of(self.view.list_key, by=self.person)
        return go_to(request, f"{reverse(definition.url_name)}?view={pk}")


class ViewDelete(_OneView, ConfirmPage):
    """Delete a view."""

    required_right = ("delete", SavedView)
    success_message = gettext_lazy("View deleted.")

    def question(self) -> dict[str, Any]:
        """Ask."""
        shared = self.view.scope != ViewScope.PRIVATE
        return {
            "title": _("Delete the view “%(name)s”?") % {"name": self.view.name},
            "message": _("It is gone for everybody whom you offered it.")
            if shared
            else _("The rows that it shows stay as they are."),
            "confirm_label": _("Delete view"),
            "cancel_url": self.list_url(),
        }

    def perform(self) -> str:
        """Delete it."""
        url = self.list_url()
        delete_view(self.view, by=self.person)
        return url


class ViewMove(_OneView, RightsMixin, View):
    """Put a view one place earlier or later."""

    required_right = ("change", SavedView)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move it."""
        move_view(self.view, earlier=request.POST.get("way") == "earlier", by=self.person)
        return go_to(request, self.list_url())


class ViewList(RightsMixin, View):
    """All views of a list that the person is offered."""

    required_right = ("view", SavedView)

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show own views, which may be changed, and those of others."""
        definition = definition_of(key, by=self.person)
        views = SavedView.objects.visible_to(self.person).of_list(definition.key)
        rows = list(views.select_related("owner", "team"))
        choice = choice_of(self.person, definition.key)
        for view in rows:
            query = QueryDict(urlencode(view.query, doseq=True))
            view.chips = filterset_of(definition, query, self.person).chips()
        context = {
            "definition": definition,
            "list_url": reverse(definition.url_name),
            "own": [view for view in rows if view.owner_id == self.person.pk],
            "others": [view for view in rows if view.owner_id != self.person.pk],
            "default_id": choice.view_id if choice is not None else None,
            "may_add": can(self.person, "add", SavedView),
        }
        return render(request, "core/view_list.html", context)
