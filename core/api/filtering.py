"""Filters of API lists: those of the address, or of a saved view."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from core.errors import DomainError
from core.lists import list_named
from core.models import SavedView
from core.views.list_state import view_parameters


class ViewFilterBackend(DjangoFilterBackend):  # type: ignore[misc]
    """`?view=<id>` filters as the saved view does; filters in the address take the place of the view's."""

    def get_filterset_kwargs(self, request: Request, queryset: Any, view: Any) -> dict[str, Any]:
        """Return what the FilterSet is made of."""
        kwargs: dict[str, Any] = super().get_filterset_kwargs(request, queryset, view)
        asked = request.query_params.get("view")
        if asked:
            kwargs["data"] = view_parameters(request.query_params, self._view(asked, request, view))
        return kwargs

    def _view(self, asked: str, request: Request, view: Any) -> SavedView:
        rows = SavedView.objects.visible_to(request.user)  # type: ignore[arg-type]
        is_number = asked.isascii() and asked.isdigit() and len(asked) <= 18
        found: SavedView | None = rows.filter(pk=int(asked)).first() if is_number else None
        listed = list_named(found.list_key) if found is not None else None
        if found is None or listed is None or listed.model is not view.model:
            text = _("There is no such view of this list.")
            raise DomainError("unknown_view", text, fields={"view": text})
        return found
