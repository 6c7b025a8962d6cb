"""The page of one case: grade and why, clocks, what to say now, the log; beside it ladder and people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from complaints.choices.cases import ClockKind, ClockState, EntryKind, MetBy, State
from complaints.domain.answers import last_said
from complaints.domain.assessing import repeats_of
from complaints.domain.dispatching import dry_run
from complaints.domain.escalation import acknowledge_escalation
from complaints.domain.families import taken_in
from complaints.domain.first_contact import (
    SECONDS,
    STEPS,
    begin_first_contact,
    end_first_contact,
    finish_step,
    next_step,
    steps_done,
    within_ninety_seconds,
)
from complaints.domain.level_failures import try_again
from complaints.domain.phrases import phrases_for
from complaints.domain.presence import note_viewing, others_viewing
from complaints.forms.cases import EmotionForm, EntryForm
from complaints.models import (
    Article,
    CallBack,
    CaseLetter,
    CaseLink,
    Citation,
    Clock,
    Compensation,
    Complaint,
    DecisionLetter,
    Designation,
    Entry,
    Escalation,
    FirstContact,
    InboundMail,
    Investigation,
    PhraseCard,
    StatusAccess,
    WorkOrder,
)
from complaints.rules import can_answer
from complaints.seeded_words import in_words
from complaints.shown_clocks import Shown, show
from complaints.views.base import NAV, CaseMove, CaseVerb, case_for
from complaints.views.case_mail import acknowledgement_of, can_be_mailed, with_mails
from complaints.views.conduct import banners_of
from complaints.views.ladder import clocks_of, ladder_card
from complaints.words import line_in_words
from complaints.words.cases import excluded_in_words, reason_in_words
from complaints.words.grading import category_names, why_of
from core.access import can
from core.models import User
from core.views.base import Right, RightsMixin, render_page
from customers.views.base import fetch, user_of

ENTRIES_SHOWN = 200


class ComplaintDetail(RightsMixin, TemplateView):
    """Everything about one case."""

    required_right: ClassVar[Right] = ("view", Complaint)
    template_name = "complaints/complaint_detail.html"

    @cached_property
    def case(self) -> Complaint:
        """The case, if in reach."""
        return case_for(self.request, self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Read every part."""
        case, now = self.case, timezone.now()
        may, seen, merged = self.may(), last_said(case), taken_in(case)
        stored = clocks_of(case)
        clocks = shown_clocks(case, stored, now)
        note_viewing(case.pk, self.person)
        return super().get_context_data(
            case=case,
            may=may,
            now=now,
            clocks=clocks,
            awaits_acceptance=case.is_open and any(awaits_acceptance(one) for one in clocks),
            **ladder_card(case, self.person, stored),
            lines=with_mails(lines_of(case, merged)),
            **acknowledgement_of(case),
            seen=seen,
            entry_form=entry_form(case, seen) if may["log"] else None,
            contact=contact_card(case, may=may["change"]),
            repeats=repeats_of(case),
            set_because=in_words(case.grade_evidence.get("set", {}).get("reason", "")),
            grade_why=why_of(case.grade_evidence, category_names()),
            weighed=weighed_rows(case.dispatch_evidence.get("weighed", [])),
            work_orders=list(WorkOrder.objects.visible_to(self.person).for_list().filter(complaint=case)),
            links=links_of(case, self.person),
            merged=merged,
            viewers=others_viewing(case.pk, self.person),
            banners=banners_of(case, self.person),
            nav_current=NAV,
            **kwargs,
        )

    def may(self) -> dict[str, bool]:
        """What the person may do with this case."""
        rows = Complaint.objects.filter(pk=self.case.pk)
        changed = {
            action: can(self.person, action, Complaint) and rows.visible_to(self.person, action).exists()
            for action in ("change", "assign", "grade")
        }
        return {
            **changed,
            "log": can(self.person, "add", Entry),
            "work": changed["change"] and can(self.person, "add", WorkOrder),
            "answer": changed["change"] and can_answer(self.case),
            "link": changed["change"] and can(self.person, "add", CaseLink),
            "explain": can(self.person, "explain", User),
            "causes": self.case.is_complaint and can(self.person, "view", Investigation),
            "compensation": self.case.is_complaint and can(self.person, "view", Compensation),
            "callbacks": can(self.person, "view", CallBack),
            "knowledge": can(self.person, "view", Article),
            "phrases": can(self.person, "view", PhraseCard),
            "convert": changed["grade"] and self.case.is_open,
            "letters": self.case.is_complaint and can(self.person, "view", DecisionLetter),
            "references": self.case.is_complaint and can(self.person, "view", Citation),
            "designate": self.case.is_complaint
            and can(self.person, "add", Designation)
            and rows.acted_on_by(self.person).exists(),
            "status_page": can(self.person, "view", StatusAccess),
            "mail": changed["change"] and can(self.person, "add", CaseLetter) and can_be_mailed(self.case),
            "mails": can(self.person, "view", InboundMail),
        }


