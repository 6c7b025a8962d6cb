"""Issuing letters: numbered, dated, frozen and entered as an answer; corrected by another, handed over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.choices.cases import ClockKind, EntryKind, Intake, MetBy
from complaints.choices.letters import HandoverWay, LetterState
from complaints.domain.clocks import meet_clocks, meet_statutory
from complaints.domain.entries import tell, write
from complaints.domain.families import taken_in
from complaints.domain.letter_values import (
    day_in_words,
    late_values,
)
from complaints.domain.letters import (
    begin_letter,
    ensure_decided,
    ensure_whole,
    locked_letter,
    needs_second,
)
from complaints.letter_text import digest_of, with_late
from complaints.models import DecisionLetter, LetterHandover, LetterSettings
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.numbers import take_numbers
from core.domain.versions import ensure_fresh
from core.errors import Conflict, DomainError
from core.models import Organisation, User
from core.zones import house_day
from customers.domain.changes import write_changes

_CHANNELS = {
    HandoverWay.MAIL: Intake.EMAIL,
    HandoverWay.POST: Intake.LETTER,
    HandoverWay.HAND: Intake.COUNTER,
}


@transaction.atomic
def issue_letter(
    letter: DecisionLetter,
    *,
    way: str,
    by: User,
    on: date | None = None,
    note: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> DecisionLetter:
    """Number, date and freeze the letter, note how it was handed over, and enter it as an answer.

    It is about the cases that its case has taken in as well, also once they are taken out again.

    Refused: gaps, a missing approval, a text that was changed since version `version` was read, a case that
    was reopened or decided otherwise since.
    """
    moment = at or timezone.now()
    stored = locked_letter(letter, LetterState.ISSUED)
    ensure_fresh(stored, version)
    _ensure_still_true(stored)
    ensure_whole(stored)
    if needs_second(stored) and stored.approved_by_id is None:
        raise Conflict("approval_needed", _("A second person approves this letter first."))
    write_changes(stored, _frozen(stored, by=by, at=moment), by=by, at=moment)
    stored.also_about.set(taken_in(stored.complaint))
    _note_handover(stored, way, on or house_day(moment), note, by=by, at=moment)
    _enter_answer(stored, way, by=by, at=moment)
    return stored


def _ensure_still_true(letter: DecisionLetter) -> None:
    case = letter.complaint
    ensure_decided(case)
    if (case.cycle, case.decision) != (letter.cycle, letter.decision):
        raise Conflict(
            "decided_anew", _("The case was decided anew since. Discard this letter and write another.")
        )


def _frozen(letter: DecisionLetter, *, by: User, at: datetime) -> dict[str, Any]:
    """Return the values with which a letter is issued."""
    day = house_day(at)
    number = f"HF-{day:%Y%m%d}-{take_numbers(f'letter-{day:%Y%m%d}')[0]:04d}"
    late, until = late_values(number, letter.language, at=at, days=LetterSettings.load().objection_days)
    former = letter.replaces
    body = with_late(letter.body, late)
    if former is not None and former.number and former.number not in body:
        body = f"{replacing_words(former, letter.language)}\n\n{body}"
    said = {
        "number": number,
        "subject": with_late(letter.subject, late)[:200],
        "body": body,
        "sender": Organisation.load().name,
    }
    sealed = {
        **said,
        "recipient": letter.recipient,
        "address": letter.address,
        "language": letter.language,
        "decision": letter.decision,
        "day": day.isoformat(),
        "replaces": former.number if former is not None else None,
    }
    return {
        **said,
        "state": LetterState.ISSUED,
        "needs_approval": needs_second(letter),
        "issued_at": at,
        "issued_by": by,
        "objection_until": until,
        "digest": digest_of(sealed),
    }


def digest_now(letter: DecisionLetter) -> str:
    """Return the fingerprint of an issued letter as it is stored now: the same as when it was issued."""
    names = ("number", "subject", "body", "sender", "recipient", "address", "language", "decision")
    sealed = {name: getattr(letter, name) for name in names}
    issued = _day_of_issue(letter).isoformat()
    former = letter.replaces.number if letter.replaces is not None else None
    return digest_of({**sealed, "day": issued, "replaces": former})


def _day_of_issue(letter: DecisionLetter) -> date:
    if letter.issued_at is None:
        raise ValueError("the letter was not issued")
    return house_day(letter.issued_at)


def replacing_words(former: DecisionLetter, language: str) -> str:
    """Return the sentence with which a corrected letter refers to the former."""
    day = _day_of_issue(former)
    with translation.override(language):
        return _("This letter replaces our letter %(number)s of %(day)s.") % {
            "number": former.number,
            "day": day_in_words(day, language),
        }


def _enter_answer(letter: DecisionLetter, way: str, *, by: User, at: datetime) -> None:
    """Keep the letter in the log as what we answered: it meets the clocks as any answer does."""
    case = letter.complaint
    channel = _CHANNELS.get(HandoverWay(way), Intake.PORTAL)
    write(case, EntryKind.OUTBOUND, f"{letter.subject}\n\n{letter.body}", by=by, at=at, channel=channel)
    meet_clocks(case, ClockKind.ACKNOWLEDGE, ClockKind.RESPOND, at=at)
    meet_statutory(case, MetBy.LETTER, at=at)
    if case.unanswered_since is not None:
        write_changes(case, {"unanswered_since": None}, by=by, at=at)
    former = letter.replaces.number if letter.replaces is not None else ""
    tell(case, "letter_issued", at=at, by=by, number=letter.number, replaces=former)


@transaction.atomic
def correct_letter(letter: DecisionLetter, *, by: User, at: datetime | None = None) -> DecisionLetter:
    """Begin the letter that replaces an issued one, with its text. Refused where another does already."""
    former = locked_letter(letter)
    case = former.complaint
    ensure_decided(case)
    if former.state != LetterState.ISSUED:
        raise Conflict("not_issued", _("Only an issued letter is replaced."))
    if DecisionLetter.objects.filter(replaces=former).exists():
        raise Conflict("replaced", _("Another letter replaces this one already."))
    words = replacing_words(former, former.language)
    values = {
        "language": former.language,
        "template": former.template,
        "recipient": former.recipient,
        "address": former.address,
        "subject": former.subject,
        "body": f"{words}\n\n{former.body}",
        "replaces": former,
    }
    return begin_letter(case, values, by=by, at=at or timezone.now())


@transaction.atomic
def hand_over(
    letter: DecisionLetter, way: str, *, on: date, by: User, note: str = "", at: datetime | None = None
) -> LetterHandover:
    """Note that an issued letter was handed over once more. Refused: before its issue, or in the future."""
    moment = at or timezone.now()
    stored = locked_letter(letter)
    if stored.state != LetterState.ISSUED:
        raise Conflict("not_issued", _("Only an issued letter is handed over."))
    row = _note_handover(stored, way, on, note, by=by, at=moment)
    record(AuditAction.CHANGED, by=by, subject=stored, changes={"way": (None, way)}, note=note[:200])
    tell(stored.complaint, "letter_handed_over", at=moment, by=by, number=stored.number, way=way)
    return row


def _note_handover(
    letter: DecisionLetter, way: str, on: date, note: str, *, by: User, at: datetime
) -> LetterHandover:
    if way not in HandoverWay.values:
        text = _("Say how it was handed over.")
        raise DomainError("bad_way", text, fields={"way": text})
    issued = _day_of_issue(letter)
    if not issued <= on <= house_day(at):
        text = _("From the day of issue until today.")
        raise DomainError("bad_day", text, fields={"on": text})
    row, _new = LetterHandover.objects.get_or_create(
        letter=letter, way=way, on=on, defaults={"note": note.strip()[:200], "by": by, "at": at}
    )
    return row
