"""Search: the page of results, and the fragment of the same view that fills the palette."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.generic import View

from core.search.actions import actions_for, find_actions
from core.search.results import find, recent
from core.search.text import MOST_CHARACTERS, fold_spaces
from core.views.base import SIGNED_IN, RightsMixin, is_fragment, render_page

#: What an empty palette offers to do.
SUGGESTED = 5


class Search(RightsMixin, View):
    """Whatever the person may see and do that matches."""

    required_right = SIGNED_IN

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what matches, or what was opened last while nothing is typed."""
        text = fold_spaces(request.GET.get("q", ""))[:MOST_CHARACTERS]
        response = render_page(request, "core/search.html", self._context(text), partial="results")
        response["Cache-Control"] = "no-store"
        return response

    def _context(self, text: str) -> dict[str, Any]:
        if text:
            groups = find(self.person, text, count=not is_fragment(self.request))
            return {"q": text, "groups": groups, "actions": find_actions(self.person, text)}
        return {
            "q": "",
            "recent": recent(self.request),
            "suggested": actions_for(self.person)[:SUGGESTED],
        }
