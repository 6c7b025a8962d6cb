"""Search: the page of results, and the fragment of the same view that fills the palette."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.generic import View

from core.masking import note_shown
from core.search.actions import find_actions, suggested_actions
from core.search.results import MOST_COUNTED, find, recent, revealed_by
from core.search.text import MOST_CHARACTERS, fold_spaces
from core.views.base import SIGNED_IN, RightsMixin, is_fragment, render_page


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
        palette = is_fragment(self.request)
        context = {"q": text, "palette": palette, "most_counted": MOST_COUNTED}
        if text:
            groups = find(self.person, text, count=not palette)
            note_shown(self.request, *revealed_by(groups))
            return {**context, "groups": groups, "actions": find_actions(self.person, text)}
        return {**context, "recent": recent(self.request), "suggested": suggested_actions(self.person)}
