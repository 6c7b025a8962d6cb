"""Grades and priorities of cases: worked out by the rules, explained, and changed by people with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import CaseKind, Grade, Priority, State
from complaints.domain.compensation import recheck
from complaints.domain.entries import tell
from complaints.domain.grading_facts import facts_of
from complaints.domain.grading_rules import default_grade, rules_in_force
from complaints.domain.rebasing import rebase_clocks
from complaints.grading import GIVEN, REPEAT_DAYS, Verdict, graded, priority_for
from complaints.models import Complaint
from core.domain.versions import locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import write_changes

#: Within this time another complaint of the same customer counts as a repeat.
REPEAT_WITHIN = timedelta(days=REPEAT_DAYS)


def verdict_of(complaint: Complaint) -> Verdict:
    """Return what the rules of today make of the facts as they are now."""
    return graded(facts_of(complaint), rules_in_force(), default_grade())


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


def given_grade(grade: str) -> Verdict:
    """Return the verdict on a complaint that has its grade from a former system."""
    return Verdict(grade, (GIVEN,), why=({"code": GIVEN, "names": {}, "conditions": []},))


def assess(complaint: Complaint, *, grade: str = "") -> Verdict:
    """Set grade, evidence and priority on the unsaved case by the rules, and return the verdict.

    A `grade` from a former system stands instead of what the rules say.
    """
    if complaint.kind == CaseKind.COMPLAINT:
        verdict = given_grade(grade) if grade else verdict_of(complaint)
        complaint.grade, complaint.grade_evidence = verdict.grade, verdict.as_evidence()
        complaint.was_severe |= verdict.grade == Grade.SEVERE
    else:
        verdict = Verdict("")
    if not complaint.priority_is_set:
        tier = complaint.customer.tier if complaint.customer is not None else ""
        complaint.priority = priority_for(complaint.grade, tier)
    return verdict


@transaction.atomic
def regrade(
    complaint: Complaint, grade: str, *, reason: str, by: User | None, at: datetime | None = None
) -> Complaint:
    """Give the complaint another grade; clocks are put under the policy that fits it then.

    Compensation in hand that lies above the ceiling of the new grade waits for a second person.

    Refused: without a reason, for a service request, for a case that has ended, and for the same grade.
    """
    moment = at or timezone.now()
    stored = locked(complaint)
    _ensure_can_be_regraded(stored, grade, reason)
    evidence = {**stored.grade_evidence, "set": {"from": stored.grade, "reason": reason.strip()[:300]}}
    old = stored.grade
    _write_grade(stored, grade, evidence, by=by, at=moment, note=reason)
    tell(stored, "regraded", at=moment, by=by, old=old, new=grade, reason=reason.strip()[:300])
    rebase_clocks(stored, at=moment, by=by)
    recheck(stored, at=moment)
    return stored


@transaction.atomic
def regrade_by_rules(
    complaint: Complaint,
    *,
    reason: str,
    by: User | None,
    seen: str | None = None,
    at: datetime | None = None,
) -> Complaint:
    """Grade the complaint again by the rules of today, and put its clocks under the policy that fits then.

    The evidence is that of today, with the grade before and the reason. Refused: where the rules give the
    grade that it has, where they give another than the one `seen` before, and whatever `regrade` refuses.
    """
    moment = at or timezone.now()
    stored = locked(complaint)
    verdict = verdict_of(stored)
    if seen is not None and verdict.grade != seen:
        raise Conflict(
            "verdict_changed", _("Rules or facts were changed meanwhile. Look at the result again.")
        )
    _ensure_can_be_regraded(stored, verdict.grade, reason)
    why, old = reason.strip()[:300], stored.grade
    evidence = {**verdict.as_evidence(), "again": {"from": old, "reason": why}}
    _write_grade(stored, verdict.grade, evidence, by=by, at=moment, note=why)
    tell(stored, "graded_again", at=moment, by=by, old=old, reason=why, **verdict.as_told())
    rebase_clocks(stored, at=moment, by=by)
    recheck(stored, at=moment)
    return stored


def _write_grade(
    stored: Complaint, grade: str, evidence: dict[str, Any], *, by: User | None, at: datetime, note: str
) -> None:
    values: dict[str, Any] = {"grade": grade, "grade_evidence": evidence}
    values["was_severe"] = stored.was_severe or grade == Grade.SEVERE
    if not stored.priority_is_set:
        tier = stored.customer.tier if stored.customer is not None else ""
        values["priority"] = priority_for(grade, tier)
    write_changes(stored, values, by=by, at=at, note=note)


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
