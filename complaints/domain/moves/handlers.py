"""Who handles a case: assigned by somebody, or taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import AssignReason, State
from complaints.domain.entries import tell
from complaints.domain.story import note_handler
from complaints.domain.telling import tell_handler
from complaints.models import Complaint
from complaints.rules import can_handle, ensure_open
from core.domain.notifications import mark_read_about
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import Team, User
from customers.domain.changes import write_changes


@transaction.atomic
def assign(
    complaint: Complaint,
    owner: User,
    *,
    by: User | None,
    reason: str = AssignReason.MANUAL,
    team: Team | None = None,
    note: str = "",
    evidence: dict[str, Any] | None = None,
    at: datetime | None = None,
    tell_owner: bool = True,
) -> Complaint:
    """Make `owner` the handler, who is told unless the caller sums up, and return the case.

    Refused: a case that has ended, the handler that it has already, and who can no longer sign in.
    """
    moment = at or timezone.now()
    stored = locked(complaint)
    ensure_open(stored)
    if stored.owner_id == owner.pk:
        raise Conflict("same_owner", _("%(name)s handles this case already.") % {"name": owner})
    if not can_handle(owner):
        text = _("%(name)s cannot handle cases.") % {"name": owner}
        raise DomainError("owner_inactive", text, fields={"owner": text})
    _hand_to(stored, owner, team or owner.team, by=by, reason=reason, note=note, evidence=evidence, at=moment)
    # An escalation tells by itself, when its quiet hours allow it.
    told_otherwise = not tell_owner or reason == AssignReason.ESCALATION
    if not told_otherwise and (by is None or by.pk != owner.pk):
        tell_handler(stored, "case_assigned", dedupe=f"case-{stored.pk}-v{stored.version}")
    return stored


@transaction.atomic
def take(complaint: Complaint, *, by: User, at: datetime | None = None) -> Complaint:
    """Take a case that nobody handles. Refused when somebody was faster."""
    moment = at or timezone.now()
    stored = locked(complaint)
    ensure_open(stored)
    if stored.owner_id is not None:
        raise Conflict("taken", _("%(name)s handles this case already.") % {"name": stored.owner})
    if not can_handle(by):
        raise DomainError("owner_inactive", _("%(name)s cannot handle cases.") % {"name": by})
    team = by.team or stored.team
    return _hand_to(stored, by, team, by=by, reason=AssignReason.TAKEN, note="", evidence=None, at=moment)


def _hand_to(
    stored: Complaint,
    owner: User,
    team: Team | None,
    *,
    by: User | None,
    reason: str,
    note: str,
    evidence: dict[str, Any] | None,
    at: datetime,
) -> Complaint:
    values: dict[str, Any] = {"owner": owner, "team": team or stored.team}
    if stored.state == State.NEW:
        values["state"] = State.WORKING
    if evidence is not None:
        values["dispatch_evidence"] = evidence
    before = stored.owner
    write_changes(stored, values, by=by, at=at, note=note)
    note_handler(stored, reason, at=at, by=by, evidence=evidence)
    tell(stored, "assigned", at=at, by=by, to=str(owner), reason=str(reason), note=note)
    if before is not None:
        mark_read_about(stored, user=before, at=at)
    return stored
