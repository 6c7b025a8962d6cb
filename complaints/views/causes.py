"""Investigations and the register of causes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.solving import Branch, FindingState
from complaints.domain.cause_suggesting import fixed_causes_for
from complaints.domain.causes import (
    confirm_investigation,
    create_cause,
    fix_cause,
    link_cause,
    unlink_cause,
    update_cause,
    write_investigation,
    writers_of,
)
from complaints.domain.effects import effect_of_fix
from complaints.filters.solving import CauseFilterSet
from complaints.fishbone import headed, laid_out
from complaints.forms.solving import CauseForm, InvestigationForm, PickCauseForm
from complaints.models import Cause, Complaint, ComplaintCause, Improvement, Investigation
from complaints.sorting.solving import CAUSE_SORTS
from complaints.views.base import NAV, PARTS, CaseVerb, case_for, list_crumbs
from complaints.views.effect_bars import rates_of
from complaints.views.panels import CasePanel, PanelPost
from core.access import can
from core.errors import DomainError
from core.views.base import RightsMixin, render_page
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch, user_of


class CausePanel(CasePanel):
    """Cause of a case: gap, root causes, the chain of whys, the register."""

    required_right = ("view", Investigation)
    template_name = "complaints/cause_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Add the finding, and what the person may do."""
        user = self.person
        rows = Investigation.objects.filter(complaint=case).select_related("writer", "confirmed_by")
        found = rows.prefetch_related("whys", "bones").first()
        acts = case.is_complaint and self.acts_on(case)
        may_link = acts and can(user, "change", ComplaintCause)
        return {
            "found": found,
            "roots": [bone for bone in found.bones.all() if bone.is_root] if found else [],
            "links": ComplaintCause.objects.filter(complaint=case).select_related("cause").order_by("id"),
            "may_write": acts and can(user, "change", Investigation),
            "may_confirm": acts
            and found is not None
            and found.state == FindingState.DRAFT
            and user not in writers_of(found)
            and can(user, "approve", Investigation),
            "pick": PickCauseForm() if may_link else None,
            "suggested": fixed_causes_for(case, seen_by=user) if may_link and not case.has_ended else [],
        }


class InvestigationDetail(CasePanel):
    """The whole finding, with the fishbone as a drawing and as a list."""

    required_right = ("view", Investigation)
    template_name = "complaints/investigation_detail.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Add the finding and where the bones stand."""
        rows = Investigation.objects.filter(complaint=case).select_related("writer", "confirmed_by")
        found = rows.prefetch_related("whys", "bones").first()
        causes = list(found.bones.all()) if found is not None else []
        grouped: dict[str, list[tuple[str, bool]]] = {}
        for cause in causes:
            text = f"★ {cause.text}" if cause.is_root else cause.text
            grouped.setdefault(cause.branch, []).append((text, cause.is_root))
        labels = dict(Branch.choices)
        return {
            "found": found,
            "writers": " · ".join(str(one) for one in writers_of(found)) if found is not None else "",
            "bones": [(bone, labels[bone.branch]) for bone in laid_out(grouped, Branch.values)],
            "head": headed(case.title),
            "branches": [
                (label, [cause for cause in causes if cause.branch == branch])
                for branch, label in Branch.choices
            ],
            "may_write": case.is_complaint
            and can(self.person, "change", Investigation)
            and self.acts_on(case),
        }


class InvestigationEdit(CaseVerb):
    """Writing down what was found out."""

    required_right = ("change", Investigation)
    form_class = InvestigationForm
    title = gettext_lazy("Investigation")
    submit_label = gettext_lazy("Save findings")
    success_message = gettext_lazy("Findings saved. A second person confirms them.")
    action = PARTS
    form_columns = 2

    def form_arguments(self) -> dict[str, Any]:
        """Give the form what is known."""
        return {"found": Investigation.objects.filter(complaint=self.case).first()}

    def perform(self, form: InvestigationForm) -> str:
        """Keep it and show it."""
        write_investigation(
            self.case,
            form.values,
            whys=form.whys,
            bones=form.bones,
            by=self.person,
            version=form.cleaned_data["version"],
        )
        return reverse("complaints:investigation-detail", args=[self.case.pk])


