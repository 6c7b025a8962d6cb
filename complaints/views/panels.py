"""What the panels of a case share: a page of their own without script, a fragment for htmx."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.views import View

from complaints.models import Complaint
from complaints.views.base import NAV
from core.views.base import RightsMixin, is_fragment, next_url, render_page
from customers.views.base import fetch


class CasePanel(RightsMixin, View):
    """One panel of a case. `context_of` returns what it shows."""

    template_name: ClassVar[str]

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Return what the panel shows."""
        raise NotImplementedError

    def acts_on(self, case: Complaint) -> bool:
        """Tell whether the person does more than read what hangs on the case."""
        return bool(Complaint.objects.filter(pk=case.pk).acted_on_by(self.person).exists())

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        case = fetch(request, Complaint.objects.for_list(), pk)
        context = {"case": case, "nav_current": NAV, **self.context_of(case)}
        return render_page(request, self.template_name, context, partial="panel")


class PanelPost(RightsMixin, View):
    """A button of a panel: does one thing, then shows the panel again, or the page it came from."""

    http_method_names = ["post"]
    panel: ClassVar[type[CasePanel]]
    success_message: ClassVar[str | Promise] = ""

    def perform(self) -> Complaint:
        """Do it, and return the case."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do it and show how things stand."""
        case = self.perform()
        if is_fragment(request):
            shown = self.panel()
            shown.setup(request, pk=case.pk)
            return shown.get(request, case.pk)
        if self.success_message:
            messages.success(request, str(self.success_message))
        return redirect(next_url(request, case.get_absolute_url()))
