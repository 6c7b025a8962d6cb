"""Matters that are answered for good: what an answer needs then, what stops by itself, and what comes back.

A designation says so for one matter and for a time. Nothing of it is asked when something is received: what
the complainant writes is kept and told as always.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from complaints.choices.cases import ClockKind, ClockState, EntryKind
from complaints.domain.answers import note_unanswered
from complaints.domain.clocks import NO_ANSWER, end_clocks, note_called_off, start_update_clock
from complaints.domain.entries import tell
from complaints.domain.letter_values import language_for
from complaints.models import Clock, ClockChange, Complaint, Designation, Entry
from complaints.rules import needed
from core.errors import Conflict
from core.zones import house_day


def answered_for_good(case: Complaint, *, at: datetime) -> Designation | None:
    """Return the designation by which the matter is not answered any more at the moment, if one holds."""
    rows = Designation.objects.closing(case, house_day(at))
    found: Designation | None = rows.order_by("-expires_on").first()
    return found


def standard_sentence(case: Complaint) -> str:
    """Return what may be answered without a reason, in the language of the customer."""
    with translation.override(language_for(case)):
        return _(
            "We have answered this matter for good. We keep what you wrote and read it for new facts."
            " You may complain about anything new at any time."
        )


def ensure_wanted(case: Complaint, text: str, despite: str, *, at: datetime) -> str:
    """Return why a matter that is answered for good is answered all the same; empty where it needs no reason.

    The standard sentence needs none. Refused without a reason for anything else.
    """
    if answered_for_good(case, at=at) is None or text == standard_sentence(case):
        return ""
    if not despite.strip():
        told = _("This matter is answered for good. Say why you answer all the same, or send the sentence.")
        raise Conflict("answered_for_good", told, fields={"despite": told})
    return needed(despite, "despite", 300)


def note_waiting(stored: Complaint, *, since: datetime, at: datetime) -> None:
    """Mark that the customer of a locked case waits for an answer since then; who waits longer, still does.

    Nobody waits for an answer about a case that has ended, or to a matter that is answered for good.
    """
    if stored.has_ended or stored.unanswered_since is not None:
        return
    if answered_for_good(stored, at=at) is None:
        note_unanswered(stored, at=since)


def settle_updates(case: Complaint, *, at: datetime) -> int:
    """Call off the promised updates of a locked case that is answered for good; return how many."""
    if answered_for_good(case, at=at) is None:
        return 0
    clocks = list(Clock.objects.open().filter(complaint=case, kind=ClockKind.UPDATE))
    note_called_off(clocks, at=at, reason=NO_ANSWER)
    count = end_clocks(case, Q(pk__in=[clock.pk for clock in clocks]), state=ClockState.CANCELLED)
    if case.unanswered_since is not None:
        note_unanswered(case, at=None)
    if count:
        tell(case, "updates_settled", at=at)
    return count


def answer_again(case: Complaint, *, at: datetime) -> None:
    """Let everything come back that was settled, once nothing says any more that the matter is answered.

    The next update is promised anew from now on, where one was called off; and a customer whose word is the
    last waits for an answer again, since when it was said. Twice changes nothing.
    """
    if answered_for_good(case, at=at) is not None:
        return
    settled = ClockChange.objects.filter(clock__complaint=case, reason=NO_ANSWER)
    runs = Clock.objects.open().filter(complaint=case, kind=ClockKind.UPDATE)
    is_owed = case.is_open and settled.filter(clock__cycle=case.cycle).exists() and not runs.exists()
    if is_owed and start_update_clock(case, at=at) is not None:
        tell(case, "updates_back", at=at)
    last = Entry.objects.filter(complaint=case).said().order_by("-id").first()
    waits = last is not None and last.kind == EntryKind.INBOUND and last.by_id is None
    if last is not None and waits:
        note_waiting(case, since=last.at, at=at)
