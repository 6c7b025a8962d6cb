"""What may be done with cases, whoever asks. Rights of people are in `rights/`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.choices.cases import MOVES, State
from complaints.models import Complaint, LikelyComplainer
from core.access import holds
from core.errors import Conflict, DomainError
from core.models import User
from customers.models import Task


def can_move(case: Complaint, state: str) -> bool:
    """Tell whether the case may go to `state`."""
    return state in MOVES[case.state]


def can_handle(user: User) -> bool:
    """Tell whether cases may be given to the user: a person who can sign in."""
    return user.is_active and not user.is_service


def can_call(user: User, row: LikelyComplainer) -> bool:
    """Tell whether the user may give a task for the customer of the row."""
    customer = row.customer
    return holds(user, "add", Task, owner_id=customer.owner_id, team_id=customer.team_id, root_id=customer.pk)


def can_answer(case: Complaint) -> bool:
    """Tell whether the customer may still be answered: while the case is open, and about its solution."""
    return case.is_open or case.state == State.SOLVED


def ensure_open(case: Complaint) -> None:
    """Refuse work on a case that is solved or has ended: it is reopened first."""
    if case.is_open:
        return
    if case.state == State.MERGED:
        text = _("This case was merged into %(number)s.") % {
            "number": case.merged_into and case.merged_into.number
        }
        raise Conflict("case_merged", text)
    raise Conflict("case_ended", _("This case is not open. Reopen it first."))


def can_compensate(case: Complaint) -> bool:
    """Tell whether compensation may be proposed: a merged case has another in its place."""
    return case.state not in {State.MERGED, State.WITHDRAWN}


def ensure_compensable(case: Complaint) -> None:
    """Refuse compensation for a case that was merged or withdrawn."""
    if not can_compensate(case):
        ensure_open(case)


def ensure_move(case: Complaint, state: str) -> None:
    """Refuse a move that the state of the case does not allow."""
    if not can_move(case, state):
        raise Conflict(
            f"case_is_{case.state}",
            _("This case is “%(state)s”: that is not possible now.") % {"state": case.get_state_display()},
        )


def needed(text: str, field: str, most: int) -> str:
    """Return the words without blank ends. Refuses none at all, and more than `most` characters."""
    cleaned = text.strip()
    if not cleaned:
        raise DomainError("reason_needed", _("Say why."), fields={field: _("Say why.")})
    if len(cleaned) > most:
        limit = _("At most %(most)d characters.") % {"most": most}
        raise DomainError("too_long", limit, fields={field: limit})
    return cleaned
