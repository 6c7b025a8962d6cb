"""The clocks of a case that becomes one of the other kind. The caller holds the case locked.

What was still open of the former kind ends, neither met nor missed; what was met stays met. The new kind's
clocks count from the same beginnings, with the pauses that the case had. Levels that fired stay, and do not
fire a second time in the cycle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from complaints.choices.cases import ClockKind, ClockState, EscalationState, State
from complaints.deadlines import due_after
from complaints.domain.benches import bench_for, calendar_row, holes_of, policy_for
from complaints.domain.clocks import hold, is_done, new_clock, note_called_off, refresh_next_due
from complaints.domain.following import follow_case
from complaints.models import Clock, Complaint, Escalation, Policy, Target


@dataclass(frozen=True)
class Due:
    """A clock that the case will have: its target, since when it counts, and when it is due."""

    target: Target
    started_at: datetime
    due_at: datetime


def dues_of(case: Complaint, *, at: datetime) -> list[Due]:
    """Return the clocks of the policy that fits the case as it stands in memory, the first due first.

    `case` may be a copy that was given its new kind and grade; nothing is written.
    """
    policy = policy_for(case)
    if policy is None:
        return []
    bench = bench_for(case, calendar_row(case, policy), until=at)
    dues = [
        Due(
            target,
            start,
            due_after(start, target.amount, target.unit, bench.calendar, holes_of(target.clock, bench)),
        )
        for target, start in _wanted(case, policy)
    ]
    return sorted(dues, key=lambda due: due.due_at)


def _wanted(case: Complaint, policy: Policy) -> Iterator[tuple[Target, datetime]]:
    """Yield what the policy asks for that is not met yet, and since when it counts.

    A response that a reopening asked for counts from there; an update counts only if one was promised.
    """
    rows = list(Clock.objects.filter(complaint=case.pk, cycle=case.cycle))
    met = {(row.kind, row.name) for row in rows if row.state == ClockState.MET}
    began = {row.kind: row.started_at for row in rows if row.state in {ClockState.RUNNING, ClockState.PAUSED}}
    for target in policy.targets.all():
        if target.clock == ClockKind.UPDATE:
            if target.clock in began:
                yield target, began[target.clock]
        elif (target.clock, target.name) not in met and not _is_accepted(case, target):
            yield target, began.get(target.clock, case.received_at)


def _is_accepted(case: Complaint, target: Target) -> bool:
    """Tell whether the deadline waits for an acceptance that the complainant was told of already."""
    return target.clock == ClockKind.STATUTORY and is_done(case, target)


def exchange_clocks(case: Complaint, *, at: datetime) -> list[Clock]:
    """End what is open of the former kind and start the clocks of the new one; return these.

    Work orders that follow the solution move with it. Called after kind, queue and grade were written.
    """
    dues, policy = dues_of(case, at=at), policy_for(case)
    before = _call_off_open(case, at=at)
    started = [_start(case, policy, due, at=at) for due in dues]
    for clock in started:
        if clock.kind == ClockKind.SOLVE and before is not None:
            bench = bench_for(case, clock.calendar, until=at)
            follow_case(case, before, clock.due_at, bench.calendar)
    if case.state == State.WAITING:
        hold(case)
    refresh_next_due(case)
    return started


def _call_off_open(case: Complaint, *, at: datetime) -> datetime | None:
    """Call off what is open, and return when the solution was due."""
    rows = list(Clock.objects.open().filter(complaint=case))
    keys = [row.pk for row in rows]
    note_called_off(rows, at=at)
    Clock.objects.filter(pk__in=keys).update(state=ClockState.CANCELLED)
    Escalation.objects.planned().filter(clock__in=keys).update(state=EscalationState.CANCELLED)
    return next((row.due_at for row in rows if row.kind == ClockKind.SOLVE), None)


def _start(case: Complaint, policy: Policy | None, due: Due, *, at: datetime) -> Clock:
    """Start one clock in its next turn, without the levels that fired for this very promise in this cycle.

    That is a clock of the kind with the same beginning, of several statutory ones the one of the same name.

    What was passed over stays so, unless it lies ahead again.
    """
    target = due.target
    rows = Clock.objects.filter(complaint=case, kind=target.clock, cycle=case.cycle)
    turn = (rows.aggregate(last=Max("turn"))["last"] or 0) + 1
    bench = bench_for(case, calendar_row(case, policy), until=at)
    clock = new_clock(case, policy, target, bench, started_at=due.started_at, reason="converted", turn=turn)
    same = rows.filter(started_at=due.started_at).exclude(pk=clock.pk)
    if target.clock == ClockKind.STATUTORY:
        same = same.filter(name=target.name)
    former = Escalation.objects.filter(clock__in=same)
    fired = former.filter(state=EscalationState.FIRED).values_list("number", flat=True)
    clock.escalations.planned().filter(number__in=list(fired)).delete()
    passed = former.filter(state=EscalationState.PASSED).values_list("number", flat=True)
    again = clock.escalations.planned().filter(number__in=list(passed), fire_at__lte=at)
    again.update(state=EscalationState.PASSED)
    return clock
