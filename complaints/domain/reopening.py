"""Cases taken up again: after a solution in their next cycle, otherwise where they stood."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import ClockKind, ClockState, EscalationState, MetBy, State
from complaints.domain.benches import bench_for, calendar_row, policy_for
from complaints.domain.callbacks import call_off
from complaints.domain.clocks import SETTLED, is_done, new_clock, refresh_next_due, set_due
from complaints.domain.ladder import pass_over_levels
from complaints.domain.last_word import settle_updates
from complaints.domain.story import tell_story
from complaints.domain.telling import tell_handler
from complaints.models import Clock, ClockChange, Complaint, Pause
from complaints.rules import ensure_move, needed
from core.domain.versions import locked
from core.errors import Conflict
from core.models import User
from customers.domain.changes import write_changes


@transaction.atomic
def reopen(
    complaint: Complaint,
    *,
    reason: str,
    by: User | None,
    at: datetime | None = None,
    tell_owner: bool = True,
) -> Complaint:
    """Take up a case again, and tell its handler.

    After a solution it is the next cycle: the solution clock goes on where it stood, a new response is due.
    A withdrawal without a solution is taken back: everything goes on that it called off, in the same cycle.
    A letter about a solution that a withdrawal called off is owed again, whatever its cycle.
    Refused without a reason, for a case that is open, and for a merged one (it is unmerged instead).
    """
    moment, why = at or timezone.now(), needed(reason, "reason", 300)
    stored = locked(complaint)
    ensure_move(stored, State.WORKING)
    if stored.state not in {State.SOLVED, State.CLOSED, State.WITHDRAWN}:
        raise Conflict("case_is_open", _("This case is open."))
    solved_at, ended_at, was_withdrawn = stored.solved_at, stored.ended_at, stored.state == State.WITHDRAWN
    values: dict[str, Any] = {"state": state_in_hand(stored), "ended_at": None}
    if solved_at is not None:
        values |= {"responded_at": None, "solved_at": None, "cycle": stored.cycle + 1}
    write_changes(stored, values, by=by, at=moment, note=why)
    if solved_at is not None:
        if was_withdrawn:
            _go_on(stored, _letters_owed(stored), at=moment, by=by)
        _begin_cycle(stored, ended_at=solved_at, at=moment)
    else:
        restart_clocks(stored, ended_at=ended_at, at=moment, by=by)
    settle_updates(stored, at=moment)
    call_off(stored, moment)
    tell_story(stored, "reopened", at=moment, by=by, reason=why)
    if tell_owner:
        tell_handler(stored, "case_reopened", dedupe=f"case-reopened-{stored.pk}-v{stored.version}")
    return stored


def state_in_hand(case: Complaint) -> str:
    """Return the state of a case that is taken up again: in progress where somebody handles it."""
    return str(State.WORKING if case.owner_id is not None else State.NEW)


def _begin_cycle(complaint: Complaint, *, ended_at: datetime, at: datetime) -> None:
    """Begin the next cycle: the solution clock goes on where it stood, a new response clock starts.

    The time in which the case lay solved is a pause. Called after `complaint.cycle` was raised.
    """
    _keep_pause(complaint, ended_at, at)
    policy = policy_for(complaint)
    if policy is None:
        return
    bench = bench_for(complaint, calendar_row(complaint, policy), until=at)
    for target in policy.targets.filter(clock__in=[ClockKind.RESPOND, ClockKind.SOLVE]):
        goes_on = target.clock == ClockKind.SOLVE
        started_at = complaint.received_at if goes_on else at
        new_clock(complaint, policy, target, bench, started_at=started_at, reason="reopened")
    refresh_next_due(complaint)


def restart_clocks(
    complaint: Complaint, *, ended_at: datetime | None, at: datetime, by: User | None
) -> list[Clock]:
    """Let the clocks go on that were called off when the case ended without a solution; return them.

    Each counts from where it began. The time in which the case lay ended is a pause for those that pause;
    acknowledgement, response and statutory deadlines have none. Levels that fired stay fired, and of those
    whose moment passed meanwhile only the last is made up for. What was done otherwise stays called off.
    """
    _keep_pause(complaint, ended_at, at)
    clocks = [*_letters_owed(complaint), *_ended_with(complaint)]
    _go_on(complaint, clocks, at=at, by=by)
    refresh_next_due(complaint)
    return clocks


def _go_on(complaint: Complaint, clocks: list[Clock], *, at: datetime, by: User | None) -> None:
    for clock in clocks:
        bench = bench_for(complaint, clock.calendar, until=at)
        clock.escalations.filter(state=EscalationState.CANCELLED).update(
            state=EscalationState.PLANNED, tries=0, retry_at=None, set_aside_at=None, error=""
        )
        set_due(clock, bench, at=at, reason="restarted", by=by)
        pass_over_levels(clock, owed=True, at=at)


def _keep_pause(complaint: Complaint, ended_at: datetime | None, at: datetime) -> None:
    if ended_at is not None:
        Pause.objects.create(complaint=complaint, started_at=ended_at, ended_at=at, reason="closed")


def _letters_owed(complaint: Complaint) -> list[Clock]:
    """Return the clocks of former cycles that wait for the letter about a solution, and ended with the case.

    One of each name: where the rules started it again, the last.
    """
    rows = _ended(complaint).filter(kind=ClockKind.STATUTORY, met_by=MetBy.LETTER)
    last = {clock.name: clock for clock in rows.order_by("cycle", "turn")}
    return [clock for clock in last.values() if clock.cycle < complaint.cycle]


def _ended_with(complaint: Complaint) -> list[Clock]:
    """Return the clocks of this cycle that the end of the case called off, and are not done otherwise."""
    rows = _ended(complaint).filter(cycle=complaint.cycle)
    return [clock for clock in rows.order_by("pk") if not is_done(complaint, clock)]


def _ended(complaint: Complaint) -> Any:
    """Return the clocks that the end of the case called off, and not the rules before it."""
    last = ClockChange.objects.filter(clock=OuterRef("pk")).order_by("-at", "-id").values("reason")[:1]
    rows = Clock.objects.filter(complaint=complaint, state=ClockState.CANCELLED)
    return rows.alias(last=Subquery(last)).exclude(last__in=SETTLED).select_related("calendar", "complaint")