def entry_form(case: Complaint, seen: int) -> EntryForm:
    """Return the form of the box under the log, its fields drawn as the page draws them."""
    form = EntryForm(case=case, initial={"seen": seen})
    form.fields["body"].widget.attrs |= {"class": "form-control", "rows": 2}
    form.fields["channel"].widget.attrs |= {"class": "form-select w-auto"}
    if form.closing is not None:
        form.fields["despite"].widget.attrs |= {"class": "form-control"}
        form.fields["standard"].widget.attrs |= {"class": "form-check-input"}
        # The browser asks for a text only where a text is the only answer.
        form.fields["body"].widget.attrs.pop("required", None)
    return form


def shown_clocks(case: Complaint, stored: Iterable[Clock], at: datetime) -> list[Shown]:
    """Return the clocks as the strip shows them, what was called off left out."""
    rows = [one for one in stored if one.state != ClockState.CANCELLED]
    clocks = sorted(rows, key=lambda one: (one.state == ClockState.MET, one.due_at))
    latest = {(one.kind, one.name): one for one in sorted(clocks, key=lambda one: (one.cycle, one.turn))}
    is_paused = any(one.state == ClockState.PAUSED for one in clocks)
    pause = case.pauses.filter(ended_at__isnull=True).first() if is_paused else None
    since = pause.started_at if pause is not None else None
    return [show(one, at, paused_at=since) for one in clocks if latest[one.kind, one.name] is one]


def awaits_acceptance(shown: Shown) -> bool:
    """Tell whether the clock runs until the complainant is told that the complaint is accepted, or not."""
    clock = shown.clock
    return shown.is_running and clock.kind == ClockKind.STATUTORY and clock.met_by == MetBy.ACCEPTANCE


def lines_of(case: Complaint, merged: Sequence[Complaint]) -> list[dict[str, Any]]:
    """Return the log, that of the cases merged into this one included, the latest lines at the end.

    So is what was written about this one while another had taken it in.
    """
    rows = Entry.objects.about(case, merged).select_related("by", "complaint")
    found = list(rows.order_by("-at", "-id")[:ENTRIES_SHOWN])[::-1]
    marks = {
        EntryKind.INBOUND: ("m-bad", "chat"),
        EntryKind.OUTBOUND: ("m-good", "phone"),
        EntryKind.NOTE: ("", "note"),
        EntryKind.SYSTEM: ("", "bot"),
    }
    return [
        {
            "entry": entry,
            "mark": marks[EntryKind(entry.kind)][0],
            "icon": marks[EntryKind(entry.kind)][1],
            "text": line_in_words(entry.data) if entry.kind == EntryKind.SYSTEM else entry.body,
            "elsewhere": entry.complaint if entry.complaint_id != case.pk else None,
        }
        for entry in found
    ]


