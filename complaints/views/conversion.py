"""Turning a case into one of the other kind, and finding one by the number that it had before."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from complaints.choices.cases import CaseKind
from complaints.domain.conversion import Preview, convert_case, other_kind, preview_conversion
from complaints.forms.intake import ConversionForm
from complaints.models import Category, Complaint
from complaints.shown_clocks import target_in_words
from complaints.views.base import CaseVerb
from complaints.words.grading import category_names, why_of
from core.errors import DomainError
from core.views.base import Right, RightsMixin, go_to, number_in
from customers.views.base import user_of


class CaseConvert(CaseVerb):
    """A request that is a complaint, or a complaint that is none: asked, with what would come of it."""

    required_right: ClassVar[Right] = ("grade", Complaint)
    action = "grade"
    form_class = ConversionForm
    template_name = "complaints/conversion.html"

    @property
    def kind(self) -> str:
        """What the case would become."""
        return other_kind(self.case.kind)

    def form_arguments(self) -> dict[str, Any]:
        """Offer the categories of the new kind."""
        return {"kind": self.kind}

    def get_initial(self) -> dict[str, Any]:
        """Begin with the category that the address names, and the version that the person sees."""
        return {"category": self._category(), "version": self.case.version, "to": self.kind}

    def _category(self) -> Category | None:
        asked = self.request.POST.get("category") or self.request.GET.get("category") or ""
        rows = Category.objects.current().of_kind(self.kind)
        found: Category | None = rows.filter(pk=number_in(asked) or 0).first()
        return found

    def perform(self, form: ConversionForm) -> str:
        """Turn it over and go to its page."""
        data = form.cleaned_data
        case = convert_case(
            self.case,
            category=data["category"],
            reason=data["reason"],
            version=data["version"],
            by=self.person,
        )
        text = _("It is %(number)s now; it is still found by its former number.")
        messages.success(self.request, text % {"number": case.number})
        return case.get_absolute_url()

    def refused(self, form: Any, error: DomainError) -> HttpResponse:
        """Show what the case is now; one that somebody turned over meanwhile is looked at first."""
        if error.code == "stale":
            if form.cleaned_data["to"] not in {"", self.kind}:
                messages.warning(self.request, error.message)
                return go_to(self.request, self.case.get_absolute_url())
            form.data = form.data.copy()
            form.data["version"] = str(self.case.version)
        return super().refused(form, error)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what would come of it."""
        becomes_complaint = self.kind == CaseKind.COMPLAINT
        title = _("Turn into a complaint") if becomes_complaint else _("Turn into a service request")
        preview = None
        if self.case.is_open:
            preview = preview_conversion(self.case, category=self._category(), at=timezone.now())
        context = {
            "title": title,
            "submit_label": title,
            "preview": preview,
            "shown": _shown(preview) if preview is not None else [],
            "rules": _rules(preview) if preview is not None else [],
            **kwargs,
        }
        return super().get_context_data(**context)


def _shown(preview: Preview) -> list[dict[str, Any]]:
    """Return the clocks that the case would have, in words."""
    return [
        {
            "name": due.target.name or due.target.get_clock_display(),
            "target": target_in_words(due.target.amount, due.target.unit),
            "due_at": due.due_at,
            "is_late": due.due_at < timezone.now(),
        }
        for due in preview.dues
    ]


def _rules(preview: Preview) -> list[str]:
    return [str(one["name"]) for one in why_of(preview.case.grade_evidence, category_names())]


class CaseByNumber(RightsMixin, View):
    """The case of a number, or that once had it: addresses that people write down go on working."""

    required_right: ClassVar[Right] = ("view", Complaint)
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        """Go to its page."""
        case: Complaint | None = Complaint.objects.visible_to(user_of(request)).numbered(number).first()
        if case is None:
            raise Http404
        return redirect(case.get_absolute_url())
