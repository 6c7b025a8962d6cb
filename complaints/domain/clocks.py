"""The clocks of a case: started, met, paused, moved. Every verb expects the case locked by its caller.

The due time is a stored row, worked out by one engine (`complaints.deadlines`), so that badge, scan,
report and export tell the same. Each time it is set leaves a line that says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Min, Q

from complaints.choices.cases import NEVER_PAUSED, ClockKind, ClockState, EscalationState, MetBy, State
from complaints.deadlines import due_after
from complaints.domain.benches import Bench, bench_for, calendar_row, holes_of, policy_for
from complaints.domain.following import follow_case
from complaints.domain.ladder import move_levels, plan_levels
from complaints.models import (
    Clock,
    ClockChange,
    Complaint,
    Designation,
    Escalation,
    Pause,
    Policy,
    Target,
)
from core.domain.sequence import note_changes
from core.models import User
from core.zones import house_day

#: In the ledger of due times: the rules no longer ask for the clock; it was neither met nor missed.
CALLED_OFF = "called_off"
#: The matter is answered for good: no update is promised while that holds.
NO_ANSWER = "no_answer"
#: What ended a clock other than the end of its case.
SETTLED = (CALLED_OFF, NO_ANSWER)


# ---- starting ---------------------------------------------------------------------------------------
def start_clocks(complaint: Complaint, *, at: datetime) -> list[Clock]:
    """Start what the policy of the case asks for, and plan its ladder. Updates start with our first reply."""
    policy = policy_for(complaint)
    if policy is None:
        return []
    bench = bench_for(complaint, calendar_row(complaint, policy), until=at)
    started = [
        _clock(complaint, policy, one, bench, started_at=at)
        for one in policy.targets.all()
        if one.clock != ClockKind.UPDATE
    ]
    # A case that begins has no clock yet: all of them are written at once.
    Clock.objects.bulk_create(started)
    ClockChange.objects.bulk_create(_begun(clock, "started") for clock in started)
    plan_levels(started, bench)
    refresh_next_due(complaint)
    return started


def new_clock(
    complaint: Complaint,
    policy: Policy | None,
    target: Target | Clock,
    bench: Bench,
    *,
    started_at: datetime,
    reason: str,
    turn: int = 1,
) -> Clock:
    """Store one clock with its ladder. A target of a clock that stands already is left as it stands."""
    wanted = _clock(complaint, policy, target, bench, started_at=started_at, turn=turn)
    values = ("policy", "calendar", "amount", "unit", "met_by", "started_at", "due_at")
    clock, created = Clock.objects.get_or_create(
        complaint=complaint,
        kind=wanted.kind,
        name=wanted.name,
        cycle=wanted.cycle,
        turn=turn,
        defaults={name: getattr(wanted, name) for name in values},
    )
    if created:
        _begun(clock, reason).save()
        plan_levels([clock], bench)
    return clock


def _clock(
    complaint: Complaint,
    policy: Policy | None,
    target: Target | Clock,
    bench: Bench,
    *,
    started_at: datetime,
    turn: int = 1,
) -> Clock:
    """Return the clock that a target asks for, unsaved."""
    kind = kind_of(target)
    return Clock(
        complaint=complaint,
        kind=kind,
        name=target.name,
        cycle=complaint.cycle,
        turn=turn,
        policy=policy,
        calendar=bench.row,
        amount=target.amount,
        unit=target.unit,
        met_by=target.met_by,
        started_at=started_at,
        due_at=due_after(started_at, target.amount, target.unit, bench.calendar, holes_of(kind, bench)),
    )


def _begun(clock: Clock, reason: str) -> ClockChange:
    """Return the first line of the ledger of a clock, unsaved."""
    return ClockChange(clock=clock, new_due=clock.due_at, reason=reason, at=clock.started_at)


def start_update_clock(complaint: Complaint, *, at: datetime) -> Clock | None:
    """Promise the next update: our reply starts the clock anew, and meets the promise before it.

    While the case waits for the customer the new promise waits, too. A matter that is answered for good has
    no next update.
    """
    policy = policy_for(complaint)
    target = policy.targets.filter(clock=ClockKind.UPDATE).first() if policy is not None else None
    meet_clocks(complaint, ClockKind.UPDATE, at=at)
    if policy is None or target is None:
        return None
    if Designation.objects.closing(complaint, house_day(at)).exists():
        return None
    turn = Clock.objects.filter(complaint=complaint, kind=ClockKind.UPDATE, cycle=complaint.cycle).count() + 1
    bench = bench_for(complaint, calendar_row(complaint, policy), until=at)
    clock = new_clock(complaint, policy, target, bench, started_at=at, reason="promised", turn=turn)
    if complaint.state == State.WAITING:
        hold(complaint)
        clock.refresh_from_db(fields=["state"])
    refresh_next_due(complaint)
    return clock


# ---- met and called off -----------------------------------------------------------------------------
def meet_clocks(complaint: Complaint, *kinds: str, at: datetime) -> int:
    """Mark open clocks of these kinds as met, late or not, and call off their ladders; return how many."""
    return end_clocks(complaint, Q(kind__in=kinds), state=ClockState.MET, met_at=at)


def meet_statutory(complaint: Complaint, *how: str, at: datetime) -> int:
    """Mark open statutory clocks that are met in one of these ways as met; return how many."""
    return end_clocks(complaint, Q(kind=ClockKind.STATUTORY, met_by__in=how), state=ClockState.MET, met_at=at)


def stop_clocks(complaint: Complaint, *, at: datetime, keeps_letter: bool = False) -> int:
    """Call off everything that still runs: the case has ended, or what is left of it is nobody's wait.

    With `keeps_letter` a deadline that only the decision letter meets runs on: the letter follows the
    solution, and closing the case is no way round the law.
    """
    Pause.objects.filter(complaint=complaint, ended_at__isnull=True).update(ended_at=at)
    letter = Q(kind=ClockKind.STATUTORY, met_by=MetBy.LETTER)
    return end_clocks(complaint, ~letter if keeps_letter else Q(), state=ClockState.CANCELLED)


def end_clocks(complaint: Complaint, which: Q, **values: Any) -> int:
    """Write `values` to the open clocks that fit, call off their ladders, and return how many they are."""
    rows = Clock.objects.open().filter(which, complaint=complaint)
    keys = list(rows.values_list("pk", flat=True))
    if not keys:
        return 0
    Clock.objects.filter(pk__in=keys).update(**values)
    Escalation.objects.planned().filter(clock__in=keys).update(state=EscalationState.CANCELLED)
    refresh_next_due(complaint)
    return len(keys)


def note_called_off(clocks: Iterable[Clock], *, at: datetime, reason: str = CALLED_OFF) -> None:
    """Leave a line that the rules, not the customer or a solution, called the clocks off: none was missed."""
    ClockChange.objects.bulk_create(
        ClockChange(clock=clock, old_due=clock.due_at, new_due=clock.due_at, reason=reason, at=at)
        for clock in clocks
    )


def is_done(complaint: Complaint, one: Target | Clock) -> bool:
    """Tell whether what such a clock would wait for has happened already, clock or not."""
    kind = kind_of(one)
    if kind == ClockKind.ACKNOWLEDGE:
        return complaint.acknowledged_at is not None
    if kind == ClockKind.STATUTORY:
        return one.met_by == MetBy.ACCEPTANCE and complaint.acceptance_at is not None
    return kind == ClockKind.RESPOND and complaint.responded_at is not None


def kind_of(one: Target | Clock) -> str:
    """Return the kind of a clock, or of the one that a target asks for."""
    return str(one.clock if isinstance(one, Target) else one.kind)


# ---- pausing ----------------------------------------------------------------------------------------
def pause_clocks(complaint: Complaint, *, at: datetime, reason: str = "", by: User | None = None) -> Pause:
    """Stop the clocks that wait with the customer; those that never pause run on."""
    pause = Pause.objects.create(complaint=complaint, started_at=at, reason=reason[:300], by=by)
    hold(complaint)
    refresh_next_due(complaint)
    return pause


def hold(complaint: Complaint) -> None:
    """Stop what runs and may wait; its ladder fires at no time until the pause is over."""
    rows = Clock.objects.running().filter(complaint=complaint).exclude(kind__in=NEVER_PAUSED)
    keys = list(rows.values_list("pk", flat=True))
    Clock.objects.filter(pk__in=keys).update(state=ClockState.PAUSED)
    Escalation.objects.planned().filter(clock__in=keys).update(fire_at=None)


def resume_clocks(complaint: Complaint, *, at: datetime, by: User | None = None) -> None:
    """Let paused clocks run on; the pause is a hole in their calendar, exact to the second."""
    Pause.objects.filter(complaint=complaint, ended_at__isnull=True).update(ended_at=at)
    paused = list(
        Clock.objects.filter(complaint=complaint, state=ClockState.PAUSED).select_related("calendar")
    )
    _work_out(complaint, paused, at=at, reason="resumed", by=by)


def work_out_again(complaint: Complaint, *, at: datetime, reason: str, by: User | None = None) -> None:
    """Work out every running clock of the case anew, as after a change of its calendar."""
    clocks = list(Clock.objects.running().filter(complaint=complaint).select_related("calendar"))
    _work_out(complaint, clocks, at=at, reason=reason, by=by)


def _work_out(
    complaint: Complaint, clocks: Iterable[Clock], *, at: datetime, reason: str, by: User | None
) -> None:
    for clock in clocks:
        bench = bench_for(complaint, clock.calendar, until=at)
        set_due(clock, bench, at=at, reason=reason, by=by)
    refresh_next_due(complaint)


def set_due(clock: Clock, bench: Bench, *, at: datetime, reason: str, by: User | None) -> None:
    """Let the clock run with its target, from its beginning; a due time that differs leaves a line."""
    old = clock.due_at
    clock.due_at = due_after(
        clock.started_at, clock.amount, clock.unit, bench.calendar, holes_of(clock.kind, bench)
    )
    clock.state = ClockState.RUNNING
    clock.save(update_fields=["due_at", "state", "amount", "unit", "met_by", "policy", "calendar"])
    if clock.due_at != old:
        if clock.kind == ClockKind.SOLVE:
            follow_case(clock.complaint, old, clock.due_at, bench.calendar)
        ClockChange.objects.create(
            clock=clock, old_due=old, new_due=clock.due_at, reason=reason, at=at, by=by
        )
    move_levels(clock, bench)


def refresh_next_due(complaint: Complaint) -> None:
    """Keep the earliest clock that runs, or was late when the pause began, for lists and boards."""
    rows = Clock.objects.running_or_late().filter(complaint=complaint)
    before, complaint.next_due_at = complaint.next_due_at, rows.aggregate(first=Min("due_at"))["first"]
    Complaint.objects.filter(pk=complaint.pk).update(next_due_at=complaint.next_due_at)
    if complaint.next_due_at != before:
        note_changes(Complaint, [complaint.pk])
