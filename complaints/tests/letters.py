"""What the tests of letters and designations share."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from complaints.choices.cases import Decision, Grade, State
from complaints.domain.conduct import Evidence, decide_designation, propose_designation
from complaints.domain.entries import write
from complaints.domain.letters import draft_letter, edit_letter
from complaints.models import Complaint, ConductCriterion, DecisionLetter, Designation
from complaints.tests.factories import ComplaintFactory
from core.models import User


def decided_case(**values: Any) -> Complaint:
    """A complaint whose solution is given: general, upheld."""
    given = {
        "state": State.SOLVED,
        "solved_at": timezone.now(),
        "solution": "We sent a new invoice.",
        "decision": Decision.UPHELD,
        "decided_at": timezone.now(),
        "grade": Grade.GENERAL,
        "contact_name": "Li Wei",
        "language": "en",
    }
    return ComplaintFactory(**{**given, **values})


def whole_letter(case: Complaint, by: User, **values: Any) -> DecisionLetter:
    """A letter without gaps that is being written."""
    letter = draft_letter(case, by=by)
    return edit_letter(letter, {"body": "We have looked into it.", **values}, by=by)


def proposed(case: Complaint, by: User, **values: Any) -> Designation:
    """A proposal with one line of the log as evidence."""
    line = write(case, "inbound", "You idiots!", at=timezone.now())
    data = {"reason": "Insults at every call", "in_writing": True, "months": 6, **values}
    return propose_designation(
        case,
        data,
        criteria=ConductCriterion.objects.all()[:1],
        evidence=Evidence(entries=[line]),
        by=by,
    )


def in_force(case: Complaint, by: User, second: User, **values: Any) -> Designation:
    """A designation that holds from today on."""
    return decide_designation(proposed(case, by, **values), agrees=True, note="Shown", by=second)
