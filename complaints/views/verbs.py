"""The life of a case on pages: taken, assigned, answered, waiting, solved, closed, reopened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import EntryKind
from complaints.domain import merging, moves, reopening
from complaints.domain.assessing import regrade, set_priority
from complaints.domain.entries import add_note
from complaints.domain.mail.letters import answer_by_mail
from complaints.forms.cases import (
    AssignForm,
    EntryForm,
    LinkForm,
    MergeForm,
    PriorityForm,
    ReasonForm,
    RegradeForm,
    SolveForm,
)
from complaints.models import CaseLetter, CaseLink, Complaint, Entry
from complaints.views.base import NAV, CaseMove, CaseVerb, case_for
from complaints.views.meanwhile import MeanwhileMixin
from complaints.views.suggestions import SuggestingMixin
from core.access import require
from core.models import User
from core.views.base import ConfirmPage, Right
from customers.views.base import fetch


class CaseTake(CaseMove):
    """Taking a case that nobody has."""

    success_message = gettext_lazy("This case is yours now.")

    def verb(self) -> Callable[..., Any]:
        """Take it."""
        return moves.take


class CaseAcknowledge(CaseMove):
    """Noting that the customer knows that we have it."""

    success_message = gettext_lazy("Acknowledged.")

    def verb(self) -> Callable[..., Any]:
        """Note it."""
        return moves.acknowledge


class CaseGoOn(CaseMove):
    """Going on with a case that waited."""

    success_message = gettext_lazy("The clocks run again.")

    def verb(self) -> Callable[..., Any]:
        """Go on."""
        return moves.go_on


class CaseUnmerge(CaseMove):
    """Taking a merged case out again."""

    success_message = gettext_lazy("The case stands by itself again.")

    def verb(self) -> Callable[..., Any]:
        """Take it out."""
        return merging.unmerge


class CaseAssign(CaseVerb):
    """Handing a case to somebody."""

    required_right: ClassVar[Right] = ("assign", Complaint)
    action = "assign"
    form_class = AssignForm
    title = gettext_lazy("Assign case")
    submit_label = gettext_lazy("Assign")
    success_message = gettext_lazy("Assigned.")

    def perform(self, form: AssignForm) -> str:
        """Hand it over and go back."""
        data = form.cleaned_data
        moves.assign(self.case, data["owner"], by=self.person, note=data["note"])
        return self.cancel_url()


class WithReason(CaseVerb):
    """A verb that needs a reason."""

    form_class = ReasonForm
    verb: ClassVar[Callable[..., Any]]

    def perform(self, form: ReasonForm) -> str:
        """Do it and go back."""
        type(self).verb(self.case, reason=form.cleaned_data["reason"], by=self.person)
        return self.cancel_url()


class CaseWait(WithReason):
    """Waiting for the customer."""

    title = gettext_lazy("Wait for the customer")
    submit_label = gettext_lazy("Stop the clocks")
    success_message = gettext_lazy("The clocks that wait with the customer stand still.")
    verb = moves.wait_for_customer


class CaseWithdraw(WithReason):
    """Taken back by the customer."""

    title = gettext_lazy("Withdraw case")
    submit_label = gettext_lazy("Withdraw")
    success_message = gettext_lazy("Withdrawn.")
    verb = moves.withdraw


class CaseReopen(WithReason):
    """Taken up again."""

    title = gettext_lazy("Reopen case")
    submit_label = gettext_lazy("Reopen")
    verb = reopening.reopen

    def perform(self, form: ReasonForm) -> str:
        """Take it up, and say which clocks run now."""
        is_new_cycle = self.case.solved_at is not None
        back = super().perform(form)
        text = _("Reopened: a new response is due.") if is_new_cycle else _("Reopened: its clocks go on.")
        messages.success(self.request, text)
        return back


class CaseSolve(MeanwhileMixin, SuggestingMixin, CaseVerb):
    """The solution."""

    answer_field = "solution"
    form_class = SolveForm
    title = gettext_lazy("Give the solution")
    submit_label = gettext_lazy("Give solution")
    success_message = gettext_lazy("Solution given.")
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Tell the form whether a decision is asked for."""
        return {"kind": self.case.kind}

    def perform(self, form: SolveForm) -> str:
        """Give it and go back."""
        data = form.cleaned_data
        moves.solve(
            self.case,
            data["solution"],
            decision=data.get("decision", ""),
            by=self.person,
            seen=data.get("seen"),
        )
        return self.cancel_url()


class CaseClose(ConfirmPage):
    """The end of a case."""

    required_right: ClassVar[Right] = ("change", Complaint)
    nav_current = NAV
    success_message = gettext_lazy("Closed.")

    @property
    def case(self) -> Complaint:
        """The case, if the person may change it."""
        return case_for(self.request, self.kwargs["pk"], "change")

    def question(self) -> dict[str, Any]:
        """Ask."""
        case = self.case
        return {
            "title": _("Close case"),
            "message": _("Close %(case)s? The customer has the solution.") % {"case": case.number},
            "confirm_label": _("Close case"),
            "cancel_url": case.get_absolute_url(),
            "danger": False,
        }

    def perform(self) -> str:
        """Close it."""
        case = self.case
        moves.close(case, by=self.person)
        return case.get_absolute_url()


