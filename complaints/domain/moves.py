"""The life of a case: taken, assigned, acknowledged, answered, waiting, solved, closed, withdrawn.

Each verb locks the case, settles who was first by its state, and writes log, audit line, timeline and
clocks in one transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.choices.cases import (
    ENDED,
    AssignReason,
    CaseKind,
    ClockKind,
    Decision,
    EntryKind,
    MetBy,
    State,
)
from complaints.domain.answers import ensure_nothing_said, note_unanswered
from complaints.domain.callbacks import call_off, plan
from complaints.domain.clocks import (
    meet_clocks,
    meet_statutory,
    pause_clocks,
    resume_clocks,
    start_update_clock,
    stop_clocks,
)
from complaints.domain.entries import checked, tell, write
from complaints.domain.registering import tell_timeline
from complaints.domain.telling import tell_handler, tell_responsible
from complaints.domain.work_orders import call_off_work
from complaints.models import Assignment, Complaint, Entry
from complaints.rules import can_answer, can_handle, ensure_move, ensure_open, needed
from core.domain.notifications import mark_read_about
from core.errors import Conflict, DomainError
from core.models import Team, User
from customers.domain.changes import locked, write_changes


# ---- who handles it ---------------------------------------------------------------------------------
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
    Assignment.objects.create(
        complaint=stored, owner=owner, team=stored.team, at=at, by=by, reason=reason, evidence=evidence or {}
    )
    tell(stored, "assigned", at=at, by=by, to=str(owner), reason=str(reason), note=note)
    if before is not None:
        mark_read_about(stored, user=before, at=at)
    return stored


# ---- what is said -----------------------------------------------------------------------------------
@transaction.atomic
def acknowledge(complaint: Complaint, *, by: User | None, at: datetime | None = None) -> Complaint:
    """Note that the customer knows that we have it. Refused the second time."""
    moment = at or timezone.now()
    stored = locked(complaint)
    if stored.acknowledged_at is not None:
        raise Conflict("acknowledged", _("This case was acknowledged already."))
    write_changes(stored, {"acknowledged_at": moment}, by=by, at=moment)
    meet_clocks(stored, ClockKind.ACKNOWLEDGE, at=moment)
    tell(stored, "acknowledged", at=moment, by=by)
    return stored


@transaction.atomic
def answer(
    complaint: Complaint,
    body: str,
    *,
    by: User,
    channel: str = "",
    at: datetime | None = None,
    message_id: str | None = None,
    seen: int | None = None,
) -> Entry:
    """Keep what we told the customer: it meets the response clock, and promises the next update.

    A first answer acknowledges, too. An answer of somebody else than the handler counts as well; one about
    a solution promises nothing. Refused for a case that has ended, and when something was said after line
    `seen`, the last one that its author read.
    """
    moment, text = at or timezone.now(), checked(body)
    stored = locked(complaint)
    if not can_answer(stored):
        ensure_open(stored)
    ensure_nothing_said(stored, seen, by=by)
    values: dict[str, Any] = {}
    if stored.acknowledged_at is None:
        values["acknowledged_at"] = moment
    if stored.responded_at is None:
        values["responded_at"] = moment
    if stored.unanswered_since is not None:
        values["unanswered_since"] = None
    if values:
        write_changes(stored, values, by=by, at=moment)
    entry = write(
        stored,
        EntryKind.OUTBOUND,
        text,
        by=by,
        at=moment,
        channel=channel or stored.intake,
        message_id=message_id,
    )
    if stored.is_open:
        meet_clocks(stored, ClockKind.ACKNOWLEDGE, ClockKind.RESPOND, at=moment)
        start_update_clock(stored, at=moment)
    return entry


@transaction.atomic
def hear(
    complaint: Complaint,
    body: str,
    *,
    by: User | None,
    author: str = "",
    channel: str = "",
    at: datetime | None = None,
    message_id: str | None = None,
) -> Entry:
    """Keep what the customer said and tell the handler, or the lead where there is none.

    A case that waited for it goes on; what came without a colleague waits for an answer.
    """
    moment, text = at or timezone.now(), checked(body)
    stored = locked(complaint)
    entry = write(
        stored,
        EntryKind.INBOUND,
        text,
        by=by,
        at=moment,
        author=author or stored.contact_name or str(stored.person or ""),
        channel=channel or stored.intake,
        message_id=message_id,
    )
    if stored.state == State.WAITING:
        _go_on(stored, by=by, at=moment, reason=gettext_noop("The customer answered."))
    if by is None and stored.state not in ENDED and stored.unanswered_since is None:
        note_unanswered(stored, at=moment)
    tell_responsible(stored, "case_heard", dedupe=f"case-heard-{entry.pk}")
    return entry


# ---- waiting ----------------------------------------------------------------------------------------
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
    return _go_on(stored, by=by, at=moment, reason="")


def _go_on(stored: Complaint, *, by: User | None, at: datetime, reason: str) -> Complaint:
    write_changes(stored, {"state": State.WORKING}, by=by, at=at, note=reason)
    resume_clocks(stored, at=at, by=by)
    tell(stored, "resumed", at=at, by=by, reason=reason)
    return stored


# ---- the end, and after it --------------------------------------------------------------------------
@transaction.atomic
def solve(
    complaint: Complaint,
    solution: str,
    *,
    by: User,
    decision: str = "",
    at: datetime | None = None,
    seen: int | None = None,
) -> Complaint:
    """Give the customer the solution; it meets every clock but the promised update, which is called off.

    A statutory deadline that asks for the decision letter runs on until the letter is issued.

    Refused: without a solution, a complaint without a decision, and when something was said after line
    `seen`, the last one that its author read.
    """
    moment = at or timezone.now()
    stored = locked(complaint)
    ensure_move(stored, State.SOLVED)
    ensure_nothing_said(stored, seen, by=by)
    text = needed(solution, "solution", 10_000)
    _ensure_decided(stored, decision)
    if stored.state == State.WAITING:
        resume_clocks(stored, at=moment, by=by)
    values: dict[str, Any] = {
        "state": State.SOLVED,
        "solution": text,
        "solved_at": moment,
        "unanswered_since": None,
    }
    if decision:
        values |= {"decision": decision, "decided_at": moment}
    for field in ("acknowledged_at", "responded_at"):
        if getattr(stored, field) is None:
            values[field] = moment
    if stored.owner_id is None:
        values |= {"owner": by, "team": by.team or stored.team}
    write_changes(stored, values, by=by, at=moment)
    write(stored, EntryKind.OUTBOUND, text, by=by, at=moment, channel=stored.intake)
    meet_clocks(stored, ClockKind.ACKNOWLEDGE, ClockKind.RESPOND, ClockKind.SOLVE, at=moment)
    # Whoever is given a solution knows that the complaint was accepted.
    meet_statutory(stored, MetBy.ACCEPTANCE, MetBy.SOLUTION, at=moment)
    stop_clocks(stored, at=moment, keeps_letter=True)
    tell(stored, "solved", at=moment, by=by, decision=decision)
    tell_timeline(stored, "solved", at=moment, by=by, decision=decision)
    plan(stored, moment)
    return stored


def _ensure_decided(case: Complaint, decision: str) -> None:
    wanted = case.kind == CaseKind.COMPLAINT
    if (decision or wanted) and decision not in Decision.values:
        text = _("Say what was decided.")
        raise DomainError("decision_needed", text, fields={"decision": text})


@transaction.atomic
def close(complaint: Complaint, *, by: User | None, note: str = "", at: datetime | None = None) -> Complaint:
    """Close a case whose solution the customer has. Refused for any other."""
    moment = at or timezone.now()
    stored = locked(complaint)
    ensure_move(stored, State.CLOSED)
    return _end(stored, State.CLOSED, by=by, note=note, at=moment)


@transaction.atomic
def withdraw(complaint: Complaint, *, reason: str, by: User | None, at: datetime | None = None) -> Complaint:
    """End a case that the customer takes back, or that never was one. Refused without a reason."""
    moment, why = at or timezone.now(), needed(reason, "reason", 300)
    stored = locked(complaint)
    ensure_move(stored, State.WITHDRAWN)
    return _end(stored, State.WITHDRAWN, by=by, note=why, at=moment)


def _end(stored: Complaint, state: str, *, by: User | None, note: str, at: datetime) -> Complaint:
    values = {"state": state, "ended_at": at, "unanswered_since": None}
    write_changes(stored, values, by=by, at=at, note=note)
    if state == State.WITHDRAWN:
        call_off(stored, at)
    stop_clocks(stored, at=at, keeps_letter=state == State.CLOSED)
    call_off_work(stored, by=by, at=at)
    tell(stored, state, at=at, by=by, reason=note)
    tell_timeline(stored, state, at=at, by=by, note=note)
    if stored.owner is not None:
        mark_read_about(stored, user=stored.owner, at=at)
    return stored
