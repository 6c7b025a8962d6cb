"""Telling a complainant whether the complaint is accepted, as the law asks within its own time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from complaints.choices.cases import Acceptance, CaseKind, MetBy
from complaints.domain.clocks import meet_statutory
from complaints.domain.entries import tell
from complaints.domain.letter_values import language_for
from complaints.domain.mail.letters import answer_by_mail
from complaints.domain.moves import answer
from complaints.models import Complaint
from complaints.models.acceptance import MOST_REASON
from complaints.rules import ensure_open, needed
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import write_changes


@transaction.atomic
def tell_acceptance(
    complaint: Complaint,
    outcome: str,
    *,
    by: User,
    reason: str = "",
    text: str = "",
    channel: str = "",
    send_by_mail: bool = False,
    seen: int | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Keep what the complainant was told: accepted, or not and why. It meets the deadline that waits for it.

    It is kept as an answer of the log, in the words of `text`, else in a sentence of the product in the
    language of the complainant; with `send_by_mail` it leaves by e-mail. A complaint that was not accepted
    stays with its handler, who ends it. Refused: a service request, a case that has ended or is solved, the
    second time, a refusal without a reason, and when something was said after line `seen`.
    """
    moment = at or timezone.now()
    case = locked(complaint)
    ensure_open(case)
    if case.kind != CaseKind.COMPLAINT:
        raise Conflict("no_complaint", _("Only complaints are accepted or not."))
    if case.acceptance:
        raise Conflict("acceptance_told", _("The complainant was told of the acceptance already."))
    why = _reason(outcome, reason)
    body = text.strip() or words_for(case, outcome, why)
    if send_by_mail:
        answer_by_mail(case, body, by=by, at=moment, seen=seen)
    else:
        answer(case, body, by=by, channel=channel, at=moment, seen=seen)
    stored = locked(case)
    values = {"acceptance": outcome, "acceptance_at": moment, "acceptance_reason": why}
    write_changes(stored, values, by=by, at=moment, note=why[:200])
    meet_statutory(stored, MetBy.ACCEPTANCE, at=moment)
    tell(stored, f"acceptance_{outcome}", at=moment, by=by, reason=why)
    return stored


def _reason(outcome: str, reason: str) -> str:
    if outcome not in Acceptance.values:
        text = _("Say whether the complaint is accepted.")
        raise DomainError("bad_outcome", text, fields={"outcome": text})
    if outcome == Acceptance.ACCEPTED:
        return ""
    return needed(reason, "reason", MOST_REASON)


def words_for(case: Complaint, outcome: str, reason: str) -> str:
    """Return the sentence that tells it, in the language of the complainant."""
    with translation.override(language_for(case)):
        if outcome == Acceptance.ACCEPTED:
            return _("We have accepted your complaint %(number)s and are dealing with it.") % {
                "number": case.number
            }
        return _("We cannot accept your complaint %(number)s. The reason: %(reason)s") % {
            "number": case.number,
            "reason": reason,
        }
