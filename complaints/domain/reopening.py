"""Cases taken up again: after a solution in their next cycle."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.choices.cases import ClockKind, State
from complaints.domain.benches import bench_for, calendar_row, policy_for
from complaints.domain.callbacks import call_off
from complaints.domain.clocks import new_clock, refresh_next_due
from complaints.domain.entries import tell
from complaints.domain.registering import tell_timeline
from complaints.domain.telling import tell_handler
from complaints.models import Complaint, Pause
from complaints.rules import ensure_move, needed
from core.errors import Conflict
from core.models import User
from customers.domain.changes import locked, write_changes


@transaction.atomic
def reopen(complaint: Complaint, *, reason: str, by: User | None, at: datetime | None = None) -> Complaint:
    """Take up a case again: the solution clock goes on where it stood, a new response is due.

    Refused without a reason, for a case that is open, and for a merged one (it is unmerged instead).
    """
    moment, why = at or timezone.now(), needed(reason, "reason", 300)
    stored = locked(complaint)
    ensure_move(stored, State.WORKING)
    if stored.state not in {State.SOLVED, State.CLOSED, State.WITHDRAWN}:
        raise Conflict("case_is_open", _("This case is open."))
    ended_at = stored.solved_at if stored.state != State.WITHDRAWN else stored.ended_at
    values: dict[str, Any] = {
        "state": State.WORKING if stored.owner_id is not None else State.NEW,
        "ended_at": None,
        "responded_at": None,
        "solved_at": None,
        "cycle": stored.cycle + 1,
    }
    write_changes(stored, values, by=by, at=moment, note=why)
    reopen_clocks(stored, ended_at=ended_at, at=moment)
    call_off(stored, moment)
    tell(stored, "reopened", at=moment, by=by, reason=why)
    tell_timeline(stored, "reopened", at=moment, by=by, note=why)
    tell_handler(stored, "case_reopened", dedupe=f"case-{stored.pk}-cycle{stored.cycle}")
    return stored


def reopen_clocks(complaint: Complaint, *, ended_at: datetime | None, at: datetime) -> None:
    """Begin the next cycle: the solution clock goes on where it stood, a new response clock starts.

    The time in which the case lay closed is a pause. Called after `complaint.cycle` was raised.
    """
    if ended_at is not None:
        Pause.objects.create(complaint=complaint, started_at=ended_at, ended_at=at, reason="closed")
    policy = policy_for(complaint)
    if policy is None:
        return
    bench = bench_for(complaint, calendar_row(complaint, policy), until=at)
    for target in policy.targets.filter(clock__in=[ClockKind.RESPOND, ClockKind.SOLVE]):
        goes_on = target.clock == ClockKind.SOLVE
        started_at = complaint.received_at if goes_on else at
        new_clock(complaint, policy, target, bench, started_at=started_at, reason="reopened")
    refresh_next_due(complaint)
