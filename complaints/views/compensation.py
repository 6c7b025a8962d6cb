"""Compensation: the panel, its steps, what waits for approval, ceilings, and the cost by team."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.solving import REDRESS_MOVES, RedressKind, RedressState
from complaints.domain.ceilings import ceiling_for, committed_to
from complaints.domain.compensation import (
    approve,
    may_approve,
    move_on,
    propose,
    refuse_approval,
    set_ceiling,
)
from complaints.domain.families import family_of
from complaints.domain.mail.threads import path_of
from complaints.filters.solving import CompensationFilterSet
from complaints.forms.solving import CeilingForm, CompensationForm, ReasonForm
from complaints.models import Compensation, CompensationCeiling, CompensationMove, Complaint
from complaints.rules import can_compensate
from complaints.sorting.solving import COMPENSATION_SORTS
from complaints.views.base import NAV, PARTS, CaseVerb
from complaints.views.panels import CasePanel, PanelPost
from core.access import can
from core.display import format_money
from core.navigation import settings_crumbs
from core.views.base import RightsMixin, render_page
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, base_currency_of, fetch, user_of

PANEL_ROWS = 5
MOST_MONTHS = 240
_STEPS: dict[str, Any] = {
    RedressState.OFFERED: gettext_lazy("Offer"),
    RedressState.ACCEPTED: gettext_lazy("Customer accepts"),
    RedressState.REFUSED: gettext_lazy("Customer refuses"),
    RedressState.PAID: gettext_lazy("Mark as given"),
    RedressState.REVERSED: gettext_lazy("Take back"),
}


class CompensationPanel(CasePanel):
    """What the customer of a case gets, and what may still be given."""

    required_right = ("view", Compensation)
    template_name = "complaints/compensation_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Add the rows with the steps that each may take; those of cases that it has taken in are shown."""
        user = self.person
        goes_on = path_of(case)[-1]
        rows = Compensation.objects.filter(complaint__in=family_of(case)).select_related(
            "complaint", "proposed_by", "approved_by"
        )
        acts = self.acts_on(case)
        may_change = acts and can(user, "change", Compensation)
        return {
            "lines": [
                (row, self._steps(row) if may_change else [], acts and self._may_decide(row))
                if row.complaint_id == case.pk
                else (row, [], False)
                for row in rows
            ],
            "ceiling": ceiling_for(goes_on),
            "total": committed_to(goes_on),
            "may_add": acts and can_compensate(case) and can(user, "add", Compensation),
        }

    def _steps(self, row: Compensation) -> list[tuple[str, Any]]:
        # What waits for a second person is neither offered nor given meanwhile.
        held = {RedressState.OFFERED, RedressState.PAID} if row.awaits_second else set()
        possible = REDRESS_MOVES[row.state] - held
        return [(state, label) for state, label in _STEPS.items() if state in possible]

    def _may_decide(self, row: Compensation) -> bool:
        waits = row.state == RedressState.PROPOSED or row.awaits_second
        return waits and may_approve(row, self.person)


