"""What is told of a case wherever its story is read: its log, the timeline of its customer, its handlers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from complaints.choices.cases import CaseKind
from complaints.domain.entries import tell
from complaints.models import Assignment, Complaint
from core.models import User
from customers.choices import EventKind
from customers.domain.timeline import record_event


def tell_story(
    case: Complaint, code: str, *, at: datetime, by: User | None, reason: str = "", **facts: Any
) -> None:
    """Tell it in the log and on the customer's timeline, in the words of the same code."""
    why = {"reason": reason} if reason else {}
    tell(case, code, at=at, by=by, **why, **facts)
    tell_timeline(case, code, at=at, by=by, **({"note": reason} if reason else {}), **facts)


def note_handler(
    case: Complaint, reason: str, *, at: datetime, by: User | None, evidence: dict[str, Any] | None = None
) -> Assignment:
    """Keep in the history of its handlers who has the case now, and why; nobody, where it lies in a queue."""
    return Assignment.objects.create(
        complaint=case, owner=case.owner, team=case.team, at=at, by=by, reason=reason, evidence=evidence or {}
    )


def tell_timeline(case: Complaint, action: str, *, at: datetime, by: User | None, **data: Any) -> None:
    """Tell it on the customer's timeline, where there is a customer."""
    if case.customer is None:
        return
    told = {"action": action, "number": case.number, "title": case.title, "kind": case.kind, **data}
    if case.kind == CaseKind.COMPLAINT:
        told["grade"] = case.grade
    record_event(
        case.customer,
        EventKind.COMPLAINT,
        at=at,
        by=by,
        data=told,
        subject=case,
        subject_url=case.get_absolute_url(),
    )
