"""Cases put under the policy that fits them now. The caller holds the case locked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max, Q

from complaints.choices.cases import ClockKind, ClockState, EscalationState, State
from complaints.domain.benches import Bench, bench_for, calendar_row, policy_for
from complaints.domain.clocks import (
    end_clocks,
    hold,
    is_done,
    new_clock,
    note_called_off,
    refresh_next_due,
    set_due,
)
from complaints.domain.ladder import is_owed, pass_over_levels, plan_levels
from complaints.models import Clock, Complaint, Policy, Target
from core.models import User


def rebase_clocks(
    complaint: Complaint,
    *,
    at: datetime,
    by: User | None = None,
    reason: str = "regraded",
    pass_over: bool = False,
) -> None:
    """Put the case under the policy that fits it now: from its beginning, with the pauses it had.

    Levels that have fired stay fired; the others are those of the new policy. What the new policy does
    not ask for is called off, what it asks for in addition starts at the beginning of the case (a response
    to a case that was reopened, at the reopening). With
    `pass_over` levels whose moment lies in the past are not all made up for, see `pass_over_levels`.
    """
    policy = policy_for(complaint)
    if policy is None:
        return
    bench = bench_for(complaint, calendar_row(complaint, policy), until=at)
    targets = {(one.clock, one.name): one for one in policy.targets.all()}
    for clock in Clock.objects.open().filter(complaint=complaint):
        target = targets.pop((clock.kind, clock.name), None)
        if target is None:
            note_called_off([clock], at=at)
            end_clocks(complaint, Q(pk=clock.pk), state=ClockState.CANCELLED)
            continue
        owed = is_owed(clock, bench, at)
        _retarget(clock, policy, target, bench, at=at, by=by, reason=reason)
        if pass_over:
            pass_over_levels(clock, owed=owed, at=at)
    for clock in _start_missing(complaint, policy, targets.values(), bench, reason):
        if pass_over:
            pass_over_levels(clock, owed=True, at=at)
    if complaint.state == State.WAITING:
        hold(complaint)
    refresh_next_due(complaint)


def _retarget(
    clock: Clock, policy: Policy, target: Target, bench: Bench, *, at: datetime, by: User | None, reason: str
) -> None:
    """Give the clock another target and ladder. What was passed over stays so, unless it lies ahead again."""
    clock.policy, clock.calendar = policy, bench.row
    clock.amount, clock.unit, clock.met_by = target.amount, target.unit, target.met_by
    passed = clock.escalations.filter(state=EscalationState.PASSED)
    numbers = list(passed.values_list("number", flat=True))
    passed.delete()
    clock.escalations.planned().delete()
    set_due(clock, bench, at=at, reason=reason, by=by)
    plan_levels([clock], bench)
    again = clock.escalations.planned().filter(number__in=numbers, fire_at__lte=at)
    again.update(state=EscalationState.PASSED)


def _asked_since(complaint: Complaint, target: Target) -> datetime:
    """Return from when a clock counts that the case never had: a response to a reopening, from that."""
    if target.clock != ClockKind.RESPOND or complaint.cycle == 1:
        return complaint.received_at
    reopened = complaint.pauses.filter(reason="closed").aggregate(last=Max("ended_at"))["last"]
    return reopened or complaint.received_at


def _start_missing(
    complaint: Complaint, policy: Policy, targets: Iterable[Target], bench: Bench, reason: str
) -> list[Clock]:
    """Start what the policy asks for and the case never had; return the new clocks."""
    started: list[Clock] = []
    if not complaint.is_open:
        return started  # nothing would meet it any more
    for target in targets:
        rows = Clock.objects.filter(complaint=complaint, kind=target.clock, name=target.name)
        known = rows.exclude(state=ClockState.CANCELLED)
        if target.clock == ClockKind.UPDATE or is_done(complaint, target) or known.exists():
            continue
        turn = (rows.filter(cycle=complaint.cycle).aggregate(last=Max("turn"))["last"] or 0) + 1
        begun = _asked_since(complaint, target)
        clock = new_clock(complaint, policy, target, bench, started_at=begun, reason=reason, turn=turn)
        started.append(clock)
    return started
