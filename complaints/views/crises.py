"""Crises: the list, one of them with plan, statements and affected cases, and the plans of each kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.learning import CRISIS_MOVES, CrisisKind, CrisisState
from complaints.domain.crises import (
    add_cases,
    approve_statement,
    finish_step,
    may_lead,
    move_crisis,
    open_crisis,
    publish_statement,
    write_statement,
)
from complaints.domain.crisis_plans import edit_step
from complaints.filters.learning import CrisisFilterSet
from complaints.forms.learning import CrisisForm, NoteForm, PlanStepForm, StatementForm
from complaints.models import Complaint, Crisis, CrisisStep, PlanStep, Statement
from complaints.sorting.learning import CRISIS_SORTS
from complaints.views.base import NAV, list_crumbs
from core.access import can
from core.views.base import RightsMixin, go_to, render_page
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch

SHOWN_CASES = 50


class CrisisList(RecordFilters, ListPage):
    """Crises, the latest first."""

    model = Crisis
    filterset_class = CrisisFilterSet
    template_name = "complaints/crisis_list.html"
    sort_keys = CRISIS_SORTS
    default_sort = "-opened"
    nav_current = NAV

    def extra_context(self) -> dict[str, Any]:
        """What the person may do."""
        return {"may_add": can(self.person, "add", Crisis)}


class CrisisDetail(RightsMixin, View):
    """One crisis."""

    required_right = ("view", Crisis)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show plan, statements and the affected cases that the person may see."""
        crisis: Crisis = fetch(request, Crisis.objects.for_list(), pk)
        cases = Complaint.objects.visible_to(self.person).filter(crises__crisis=crisis).for_list()
        total = crisis.affected.count()
        context = {
            "crisis": crisis,
            "steps": crisis.steps.select_related("owner", "done_by"),
            "statements": crisis.statements.select_related("author", "approved_by"),
            "cases": cases.order_by("-received_at", "-id")[:SHOWN_CASES],
            "total": total,
            "customers": crisis.affected.exclude(complaint__customer=None)
            .order_by()
            .values("complaint__customer")
            .distinct()
            .count(),
            "moves": _moves(crisis) if may_lead(self.person) else [],
            "may_lead": may_lead(self.person),
            "may_approve": can(self.person, "approve", Statement),
            "now": timezone.now(),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/crisis_detail.html", context)


def _moves(crisis: Crisis) -> list[tuple[str, Any]]:
    labels = {
        CrisisState.OPEN: _("Open crisis"),
        CrisisState.CONTAINED: _("Mark as contained"),
        CrisisState.CLOSED: _("Close crisis"),
        CrisisState.DISMISSED: _("It is no crisis"),
    }
    return [(state.value, label) for state, label in labels.items() if state in CRISIS_MOVES[crisis.state]]


class CrisisPage(CustomerFormPage):
    """What the forms about crises share."""

    nav_current = NAV
    form_columns = 1

    def crumbs(self) -> list[tuple[Any, str]]:
        """The list."""
        return list_crumbs(_("Crises"), "complaints:crisis-list")

    def cancel_url(self) -> str:
        """Back to the crisis, or to the list."""
        if "pk" not in self.kwargs:
            return reverse("complaints:crisis-list")
        return reverse("complaints:crisis-detail", args=[self.crisis.pk])

    @cached_property
    def crisis(self) -> Crisis:
        """The crisis."""
        found: Crisis = fetch(self.request, Crisis.objects.for_list(), self.kwargs["pk"])
        return found


class CrisisCreate(CrisisPage):
    """Opening a crisis by hand."""

    required_right = ("add", Crisis)
    form_class = CrisisForm
    title = gettext_lazy("Open crisis")
    submit_label = gettext_lazy("Open crisis")
    success_message = gettext_lazy("Crisis opened, with the plan of its kind.")
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def perform(self, form: CrisisForm) -> str:
        """Open it."""
        return open_crisis(form.values, by=self.person).get_absolute_url()


class CrisisMove(CrisisPage):
    """A step in the life of a crisis, with a word where it ends."""

    required_right = ("change", Crisis)
    form_class = NoteForm
    submit_label = gettext_lazy("Confirm")

    @property
    def state(self) -> str:
        """Where it is to go."""
        return self.request.POST.get("state") or self.request.GET.get("state", "")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Name the step."""
        labels = dict(_moves(self.crisis))
        return super().get_context_data(**{"title": labels.get(self.state, self.crisis.title), **kwargs})

    def perform(self, form: NoteForm) -> str:
        """Do it."""
        return move_crisis(
            self.crisis, self.state, by=self.person, note=form.cleaned_data["note"]
        ).get_absolute_url()


class CrisisAddCases(RightsMixin, View):
    """Adding what a list of cases shows: the cases of the crisis' category in the days before it."""

    required_right = ("change", Crisis)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add the cases within reach."""
        crisis: Crisis = fetch(request, Crisis.objects.for_list(), pk, "change")
        if crisis.category is None:
            messages.info(request, _("Without a category, cases cannot be found."))
            return go_to(request, crisis.get_absolute_url())
        since = crisis.opened_at - timedelta(days=3)
        rows = (
            Complaint.objects.visible_to(self.person)
            .complaints()
            .filter(category__code=crisis.category.code, received_at__gte=since)
        )
        added = add_cases(crisis, rows.for_list().order_by("received_at", "id"), by=self.person)
        messages.success(request, _("%(n)d affected cases added.") % {"n": added})
        return go_to(request, crisis.get_absolute_url())


class CrisisStepDone(RightsMixin, View):
    """The button of a step."""

    required_right = ("change", CrisisStep)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark it as done."""
        rows = CrisisStep.objects.visible_to(self.person, "change").select_related("crisis")
        step = finish_step(get_object_or_404(rows, pk=pk), by=self.person)
        messages.success(request, _("Step done."))
        return go_to(request, step.crisis.get_absolute_url())


class StatementCreate(CrisisPage):
    """A new statement."""

    required_right = ("add", Statement)
    form_class = StatementForm
    title = gettext_lazy("Write statement")
    submit_label = gettext_lazy("Save draft")
    success_message = gettext_lazy("Draft saved. Somebody else must approve it.")
    once = True

    def perform(self, form: StatementForm) -> str:
        """Write it."""
        values = form.cleaned_data
        write_statement(self.crisis, values["body"], audience=values["audience"], by=self.person)
        return self.cancel_url()


class StatementMove(RightsMixin, View):
    """The buttons of a statement: approve, published."""

    required_right = ("approve", Statement)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the button says."""
        rows = Statement.objects.visible_to(self.person, "approve").select_related("crisis")
        statement: Statement = get_object_or_404(rows, pk=pk)
        verb = approve_statement if request.POST.get("do") == "approve" else publish_statement
        verb(statement, by=self.person)
        return go_to(request, statement.crisis.get_absolute_url())


class PlanList(RightsMixin, View):
    """The plan of each kind of crisis."""

    required_right = ("view", PlanStep)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the steps by kind."""
        rows = list(PlanStep.objects.visible_to(self.person).order_by("kind", "position", "id"))
        plans = [(kind.label, [row for row in rows if row.kind == kind]) for kind in CrisisKind]
        context = {"plans": plans, "may_change": can(self.person, "change", PlanStep), "nav_current": NAV}
        return render_page(request, "complaints/plan_list.html", context)


class PlanStepUpdate(CrisisPage):
    """Editing one step of a plan."""

    required_right = ("change", PlanStep)
    form_class = PlanStepForm
    title = gettext_lazy("Edit step")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved. Crises that run keep their steps.")

    @cached_property
    def step(self) -> PlanStep:
        """The step."""
        found: PlanStep = fetch(self.request, PlanStep.objects.all(), self.kwargs["pk"], "change")
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.step}

    def conflict_record(self) -> PlanStep:
        """The step."""
        return self.step

    def cancel_url(self) -> str:
        """Back to the plans."""
        return reverse("complaints:plan-list")

    def perform(self, form: PlanStepForm) -> str:
        """Write the changes."""
        edit_step(self.step, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()
