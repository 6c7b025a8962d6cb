"""Cases: the list, the board, and the panels of other pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from complaints.choices.cases import OPEN, CaseKind, EscalationState, State
from complaints.filters.cases import ComplaintFilterSet
from complaints.models import Complaint, Escalation
from complaints.sorting.cases import CASE_SORTS
from complaints.views.base import NAV
from core.access import can
from core.few import Few, few_in_reach
from core.keyset import first_rows
from core.views.base import RightsMixin
from core.views.lists import ListPage
from customers.models import Customer
from customers.views.base import RecordFilters, fetch, user_of

ROWS_ON_BOARD = 50
ROWS_ON_PANEL = 8
#: A solved case whose customer waits comes first: it has no clock that would call.
PRESSING = (Case(When(state=State.SOLVED, then=0), default=1), F("next_due_at").asc(nulls_last=True), "pk")


class ComplaintList(RecordFilters, ListPage):
    """Cases in reach; without a filter, the open ones."""

    model = Complaint
    filterset_class = ComplaintFilterSet
    template_name = "complaints/complaint_list.html"
    sort_keys = CASE_SORTS
    default_sort = "-received"
    export_key = "complaints.complaint"
    nav_current = NAV

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Begin with what is open, the most pressing first; the address says so.

        Where there is nothing at all, the page says how to begin instead.
        """
        if not request.GET and not self.chosen.opening_url() and self.rows().exists():
            return redirect(f"{request.path}?open=true&sort=due")
        return super().get(request, *args, **kwargs)

    def extra_context(self) -> dict[str, Any]:
        """Add what the person may do."""
        rights = {f"may_{action}": can(self.person, action, Complaint) for action in ("add", "import")}
        return {"now": timezone.now(), **rights}


class ComplaintBoard(RightsMixin, TemplateView):
    """Open cases in a column for each state, the most pressing first."""

    required_right = ("view", Complaint)
    template_name = "complaints/complaint_board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read the first rows of each column, and count the others."""
        kind = self.request.GET.get("kind", "")
        kind = kind if kind in CaseKind.values else CaseKind.COMPLAINT.value
        mine = self.request.GET.get("mine") == "1"
        few = few_in_reach(Complaint, self.person)
        columns = [self._column(state, kind, mine=mine, few=few) for state in _COLUMNS]
        return super().get_context_data(
            columns=columns,
            kind=kind,
            kinds=CaseKind.choices,
            mine=mine,
            now=timezone.now(),
            may_change=can(self.person, "change", Complaint),
            nav_current=NAV,
            **kwargs,
        )

    def _column(self, state: str, kind: str, *, mine: bool, few: Few | None) -> dict[str, Any]:
        inside = Q(state=state, kind=kind, **({"owner": self.person} if mine else {}))
        first = first_rows(
            Complaint.objects.visible_to(self.person).for_list().filter(inside),
            sort=CASE_SORTS["due"],
            most=ROWS_ON_BOARD + 1,
            few=few and few.filtered(lambda rows: rows.filter(inside)),
        )
        return {
            "state": state,
            "label": State(state).label,
            "verb": _COLUMNS[state],
            "rows": first[:ROWS_ON_BOARD],
            "more": len(first) > ROWS_ON_BOARD,
            "query": f"kind={kind}&state={state}" + ("&owner=@me" if mine else ""),
        }


#: The verb that brings a case into the column, by the name of its address.
_COLUMNS = {
    State.NEW.value: "complaints:complaint-give-back",
    State.WORKING.value: "complaints:complaint-go-on",
    State.WAITING.value: "complaints:complaint-wait",
    State.SOLVED.value: "complaints:complaint-solve",
}


class CaseDay(RightsMixin, View):
    """My day: one's own open cases, solved ones whose customers wait, and escalations to be taken up."""

    required_right = ("view", Complaint)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the most pressing first."""
        user = user_of(request)
        rows = Complaint.objects.visible_to(user).for_list().filter(owner=user)
        rows = rows.filter(Q(state__in=OPEN) | Q(state=State.SOLVED, unanswered_since__isnull=False))
        told = Escalation.objects.visible_to(user).unacknowledged().filter(told=user)
        told = told.select_related("complaint", "clock").order_by("-fired_at")
        context = {
            "cases": list(rows.order_by(*PRESSING)[:ROWS_ON_PANEL]),
            "escalations": list(
                told.select_related("complaint", "clock").order_by("-fired_at")[:ROWS_ON_PANEL]
            ),
            "now": timezone.now(),
        }
        return render(request, "complaints/case_panel.html", context)


class CustomerCases(RightsMixin, View):
    """The cases of one customer, pulled into the customer's page."""

    required_right = ("view", Complaint)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the latest ones."""
        user = user_of(request)
        customer = fetch(request, Customer.objects.all(), pk)
        rows = Complaint.objects.visible_to(user).for_list().filter(customer=customer)
        found = list(rows.order_by("-received_at", "-pk")[: ROWS_ON_PANEL + 1])
        context = {
            "customer": customer,
            "cases": found[:ROWS_ON_PANEL],
            "more": len(found) > ROWS_ON_PANEL,
            "now": timezone.now(),
            "may_add": can(user, "add", Complaint),
            "title": _("Complaints and requests"),
        }
        return render(request, "complaints/customer_panel.html", context)


def needs_me(user: Any) -> QuerySet[Complaint]:
    """Return what the navigation counts: own cases late or waiting for an answer, and escalations to one.

    A word about a solution counts, too: the case rests, but its customer waits.

    A union of keys, each part by its index: one condition with "or" would read every case for every page.
    """
    waits = Q(next_due_at__lt=timezone.now()) | Q(unanswered_since__isnull=False)
    late = Complaint.objects.filter(waits, owner=user, state__in=OPEN)
    asked = Complaint.objects.filter(unanswered_since__isnull=False, owner=user, state=State.SOLVED)
    told = Escalation.objects.filter(state=EscalationState.FIRED, acknowledged_at__isnull=True, told=user)
    return Complaint.objects.filter(
        pk__in=late.order_by()
        .values("pk")
        .union(asked.order_by().values("pk"), told.order_by().values("complaint"))
    )
