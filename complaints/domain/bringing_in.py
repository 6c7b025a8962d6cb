"""Cases of a former system: open ones go on here, those that had ended come in as they were.

What had ended starts no deadline, is given to nobody, and is told to nobody: not to the customer, who was
told by the former system, nor to a colleague. What is open is received like any other case, with deadlines
from the day on which it was received there; of levels that are past nobody is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from complaints.choices.cases import CaseKind, ClockKind, EntryKind, Grade, State
from complaints.domain.assessing import given_grade
from complaints.domain.clocks import meet_clocks
from complaints.domain.entries import tell, write
from complaints.domain.grading_facts import facts_of_many
from complaints.domain.grading_rules import default_grade, rules_in_force
from complaints.domain.moves import assign
from complaints.domain.numbering import next_numbers
from complaints.domain.registering import BroughtIn, preferred_language, register_case
from complaints.grading import Verdict, graded, priority_for
from complaints.models import Complaint, Entry
from core.choices import AuditAction
from core.domain.audit import audit_line
from core.domain.changed import records_changed
from core.domain.inserting import insert_objects
from core.errors import DomainError
from core.models import AuditEntry, User
from customers.choices import EventKind
from customers.domain.changes import write_changes
from customers.domain.timeline import timeline_event
from customers.models import TimelineEvent

#: In which states a case of the past may be.
PAST_STATES = (State.CLOSED, State.WITHDRAWN)


# ---- open cases -------------------------------------------------------------------------------------
@transaction.atomic
def bring_in_open(
    data: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    grade: str = "",
    owner: User | None = None,
    acknowledged_at: datetime | None = None,
    responded_at: datetime | None = None,
    so_far: str = "",
) -> Complaint:
    """Receive an open case of a former system and return it.

    Its deadlines count from when it was received; what was acknowledged and answered there is met. The
    handler is not told of each case: whoever brings in many tells once. What was found out so far becomes
    an internal note. Refuses what `register_case` and `assign` refuse.
    """
    brought = BroughtIn(grade=grade, is_given=owner is not None)
    case = register_case(data, by=by, at=at, brought_in=brought)
    tell(case, "brought_in", at=at, by=by, **_origin(case))
    if so_far:
        write(case, EntryKind.NOTE, so_far, at=at, by=by)
    _note_contacts(case, acknowledged_at or responded_at, responded_at, by=by, at=at)
    return assign(case, owner, by=by, at=at, tell_owner=False) if owner is not None else case


def _note_contacts(
    case: Complaint, acknowledged: datetime | None, responded: datetime | None, *, by: User, at: datetime
) -> None:
    """Keep what the customer heard already: those deadlines are met."""
    heard = {"acknowledged_at": acknowledged, "responded_at": responded}
    values = {name: moment for name, moment in heard.items() if moment is not None}
    if not values:
        return
    write_changes(case, values, by=by, at=at)
    if acknowledged is not None:
        meet_clocks(case, ClockKind.ACKNOWLEDGE, at=acknowledged)
    if responded is not None:
        meet_clocks(case, ClockKind.RESPOND, at=responded)


def _origin(case: Complaint) -> dict[str, str]:
    return {"system": case.source_system, "number": case.external_id}


# ---- cases that had ended ---------------------------------------------------------------------------
@transaction.atomic
def bring_in_past(rows: Sequence[Mapping[str, Any]], *, by: User, at: datetime, note: str) -> list[Complaint]:
    """Store cases that had ended elsewhere, with log, timeline and audit line, and return them in order.

    A number of queries that does not depend on how many they are. A complaint without a grade is graded by
    the rules of today. Refuses one that has not ended, or ended before it was received.
    """
    cases = [_past(values, by=by, at=at) for values in rows]
    if not cases:
        return []
    ungraded = [case for case in cases if case.is_complaint and not case.grade]
    fallback = default_grade() if ungraded else ""
    for case in cases:
        _set_verdict(case, Verdict(fallback) if case in ungraded else given_grade(case.grade))
    _number(cases, at=at)
    insert_objects(cases, key="number")
    _grade_by_rules(ungraded, fallback)
    Entry.objects.bulk_create([entry for case in cases for entry in _log(case, by=by, at=at)])
    TimelineEvent.objects.bulk_create([event for case in cases for event in _story(case)])
    AuditEntry.objects.bulk_create(
        [audit_line(AuditAction.CREATED, by=by, subject=case, note=note) for case in cases]
    )
    records_changed(Complaint, [case.pk for case in cases])
    return cases


def _past(values: Mapping[str, Any], *, by: User, at: datetime) -> Complaint:
    case = Complaint(is_history=True, created_by=by, created_at=at, updated_at=at, **values)
    case.title = case.title.strip()
    if case.state not in PAST_STATES or case.ended_at is None or not case.external_id:
        raise DomainError("not_ended", _("Only a case that has ended, with its number, is brought in so."))
    if case.ended_at < case.received_at:
        text = _("It ended before it was received.")
        raise DomainError("ended_too_early", text, fields={"ended_at": text})
    case.language = case.language or preferred_language(case)
    if case.state == State.CLOSED and case.solved_at is None:
        case.solved_at = case.ended_at
    if case.decision:
        case.decided_at = case.solved_at or case.ended_at
    return case


def _number(cases: Sequence[Complaint], *, at: datetime) -> None:
    for kind in CaseKind.values:
        own = [case for case in cases if case.kind == kind]
        for case, number in zip(own, next_numbers(kind, len(own), at=at) if own else (), strict=True):
            case.number = number


def _grade_by_rules(cases: Sequence[Complaint], fallback: str) -> None:
    """Grade stored complaints; those that were brought in with them count as earlier ones of the customer."""
    if not cases:
        return
    rules = rules_in_force()
    for case, facts in zip(cases, facts_of_many(cases), strict=True):
        _set_verdict(case, graded(facts, rules, fallback))
    Complaint.objects.bulk_update(
        cases, ["grade", "grade_evidence", "was_severe", "priority"], batch_size=500
    )


def _set_verdict(case: Complaint, verdict: Verdict) -> None:
    if case.is_complaint:
        case.grade, case.grade_evidence = verdict.grade, verdict.as_evidence()
        case.was_severe = verdict.grade == Grade.SEVERE
    tier = case.customer.tier if case.customer is not None else ""
    case.priority = priority_for(case.grade, tier)


def _log(case: Complaint, *, by: User, at: datetime) -> Iterator[Entry]:
    """Yield the lines of the log: what the customer said, the solution, the end, and whence it came."""
    author = case.contact_name or (str(case.person) if case.person is not None else "")
    yield Entry(
        complaint=case,
        kind=EntryKind.INBOUND,
        body=case.description or case.title,
        at=case.received_at,
        author=author[:200],
        channel=case.intake,
    )
    if case.solved_at is not None:
        if case.solution:
            yield Entry(
                complaint=case,
                kind=EntryKind.OUTBOUND,
                body=case.solution,
                at=case.solved_at,
                channel=case.intake,
            )
        yield _line(case, "solved", case.solved_at, decision=case.decision)
    if case.ended_at is not None:
        yield _line(case, case.state, case.ended_at)
    yield _line(case, "brought_in", at, by=by, **_origin(case))


def _line(case: Complaint, code: str, at: datetime, *, by: User | None = None, **params: Any) -> Entry:
    data = {"code": str(code), "params": params}
    return Entry(complaint=case, kind=EntryKind.SYSTEM, at=at, by=by, data=data)


def _story(case: Complaint) -> Iterator[TimelineEvent]:
    """Yield what the timeline of the customer tells: received, solved, and ended, each on its day."""
    if case.customer is None:
        return
    told: dict[str, Any] = {"number": case.number, "title": case.title, "kind": case.kind}
    if case.is_complaint:
        told["grade"] = case.grade
    moments = [("received", case.received_at), (str(case.state), case.ended_at)]
    for action, moment in moments:
        if moment is not None:
            yield timeline_event(
                case.customer,
                EventKind.COMPLAINT,
                at=moment,
                data={**told, "action": action},
                subject=case,
                subject_url=case.get_absolute_url(),
            )
