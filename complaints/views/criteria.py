"""The editable list of criteria of unreasonable conduct."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.domain.criteria import save_criterion
from complaints.forms.conduct import (
    CriterionForm,
)
from complaints.models import (
    ConductCriterion,
    PhraseCard,
)
from complaints.views.conduct import phrases_url
from core.access import can
from core.views.base import RightsMixin, render_page
from customers.views.base import CustomerFormPage, fetch


class CriterionList(RightsMixin, View):
    """The editable list of criteria."""

    required_right = ("view", ConductCriterion)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them in their order."""
        context = {
            "rows": list(ConductCriterion.objects.visible_to(self.person)),
            "may_change": can(self.person, "change", ConductCriterion),
            "phrases_url": phrases_url() if can(self.person, "view", PhraseCard) else "",
            "nav_current": "settings",
        }
        return render_page(request, "complaints/criterion_list.html", context)


class CriterionPage(CustomerFormPage):
    """What the forms of criteria share."""

    required_right = ("change", ConductCriterion)
    form_class = CriterionForm
    nav_current = "settings"

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def cancel_url(self) -> str:
        """Back to the list."""
        return reverse("complaints:criterion-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = [(_("Criteria of unreasonable conduct"), self.cancel_url())]
        return super().get_context_data(**{"crumbs": crumbs, **kwargs})


class CriterionCreate(CriterionPage):
    """A new criterion."""

    title = gettext_lazy("New criterion")
    submit_label = gettext_lazy("Create criterion")
    success_message = gettext_lazy("Criterion created.")
    once = True

    def perform(self, form: CriterionForm) -> str:
        """Make it."""
        save_criterion(None, form.values, by=self.person)
        return self.cancel_url()


class CriterionUpdate(CriterionPage):
    """Changing one."""

    title = gettext_lazy("Edit criterion")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    @cached_property
    def row(self) -> ConductCriterion:
        """The criterion."""
        found: ConductCriterion = fetch(
            self.request, ConductCriterion.objects.all(), self.kwargs["pk"], "change"
        )
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.row}

    def conflict_record(self) -> ConductCriterion:
        """The criterion."""
        return self.row

    def perform(self, form: CriterionForm) -> str:
        """Write it."""
        save_criterion(self.row, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()