class InvestigationConfirm(PanelPost):
    """The second person agrees."""

    required_right = ("approve", Investigation)
    panel = CausePanel
    success_message = gettext_lazy("Findings confirmed.")

    def perform(self) -> Complaint:
        """Confirm."""
        rows = Investigation.objects.visible_to(self.person, "approve").select_related("complaint")
        found: Investigation = get_object_or_404(rows, complaint=self.kwargs["pk"])
        confirm_investigation(found, by=self.person)
        return found.complaint


class CauseLink(PanelPost):
    """Naming a cause of the register for a complaint, or taking it away."""

    required_right = ("change", ComplaintCause)
    panel = CausePanel
    takes_away = False

    def perform(self) -> Complaint:
        """Link or unlink."""
        case = case_for(self.request, self.kwargs["pk"], PARTS)
        form = PickCauseForm(self.request.POST)
        if not form.is_valid():
            raise DomainError("no_cause", _("Choose a cause of the register."))
        verb = unlink_cause if self.takes_away else link_cause
        verb(case, form.cleaned_data["cause"], by=self.person)
        return case


class CauseList(RecordFilters, ListPage):
    """The register: which causes make how many complaints, before and after they were fixed."""

    model = Cause
    filterset_class = CauseFilterSet
    template_name = "complaints/cause_list.html"
    sort_keys = CAUSE_SORTS
    export_key = "complaints.cause"
    default_sort = "code"
    nav_current = NAV

    def extra_context(self) -> dict[str, Any]:
        """What the person may do."""
        return {"may_change": can(self.person, "change", Cause)}


class CauseDetail(RightsMixin, View):
    """One cause and the complaints within reach that it made."""

    required_right = ("view", Cause)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        cause = fetch(request, Cause.objects.for_list(), pk)
        seen = Complaint.objects.visible_to(user_of(request)).filter(causes__cause=cause)
        effect = effect_of_fix(cause, at=timezone.now())
        context = {
            "cause": cause,
            "effect": effect,
            "rates": rates_of(effect),
            "cases": seen.for_list().order_by("-received_at", "-id")[:100],
            "improvements": Improvement.objects.visible_to(user_of(request))
            .filter(cause=cause)
            .for_list()
            .order_by("-due_on", "-id"),
            "may_plan": can(request.user, "add", Improvement),
            "may_change": can(request.user, "change", Cause),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/cause_detail.html", context)


class CausePage(CustomerFormPage):
    """What the forms of causes share."""

    required_right = ("change", Cause)
    form_class = CauseForm
    nav_current = NAV

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the person."""
        return {"user": self.person}

    def cancel_url(self) -> str:
        """Back to the register."""
        return reverse("complaints:cause-list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = list_crumbs(_("Causes"), "complaints:cause-list")
        return super().get_context_data(crumbs=crumbs, **kwargs)


class CauseCreate(CausePage):
    """A new cause."""

    title = gettext_lazy("New cause")
    submit_label = gettext_lazy("Create cause")
    success_message = gettext_lazy("Cause created.")
    once = True

    def perform(self, form: CauseForm) -> str:
        """Enter it."""
        return create_cause(form.values, by=self.person).get_absolute_url()


class CauseUpdate(CausePage):
    """Changing a cause."""

    title = gettext_lazy("Edit cause")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    @cached_property
    def cause(self) -> Cause:
        """The cause."""
        found: Cause = fetch(self.request, Cause.objects.all(), self.kwargs["pk"], "change")
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.cause}

    def conflict_record(self) -> Cause:
        """The cause."""
        return self.cause

    def perform(self, form: CauseForm) -> str:
        """Write the changes."""
        changed = update_cause(self.cause, form.values, by=self.person, version=form.seen_version)
        return changed.get_absolute_url()


class CauseFix(RightsMixin, View):
    """Saying that a cause is gone."""

    required_right = ("change", Cause)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark it and show it."""
        cause = fix_cause(fetch(request, Cause.objects.all(), pk, "change"), by=user_of(request))
        messages.success(request, _("Fixed. Complaints received from now on will tell."))
        return redirect(cause.get_absolute_url())
