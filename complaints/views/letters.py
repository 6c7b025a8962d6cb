"""Decision letters: the panel of a case, one letter, writing, approving, issuing, printing, the list."""

from __future__ import annotations

import base64
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.cases import CaseKind, State
from complaints.choices.letters import LETTER_MOVES, LetterState
from complaints.domain import letters as verbs
from complaints.domain.letter_values import language_for
from complaints.filters.letters import LetterFilterSet
from complaints.forms.conduct import CiteForm, WhyForm
from complaints.forms.letters import HandoverForm, LetterBeginForm, LetterForm
from complaints.letter_text import LATE, PLACEHOLDERS, gaps_of, pieces_of
from complaints.models import Citation, Complaint, DecisionLetter, LetterHandover
from complaints.sorting.letters import LETTER_SORTS
from complaints.views.base import case_for
from complaints.views.panels import NAV, CaseFormPage, CasePanel
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.masking import note_shown, shown_value
from core.models import BrandLogo
from core.views.base import ConfirmPage, Right, RightsMixin, number_in, render_page
from core.views.lists import ListPage
from core.views.sending import sealed
from customers.views.base import RecordFilters, fetch


def may_begin(case: Complaint) -> bool:
    """Tell whether the case is at the point where a letter is written."""
    decided = bool(case.decision) and case.state in (State.SOLVED, State.CLOSED)
    return case.kind == CaseKind.COMPLAINT and decided


class LetterPanel(CasePanel):
    """The letters of a case."""

    required_right = ("view", DecisionLetter)
    template_name = "complaints/letter_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Add the letters, the latest first."""
        rows = list(DecisionLetter.objects.visible_to(self.person).for_list().filter(complaint=case))
        rows.sort(key=lambda row: row.pk, reverse=True)
        free = not any(row.is_being_written for row in rows)
        may_add = can(self.person, "add", DecisionLetter) and free and may_begin(case)
        return {"letters": rows, "may_add": may_add, "is_decided": may_begin(case)}


class LetterCreate(CaseFormPage):
    """Beginning a letter from the template of the decision."""

    required_right = ("add", DecisionLetter)
    form_class = LetterBeginForm
    title = gettext_lazy("Write decision letter")
    submit_label = gettext_lazy("Begin letter")
    form_columns = 1
    once = True

    @cached_property
    def _case(self) -> Complaint:
        return case_for(self.request, self.kwargs["pk"])

    def case(self) -> Complaint:
        """The case."""
        return self._case

    def get_initial(self) -> dict[str, Any]:
        """The language of the customer."""
        return {"language": language_for(self._case), "with_changes": True}

    def perform(self, form: LetterBeginForm) -> str:
        """Begin it and go to its page."""
        given = form.cleaned_data
        made = verbs.draft_letter(
            self._case, by=self.person, language=given["language"], with_changes=given["with_changes"]
        )
        return made.get_absolute_url()


