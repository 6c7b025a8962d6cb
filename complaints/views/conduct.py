"""Unreasonable complaints: the banners, the list, and one designation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from complaints.choices.conduct import OVER, DesignationState
from complaints.choices.solving import Step
from complaints.domain import conduct as verbs
from complaints.domain.conduct_notice import restraints_in_words
from complaints.domain.objections import may_review
from complaints.filters.letters import DesignationFilterSet
from complaints.forms.conduct import (
    CiteForm,
)
from complaints.models import (
    Citation,
    Complaint,
    ConductEvidence,
    ConductObjection,
    Designation,
    PhraseCard,
)
from complaints.sorting.letters import DESIGNATION_SORTS
from complaints.views.base import NAV
from core.access import can
from core.views.base import RightsMixin, render_page
from core.views.lists import ListPage
from customers.models import Customer
from customers.views.base import RecordFilters, fetch, user_of


def banners_of(case: Complaint, user: Any) -> list[dict[str, Any]]:
    """Return the rules for contacts that hold for a case today, as far as the person may see them."""
    if not can(user, "view", Designation):
        return []
    rows = Designation.objects.visible_to(user).about(case).in_force(timezone.localdate())
    return _banners(rows)


def _banners(rows: Any) -> list[dict[str, Any]]:
    shown = rows.select_related("contact", "complaint").order_by("expires_on", "id")
    return [{"row": row, "lines": restraints_in_words(row)} for row in shown]


class CustomerBanner(RightsMixin, View):
    """The rules for contacts with one customer, pulled into the customer's page; empty where none hold."""

    required_right = ("view", Designation)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show those of the customer's conduct."""
        user = user_of(request)
        customer = fetch(request, Customer.objects.all(), pk)
        rows = Designation.objects.visible_to(user).in_force(timezone.localdate())
        found = _banners(rows.filter(scope="customer", customer=customer))
        return render(request, "complaints/designation_banner.html", {"banners": found})


class DesignationList(RecordFilters, ListPage):
    """All designations in reach."""

    model = Designation
    filterset_class = DesignationFilterSet
    template_name = "complaints/designation_list.html"
    sort_keys = DESIGNATION_SORTS
    default_sort = "-made"
    export_key = "complaints.designation"
    nav_current = NAV
    by_link = ("complaint", "customer", "person")


class DesignationDetail(RightsMixin, View):
    """One designation: what is proposed and why, what shows it, what was decided, objections."""

    required_right = ("view", Designation)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        row: Designation = fetch(request, Designation.objects.for_list(), pk)
        user = self.person
        may_change = _holds(user, "change", row)
        seen = ConductObjection.objects.visible_to(user).filter(designation=row)
        objections = list(seen.select_related("recorded_by", "reviewed_by", "proposer", "decider"))
        for one in objections:
            one.designation = row
        holds = row.state == DesignationState.IN_FORCE
        cites = may_change and can(user, "add", Citation)
        context = {
            "row": row,
            "case": row.complaint,
            "lines": restraints_in_words(row),
            "evidence": _evidence(row, user),
            "objections": [(one, not one.outcome and may_review(one, user)) for one in objections],
            "steps": {
                "decide": row.state == DesignationState.PROPOSED and verbs.may_decide(row, user),
                "tell": may_change and holds and row.notified_on is None,
                "object": holds and can(user, "add", ConductObjection) and not _is_open(objections),
                "lift": holds and _holds(user, "approve", row),
                "renew": may_change and row.state in {DesignationState.IN_FORCE, DesignationState.EXPIRED},
                "anonymise": row.state in OVER and row.anonymised_at is None and _holds(user, "approve", row),
            },
            "waits_for_another": row.state == DesignationState.PROPOSED and not verbs.may_decide(row, user),
            "has_run_out": holds and row.expires_on is not None and row.expires_on <= timezone.localdate(),
            "citations": list(Citation.objects.for_screen().filter(designation=row)),
            "cite_form": CiteForm(case=row.complaint) if cites else None,
            "cite_url": reverse("complaints:citation-designation", args=[row.pk]),
            "phrases_url": phrases_url() if can(user, "view", PhraseCard) else "",
            "nav_current": NAV,
        }
        return render_page(request, "complaints/designation_detail.html", context)


def phrases_url() -> str:
    """Return the address of the cards for unreasonable conduct."""
    return f"{reverse('complaints:phrase-list')}?step={Step.CONDUCT}"


def _holds(user: Any, action: str, row: Designation) -> bool:
    return can(user, action, Designation) and (
        Designation.objects.visible_to(user, action).filter(pk=row.pk).exists()
    )


def _is_open(objections: list[ConductObjection]) -> bool:
    return any(not one.outcome for one in objections)


def _evidence(row: Designation, user: Any) -> list[dict[str, Any]]:
    """Return what shows the conduct, each as far as the person sees the case that it comes from."""
    if not can(user, "view", ConductEvidence):
        return []
    seen = Complaint.objects.visible_to(user)
    own = seen.filter(pk=row.complaint_id).exists()
    found: list[dict[str, Any]] = []
    for one in row.evidence.select_related("entry", "attachment", "case"):
        if one.case is not None:
            found.append({"case": one.case if seen.filter(pk=one.case_id).exists() else None})
        elif own and one.entry is not None:
            found.append({"entry": one.entry})
        elif own and one.attachment is not None:
            found.append({"file": one.attachment})
        else:
            found.append({"case": None})
    return found
