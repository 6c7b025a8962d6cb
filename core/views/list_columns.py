"""Which columns a list shows, and in which order: chosen by each person."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views import View

from core.domain.views import choice_of, choose_columns, definition_of
from core.lists import ListDefinition
from core.views.base import SIGNED_IN, RightsMixin, go_to, next_url, render_page


class ListColumns(RightsMixin, View):
    """Tick and order the columns. The right belongs to the list, so the domain checks it."""

    required_right = SIGNED_IN

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show the columns, those in use first."""
        definition = definition_of(key, by=self.person)
        choice = choice_of(self.person, key)
        own = choice.columns if choice is not None else []
        shown = definition.page_columns(self.person, own)
        others = [c for c in definition.columns_for(self.person) if c.on_page and c not in shown]
        context: dict[str, Any] = {
            "definition": definition,
            "shown": shown,
            "others": others,
            "next": self._next(request, definition),
            "has_own": bool(own),
        }
        return render_page(request, "core/list_columns.html", context, partial="fragment")

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Keep what is ticked in the order in which it stands; `reset` brings back the usual columns."""
        definition = definition_of(key, by=self.person)
        chosen = [] if "reset" in request.POST else request.POST.getlist("columns")
        choose_columns(key, self._ordered(request, chosen), by=self.person)
        return go_to(request, self._next(request, definition))

    def _ordered(self, request: HttpRequest, chosen: list[str]) -> list[str]:
        """Without a script the order comes from the numbers beside the columns."""
        places = {}
        for place, column in enumerate(chosen):
            text = request.POST.get(f"place_{column}", "")
            places[column] = (
                int(text) if text.isascii() and text.isdigit() and len(text) < 5 else place,
                place,
            )
        return sorted(chosen, key=lambda column: places[column])

    def _next(self, request: HttpRequest, definition: ListDefinition) -> str:
        return next_url(request, reverse(definition.url_name))
