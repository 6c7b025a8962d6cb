"""What the pages of cases share: fetching within reach, verbs as forms, verbs as one click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.views import View

from complaints.models import Complaint
from core.models import User
from core.views.base import Right, RightsMixin, next_url
from customers.views.base import CustomerFormPage, fetch, user_of

NAV = "complaints"

#: The action of verbs on the parts of a case: whoever only reads the case does not find it.
PARTS = "parts"


def case_for(request: HttpRequest, pk: int, action: str = "view") -> Complaint:
    """Return the case if `action` on it (or on its `PARTS`) is within reach; else it does not exist."""
    rows = Complaint.objects.for_list()
    found: Complaint
    if action == PARTS:
        found = get_object_or_404(rows.acted_on_by(user_of(request)), pk=pk)
    else:
        found = fetch(request, rows, pk, action)
    return found


def case_crumbs(case: Complaint) -> list[tuple[Any, str]]:
    """The way down to the page of the case."""
    return [
        (_("Complaints"), reverse("complaints:complaint-list")),
        (case.number, case.get_absolute_url()),
    ]


def list_crumbs(label: Any, url_name: str) -> list[tuple[Any, str]]:
    """The way down to a list of the package."""
    return [(_("Complaints"), reverse("complaints:complaint-list")), (label, reverse(url_name))]


class CaseVerb(CustomerFormPage):
    """A verb that asks something first: a form of its own page, or in the dialog of the case's page.

    `action` is what the person must be allowed to do to the case itself. Verbs of the parts of a case
    say `PARTS`, or find the case by their part.
    """

    required_right: ClassVar[Right] = ("change", Complaint)
    nav_current = NAV
    form_columns = 1
    action: ClassVar[str] = "change"

    @cached_property
    def case(self) -> Complaint:
        """The case, if the person may do this to it."""
        return case_for(self.request, self.kwargs["pk"], self.action)

    def cancel_url(self) -> str:
        """Back to the case, or to where the person came from."""
        return next_url(self.request, self.case.get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which case, and the way here."""
        context = {"crumbs": case_crumbs(self.case), "intro": str(self.case), **kwargs}
        return super().get_context_data(**context)


class CaseMove(RightsMixin, View):
    """A verb that asks nothing: one click."""

    required_right: ClassVar[Right] = ("change", Complaint)
    http_method_names = ["post"]
    action: ClassVar[str] = "change"
    success_message: ClassVar[str | Promise] = ""

    def verb(self) -> Callable[..., Any]:
        """Return the verb of the domain."""
        raise NotImplementedError

    def perform(self, case: Complaint, by: User) -> None:
        """Do it."""
        self.verb()(case, by=by)

    def post(self, request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        """Do it and go back to the case."""
        case = case_for(request, pk, self.action)
        self.perform(case, user_of(request))
        if self.success_message:
            messages.success(request, str(self.success_message))
        return redirect(next_url(request, case.get_absolute_url()))
