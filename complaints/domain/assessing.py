"""Grades and priorities of cases: worked out by the rules, explained, and changed by people with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import CaseKind, Grade, Priority, State
from complaints.domain.clocks import rebase_clocks
from complaints.domain.entries import tell
from complaints.grading import Verdict, graded, priority_for
from complaints.models import Complaint
from core.errors import Conflict, DomainError
from core.models import User
from customers.choices import Tier
from customers.domain.changes import locked, write_changes

#: Within this time another complaint of the same customer counts as a repeat.
REPEAT_WITHIN = timedelta(days=90)


def facts_of(complaint: Complaint) -> dict[str, Any]:
    """Return what the rules look at, as it is now. One query where there is a customer."""
    tier = complaint.customer.tier if complaint.customer is not None else None
    repeats = repeats_of(complaint)
    return {
        "impact": complaint.impact,
        "tier": tier,
        "repeats": repeats,
        "strategic_repeats": repeats if tier == Tier.STRATEGIC else 0,
        "is_safety": complaint.is_safety,
        "is_media": complaint.is_media,
        "is_legal": complaint.is_legal,
        "emotion": complaint.emotion_before or None,
        "category": complaint.category.code if complaint.category is not None else None,
    }


def repeats_of(complaint: Complaint) -> int:
    """Count the customer's other complaints in the ninety days before this one, merged ones left out."""
    if complaint.customer_id is None:
        return 0
    rows = Complaint.objects.complaints().filter(
        customer=complaint.customer_id,
        received_at__gt=complaint.received_at - REPEAT_WITHIN,
        received_at__lte=complaint.received_at,
    )
    return int(rows.exclude(pk=complaint.pk).exclude(state=State.MERGED).count())


def assess(complaint: Complaint) -> Verdict:
    """Set grade, evidence and priority on the unsaved case by the rules, and return the verdict."""
    verdict = graded(facts_of(complaint))
    if complaint.kind == CaseKind.COMPLAINT:
        complaint.grade, complaint.grade_evidence = verdict.grade, verdict.as_evidence()
    if not complaint.priority_is_set:
        tier = complaint.customer.tier if complaint.customer is not None else ""
        complaint.priority = priority_for(complaint.grade, tier)
    return verdict


@transaction.atomic
def regrade(
    complaint: Complaint, grade: str, *, reason: str, by: User | None, at: datetime | None = None
) -> Complaint:
    """Give the complaint another grade; clocks are put under the policy that fits it then.

    Refused: without a reason, for a service request, for a case that has ended, and for the same grade.
    """
    moment = at or timezone.now()
    stored = locked(complaint)
    _ensure_can_be_regraded(stored, grade, reason)
    evidence = {**stored.grade_evidence, "set": {"from": stored.grade, "reason": reason.strip()[:300]}}
    values: dict[str, Any] = {"grade": grade, "grade_evidence": evidence}
    if not stored.priority_is_set:
        tier = stored.customer.tier if stored.customer is not None else ""
        values["priority"] = priority_for(grade, tier)
    old = stored.grade
    write_changes(stored, values, by=by, at=moment, note=reason)
    tell(stored, "regraded", at=moment, by=by, old=old, new=grade, reason=reason.strip()[:300])
    rebase_clocks(stored, at=moment, by=by)
    return stored


def _ensure_can_be_regraded(complaint: Complaint, grade: str, reason: str) -> None:
    if complaint.kind != CaseKind.COMPLAINT:
        raise Conflict("no_grade", _("A service request has no grade."))
    if complaint.has_ended:
        raise Conflict("case_ended", _("This case has ended."))
    if grade not in Grade.values:
        raise DomainError(
            "unknown_grade", _("There is no such grade."), fields={"grade": _("Choose a grade.")}
        )
    if grade == complaint.grade:
        raise Conflict("same_grade", _("The complaint has this grade already."))
    if not reason.strip():
        raise DomainError("reason_needed", _("Say why."), fields={"reason": _("Say why.")})


@transaction.atomic
def set_priority(complaint: Complaint, priority: str, *, by: User, at: datetime | None = None) -> Complaint:
    """Set how soon the case is taken up; from then on the rules leave it alone."""
    if priority not in Priority.values:
        text = _("Choose a priority.")
        raise DomainError("unknown_priority", text, fields={"priority": text})
    moment = at or timezone.now()
    stored = locked(complaint)
    write_changes(stored, {"priority": priority, "priority_is_set": True}, by=by, at=moment)
    return stored
