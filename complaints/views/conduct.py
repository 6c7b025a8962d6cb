"""Unreasonable complaints: the list, one designation, proposing, deciding, telling, objecting, lifting."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.conduct import OVER, DesignationState
from complaints.choices.solving import Step
from complaints.domain import conduct as verbs
from complaints.domain.conduct_notice import notice_for, restraints_in_words
from complaints.domain.criteria import save_criterion
from complaints.domain.objections import may_review, receive_objection, review_objection
from complaints.filters.letters import DesignationFilterSet
from complaints.forms.conduct import (
    CiteForm,
    CriterionForm,
    DecideForm,
    NoticeForm,
    ObjectionForm,
    ProposalForm,
    ReviewForm,
    WhyForm,
)
from complaints.models import (
    Citation,
    Complaint,
    ConductCriterion,
    ConductEvidence,
    ConductObjection,
    Designation,
    PhraseCard,
)
from complaints.sorting.letters import DESIGNATION_SORTS
from complaints.views.base import case_for
from complaints.views.panels import NAV, CaseFormPage
from core.access import can
from core.views.base import ConfirmPage, RightsMixin, number_in, render_page
from core.views.lists import ListPage
from customers.models import Customer
from customers.views.base import CustomerFormPage, RecordFilters, fetch, user_of


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
        objections = list(row.objections.select_related("recorded_by", "reviewed_by", "proposer", "decider"))
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


class DesignationCreate(CaseFormPage):
    """Proposing one, from a case; also the renewal of a former one."""

    required_right = ("add", Designation)
    form_class = ProposalForm
    title = gettext_lazy("Propose as unreasonable")
    submit_label = gettext_lazy("Propose")
    success_message = gettext_lazy("Proposed. A second person decides; until then nothing changes.")
    form_columns = 1
    once = True

    @cached_property
    def _case(self) -> Complaint:
        return case_for(self.request, self.kwargs["pk"])

    @cached_property
    def renews(self) -> Designation | None:
        """The designation that is renewed, where the address names one of this case."""
        pk = number_in(self.request.GET.get("renews", ""))
        rows = Designation.objects.visible_to(self.person, "change").for_list()
        found: Designation | None = rows.filter(pk=pk, complaint=self._case).first() if pk else None
        return found

    def case(self) -> Complaint:
        """The case."""
        return self._case

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the case and the person."""
        return {"user": self.person, "case": self._case}

    def get_initial(self) -> dict[str, Any]:
        """What held before, where it is renewed; the reasons are written anew."""
        former = self.renews
        if former is None:
            return {}
        names = ("scope", "contact", "contacts_a_month", "months", *former.restraints)
        return {
            **{name: getattr(former, name) for name in names},
            "criteria": [one.pk for one in former.criteria.all()],
        }

    def perform(self, form: ProposalForm) -> str:
        """Propose it and go to its page."""
        given = {name: value for name, value in form.cleaned_data.items() if name in verbs.PROPOSAL_FIELDS}
        made = verbs.propose_designation(
            self._case,
            given,
            criteria=form.cleaned_data["criteria"],
            evidence=form.evidence,
            by=self.person,
            renews=self.renews,
        )
        return made.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what it does and what it never does."""
        intro = _("Being angry, or complaining often, is no reason. New complaints are received as always.")
        return super().get_context_data(**{"intro": intro, **kwargs})


class DesignationPage(CaseFormPage):
    """What the forms about a designation share."""

    action: ClassVar[str] = "change"
    form_columns = 1

    @cached_property
    def row(self) -> Designation:
        """The designation, if the person may do this to it."""
        found: Designation = fetch(
            self.request, Designation.objects.for_list(), self.kwargs["pk"], self.action
        )
        return found

    def case(self) -> Complaint:
        """Its case."""
        return self.row.complaint

    def cancel_url(self) -> str:
        """Back to the designation."""
        return self.row.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = [
            (_("Unreasonable complaints"), reverse("complaints:designation-list")),
            (self.case().number, self.cancel_url()),
        ]
        return super().get_context_data(**{"crumbs": crumbs, **kwargs})


class DesignationDecide(DesignationPage):
    """Deciding as a second person."""

    required_right = ("approve", Designation)
    action = "approve"
    form_class = DecideForm
    title = gettext_lazy("Decide about the proposal")
    submit_label = gettext_lazy("Decide")
    success_message = gettext_lazy("Decided.")

    def perform(self, form: DecideForm) -> str:
        """Decide and go back."""
        given = form.cleaned_data
        verbs.decide_designation(self.row, agrees=given["agrees"], note=given["note"], by=self.person)
        return self.cancel_url()


class DesignationNotice(DesignationPage):
    """Noting what the complainant was told."""

    required_right = ("change", Designation)
    form_class = NoticeForm
    title = gettext_lazy("Tell the complainant")
    submit_label = gettext_lazy("Note notice")
    success_message = gettext_lazy("Noted.")

    def get_initial(self) -> dict[str, Any]:
        """A text to begin with, in the language of the customer."""
        return {"notice": notice_for(self.row)}

    def perform(self, form: NoticeForm) -> str:
        """Note it and go back."""
        given = form.cleaned_data
        verbs.note_notice(self.row, given["notice"], way=given["way"], on=given["on"], by=self.person)
        return self.cancel_url()


class DesignationObject(DesignationPage):
    """Noting an objection."""

    required_right = ("add", ConductObjection)
    action = "view"
    form_class = ObjectionForm
    title = gettext_lazy("Note objection")
    submit_label = gettext_lazy("Note objection")
    success_message = gettext_lazy("Noted. A third person reviews it.")

    def perform(self, form: ObjectionForm) -> str:
        """Note it and go back."""
        given = form.cleaned_data
        receive_objection(self.row, given["text"], on=given["on"], by=self.person)
        return self.cancel_url()


class DesignationLift(DesignationPage):
    """Ending it before its day."""

    required_right = ("approve", Designation)
    action = "approve"
    form_class = WhyForm
    title = gettext_lazy("Lift designation")
    submit_label = gettext_lazy("Lift")
    success_message = gettext_lazy("Lifted. Contacts are as always again.")

    def perform(self, form: WhyForm) -> str:
        """Lift it and go back."""
        verbs.lift_designation(self.row, note=form.cleaned_data["note"], by=self.person)
        return self.cancel_url()


class ObjectionReview(CaseFormPage):
    """Reviewing an objection as a third person."""

    required_right = ("approve", ConductObjection)
    form_class = ReviewForm
    title = gettext_lazy("Review objection")
    submit_label = gettext_lazy("Save review")
    success_message = gettext_lazy("Reviewed.")
    form_columns = 1

    @cached_property
    def objection(self) -> ConductObjection:
        """The objection."""
        rows = ConductObjection.objects.select_related("designation__complaint")
        found: ConductObjection = fetch(self.request, rows, self.kwargs["pk"], "approve")
        return found

    def case(self) -> Complaint:
        """The case of its designation."""
        return self.objection.designation.complaint

    def cancel_url(self) -> str:
        """Back to the designation."""
        return self.objection.designation.get_absolute_url()

    def perform(self, form: ReviewForm) -> str:
        """Review it and go back."""
        given = form.cleaned_data
        review_objection(self.objection, given["outcome"], note=given["note"], by=self.person)
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show what the complainant says."""
        return super().get_context_data(**{"intro": self.objection.text, **kwargs})


class DesignationAnonymise(ConfirmPage):
    """Taking out of an ended designation who it is about."""

    required_right = ("approve", Designation)
    success_message = gettext_lazy("Anonymised.")
    nav_current = NAV

    @cached_property
    def row(self) -> Designation:
        """The designation."""
        found: Designation = fetch(self.request, Designation.objects.for_list(), self.kwargs["pk"], "approve")
        return found

    def question(self) -> dict[str, Any]:
        """Ask."""
        return {
            "title": _("Anonymise designation"),
            "message": _("Names, numbers, links and evidence are taken out. This cannot be undone."),
            "consequences": [_("What was decided, when and by whom stays on record.")],
            "confirm_label": _("Anonymise"),
            "cancel_url": self.row.get_absolute_url(),
        }

    def perform(self) -> str:
        """Do it and go back."""
        verbs.anonymise_designation(self.row, by=self.person)
        return self.row.get_absolute_url()


# ---- criteria ---------------------------------------------------------------------------------------
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
