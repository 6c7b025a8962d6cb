"""Decision letters: drafted from a template, edited, approved by a second person, issued, handed over.

Each verb locks the case first, so that of two people one writes, and one approves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.choices.cases import CaseKind, Decision, State
from complaints.choices.letters import LETTER_MOVES, LetterState
from complaints.domain.conduct import handlers_of
from complaints.domain.entries import tell
from complaints.domain.letter_templates import edition_for
from complaints.domain.letter_values import (
    language_for,
    missing_word,
    recipient_of,
    values_for,
)
from complaints.domain.telling import ask_to_decide
from complaints.letter_text import filled, gaps_of
from complaints.models import Complaint, DecisionLetter
from complaints.rules import needed
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid, write_changes

LETTER_FIELDS = ("recipient", "address", "subject", "body")


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
    ensure_decided(case)
    tongue = language or language_for(case)
    edition = edition_for(case.decision, tongue)
    values, missing = values_for(case, tongue, with_changes=with_changes), missing_word(tongue)
    return begin_letter(
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


def ensure_decided(case: Complaint) -> None:
    """Refuse a request, and a complaint without a solution and a decision."""
    decided = case.decision and case.state in (State.SOLVED, State.CLOSED)
    if case.kind != CaseKind.COMPLAINT or not decided:
        raise Conflict("not_decided", _("A letter is written when a solution is given and decided."))


def begin_letter(case: Complaint, values: dict[str, Any], *, by: User, at: datetime) -> DecisionLetter:
    """Write the first version in the caller's transaction. Refused while another is being written."""
    new = DecisionLetter(
        complaint=case,
        cycle=case.cycle,
        decision=case.decision,
        needs_approval=is_delicate(case),
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
    new.editors.add(by)
    record(AuditAction.CREATED, by=by, subject=new, note=case.number)
    tell(case, "letter_drafted", at=at, by=by, language=new.language)
    return new


def is_delicate(case: Complaint) -> bool:
    """Tell whether a second person reads the letter: rejections, and whatever was ever graded severe."""
    return case.was_severe or case.decision == Decision.REJECTED


def needs_second(letter: DecisionLetter) -> bool:
    """Tell whether a second person reads this letter: one that needed it once goes on needing it."""
    return letter.needs_approval or is_delicate(letter.complaint)


@transaction.atomic
def edit_letter(
    letter: DecisionLetter, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> DecisionLetter:
    """Change a letter that is being written; an approval falls. Refused once it is issued or discarded."""
    ensure_known(data, LETTER_FIELDS)
    stored = locked_letter(letter)
    ensure_fresh(stored, version)
    if not stored.is_being_written:
        raise moved_on(stored)
    values = {name: value.replace("\r\n", "\n") for name, value in data.items()}
    if all(getattr(stored, name) == value for name, value in values.items()):
        return stored
    back = {"state": LetterState.DRAFT, "approved_by": None, "approved_at": None, "edited_by": by}
    write_changes(stored, {**values, **back}, by=by, at=timezone.now())
    stored.editors.add(by)
    return stored


@transaction.atomic
def submit_letter(letter: DecisionLetter, *, by: User, at: datetime | None = None) -> DecisionLetter:
    """Ask for approval. Refused with gaps, and for a letter that needs none."""
    moment = at or timezone.now()
    stored = locked_letter(letter, LetterState.SUBMITTED)
    if not needs_second(stored):
        raise Conflict("no_approval_needed", _("This letter needs no approval. Issue it."))
    ensure_whole(stored)
    values = {"state": LetterState.SUBMITTED, "needs_approval": True, "review_note": ""}
    write_changes(stored, values, by=by, at=moment)
    _ask_for_approval(stored, at=moment)
    return stored


def may_approve_letter(letter: DecisionLetter, user: User) -> bool:
    """Tell whether the user is a second person: with the right, never writer, editor or handler."""
    return can(user, "approve", DecisionLetter) and user.pk not in _first_people(letter)


def _first_people(letter: DecisionLetter) -> set[int | None]:
    editors = letter.editors.values_list("pk", flat=True)
    return {letter.written_by_id, letter.edited_by_id, *editors, *handlers_of(letter.complaint)}


def _ask_for_approval(letter: DecisionLetter, *, at: datetime) -> None:
    ask_to_decide(
        letter.complaint,
        "letter_to_approve",
        gettext_lazy("Letter to approve: %(case)s"),
        fits=lambda person: may_approve_letter(letter, person),
        at=at,
        url=letter.get_absolute_url(),
        dedupe=f"letter-{letter.pk}-v{letter.version}",
    )


@transaction.atomic
def approve_letter(
    letter: DecisionLetter, *, by: User, version: int | None = None, at: datetime | None = None
) -> DecisionLetter:
    """Approve as a second person what was read.

    Refused: to whoever wrote on it or ever handled the case, and a text changed since.
    """
    moment = at or timezone.now()
    stored = locked_letter(letter, LetterState.APPROVED)
    ensure_fresh(stored, version)
    if by.pk in _first_people(stored):
        raise DomainError(
            "four_eyes",
            _("Neither who wrote on it nor who handled the case, now or before, approves a letter."),
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
    stored = locked_letter(letter, LetterState.DRAFT)
    values = {"state": LetterState.DRAFT, "approved_by": None, "approved_at": None, "review_note": why}
    write_changes(stored, values, by=by, at=moment, note=why)
    return stored


@transaction.atomic
def discard_letter(letter: DecisionLetter, *, by: User, at: datetime | None = None) -> DecisionLetter:
    """Throw away a letter that was not issued; it stays on record, and another may be written."""
    stored = locked_letter(letter, LetterState.DISCARDED)
    values = {"state": LetterState.DISCARDED, "replaces": None}
    write_changes(stored, values, by=by, at=at or timezone.now())
    return stored


def locked_letter(letter: DecisionLetter, state: str = "") -> DecisionLetter:
    """Return the letter and its case, both locked. Refuses a step that its state does not allow."""
    case = locked(letter.complaint)
    stored = locked(letter)
    stored.complaint = case
    if state and state not in LETTER_MOVES[stored.state]:
        raise moved_on(stored)
    return stored


def moved_on(letter: DecisionLetter) -> Conflict:
    """Return the refusal of a step that the state does not allow."""
    return Conflict(
        f"letter_is_{letter.state}",
        _("This letter is “%(state)s”: that is not possible now.") % {"state": letter.get_state_display()},
    )


def ensure_whole(letter: DecisionLetter) -> None:
    """Refuse gaps, and a letter for nobody."""
    for name in ("body", "subject"):
        missing = gaps_of(getattr(letter, name))
        if missing:
            text = _("Still missing: %(gaps)s") % {"gaps": ", ".join(missing)}
            raise DomainError("letter_has_gaps", text, fields={name: text})
    if not letter.recipient.strip():
        text = _("Say who gets the letter.")
        raise DomainError("no_recipient", text, fields={"recipient": text})