class EntryCreate(MeanwhileMixin, CaseVerb):
    """A line of the log: a note, an answer, or what the customer said."""

    required_right: ClassVar[Right] = ("add", Entry)
    action = "view"
    form_class = EntryForm
    title = gettext_lazy("Add to the log")
    submit_label = gettext_lazy("Save line")
    once = True

    def form_arguments(self) -> dict[str, Any]:
        """Colleagues are mentioned among those who see the case."""
        return {"case": self.case}

    def perform(self, form: EntryForm) -> str:
        """Keep it and go back to the log."""
        data = form.cleaned_data
        if data["kind"] == EntryKind.NOTE:
            add_note(self.case, data["body"], by=self.person, at=timezone.now())
            messages.success(self.request, _("Note saved."))
        elif data["kind"] == EntryKind.OUTBOUND:
            case = case_for(self.request, self.case.pk, "change")
            said = {"seen": data.get("seen"), "despite": data.get("despite", "")}
            if data["send_by_mail"]:
                require(self.person, "add", CaseLetter)
                answer_by_mail(case, data["body"], by=self.person, **said)
                messages.success(self.request, _("Answer saved; the e-mail is on its way."))
            else:
                moves.answer(case, data["body"], by=self.person, channel=data["channel"], **said)
                messages.success(self.request, _("Answer saved."))
        else:
            case = case_for(self.request, self.case.pk, "change")
            moves.hear(case, data["body"], by=self.person, channel=data["channel"])
            messages.success(self.request, _("Saved what the customer said."))
        return f"{self.case.get_absolute_url()}#log"


class CaseRegrade(CaseVerb):
    """Another grade."""

    required_right: ClassVar[Right] = ("grade", Complaint)
    action = "grade"
    form_class = RegradeForm
    title = gettext_lazy("Change grade")
    submit_label = gettext_lazy("Change grade")
    success_message = gettext_lazy("Grade changed; the clocks follow it.")

    def get_initial(self) -> dict[str, Any]:
        """Begin with the grade that the page proposes, or the one it has."""
        return {"grade": self.request.GET.get("grade") or self.case.grade}

    def perform(self, form: RegradeForm) -> str:
        """Change it and go back."""
        data = form.cleaned_data
        regrade(self.case, data["grade"], reason=data["reason"], by=self.person)
        return self.cancel_url()


class CasePriority(CaseVerb):
    """How soon."""

    form_class = PriorityForm
    title = gettext_lazy("Set priority")
    submit_label = gettext_lazy("Set priority")
    success_message = gettext_lazy("Priority set.")

    def get_initial(self) -> dict[str, Any]:
        """Begin with what it has."""
        return {"priority": self.case.priority}

    def perform(self, form: PriorityForm) -> str:
        """Set it and go back."""
        set_priority(self.case, form.cleaned_data["priority"], by=self.person)
        return self.cancel_url()


class CaseMerge(CaseVerb):
    """The same matter as another case."""

    form_class = MergeForm
    title = gettext_lazy("Merge into another case")
    submit_label = gettext_lazy("Merge")
    success_message = gettext_lazy("Merged. It can be taken out again.")

    def get_initial(self) -> dict[str, Any]:
        """Begin with the case that the page names."""
        return {"into": self.request.GET.get("into", "")[:60]}

    def form_arguments(self) -> dict[str, Any]:
        """Cases are looked for in the person's reach."""
        return {"user": self.person}

    def perform(self, form: MergeForm) -> str:
        """Merge it and go to the case that goes on."""
        into = case_for(self.request, form.cleaned_data["into"].pk, "change")
        merging.merge(self.case, into, by=self.person)
        return into.get_absolute_url()


class CaseLinkCreate(CaseVerb):
    """Two cases that belong together."""

    required_right: ClassVar[Right] = ("add", CaseLink)
    form_class = LinkForm
    title = gettext_lazy("Link a case")
    submit_label = gettext_lazy("Link")
    success_message = gettext_lazy("Linked.")

    def get_initial(self) -> dict[str, Any]:
        """Begin with the case that the page names."""
        return {"target": self.request.GET.get("target", "")[:60]}

    def form_arguments(self) -> dict[str, Any]:
        """Cases are looked for in the person's reach."""
        return {"user": self.person}

    def perform(self, form: LinkForm) -> str:
        """Link them and go back."""
        merging.link_cases(self.case, form.cleaned_data["target"], form.cleaned_data["kind"], by=self.person)
        return self.cancel_url()


class CaseLinkDelete(CaseMove):
    """A link taken away."""

    required_right: ClassVar[Right] = ("delete", CaseLink)
    success_message = gettext_lazy("Link taken away.")

    def perform(self, case: Complaint, by: User) -> None:
        """Take it away."""
        rows = CaseLink.objects.select_related("source", "target").filter(source=case)
        link = fetch(self.request, rows, self.kwargs["link"], "delete")
        merging.unlink_cases(link, by=by)
