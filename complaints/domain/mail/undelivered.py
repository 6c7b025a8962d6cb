"""Mails to customers that were given up or came back: who is told, and who waits for an answer again."""

from __future__ import annotations

from datetime import datetime

from complaints.choices.cases import EntryKind
from complaints.choices.mail import LetterKind
from complaints.domain.answers import last_said, note_unanswered
from complaints.domain.entries import tell
from complaints.domain.last_word import note_waiting
from complaints.domain.mail.threads import locked_thread
from complaints.domain.telling import tell_responsible
from complaints.models import CaseLetter, Entry
from complaints.rules import can_answer

#: The first round of a letter; each time that somebody sends it again is another.
_FIRST_ROUND = 1


def note_undelivered(letter: CaseLetter, *, code: str, reason: str, at: datetime) -> Entry:
    """Write into the log that the letter did not arrive, and tell who answers for the case.

    Where it was an answer and none followed, the customer waits for one again; of a case that was merged
    since, that is told and marked where the matter goes on. The clock that the answer met stays met: the
    answer was given, and when is kept; that it has not arrived stands in the log.
    The caller has moved the letter on, so that this happens once for each time it fails.
    """
    case, goes_on = locked_thread(letter.complaint)
    entry = tell(case, code, at=at, reason=reason)
    said = Entry.objects.filter(complaint__in=[case.pk, goes_on.pk], kind=EntryKind.OUTBOUND)
    later = said.filter(pk__gt=letter.entry_id or 0)
    if letter.kind == LetterKind.ANSWER and can_answer(goes_on) and not later.exists():
        note_waiting(goes_on, since=at, at=at)
    tell_responsible(goes_on, "case_mail_failed", dedupe=f"letter-{letter.pk}-{letter.rounds}-{code}")
    return entry


def note_delivered_after_all(letter: CaseLetter) -> None:
    """Let nobody wait any more for an answer that was sent again and was the last word."""
    if letter.rounds == _FIRST_ROUND or not letter.entry_id:
        return
    case, goes_on = locked_thread(letter.complaint)
    if max(last_said(case), last_said(goes_on)) == letter.entry_id:
        note_unanswered(goes_on, at=None)
