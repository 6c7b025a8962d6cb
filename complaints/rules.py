"""What may be done with cases, whoever asks. Rights of people are in `rights/`."""

from __future__ import annotations

from django.utils.translation import gettext as _

from complaints.choices.cases import MOVES, State
from complaints.models import Complaint, LikelyComplainer
from core.access import holds
from core.errors import Conflict
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
