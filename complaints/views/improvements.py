"""Improvements: the list, one of them with its effect, planning and moving it on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.cases import CaseKind
from complaints.choices.learning import IMPROVEMENT_MOVES, ImprovementState
from complaints.domain.improvements import edit_improvement, move_improvement, plan_improvement
from complaints.filters.learning import ImprovementFilterSet
from complaints.forms.learning import ImprovementForm, NoteForm
from complaints.models import Category, Cause, Improvement
from complaints.sorting.learning import IMPROVEMENT_SORTS
from complaints.views.base import NAV, list_crumbs
from complaints.views.effect_bars import rates_of
from core.access import can
from core.views.base import RightsMixin, render_page
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch


class ImprovementList(RecordFilters, ListPage):
    """Improvements, those due first on top."""

    model = Improvement
    filterset_class = ImprovementFilterSet
    template_name = "complaints/improvement_list.html"
    sort_keys = IMPROVEMENT_SORTS
    default_sort = "due"
    export_key = "complaints.improvement"
    nav_current = NAV

    def extra_context(self) -> dict[str, Any]:
        """What the person may do."""
        return {"may_add": can(self.person, "add", Improvement), "today": timezone.localdate()}


class ImprovementDetail(RightsMixin, View):
    """One improvement."""

    required_right = ("view", Improvement)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show plan, state and effect."""
        row: Improvement = fetch(request, Improvement.objects.for_list(), pk)
        may_change = Improvement.objects.visible_to(self.person, "change").filter(pk=pk).exists()
        context = {
            "improvement": row,
            "rates": rates_of(row.effect),
            "moves": _moves(row) if may_change else [],
            "may_change": may_change and row.state != ImprovementState.CLOSED,
            "nav_current": NAV,
        }
        return render_page(request, "complaints/improvement_detail.html", context)


def _moves(row: Improvement) -> list[tuple[str, Any]]:
    labels = {
        ImprovementState.DO: _("Begin"),
        ImprovementState.CHECK: _("In force, check it"),
        ImprovementState.ACT: _("Act on the result"),
        ImprovementState.CLOSED: _("Close"),
        ImprovementState.PLAN: _("Plan again"),
    }
    return [(state.value, label) for state, label in labels.items() if state in IMPROVEMENT_MOVES[row.state]]


class ImprovementPage(CustomerFormPage):
    """What the forms of improvements share."""

    form_class: Any = ImprovementForm
    nav_current = NAV

    def crumbs(self) -> list[tuple[Any, str]]:
        """The list."""
        return list_crumbs(_("Improvements"), "complaints:improvement-list")

    def cancel_url(self) -> str:
        """Back to the improvement, or to the list."""
        pk = self.kwargs.get("pk")
        name = "complaints:improvement-detail" if pk else "complaints:improvement-list"
        return reverse(name, args=[pk] if pk else [])

    @cached_property
    def improvement(self) -> Improvement:
        """The improvement."""
        found: Improvement = fetch(self.request, Improvement.objects.for_list(), self.kwargs["pk"], "change")
        return found


class ImprovementCreate(ImprovementPage):
    """A new improvement."""

    required_right = ("add", Improvement)
    title = gettext_lazy("Plan improvement")
    submit_label = gettext_lazy("Plan improvement")
    success_message = gettext_lazy("Improvement planned.")
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def get_initial(self) -> dict[str, Any]:
        """Begin with the cause that the person came from, its category and its owner."""
        asked = self.request.GET.get("cause", "")
        rows = Cause.objects.visible_to(self.person).select_related("owner")
        cause = rows.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
        if cause is None:
            return {"owner": self.person}
        editions = Category.objects.current().of_kind(CaseKind.COMPLAINT)
        return {
            "cause": cause,
            "category": editions.filter(code=cause.category_code).first(),
            "owner": cause.owner or self.person,
        }

    def perform(self, form: ImprovementForm) -> str:
        """Plan it."""
        return plan_improvement(form.values, by=self.person).get_absolute_url()


class ImprovementUpdate(ImprovementPage):
    """Changing an improvement."""

    required_right = ("change", Improvement)
    title = gettext_lazy("Edit improvement")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.improvement}

    def conflict_record(self) -> Improvement:
        """The improvement."""
        return self.improvement

    def perform(self, form: ImprovementForm) -> str:
        """Write the changes."""
        edit_improvement(self.improvement, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()


class ImprovementMove(ImprovementPage):
    """A step along plan, do, check, act."""

    required_right = ("change", Improvement)
    form_class = NoteForm
    submit_label = gettext_lazy("Confirm")
    form_columns = 1

    @property
    def state(self) -> str:
        """Where it is to go."""
        return self.request.POST.get("state") or self.request.GET.get("state", "")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the step."""
        labels = dict(_moves(self.improvement))
        return super().get_context_data(**{"title": labels.get(self.state, self.improvement.title), **kwargs})

    def perform(self, form: NoteForm) -> str:
        """Do it."""
        note = form.cleaned_data["note"]
        move_improvement(self.improvement, self.state, by=self.person, note=note)
        return self.cancel_url()
