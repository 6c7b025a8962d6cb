"""The page of one case."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views import View

from complaints.models import Complaint
from core.views.base import RightsMixin, render_page
from customers.views.base import fetch


class ComplaintDetail(RightsMixin, View):
    """Everything about one case."""

    required_right = ("view", Complaint)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        case = fetch(request, Complaint.objects.for_list(), pk)
        context = {"case": case, "entries": case.entries.for_screen(), "nav_current": "complaints"}
        return render_page(request, "complaints/complaint_detail.html", context)
