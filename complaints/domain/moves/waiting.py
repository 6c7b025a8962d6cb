"""Waiting for the customer, and going on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import State
from complaints.domain.clocks import pause_clocks, resume_clocks
from complaints.domain.entries import tell
from complaints.models import Complaint
from complaints.rules import ensure_move, needed
from core.domain.versions import locked
from core.errors import Conflict
from core.models import User
from customers.domain.changes import write_changes


@transaction.atomic
def wait_for_customer(
    complaint: Complaint, *, reason: str, by: User, at: datetime | None = None
) -> Complaint:
    """Stop the clocks that wait with the customer. Refused without a reason, and for who handles nothing."""
    moment, why = at or timezone.now(), needed(reason, "reason", 300)
    stored = locked(complaint)
    ensure_move(stored, State.WAITING)
    if stored.owner_id is None:
        raise Conflict("nobody_handles", _("Somebody has to take this case first."))
    write_changes(stored, {"state": State.WAITING}, by=by, at=moment, note=why)
    pause_clocks(stored, at=moment, reason=why, by=by)
    tell(stored, "waiting", at=moment, by=by, reason=why)
    return stored


@transaction.atomic
def go_on(complaint: Complaint, *, by: User, at: datetime | None = None) -> Complaint:
    """Let a waiting case go on. Refused for one that does not wait."""
    moment = at or timezone.now()
    stored = locked(complaint)
    if stored.state != State.WAITING:
        raise Conflict("not_waiting", _("This case does not wait for the customer."))
    return take_up(stored, by=by, at=moment, reason="")


def take_up(stored: Complaint, *, by: User | None, at: datetime, reason: str) -> Complaint:
    """Let the locked case go on, and its clocks with it."""
    write_changes(stored, {"state": State.WORKING}, by=by, at=at, note=reason)
    resume_clocks(stored, at=at, by=by)
    tell(stored, "resumed", at=at, by=by, reason=reason)
    return stored
