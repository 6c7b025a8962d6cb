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

from complaints.choices.learning import CRISIS_UNCLOSED, CrisisKind
from complaints.domain.crises import (
    add_cases,
    approve_statement,
    finish_step,
    may_lead,
    publish_statement,
)
from complaints.domain.crisis_customers import customers_hit
from complaints.domain.crisis_plans import edit_step
from complaints.filters.learning import CrisisFilterSet
from complaints.forms.learning import PlanStepForm
from complaints.models import Complaint, Crisis, CrisisStep, PlanStep, Statement
from complaints.sorting.learning import CRISIS_SORTS
from complaints.views.base import NAV
from complaints.views.crisis_forms import CrisisPage, moves_of
from core.access import can
from core.views.base import RightsMixin, go_to, render_page
from core.views.lists import ListPage
from customers.views.base import RecordFilters, fetch

SHOWN_CUSTOMERS = 200


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
        hits = customers_hit(crisis, self.person)
        seen = sum(len(hit.rows) for hit in hits)
        context = {
            "crisis": crisis,
            "steps": crisis.steps.select_related("owner", "done_by"),
            "statements": crisis.statements.select_related("author", "approved_by"),
            "hits": hits[:SHOWN_CUSTOMERS],
            "customers": sum(hit.customer is not None for hit in hits),
            "untold": sum(bool(hit.untold) for hit in hits),
            "seen": seen,
            "unseen": crisis.affected.count() - seen,
            "may_tell": crisis.is_running and can(self.person, "change", Complaint),
            "moves": moves_of(crisis) if may_lead(self.person) else [],
            "may_lead": may_lead(self.person),
            "may_edit": may_lead(self.person) and crisis.state in CRISIS_UNCLOSED,
            "may_approve": can(self.person, "approve", Statement),
            "now": timezone.now(),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/crisis_detail.html", context)


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
    """The button of a step: of its owner, and of who may lead."""

    required_right = ("view", CrisisStep)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark it as done."""
        rows = CrisisStep.objects.visible_to(self.person).select_related("crisis")
        step = finish_step(get_object_or_404(rows, pk=pk), by=self.person)
        messages.success(request, _("Step done."))
        return go_to(request, step.crisis.get_absolute_url())


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
