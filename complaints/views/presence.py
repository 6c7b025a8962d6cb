"""Who else has the case open, asked by its page every twenty seconds while somebody looks at it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import View

from complaints.domain.answers import said_since
from complaints.domain.presence import note_viewing, others_viewing
from complaints.models import Complaint
from core.views.base import RightsMixin, is_fragment, number_in
from customers.views.base import fetch


class CasePresence(RightsMixin, View):
    """One line: who is there, who writes, and whether something was said since the page was opened."""

    required_right = ("view", Complaint)
    http_method_names = ["get", "head"]
    #: The middleware reads neither organisation nor zone for it.
    is_light = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer, and remember that the asker has the case open; a page of another site asks for nobody."""
        case: Complaint = fetch(request, Complaint.objects.only("pk"), pk)
        if is_fragment(request):
            note_viewing(case.pk, self.person, is_writing=request.GET.get("writing") == "1")
        seen = number_in(request.GET.get("seen", ""))
        said = said_since(case, seen, by=self.person) if seen is not None else []
        context: dict[str, Any] = {
            "case": case,
            "viewers": others_viewing(case.pk, self.person),
            "said": len(said),
        }
        # Without the request: what a whole page asks for is not asked here.
        response = HttpResponse(render_to_string("complaints/presence.html", context))
        response["Cache-Control"] = "private, no-store"
        return response