class LetterDetail(RightsMixin, View):
    """One letter: its text with what is missing marked, where it stands, what may come next."""

    required_right = ("view", DecisionLetter)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        letter: DecisionLetter = fetch(request, DecisionLetter.objects.for_list(), pk)
        case = letter.complaint
        may_change = self._holds("change", letter)
        context = {
            "letter": letter,
            "case": case,
            "pieces": pieces_of(letter.body),
            "subject_pieces": pieces_of(letter.subject),
            "gaps": gaps_of(letter.subject) + gaps_of(letter.body) if letter.is_being_written else [],
            "steps": _steps(letter, self.person, may_change=may_change),
            "may_change": may_change and letter.is_being_written,
            "may_hand_over": letter.state == LetterState.ISSUED and can(self.person, "add", LetterHandover),
            "handovers": list(letter.handovers.select_related("by")),
            "is_intact": letter.state != LetterState.ISSUED or verbs.digest_now(letter) == letter.digest,
            "citations": list(Citation.objects.for_screen().filter(letter=letter)),
            "cite_form": CiteForm(case=case)
            if may_change and letter.is_being_written and can(self.person, "add", Citation)
            else None,
            "cite_url": reverse("complaints:citation-letter", args=[letter.pk]),
            "replacement": getattr(letter, "replaced_by", None),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/letter_detail.html", context)

    def _holds(self, action: str, letter: DecisionLetter) -> bool:
        rows = DecisionLetter.objects.visible_to(self.person, action)
        return can(self.person, action, DecisionLetter) and rows.filter(pk=letter.pk).exists()


def _steps(letter: DecisionLetter, user: Any, *, may_change: bool) -> dict[str, bool]:
    """Return which buttons the page offers; the verbs decide again."""
    allowed = LETTER_MOVES[letter.state]
    to_read = letter.needs_approval and letter.state == LetterState.DRAFT
    second = letter.state == LetterState.SUBMITTED and verbs.may_approve_letter(letter, user)
    correctable = letter.state == LetterState.ISSUED and getattr(letter, "replaced_by", None) is None
    return {
        "submit": may_change and to_read,
        "approve": second,
        "give_back": second or (may_change and letter.state == LetterState.APPROVED),
        "issue": may_change and LetterState.ISSUED in allowed and not to_read,
        "discard": may_change and LetterState.DISCARDED in allowed,
        "correct": may_change and correctable and may_begin(letter.complaint),
    }


class LetterPage(CaseFormPage):
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

    def case(self) -> Complaint:
        """Its case."""
        return self.letter.complaint

    def cancel_url(self) -> str:
        """Back to the letter."""
        return self.letter.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        crumbs = [
            (self.case().number, self.case().get_absolute_url()),
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
        return verbs.correct_letter(letter, by=self.person)


class LetterReturn(LetterPage):
    """Giving it back, and why: by who approves, or by who writes and wants to change it."""

    required_right = ("view", DecisionLetter)
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

    form_class = HandoverForm
    title = gettext_lazy("Issue letter")
    submit_label = gettext_lazy("Issue letter")
    success_message = gettext_lazy("Letter issued. Its text is frozen.")

    def perform(self, form: HandoverForm) -> str:
        """Issue it."""
        verbs.issue_letter(self.letter, by=self.person, **form.cleaned_data)
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what it means."""
        intro = _("The letter gets its number and date, is entered in the log, and is never changed again.")
        return super().get_context_data(**{"intro": intro, **kwargs})


class LetterHandOver(LetterPage):
    """Noting that it was handed over once more."""

    required_right = ("add", LetterHandover)
    action = "view"
    form_class = HandoverForm
    title = gettext_lazy("Note handing over")
    submit_label = gettext_lazy("Save")
    success_message = gettext_lazy("Noted.")

    def perform(self, form: HandoverForm) -> str:
        """Note it."""
        given = form.cleaned_data
        verbs.hand_over(self.letter, given["way"], on=given["on"], note=given["note"], by=self.person)
        return self.cancel_url()


class LetterPrint(RightsMixin, View):
    """The letter on paper, with the head of the house."""

    required_right = ("view", DecisionLetter)
    template_name = "complaints/letter_print.html"

    def context(self, request: HttpRequest, pk: int) -> dict[str, Any]:
        """Return what the paper shows; the address only as the reader may see it."""
        letter: DecisionLetter = fetch(request, DecisionLetter.objects.for_list(), pk)
        address = shown_value(self.person, letter, "address")
        if address.clear and address.text:
            note_shown(request, letter)
        return {
            "letter": letter,
            "address": address.text or "",
            "paragraphs": [part for part in letter.body.split("\n\n") if part.strip()],
            "is_issued": letter.state == LetterState.ISSUED,
            "replacement": letter.replaced_by if letter.is_replaced else None,
            "html_language": {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(letter.language, "en"),
        }

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        return render(request, self.template_name, self.context(request, pk))


class LetterDownload(LetterPrint):
    """An issued letter as one file that needs nothing else; each download is on record."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it."""
        context = self.context(request, pk)
        letter = context["letter"]
        logo = BrandLogo.objects.first()
        picture = base64.b64encode(bytes(logo.picture)).decode() if logo is not None else ""
        page = render_to_string("complaints/letter_file.html", {**context, "picture": picture}, request)
        record(AuditAction.EXPORTED, by=self.person, subject=letter, note=letter.number or "")
        response = HttpResponse(page, content_type="text/html; charset=utf-8")
        name = f"{letter.number or letter.complaint.number}.html"
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        sealed(response)
        return response


class LetterList(RecordFilters, ListPage):
    """All letters in reach."""

    model = DecisionLetter
    filterset_class = LetterFilterSet
    template_name = "complaints/letter_list.html"
    sort_keys = LETTER_SORTS
    default_sort = "-made"
    export_key = "complaints.decisionletter"
    nav_current = NAV
    by_link = ("complaint", "customer", "person")

    def extra_context(self) -> dict[str, Any]:
        """How many wait for a second person."""
        rows = DecisionLetter.objects.visible_to(self.person, "approve").awaiting_approval()
        return {"waiting": rows.count()}
