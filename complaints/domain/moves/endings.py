"""The end of a case: a solution given, closed, withdrawn."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import CaseKind, ClockKind, Decision, EntryKind, MetBy, State
from complaints.domain.answers import ensure_nothing_said
from complaints.domain.callbacks import call_off, plan
from complaints.domain.clocks import meet_clocks, meet_statutory, resume_clocks, stop_clocks
from complaints.domain.entries import write
from complaints.domain.story import tell_story
from complaints.domain.work_orders import call_off_work
from complaints.models import Complaint
from complaints.rules import ensure_move, needed
from core.domain.notifications import mark_read_about
from core.domain.versions import locked
from core.errors import DomainError
from core.models import User
from customers.domain.changes import write_changes


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
    tell_story(stored, "solved", at=moment, by=by, decision=decision)
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


@transaction.atomic
def withdraw_for_complainant(complaint: Complaint, *, reason: str, at: datetime) -> Complaint:
    """End a case that its complainant takes back without us; the log says so, with the reason if any."""
    stored = locked(complaint)
    ensure_move(stored, State.WITHDRAWN)
    return _end(stored, State.WITHDRAWN, by=None, note=reason.strip()[:300], at=at, by_complainant=True)


def _end(
    stored: Complaint, state: str, *, by: User | None, note: str, at: datetime, **facts: Any
) -> Complaint:
    values = {"state": state, "ended_at": at, "unanswered_since": None}
    write_changes(stored, values, by=by, at=at, note=note)
    if state == State.WITHDRAWN:
        call_off(stored, at)
    stop_clocks(stored, at=at, keeps_letter=state == State.CLOSED)
    call_off_work(stored, by=by, at=at)
    tell_story(stored, state, at=at, by=by, reason=note, **facts)
    if stored.owner is not None:
        mark_read_about(stored, user=stored.owner, at=at)
    return stored