def weighed_rows(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return who was weighed, in words."""
    return [
        {
            "name": row["name"],
            "excluded": excluded_in_words(row["excluded"]) if row["excluded"] else "",
            "reasons": [reason_in_words(reason) for reason in row["reasons"]],
        }
        for row in evidence
    ]


def links_of(case: Complaint, user: User) -> list[dict[str, Any]]:
    """Return the cases that belong to this one, as far as the person sees them."""
    seen = Complaint.objects.visible_to(user)
    out = case.links.filter(target__in=seen).select_related("target")
    back = case.linked_from.filter(source__in=seen).select_related("source")
    rows = [{"link": one, "case": one.target, "own": True} for one in out]
    return rows + [{"link": one, "case": one.source, "own": False} for one in back]


# ---- the first ninety seconds -----------------------------------------------------------------------
def contact_card(case: Complaint, *, may: bool) -> dict[str, Any] | None:
    """Return the card of the first contact: not of service requests, and not of what has ended before it."""
    contact = case.first_contacts.filter(cycle=case.cycle).select_related("by").first()
    if not case.is_complaint or (contact is None and not (may and case.is_open)):
        return None
    now_at = next_step(contact) if contact is not None else ""
    cards: dict[str, PhraseCard] = {}
    for card in phrases_for(case):
        cards.setdefault(card.step, card)
    return {
        "contact": contact,
        "steps": [
            {
                "key": step,
                "number": place,
                "seconds": SECONDS[step],
                "words": cards[step].text(case.language) if step in cards else "",
                "hint": cards[step].hint if step in cards else "",
                "done": contact is not None and getattr(contact, f"{step}_at") is not None,
                "now": step == now_at,
            }
            for place, step in enumerate(STEPS, start=1)
        ],
        "next": now_at,
        "done": steps_done(contact) if contact is not None else 0,
        "in_time": contact is not None and within_ninety_seconds(contact),
        "form": EmotionForm(initial={"emotion": case.emotion_before}),
        "may": may and case.is_open,
    }


class FirstContactBegin(CaseVerb):
    """The ninety seconds begin."""

    required_right: ClassVar[Right] = ("add", FirstContact)
    form_class = EmotionForm

    def perform(self, form: EmotionForm) -> str:
        """Begin and go to the card."""
        begin_first_contact(self.case, emotion=form.cleaned_data["emotion"], by=self.person)
        return f"{self.case.get_absolute_url()}#first-contact"


class FirstContactEnd(CaseVerb):
    """How the complainant feels afterwards."""

    required_right: ClassVar[Right] = ("change", FirstContact)
    form_class = EmotionForm

    def perform(self, form: EmotionForm) -> str:
        """Keep it and go back."""
        rows = FirstContact.objects.filter(complaint=self.case)
        contact = fetch(self.request, rows, self.kwargs["contact"], "change")
        end_first_contact(contact, emotion=form.cleaned_data["emotion"], by=self.person)
        return self.cancel_url()


class FirstContactStep(CaseMove):
    """One step done."""

    required_right: ClassVar[Right] = ("change", FirstContact)

    def post(self, request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        """Stamp it and go back to the card."""
        case = case_for(request, pk, "change")
        row = fetch(request, FirstContact.objects.filter(complaint=case), kwargs["contact"], "change")
        finish_step(row, kwargs["step"])
        return redirect(f"{case.get_absolute_url()}#first-contact")


# ---- escalation and dispatch ------------------------------------------------------------------------
class EscalationTake(RightsMixin, TemplateView):
    """Taking up an escalation, or calling it a false alarm."""

    required_right: ClassVar[Right] = ("change", Escalation)
    http_method_names = ["post"]
    was_wrong = False

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it up and go back to the case."""
        row = fetch(request, Escalation.objects.select_related("complaint"), pk, "change")
        acknowledge_escalation(row, by=user_of(request), was_wrong=self.was_wrong)
        return redirect(row.complaint.get_absolute_url())


class EscalationRetry(RightsMixin, TemplateView):
    """A level that was set aside, tried again."""

    required_right: ClassVar[Right] = ("change", Escalation)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have it tried by the next scan and go back to the case."""
        row = fetch(request, Escalation.objects.select_related("complaint"), pk, "change")
        try_again(row, by=user_of(request))
        messages.success(request, _("It is tried again within a minute."))
        return redirect(row.complaint.get_absolute_url())


class DispatchPreview(RightsMixin, TemplateView):
    """Who would get the case now, and why."""

    required_right: ClassVar[Right] = ("view", Complaint)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Weigh everybody; nothing changes."""
        case = case_for(request, pk)
        ranking = dry_run(case, at=timezone.now())
        context = {
            "case": case,
            "best": ranking.best,
            "weighed": weighed_rows([row.as_evidence() for row in ranking.rows]),
            "nav_current": NAV,
            "is_new": case.state == State.NEW,
        }
        return render_page(request, "complaints/dispatch_preview.html", context, partial="dialog")
