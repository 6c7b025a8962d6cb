"""Proposing, deciding, telling, objecting, lifting: the forms about designations."""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.domain import conduct as verbs
from complaints.domain.conduct_forgetting import anonymise_designation
from complaints.domain.conduct_notice import notice_for
from complaints.domain.objections import receive_objection, review_objection
from complaints.forms.conduct import (
    DecideForm,
    NoticeForm,
    ObjectionForm,
    ProposalForm,
    ReviewForm,
    WhyForm,
)
from complaints.models import (
    Complaint,
    ConductObjection,
    Designation,
)
from complaints.views.base import NAV, PARTS, CaseVerb, case_for
from core.views.base import ConfirmPage, number_in
from customers.views.base import fetch


class DesignationCreate(CaseVerb):
    """Proposing one, from a case; also the renewal of a former one."""

    required_right = ("add", Designation)
    form_class = ProposalForm
    title = gettext_lazy("Propose as unreasonable")
    submit_label = gettext_lazy("Propose")
    success_message = gettext_lazy("Proposed. A second person decides; until then nothing changes.")
    form_columns = 1
    once = True

    @cached_property
    def case(self) -> Complaint:
        """The case."""
        return case_for(self.request, self.kwargs["pk"], PARTS)

    @cached_property
    def renews(self) -> Designation | None:
        """The designation that is renewed, where the address names one of this case."""
        pk = number_in(self.request.GET.get("renews", ""))
        rows = Designation.objects.visible_to(self.person, "change").for_list()
        found: Designation | None = rows.filter(pk=pk, complaint=self.case).first() if pk else None
        return found

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the case and the person."""
        return {"user": self.person, "case": self.case}

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
            self.case,
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


class DesignationPage(CaseVerb):
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

    @cached_property
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
            (self.case.number, self.cancel_url()),
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


class ObjectionReview(CaseVerb):
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

    @cached_property
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
        anonymise_designation(self.row, by=self.person)
        return self.row.get_absolute_url()
