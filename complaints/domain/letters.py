"""Decision letters: drafted from a template, edited, approved by a second person, issued, handed over.

Each verb locks the case first, so that of two people one writes, and one approves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import CaseKind, ClockKind, Decision, EntryKind, Grade, Intake, State
from complaints.choices.letters import LETTER_MOVES, HandoverWay, LetterState
from complaints.domain.clocks import meet_clocks
from complaints.domain.entries import tell, write
from complaints.domain.letter_templates import edition_for
from complaints.domain.letter_values import (
    day_in_words,
    language_for,
    late_values,
    missing_word,
    recipient_of,
    values_for,
)
from complaints.letter_text import digest_of, filled, gaps_of, with_late
from complaints.models import Complaint, DecisionLetter, LetterHandover, LetterSettings
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import notify
from core.domain.numbers import take_numbers
from core.errors import Conflict, DomainError
from core.models import Organisation, User
from customers.domain.changes import ensure_fresh, ensure_known, ensure_valid, locked, write_changes

LETTER_FIELDS = ("recipient", "address", "subject", "body")
_CHANNELS = {
    HandoverWay.MAIL: Intake.EMAIL,
    HandoverWay.POST: Intake.LETTER,
    HandoverWay.HAND: Intake.COUNTER,
}


# ---- writing ----------------------------------------------------------------------------------------
@transaction.atomic
def draft_letter(
    complaint: Complaint,
    *,
    by: User,
    language: str = "",
    with_changes: bool = True,
    at: datetime | None = None,
) -> DecisionLetter:
    """Begin a letter from the template of the decision, with what is missing shown as gaps.

    Refused: a request, a complaint without a solution and a decision, and while another is being written.
    """
    case = locked(complaint)
    _ensure_decided(case)
    tongue = language or language_for(case)
    edition = edition_for(case.decision, tongue)
    values, missing = values_for(case, tongue, with_changes=with_changes), missing_word(tongue)
    return _begin(
        case,
        {
            "language": tongue,
            "template": edition,
            "recipient": recipient_of(case)[:200],
            "subject": filled(edition.subject, values, missing=missing)[:200],
            "body": filled(edition.body, values, missing=missing),
        },
        by=by,
        at=at or timezone.now(),
    )


def _ensure_decided(case: Complaint) -> None:
    decided = case.decision and case.state in (State.SOLVED, State.CLOSED)
    if case.kind != CaseKind.COMPLAINT or not decided:
        raise Conflict("not_decided", _("A letter is written when a solution is given and decided."))


def _begin(case: Complaint, values: dict[str, Any], *, by: User, at: datetime) -> DecisionLetter:
    new = DecisionLetter(
        complaint=case,
        cycle=case.cycle,
        decision=case.decision,
        needs_approval=_is_delicate(case),
        written_by=by,
        edited_by=by,
        created_by=by,
        created_at=at,
        **values,
    )
    ensure_valid(new, ("language", *LETTER_FIELDS))
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("being_written", _("Another letter of this case is being written.")) from error
    record(AuditAction.CREATED, by=by, subject=new, note=case.number)
    tell(case, "letter_drafted", at=at, by=by, language=new.language)
    return new


def _is_delicate(case: Complaint) -> bool:
    """Severe complaints and rejections are read by a second person."""
    return case.grade == Grade.SEVERE or case.decision == Decision.REJECTED


@transaction.atomic
def edit_letter(
    letter: DecisionLetter, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> DecisionLetter:
    """Change a letter that is being written; an approval falls. Refused once it is issued or discarded."""
    ensure_known(data, LETTER_FIELDS)
    stored = _locked(letter)
    ensure_fresh(stored, version)
    if not stored.is_being_written:
        raise _moved_on(stored)
    values = {name: value.replace("\r\n", "\n") for name, value in data.items()}
    if all(getattr(stored, name) == value for name, value in values.items()):
        return stored
    back = {"state": LetterState.DRAFT, "approved_by": None, "approved_at": None, "edited_by": by}
    write_changes(stored, {**values, **back}, by=by, at=timezone.now())
    return stored


@transaction.atomic
def submit_letter(letter: DecisionLetter, *, by: User, at: datetime | None = None) -> DecisionLetter:
    """Ask for approval. Refused with gaps, and for a letter that needs none."""
    moment = at or timezone.now()
    stored = _locked(letter, LetterState.SUBMITTED)
    if not _is_delicate(stored.complaint):
        raise Conflict("no_approval_needed", _("This letter needs no approval. Issue it."))
    _ensure_whole(stored)
    values = {"state": LetterState.SUBMITTED, "needs_approval": True, "review_note": ""}
    write_changes(stored, values, by=by, at=moment)
    _ask_for_approval(stored)
    return stored


def may_approve_letter(letter: DecisionLetter, user: User) -> bool:
    """Tell whether the user is a second person: with the right, neither writer nor handler."""
    return can(user, "approve", DecisionLetter) and user.pk not in _first_people(letter)


def _first_people(letter: DecisionLetter) -> set[int | None]:
    return {letter.written_by_id, letter.edited_by_id, letter.complaint.owner_id}


def _ask_for_approval(letter: DecisionLetter) -> None:
    case = letter.complaint
    people = [case.team.lead] if case.team is not None and case.team.lead is not None else []
    notify(
        [person for person in people if may_approve_letter(letter, person)],
        kind="letter_to_approve",
        title=gettext_lazy("Letter to approve: %(case)s"),
        params={"case": str(case)},
        url=letter.get_absolute_url(),
        subject=case,
        dedupe=f"letter-{letter.pk}-v{letter.version}",
    )


@transaction.atomic
def approve_letter(
    letter: DecisionLetter, *, by: User, version: int | None = None, at: datetime | None = None
) -> DecisionLetter:
    """Approve as a second person what was read. Refused: writer and handler, and a text changed since."""
    moment = at or timezone.now()
    stored = _locked(letter, LetterState.APPROVED)
    ensure_fresh(stored, version)
    if by.pk in _first_people(stored):
        raise DomainError(
            "four_eyes", _("Neither who wrote it nor the handler of the case approves a letter.")
        )
    values = {"state": LetterState.APPROVED, "approved_by": by, "approved_at": moment}
    write_changes(stored, values, by=by, at=moment)
    tell(stored.complaint, "letter_approved", at=moment, by=by)
    return stored


@transaction.atomic
def return_letter(
    letter: DecisionLetter, *, note: str, by: User, at: datetime | None = None
) -> DecisionLetter:
    """Give a letter back to who writes it, and say why. Refused without a reason."""
    moment, why = at or timezone.now(), needed(note, "note", 500)
    stored = _locked(letter, LetterState.DRAFT)
    values = {"state": LetterState.DRAFT, "approved_by": None, "approved_at": None, "review_note": why}
    write_changes(stored, values, by=by, at=moment, note=why)
    return stored


@transaction.atomic
def discard_letter(letter: DecisionLetter, *, by: User, at: datetime | None = None) -> DecisionLetter:
    """Throw away a letter that was not issued; it stays on record, and another may be written."""
    stored = _locked(letter, LetterState.DISCARDED)
    values = {"state": LetterState.DISCARDED, "replaces": None}
    write_changes(stored, values, by=by, at=at or timezone.now())
    return stored


# ---- issuing ----------------------------------------------------------------------------------------
@transaction.atomic
def issue_letter(
    letter: DecisionLetter,
    *,
    way: str,
    by: User,
    on: date | None = None,
    note: str = "",
    at: datetime | None = None,
) -> DecisionLetter:
    """Number, date and freeze the letter, note how it was handed over, and enter it as an answer.

    Refused: gaps, a missing approval, a case that was reopened or decided otherwise since.
    """
    moment = at or timezone.now()
    stored = _locked(letter, LetterState.ISSUED)
    case = stored.complaint
    _ensure_still_true(stored)
    _ensure_whole(stored)
    if _is_delicate(case) and stored.approved_by_id is None:
        raise Conflict("approval_needed", _("A second person approves this letter first."))
    write_changes(stored, _frozen(stored, by=by, at=moment), by=by, at=moment)
    _note_handover(stored, way, on or timezone.localdate(moment), note, by=by, at=moment)
    _enter_answer(stored, way, by=by, at=moment)
    return stored


def _ensure_still_true(letter: DecisionLetter) -> None:
    case = letter.complaint
    _ensure_decided(case)
    if (case.cycle, case.decision) != (letter.cycle, letter.decision):
        raise Conflict(
            "decided_anew", _("The case was decided anew since. Discard this letter and write another.")
        )


def _ensure_whole(letter: DecisionLetter) -> None:
    for name in ("body", "subject"):
        missing = gaps_of(getattr(letter, name))
        if missing:
            text = _("Still missing: %(gaps)s") % {"gaps": ", ".join(missing)}
            raise DomainError("letter_has_gaps", text, fields={name: text})
    if not letter.recipient.strip():
        text = _("Say who gets the letter.")
        raise DomainError("no_recipient", text, fields={"recipient": text})


def _frozen(letter: DecisionLetter, *, by: User, at: datetime) -> dict[str, Any]:
    """Return the values with which a letter is issued."""
    day = timezone.localtime(at)
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
        "day": day.date().isoformat(),
        "replaces": former.number if former is not None else None,
    }
    return {
        **said,
        "state": LetterState.ISSUED,
        "needs_approval": _is_delicate(letter.complaint),
        "issued_at": at,
        "issued_by": by,
        "objection_until": until,
        "digest": digest_of(sealed),
    }


def digest_now(letter: DecisionLetter) -> str:
    """Return the fingerprint of an issued letter as it is stored now: the same as when it was issued."""
    names = ("number", "subject", "body", "sender", "recipient", "address", "language", "decision")
    sealed = {name: getattr(letter, name) for name in names}
    issued = timezone.localtime(letter.issued_at).date().isoformat()
    former = letter.replaces.number if letter.replaces is not None else None
    return digest_of({**sealed, "day": issued, "replaces": former})


def replacing_words(former: DecisionLetter, language: str) -> str:
    """Return the sentence with which a corrected letter refers to the former."""
    day = timezone.localdate(former.issued_at)
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
    former = letter.replaces.number if letter.replaces is not None else ""
    tell(case, "letter_issued", at=at, by=by, number=letter.number, replaces=former)


@transaction.atomic
def correct_letter(letter: DecisionLetter, *, by: User, at: datetime | None = None) -> DecisionLetter:
    """Begin the letter that replaces an issued one, with its text. Refused where another does already."""
    former = _locked(letter)
    case = former.complaint
    _ensure_decided(case)
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
    return _begin(case, values, by=by, at=at or timezone.now())


@transaction.atomic
def hand_over(
    letter: DecisionLetter, way: str, *, on: date, by: User, note: str = "", at: datetime | None = None
) -> LetterHandover:
    """Note that an issued letter was handed over once more. Refused: before its issue, or in the future."""
    moment = at or timezone.now()
    stored = _locked(letter)
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
    issued = timezone.localdate(letter.issued_at)
    if not issued <= on <= timezone.localdate(at):
        text = _("From the day of issue until today.")
        raise DomainError("bad_day", text, fields={"on": text})
    row, _new = LetterHandover.objects.get_or_create(
        letter=letter, way=way, on=on, defaults={"note": note.strip()[:200], "by": by, "at": at}
    )
    return row


# ---- shared -----------------------------------------------------------------------------------------
def needed(text: str, field: str, most: int) -> str:
    """Return the reason without blank ends. Refuses an empty one, and one that is too long."""
    cleaned = text.strip()
    if not cleaned:
        raise DomainError("reason_needed", _("Say why."), fields={field: _("Say why.")})
    if len(cleaned) > most:
        limit = _("At most %(most)d characters.") % {"most": most}
        raise DomainError("too_long", limit, fields={field: limit})
    return cleaned


def _locked(letter: DecisionLetter, state: str = "") -> DecisionLetter:
    case = locked(letter.complaint)
    stored = locked(letter)
    stored.complaint = case
    if state and state not in LETTER_MOVES[stored.state]:
        raise _moved_on(stored)
    return stored


def _moved_on(letter: DecisionLetter) -> Conflict:
    return Conflict(
        f"letter_is_{letter.state}",
        _("This letter is “%(state)s”: that is not possible now.") % {"state": letter.get_state_display()},
    )
