"""Writing decision letters: beginning, editing, approving, issuing, handing over."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.domain import letter_issue as issuing
from complaints.domain import letters as verbs
from complaints.domain.letter_values import language_for
from complaints.forms.conduct import WhyForm
from complaints.forms.letters import HandoverForm, IssueForm, LetterBeginForm, LetterForm
from complaints.letter_text import LATE, PLACEHOLDERS, gaps_of
from complaints.models import Complaint, DecisionLetter, LetterHandover
from complaints.views.base import NAV, PARTS, CaseVerb, case_for
from core.access import can
from core.views.base import ConfirmPage, Right, RightsMixin, number_in
from customers.views.base import fetch


class LetterCreate(CaseVerb):
    """Beginning a letter from the template of the decision."""

    required_right = ("add", DecisionLetter)
    form_class = LetterBeginForm
    title = gettext_lazy("Write decision letter")
    submit_label = gettext_lazy("Begin letter")
    form_columns = 1
    once = True

    @cached_property
    def case(self) -> Complaint:
        """The case."""
        return case_for(self.request, self.kwargs["pk"], PARTS)

    def get_initial(self) -> dict[str, Any]:
        """The language of the customer."""
        return {"language": language_for(self.case), "with_changes": True}

    def perform(self, form: LetterBeginForm) -> str:
        """Begin it and go to its page."""
        given = form.cleaned_data
        made = verbs.draft_letter(
            self.case, by=self.person, language=given["language"], with_changes=given["with_changes"]
        )
        return made.get_absolute_url()


class LetterPage(CaseVerb):
    """What the forms about a letter share."""

    required_right: ClassVar[Right] = ("change", DecisionLetter)
    action: ClassVar[str] = "change"
    form_columns = 1

    @cached_property
    def letter(self) -> DecisionLetter:
        """The letter, if the person may do this to it."""
        found: DecisionLetter = fetch(
            self.request, DecisionLetter.objects.for_list(), self.kwargs["pk"], self.action
        )
        return found

    @cached_property
    def case(self) -> Complaint:
        """Its case."""
        return self.letter.complaint

    def cancel_url(self) -> str:
        """Back to the letter."""
        return self.letter.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = [
            (self.case.number, self.case.get_absolute_url()),
            (self.letter.number or _("Decision letter"), self.cancel_url()),
        ]
        return super().get_context_data(**{"crumbs": crumbs, **kwargs})


class LetterUpdate(LetterPage):
    """Writing it."""

    form_class = LetterForm
    template_name = "complaints/letter_form.html"
    title = gettext_lazy("Edit letter")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.letter}

    def conflict_record(self) -> DecisionLetter:
        """The letter."""
        return self.letter

    def perform(self, form: LetterForm) -> str:
        """Write it."""
        verbs.edit_letter(self.letter, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what is still missing, and what is set at issue."""
        late = [(name, PLACEHOLDERS[name]) for name in PLACEHOLDERS if name in LATE]
        gaps = gaps_of(self.letter.subject) + gaps_of(self.letter.body)
        return super().get_context_data(**{"late": late, "gaps": gaps, **kwargs})


class LetterMove(RightsMixin, View):
    """A step that asks nothing."""

    http_method_names = ["post"]
    action: ClassVar[str] = "change"
    success_message: ClassVar[Any] = ""

    def perform(self, letter: DecisionLetter) -> DecisionLetter:
        """Do it, and return the letter to show."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it and show the letter."""
        letter: DecisionLetter = fetch(request, DecisionLetter.objects.for_list(), pk, self.action)
        shown = self.perform(letter)
        messages.success(request, str(self.success_message))
        return redirect(shown.get_absolute_url())


class LetterSubmit(LetterMove):
    """Asking for approval."""

    required_right = ("change", DecisionLetter)
    success_message = gettext_lazy("Approval asked for.")

    def perform(self, letter: DecisionLetter) -> DecisionLetter:
        """Ask."""
        return verbs.submit_letter(letter, by=self.person)


class LetterApprove(LetterMove):
    """Approving as a second person the version that was shown."""

    required_right = ("approve", DecisionLetter)
    action = "approve"
    success_message = gettext_lazy("Letter approved.")

    def perform(self, letter: DecisionLetter) -> DecisionLetter:
        """Approve."""
        seen = number_in(self.request.POST.get("version", ""))
        return verbs.approve_letter(letter, by=self.person, version=seen)


class LetterCorrect(LetterMove):
    """Beginning the letter that replaces an issued one."""

    required_right = ("change", DecisionLetter)
    success_message = gettext_lazy("A letter that replaces this one was begun.")

    def perform(self, letter: DecisionLetter) -> DecisionLetter:
        """Begin it."""
        return issuing.correct_letter(letter, by=self.person)


class LetterReturn(LetterPage):
    """Giving it back, and why: by who approves, or by who writes and wants to change it."""

    required_right = ("change", DecisionLetter)
    form_class = WhyForm
    title = gettext_lazy("Give the letter back")
    submit_label = gettext_lazy("Give back")
    success_message = gettext_lazy("The letter is a draft again.")

    @property
    def action(self) -> str:  # type: ignore[override]
        """Either right will do."""
        return "approve" if can(self.person, "approve", DecisionLetter) else "change"

    def perform(self, form: WhyForm) -> str:
        """Give it back."""
        verbs.return_letter(self.letter, note=form.cleaned_data["note"], by=self.person)
        return self.cancel_url()


class LetterDiscard(ConfirmPage):
    """Throwing a letter away that was not issued."""

    required_right = ("change", DecisionLetter)
    success_message = gettext_lazy("Letter discarded.")
    nav_current = NAV

    @cached_property
    def letter(self) -> DecisionLetter:
        """The letter."""
        found: DecisionLetter = fetch(
            self.request, DecisionLetter.objects.for_list(), self.kwargs["pk"], "change"
        )
        return found

    def question(self) -> dict[str, Any]:
        """Ask."""
        return {
            "title": _("Discard letter"),
            "message": _("The letter is not issued. It stays on record, and another may be written."),
            "confirm_label": _("Discard"),
            "cancel_url": self.letter.get_absolute_url(),
        }

    def perform(self) -> str:
        """Discard it and go to the case."""
        verbs.discard_letter(self.letter, by=self.person)
        return self.letter.complaint.get_absolute_url()


class LetterIssue(LetterPage):
    """Issuing: after this nobody changes the text."""

    form_class = IssueForm
    title = gettext_lazy("Issue letter")
    submit_label = gettext_lazy("Issue letter")
    success_message = gettext_lazy("Letter issued. Its text is frozen.")

    def get_initial(self) -> dict[str, Any]:
        """Remember which text is read here."""
        return {**super().get_initial(), "version": self.letter.version}

    def perform(self, form: IssueForm) -> str:
        """Issue it."""
        issuing.issue_letter(self.letter, by=self.person, **form.cleaned_data)
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what it means."""
        intro = _("The letter gets its number and date, is entered in the log, and is never changed again.")
        return super().get_context_data(**{"intro": intro, **kwargs})


class LetterHandOver(LetterPage):
    """Noting that it was handed over once more."""

    required_right = ("add", LetterHandover)
    form_class = HandoverForm
    title = gettext_lazy("Note handing over")
    submit_label = gettext_lazy("Save")
    success_message = gettext_lazy("Noted.")

    def perform(self, form: HandoverForm) -> str:
        """Note it."""
        given = form.cleaned_data
        issuing.hand_over(self.letter, given["way"], on=given["on"], note=given["note"], by=self.person)
        return self.cancel_url()