class CompensationCreate(CaseVerb):
    """Proposing one."""

    required_right = ("add", Compensation)
    form_class = CompensationForm
    title = gettext_lazy("Propose compensation")
    submit_label = gettext_lazy("Propose compensation")
    success_message = gettext_lazy("Compensation proposed.")
    action = PARTS
    form_columns = 2
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what the grade of the case allows, and what is promised already."""
        ceiling, currency = ceiling_for(self.case), base_currency_of(self.request)
        words = _("Without approval up to %(free)s, at most %(most)s; %(promised)s promised so far.") % {
            "free": format_money(ceiling.free, currency, 0),
            "most": format_money(ceiling.most, currency, 0),
            "promised": format_money(committed_to(self.case), currency, 0),
        }
        return super().get_context_data(**{"intro": f"{self.case} · {words}", **kwargs})

    def perform(self, form: CompensationForm) -> str:
        """Propose it and go back."""
        propose(self.case, form.values, by=self.person)
        return self.cancel_url()


class CompensationStep(PanelPost):
    """The next step of one."""

    required_right = ("change", Compensation)
    panel = CompensationPanel
    success_message = gettext_lazy("Noted.")

    def perform(self) -> Complaint:
        """Take the step that the button names."""
        row: Compensation = fetch(self.request, Compensation.objects.for_list(), self.kwargs["pk"], "change")
        move_on(row, self.request.POST.get("state", ""), by=self.person)
        return row.complaint


class CompensationApprove(PanelPost):
    """Approving as a second person."""

    required_right = ("approve", Compensation)
    panel = CompensationPanel
    success_message = gettext_lazy("Compensation approved.")

    def perform(self) -> Complaint:
        """Approve."""
        row: Compensation = fetch(self.request, Compensation.objects.for_list(), self.kwargs["pk"], "approve")
        return approve(row, by=self.person).complaint


class CompensationRefuse(CaseVerb):
    """Not approving, and why."""

    required_right = ("approve", Compensation)
    form_class = ReasonForm
    title = gettext_lazy("Do not approve")
    submit_label = gettext_lazy("Do not approve")
    success_message = gettext_lazy("Noted. Who proposed it reads why.")

    @cached_property
    def row(self) -> Compensation:
        """The compensation."""
        found: Compensation = fetch(
            self.request, Compensation.objects.for_list(), self.kwargs["pk"], "approve"
        )
        return found

    @cached_property
    def case(self) -> Complaint:
        """The case."""
        return self.row.complaint

    def perform(self, form: ReasonForm) -> str:
        """Refuse and go back."""
        refuse_approval(self.row, by=self.person, note=form.cleaned_data["note"])
        return self.cancel_url()


class ApprovalList(RecordFilters, ListPage):
    """What waits for approval, the oldest first."""

    model = Compensation
    required_right = ("approve", Compensation)
    filterset_class = CompensationFilterSet
    template_name = "complaints/approval_list.html"
    sort_keys = COMPENSATION_SORTS
    default_sort = "made"
    nav_current = NAV

    def rows(self) -> QuerySet[Any]:
        """Those in reach that nobody has decided about."""
        rows: QuerySet[Any] = Compensation.objects.visible_to(self.person, "approve").awaiting_approval()
        return rows.for_list()  # type: ignore[attr-defined, no-any-return]


class ApprovalPanel(RightsMixin, View):
    """What waits for my approval, for my day."""

    required_right = ("approve", Compensation)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the oldest ones and how many there are."""
        rows = Compensation.objects.visible_to(user_of(request), "approve").awaiting_approval()
        context = {
            "rows": rows.for_list().order_by("created_at", "id")[:PANEL_ROWS],
            "count": rows.count(),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/approval_panel.html", context, partial="panel")


class CeilingList(RightsMixin, View):
    """What each grade allows."""

    required_right = ("view", CompensationCeiling)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, from grave to light."""
        rows = [ceiling_for(Complaint(grade=grade)) for grade in ("severe", "general", "minor")]
        context = {
            "rows": rows,
            "may_change": can(request.user, "change", CompensationCeiling),
            "nav_current": "settings",
        }
        return render_page(request, "complaints/ceiling_list.html", context)


class CeilingUpdate(CustomerFormPage):
    """Changing what a grade allows."""

    required_right = ("change", CompensationCeiling)
    form_class = CeilingForm
    title = gettext_lazy("Edit ceiling")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")
    nav_current = "settings"

    @cached_property
    def ceiling(self) -> CompensationCeiling:
        """The ceiling."""
        found: CompensationCeiling = fetch(
            self.request, CompensationCeiling.objects.all(), self.kwargs["pk"], "change"
        )
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.ceiling}

    def conflict_record(self) -> CompensationCeiling:
        """The ceiling."""
        return self.ceiling

    def cancel_url(self) -> str:
        """Back to the ceilings."""
        return reverse("complaints:ceiling-list")

    def perform(self, form: CeilingForm) -> str:
        """Write it."""
        values = form.values
        set_ceiling(
            self.ceiling, free=values["free"], most=values["most"], by=self.person, version=form.seen_version
        )
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which, and add the way here."""
        crumbs = settings_crumbs((_("Ceilings of compensation"), "complaints:ceiling-list"))
        return super().get_context_data(crumbs=crumbs, intro=str(self.ceiling), **kwargs)


class CompensationCost(RightsMixin, View):
    """What compensation cost, by month, team and kind: sums of the ledger, with the number of rows."""

    required_right = ("view", CompensationMove)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the sums of what the person may see."""
        seen = CompensationMove.objects.visible_to(user_of(request)).exclude(given=0)
        rows = (
            seen.annotate(month=TruncMonth("at"))
            .values("month", "compensation__cost_team__name", "compensation__kind")
            .annotate(cost=Sum("given"), n=Count("compensation", distinct=True))
            .order_by("-month", "compensation__cost_team__name", "compensation__kind")[:MOST_MONTHS]
        )
        labels = dict(RedressKind.choices)
        lines = [
            (row["month"], row["compensation__cost_team__name"], labels[row["compensation__kind"]], row)
            for row in rows
        ]
        context = {"lines": lines, "nav_current": NAV}
        return render_page(request, "complaints/compensation_cost.html", context)
