"""Which queue a case lies in: given back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import AssignReason, State
from complaints.domain.entries import tell
from complaints.models import Assignment, Complaint
from complaints.rules import ensure_open, needed
from core.domain.jobs import later
from core.errors import Conflict
from core.models import User
from customers.domain.changes import locked, write_changes


@transaction.atomic
def give_back(complaint: Complaint, *, reason: str, by: User, at: datetime | None = None) -> Complaint:
    """Put the case back into its queue, where it is dispatched anew. Refused while it waits or has ended."""
    moment, why = at or timezone.now(), needed(reason, "reason", 300)
    stored = locked(complaint)
    ensure_open(stored)
    if stored.owner_id is None or stored.state != State.WORKING:
        raise Conflict("not_in_hand", _("Only a case in progress can be given back."))
    team = stored.queue.team if stored.queue is not None else stored.team
    write_changes(stored, {"owner": None, "team": team, "state": State.NEW}, by=by, at=moment, note=why)
    Assignment.objects.create(
        complaint=stored, team=team, at=moment, by=by, reason=AssignReason.RETURNED, evidence={"reason": why}
    )
    tell(stored, "given_back", at=moment, by=by, reason=why)
    if stored.queue is not None and stored.queue.is_automatic:
        key = f"dispatch-{stored.pk}-v{stored.version}"
        later("complaints.tasks.dispatch", dedupe=key, queue="sla", complaint_id=stored.pk)
    return stored
