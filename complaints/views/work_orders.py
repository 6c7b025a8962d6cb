"""Work orders: listed, given, accepted, ended."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.cases import WorkState
from complaints.domain.work_orders import create_work_order, move_work_order
from complaints.filters.cases import WorkOrderFilterSet
from complaints.forms.cases import OutcomeForm, WorkOrderForm
from complaints.models import WorkOrder
from complaints.sorting.cases import WORK_SORTS
from complaints.views.base import NAV, CaseVerb, case_crumbs
from core.views.base import Right, RightsMixin, next_url
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch, user_of

ROWS_ON_PANEL = 8


class WorkOrderList(RecordFilters, ListPage):
    """Work orders in reach."""

    model = WorkOrder
    filterset_class = WorkOrderFilterSet
    template_name = "complaints/work_order_list.html"
    sort_keys = WORK_SORTS
    default_sort = "due"
    export_key = "complaints.workorder"
    nav_current = NAV

    def extra_context(self) -> dict[str, Any]:
        """Add the moment, by which rows are late."""
        return {"now": timezone.now()}


class WorkOrderDay(RightsMixin, View):
    """My day: one's own open work orders, and those of one's team that nobody has accepted yet."""

    required_right: ClassVar[Right] = ("view", WorkOrder)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the first due; nothing at all where there are none."""
        user = user_of(request)
        rows = WorkOrder.objects.visible_to(user).open().for_work_of(user)
        found = list(rows.for_list().order_by("due_at", "pk")[: ROWS_ON_PANEL + 1])
        context = {"rows": found[:ROWS_ON_PANEL], "more": len(found) > ROWS_ON_PANEL, "now": timezone.now()}
        return render(request, "complaints/work_order_panel.html", context)


class WorkOrderCreate(CaseVerb):
    """Something for another team."""

    required_right: ClassVar[Right] = ("add", WorkOrder)
    form_class = WorkOrderForm
    title = gettext_lazy("New work order")
    submit_label = gettext_lazy("Give work order")
    success_message = gettext_lazy("Work order given.")
    once = True

    def perform(self, form: WorkOrderForm) -> str:
        """Give it and go back."""
        data = dict(form.cleaned_data)
        create_work_order(self.case, data.pop("title"), by=self.person, **data)
        return self.cancel_url()


class _OrderPage(CustomerFormPage):
    """A form about one work order."""

    required_right: ClassVar[Right] = ("change", WorkOrder)
    nav_current = NAV
    form_columns = 1
    form_class = OutcomeForm
    state: ClassVar[str]

    @cached_property
    def order(self) -> WorkOrder:
        """The work order, if the person may change it."""
        found: WorkOrder = fetch(self.request, WorkOrder.objects.for_list(), self.kwargs["pk"], "change")
        return found

    def perform(self, form: OutcomeForm) -> str:
        """End it and go back."""
        move_work_order(self.order, self.state, by=self.person, outcome=form.cleaned_data["outcome"])
        return self.cancel_url()

    def cancel_url(self) -> str:
        """Back to where the person came from."""
        return next_url(self.request, reverse("complaints:work-order-list"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which."""
        return super().get_context_data(
            intro=str(self.order), crumbs=case_crumbs(self.order.complaint), **kwargs
        )


class WorkOrderDone(_OrderPage):
    """Done, and what came of it."""

    title = gettext_lazy("Finish work order")
    submit_label = gettext_lazy("Finish")
    success_message = gettext_lazy("Work order done.")
    state = WorkState.DONE.value


class WorkOrderCancel(_OrderPage):
    """No longer needed, and why."""

    title = gettext_lazy("Cancel work order")
    submit_label = gettext_lazy("Cancel work order")
    success_message = gettext_lazy("Work order cancelled.")
    state = WorkState.CANCELLED.value


class WorkOrderMove(RightsMixin, View):
    """Accepting a work order, or opening it again."""

    required_right: ClassVar[Right] = ("change", WorkOrder)
    http_method_names = ["post"]
    state = WorkState.ACCEPTED.value

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Move it and go back."""
        order = fetch(request, WorkOrder.objects.for_list(), pk, "change")
        move_work_order(order, self.state, by=user_of(request))
        accepted = self.state == WorkState.ACCEPTED
        messages.success(request, _("Accepted.") if accepted else _("Opened again."))
        return redirect(next_url(request, reverse("complaints:work-order-list")))
