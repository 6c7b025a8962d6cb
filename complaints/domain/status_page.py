"""What a complainant sees of the own case and may do to it. Nothing of what we note among ourselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import MOVES, ClockKind, EntryKind, Intake, State
from complaints.choices.mail import MailReason
from complaints.domain.callback_answers import is_asked, link_token
from complaints.domain.last_word import note_waiting
from complaints.domain.mail.threads import addresses_of, followed
from complaints.domain.moves import hear, withdraw_for_complainant
from complaints.domain.telling import tell_responsible
from complaints.models import CallBack, CaseLetter, Clock, Complaint, Entry, InboundMail
from core.display import format_moment
from core.domain.versions import locked
from core.models import Attachment

LINES_SHOWN = 100
_WORDS: dict[str, Promise] = {
    State.NEW: gettext_lazy("We have it and are finding the right person for it."),
    State.WORKING: gettext_lazy("Somebody is working on it."),
    State.WAITING: gettext_lazy("We need an answer from you to go on."),
    State.SOLVED: gettext_lazy("We have given you a solution."),
    State.CLOSED: gettext_lazy("It is closed."),
    State.WITHDRAWN: gettext_lazy("It was withdrawn; nothing more is done."),
    State.MERGED: gettext_lazy("It is dealt with together with another message about the same matter."),
}


@dataclass(frozen=True)
class Promised:
    """One thing that we owe, and until when."""

    label: str
    due_at: datetime
    is_late: bool

    @property
    def words(self) -> str:
        """Until when, in the zone and language in force."""
        at = {"at": format_moment(self.due_at)}
        return (_("was due %(at)s; we are late") if self.is_late else _("by %(at)s")) % at


@dataclass(frozen=True)
class Line:
    """One thing that was said; `is_ours` tells by whom."""

    is_ours: bool
    at: datetime
    text: str


def state_in_words(case: Complaint) -> str:
    """Return how the case stands, as a complainant says it."""
    return str(_WORDS[case.state])


def due_times(case: Complaint) -> dict[str, datetime]:
    """Return until when the case is acknowledged, answered and solved, as its clocks say."""
    kinds = (ClockKind.ACKNOWLEDGE, ClockKind.RESPOND, ClockKind.UPDATE, ClockKind.SOLVE)
    rows = Clock.objects.open().filter(complaint=case, kind__in=kinds).order_by("due_at")
    found: dict[str, datetime] = {}
    for kind, due in rows.values_list("kind", "due_at"):
        found.setdefault(kind, due)
    return found


def promises_of(case: Complaint, at: datetime) -> list[Promised]:
    """Return what is still owed, the soonest first; nothing once the case is solved or has ended."""
    if not case.is_open:
        return []
    labels = {
        ClockKind.ACKNOWLEDGE: _("We confirm that somebody has it"),
        ClockKind.RESPOND: _("You have a first answer"),
        ClockKind.UPDATE: _("You hear from us again"),
        ClockKind.SOLVE: _("You have a solution"),
    }
    due = due_times(case)
    if case.state == State.WAITING:
        due.pop(ClockKind.SOLVE, None)
        due.pop(ClockKind.UPDATE, None)
    found = [Promised(labels[ClockKind(kind)], moment, moment < at) for kind, moment in due.items()]
    return sorted(found, key=lambda one: one.due_at)


def lines_for(case: Complaint) -> list[Line]:
    """Return what the complainant wrote and what was answered, the oldest first.

    Notes and system lines are ours, and so is what a colleague wrote down of a call. Of the time in which
    another case had taken this one in, what the complainant wrote by e-mail is theirs, and what was mailed to
    them, also once it is taken out; what anybody else wrote there is not.
    """
    said = Q(kind=EntryKind.OUTBOUND) | Q(kind=EntryKind.INBOUND, by__isnull=True)
    strange = _of_others(case).filter(entry__isnull=False).values("entry")
    here = Q(said, complaint=case) & ~Q(pk__in=strange)
    elsewhere = Q(pk__in=_written_elsewhere(case).values("entry")) | Q(pk__in=_mailed_elsewhere(case))
    rows = Entry.objects.filter(here | elsewhere).order_by("-at", "-id")
    found = [Line(row.kind == EntryKind.OUTBOUND, row.at, row.body) for row in rows[:LINES_SHOWN]]
    return found[::-1]


def _of_others(case: Complaint) -> QuerySet[InboundMail]:
    """Mails on the case that its complainant did not write: of colleagues, of who wrote about a merged case.

    The mail with which the case began is theirs, whatever address it came from.
    """
    theirs = Q(reason__in=[MailReason.NEW_CASE, MailReason.FOLLOWS]) | Q(sender__in=addresses_of(case))
    return InboundMail.objects.filter(complaint=case).exclude(theirs & ~Q(reason=MailReason.STAFF_NOTE))


def _written_elsewhere(case: Complaint) -> QuerySet[InboundMail]:
    """Mails that the complainant wrote about the case while another one had taken it in."""
    mails = InboundMail.objects.filter(meant_for=case, entry__isnull=False)
    return mails.filter(sender__in=addresses_of(case)).exclude(reason=MailReason.STAFF_NOTE)


def _mailed_elsewhere(case: Complaint) -> QuerySet[Any]:
    """Answers mailed about the case while another had taken it in, to an address that is its own still."""
    letters = CaseLetter.objects.filter(also_about=case, entry__isnull=False)
    theirs: QuerySet[Any] = letters.alias(address=Lower("to")).filter(address__in=addresses_of(case))
    return theirs.values("entry")


def files_from(case: Complaint) -> list[str]:
    """Return the names of the files that came from outside."""
    hidden, sent = _kept(_of_others(case)), _kept(_written_elsewhere(case))
    here = Attachment.objects.of(case).live().filter(uploaded_by__isnull=True).exclude(pk__in=hidden)
    rows = here | Attachment.objects.live().filter(pk__in=sent)
    return list(rows.order_by("uploaded_at", "pk").values_list("name", flat=True))


def _kept(mails: QuerySet[InboundMail]) -> list[Any]:
    """Return the keys of the files that came with the mails."""
    return [one["id"] for data in mails.values_list("data", flat=True) for one in data.get("files", [])]


def question_token(case: Complaint) -> str:
    """Return the token of the question whether the solution will do, where it is open; else nothing."""
    if case.state not in {State.SOLVED, State.CLOSED}:
        return ""
    asked = CallBack.objects.filter(complaint=case, cycle=case.cycle).first()
    return link_token(asked) if asked is not None and is_asked(asked, case) else ""


def may_withdraw(case: Complaint) -> bool:
    """Tell whether the case can still be taken back."""
    return State.WITHDRAWN in MOVES[case.state]


@transaction.atomic
def say(case: Complaint, body: str, *, key: str, at: datetime) -> Entry:
    """Keep what the complainant writes on the status page; the same form sent again is one line.

    What is written to a merged case is told to whoever handles the case that goes on, of several the last.
    """
    stored, name = locked(case), f"status-page:{key}"
    known: Entry | None = Entry.objects.filter(message_id=name).first()
    if known is not None:
        return known
    entry = hear(stored, body, by=None, at=at, message_id=name, channel=Intake.FORM)
    goes_on = followed(stored)
    if goes_on is not None and goes_on.pk != stored.pk:
        target = locked(goes_on)
        note_waiting(target, since=at, at=at)
        tell_responsible(target, "case_heard", dedupe=f"case-heard-{entry.pk}-merged")
    return entry


@transaction.atomic
def take_back(case: Complaint, *, reason: str, at: datetime) -> Complaint:
    """Withdraw the case for its complainant, and tell its handler. Refused once it has ended."""
    ended = withdraw_for_complainant(case, reason=reason, at=at)
    tell_responsible(ended, "case_withdrawn", dedupe=f"case-withdrawn-{ended.pk}-v{ended.version}")
    return ended
