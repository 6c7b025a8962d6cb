"""Whom a level of escalation reaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from complaints.choices.cases import LevelAction, Recipient
from complaints.domain.whom import Whom, administrators, leads_above, managers_above, whom_to_tell
from complaints.models import Complaint, Escalation
from core.models import User


def recipients_of(case: Complaint, level: Escalation, *, at: datetime) -> Whom:
    """Return whom the level reaches, and who stands in for somebody who is not there."""
    found = whom_to_tell(case.team, _wanted(case, level), at=at)
    if level.action != LevelAction.SUMMON_CRISIS:
        return found
    team = [one for one in (*managers_above(case.team), *administrators()) if one not in found.people]
    # The crisis team is told whoever else is not there.
    return replace(found, people=(*found.people, *team))


def _wanted(case: Complaint, level: Escalation) -> list[User | None]:
    if level.recipient == Recipient.PERSON:
        return [level.person]
    if level.recipient == Recipient.OWNER:
        return [case.owner]
    if level.recipient == Recipient.CUSTOMER_OWNER:
        return [case.customer.owner if case.customer is not None else None]
    if level.recipient == Recipient.MANAGERS:
        return [*managers_above(case.team)]
    return [*leads_above(case.team, steps=1 if level.recipient == Recipient.LEAD_ABOVE else 0)[:1]]
