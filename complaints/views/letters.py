"""Decision letters: the panel of a case, one letter, on paper, the list."""

from __future__ import annotations

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views import View

from complaints.choices.cases import CaseKind, State
from complaints.choices.letters import LETTER_MOVES, LetterState
from complaints.domain import letter_issue as issuing
from complaints.domain import letters as verbs
from complaints.domain.letter_values import late_values
from complaints.filters.letters import LetterFilterSet
from complaints.forms.conduct import CiteForm
from complaints.letter_text import gaps_of, pieces_of, with_late
from complaints.models import Citation, Complaint, DecisionLetter, LetterHandover, LetterSettings
from complaints.sorting.letters import LETTER_SORTS
from complaints.views.base import NAV
from complaints.views.panels import CasePanel
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.masking import note_shown, shown_value
from core.models import BrandLogo
from core.views.base import RightsMixin, render_page
from core.views.lists import ListPage
from core.views.sending import sealed
from customers.views.base import RecordFilters, fetch


def may_begin(case: Complaint) -> bool:
    """Tell whether the case is at the point where a letter is written."""
    decided = bool(case.decision) and case.state in (State.SOLVED, State.CLOSED)
    return case.kind == CaseKind.COMPLAINT and decided


def as_if_issued(letter: DecisionLetter, text: str) -> str:
    """Return a text of a letter as it would be issued now; an issued one as it is."""
    if not letter.is_being_written:
        return text
    days = LetterSettings.load().objection_days
    values, _until = late_values("HF-…", letter.language, at=timezone.now(), days=days)
    return with_late(text, values)


class LetterPanel(CasePanel):
    """The letters of a case, and those that the case which had taken it in issued about both."""

    required_right = ("view", DecisionLetter)
    template_name = "complaints/letter_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Add the letters, the latest first."""
        rows = list(DecisionLetter.objects.visible_to(self.person).for_list().about(case))
        rows.sort(key=lambda row: row.pk, reverse=True)
        free = not any(row.is_being_written for row in rows if row.complaint_id == case.pk)
        may_add = can(self.person, "add", DecisionLetter) and free and may_begin(case) and self.acts_on(case)
        return {"letters": rows, "may_add": may_add, "is_decided": may_begin(case)}


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
            "pieces": pieces_of(as_if_issued(letter, letter.body)),
            "subject_pieces": pieces_of(as_if_issued(letter, letter.subject)),
            "gaps": gaps_of(letter.subject) + gaps_of(letter.body) if letter.is_being_written else [],
            "steps": _steps(letter, self.person, may_change=may_change),
            "may_change": may_change and letter.is_being_written,
            "may_hand_over": may_change
            and letter.state == LetterState.ISSUED
            and can(self.person, "add", LetterHandover),
            "handovers": list(letter.handovers.select_related("by")),
            "is_intact": letter.state != LetterState.ISSUED or issuing.digest_now(letter) == letter.digest,
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
            "subject": as_if_issued(letter, letter.subject),
            "paragraphs": [part for part in as_if_issued(letter, letter.body).split("\n\n") if part.strip()],
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
