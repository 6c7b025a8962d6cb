"""Mails to customers that were given up or came back: who is told, and who waits for an answer again."""

from __future__ import annotations

from datetime import datetime

from complaints.choices.cases import EntryKind
from complaints.choices.mail import LetterKind
from complaints.domain.answers import last_said, note_unanswered
from complaints.domain.entries import tell
from complaints.domain.telling import tell_responsible
from complaints.models import CaseLetter, Complaint, Entry
from complaints.rules import can_answer
from customers.domain.changes import locked

#: The first round of a letter; each time that somebody sends it again is another.
_FIRST_ROUND = 1


def note_undelivered(letter: CaseLetter, *, code: str, reason: str, at: datetime) -> Entry:
    """Write into the log that the letter did not arrive, and tell who answers for the case.

    Where it was an answer and none followed, the customer waits for one again. The clock that the answer
    met stays met: the answer was given, and when is kept; that it has not arrived stands in the log.
    The caller has moved the letter on, so that this happens once for each time it fails.
    """
    case: Complaint = locked(letter.complaint)
    entry = tell(case, code, at=at, reason=reason)
    later = Entry.objects.filter(complaint=case.pk, kind=EntryKind.OUTBOUND, pk__gt=letter.entry_id or 0)
    if letter.kind == LetterKind.ANSWER and can_answer(case) and not later.exists():
        note_unanswered(case, at=case.unanswered_since or at)
    tell_responsible(case, "case_mail_failed", dedupe=f"letter-{letter.pk}-{letter.rounds}-{code}")
    return entry


def note_delivered_after_all(letter: CaseLetter) -> None:
    """Let nobody wait any more for an answer that was sent again and was the last word."""
    if letter.rounds > _FIRST_ROUND and letter.entry_id and last_said(letter.complaint) == letter.entry_id:
        Complaint.objects.filter(pk=letter.complaint_id).update(unanswered_since=None)
