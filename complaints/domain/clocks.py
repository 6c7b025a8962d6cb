"""The clocks of a case: started, met, paused, moved. Every verb expects the case locked by its caller.

The due time is a stored row, worked out by one engine (`complaints.deadlines`), so that badge, scan,
report and export tell the same. Each time it is set leaves a line that says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, Q

from complaints.choices.cases import (
    NEVER_PAUSED,
    ClockKind,
    ClockState,
    EscalationState,
    State,
)
from complaints.deadlines import due_after, level_moment
from complaints.domain.calendars import default_calendar, working_calendar
from complaints.domain.following import follow_case
from complaints.models import (
    BusinessCalendar,
    Clock,
    ClockChange,
    Complaint,
    Escalation,
    Level,
    Pause,
    Policy,
    Target,
)
from complaints.sla import Calendar, Span
from core.domain.sequence import note_changes
from core.models import User

#: In the ledger of due times: the rules no longer ask for the clock; it was neither met nor missed.
CALLED_OFF = "called_off"


@dataclass(frozen=True)
class Bench:
    """What the clocks of one case are worked out with."""

    row: BusinessCalendar | None
    calendar: Calendar
    pauses: tuple[Span, ...]


# ---- which policy -----------------------------------------------------------------------------------
def policy_for(complaint: Complaint) -> Policy | None:
    """Return the first policy in use, by place, whose conditions fit the case."""
    tier = complaint.customer.tier if complaint.customer is not None else ""
    code = complaint.category.code if complaint.category is not None else ""
    fits = (
        Q(grade="") | Q(grade=complaint.grade),
        Q(tier="") | Q(tier=tier),
        Q(category_code="") | Q(category_code=code),
    )
    rows = Policy.objects.active().of_kind(complaint.kind).filter(*fits)
    found: Policy | None = rows.select_related("calendar").order_by("position", "id").first()
    return found


def calendar_row(complaint: Complaint, policy: Policy | None) -> BusinessCalendar | None:
    """Return the calendar of the policy, else that of the queue, else the usual one."""
    if policy is not None and policy.calendar is not None:
        return policy.calendar
    if complaint.queue is not None and complaint.queue.calendar is not None:
        return complaint.queue.calendar
    return default_calendar()


def bench_for(complaint: Complaint, row: BusinessCalendar | None, *, until: datetime) -> Bench:
    """Return what the clocks of the case are worked out with, its pauses as they are at `until`."""
    calendar = working_calendar(row, since=complaint.received_at)
    return Bench(row, calendar, pauses_of(complaint, until=until))


def pauses_of(complaint: Complaint, *, until: datetime) -> tuple[Span, ...]:
    """Return the pauses of the case; one that still runs ends at `until`."""
    rows = Pause.objects.filter(complaint=complaint, started_at__lte=until)
    return tuple(
        (start, end if end is not None and end <= until else until)
        for start, end in rows.values_list("started_at", "ended_at")
    )


def holes_of(clock_kind: str, bench: Bench) -> tuple[Span, ...]:
    """Return the pauses that count for a clock of this kind."""
    return () if clock_kind in NEVER_PAUSED else bench.pauses


# ---- starting ---------------------------------------------------------------------------------------
def start_clocks(complaint: Complaint, *, at: datetime) -> list[Clock]:
    """Start what the policy of the case asks for, and plan its ladder. Updates start with our first reply."""
    policy = policy_for(complaint)
    if policy is None:
        return []
    bench = bench_for(complaint, calendar_row(complaint, policy), until=at)
    targets = [one for one in policy.targets.all() if one.clock != ClockKind.UPDATE]
    started = [new_clock(complaint, policy, one, bench, started_at=at, reason="started") for one in targets]
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
    kind = target.clock if isinstance(target, Target) else target.kind
    due = due_after(started_at, target.amount, target.unit, bench.calendar, holes_of(kind, bench))
    values: dict[str, Any] = {
        "policy": policy,
        "calendar": bench.row,
        "amount": target.amount,
        "unit": target.unit,
        "started_at": started_at,
        "due_at": due,
    }
    clock, created = Clock.objects.get_or_create(
        complaint=complaint, kind=kind, name=target.name, cycle=complaint.cycle, turn=turn, defaults=values
    )
    if created:
        ClockChange.objects.create(clock=clock, new_due=due, reason=reason, at=started_at)
        _plan_levels(clock, bench)
    return clock


def start_update_clock(complaint: Complaint, *, at: datetime) -> Clock | None:
    """Promise the next update: our reply starts the clock anew, and meets the promise before it."""
    policy = policy_for(complaint)
    target = policy.targets.filter(clock=ClockKind.UPDATE).first() if policy is not None else None
    meet_clocks(complaint, ClockKind.UPDATE, at=at)
    if policy is None or target is None:
        return None
    turn = Clock.objects.filter(complaint=complaint, kind=ClockKind.UPDATE, cycle=complaint.cycle).count() + 1
    bench = bench_for(complaint, calendar_row(complaint, policy), until=at)
    clock = new_clock(complaint, policy, target, bench, started_at=at, reason="promised", turn=turn)
    refresh_next_due(complaint)
    return clock


# ---- the ladder -------------------------------------------------------------------------------------
def _plan_levels(clock: Clock, bench: Bench) -> None:
    """Write the levels of the clock's policy that it has not yet."""
    levels = Level.objects.filter(policy=clock.policy_id, clock=clock.kind) if clock.policy_id else []
    known = set(clock.escalations.values_list("number", flat=True))
    Escalation.objects.bulk_create(
        [_escalation(clock, level, bench) for level in levels if level.number not in known],
        ignore_conflicts=True,
    )


def _escalation(clock: Clock, level: Level, bench: Bench) -> Escalation:
    return Escalation(
        complaint_id=clock.complaint_id,
        clock=clock,
        number=level.number,
        offset=level.offset,
        in_working_time=level.in_working_time,
        recipient=level.recipient,
        person_id=level.person_id,
        by_mail=level.by_mail,
        through_quiet_hours=level.through_quiet_hours,
        action=level.action,
        fire_at=_fires_at(clock, level, bench),
    )


def _fires_at(clock: Clock, level: Level | Escalation, bench: Bench) -> datetime:
    calendar = bench.calendar if level.in_working_time else None
    return level_moment(clock.due_at, level.offset, calendar, holes_of(clock.kind, bench))


def _move_levels(clock: Clock, bench: Bench) -> None:
    """Set anew when the levels fire that have not fired yet."""
    rows = list(clock.escalations.planned())
    for row in rows:
        row.fire_at = _fires_at(clock, row, bench)
    Escalation.objects.bulk_update(rows, ["fire_at"])


# ---- met and called off -----------------------------------------------------------------------------
def meet_clocks(complaint: Complaint, *kinds: str, at: datetime) -> int:
    """Mark open clocks of these kinds as met, late or not, and call off their ladders; return how many."""
    return _end(complaint, Q(kind__in=kinds), state=ClockState.MET, met_at=at)


def stop_clocks(complaint: Complaint, *, at: datetime) -> int:
    """Call off everything that still runs: the case has ended, or what is left of it is nobody's wait."""
    Pause.objects.filter(complaint=complaint, ended_at__isnull=True).update(ended_at=at)
    return _end(complaint, Q(), state=ClockState.CANCELLED)


def _end(complaint: Complaint, which: Q, **values: Any) -> int:
    rows = Clock.objects.open().filter(which, complaint=complaint)
    keys = list(rows.values_list("pk", flat=True))
    if not keys:
        return 0
    Clock.objects.filter(pk__in=keys).update(**values)
    Escalation.objects.planned().filter(clock__in=keys).update(state=EscalationState.CANCELLED)
    refresh_next_due(complaint)
    return len(keys)


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
        _set_due(clock, bench, at=at, reason=reason, by=by)
    refresh_next_due(complaint)


def _set_due(clock: Clock, bench: Bench, *, at: datetime, reason: str, by: User | None) -> None:
    old = clock.due_at
    clock.due_at = due_after(
        clock.started_at, clock.amount, clock.unit, bench.calendar, holes_of(clock.kind, bench)
    )
    clock.state = ClockState.RUNNING
    clock.save(update_fields=["due_at", "state", "amount", "unit", "policy", "calendar"])
    if clock.due_at != old:
        if clock.kind == ClockKind.SOLVE:
            follow_case(clock.complaint, old, clock.due_at)
        ClockChange.objects.create(
            clock=clock, old_due=old, new_due=clock.due_at, reason=reason, at=at, by=by
        )
    _move_levels(clock, bench)


# ---- another policy, another cycle ------------------------------------------------------------------
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
    not ask for is called off, what it asks for in addition starts at the beginning of the case. With
    `pass_over` levels whose moment lies in the past are not all made up for, see `_pass_over`.
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
            _end(complaint, Q(pk=clock.pk), state=ClockState.CANCELLED)
            continue
        owed = _is_owed(clock, bench, at)
        _retarget(clock, policy, target, bench, at=at, by=by, reason=reason)
        if pass_over:
            _pass_over(clock, owed=owed, at=at)
    for clock in _start_missing(complaint, policy, targets.values(), bench, reason):
        if pass_over:
            _pass_over(clock, owed=True, at=at)
    if complaint.state == State.WAITING:
        hold(complaint)
    refresh_next_due(complaint)


def note_called_off(clocks: Iterable[Clock], *, at: datetime) -> None:
    """Leave a line that the rules, not the customer or a solution, called the clocks off: none was missed."""
    ClockChange.objects.bulk_create(
        ClockChange(clock=clock, old_due=clock.due_at, new_due=clock.due_at, reason=CALLED_OFF, at=at)
        for clock in clocks
    )


def _retarget(
    clock: Clock, policy: Policy, target: Target, bench: Bench, *, at: datetime, by: User | None, reason: str
) -> None:
    """Give the clock another target and ladder. What was passed over stays so, unless it lies ahead again."""
    clock.policy, clock.calendar = policy, bench.row
    clock.amount, clock.unit = target.amount, target.unit
    passed = clock.escalations.filter(state=EscalationState.PASSED)
    numbers = list(passed.values_list("number", flat=True))
    passed.delete()
    clock.escalations.planned().delete()
    _set_due(clock, bench, at=at, reason=reason, by=by)
    _plan_levels(clock, bench)
    again = clock.escalations.planned().filter(number__in=numbers, fire_at__lte=at)
    again.update(state=EscalationState.PASSED)


def _is_owed(clock: Clock, bench: Bench, at: datetime) -> bool:
    """Tell whether people still have to be told of the clock when it is late: they were not told so far.

    That is so where it was on time (a paused one: when it was paused), or a level was about to fire.
    """
    paused = clock.state == ClockState.PAUSED and bool(bench.pauses)
    stood_at = bench.pauses[-1][0] if paused else at
    return clock.due_at > stood_at or clock.escalations.due(at).exists()


def _pass_over(clock: Clock, *, owed: bool, at: datetime) -> None:
    """Let no flood of messages follow: of the levels whose moment is past the last fires, if any is owed.

    The others are passed over: nobody is told, and they stay on the ladder as such.
    """
    past = clock.escalations.planned().filter(fire_at__lte=at).order_by("fire_at", "number")
    keys = list(past.values_list("pk", flat=True))
    passed = keys[:-1] if owed else keys
    Escalation.objects.filter(pk__in=passed).planned().update(state=EscalationState.PASSED)


def is_done(complaint: Complaint, kind: str) -> bool:
    """Tell whether what such a clock would wait for has happened already, clock or not."""
    if kind == ClockKind.ACKNOWLEDGE:
        return complaint.acknowledged_at is not None
    return kind == ClockKind.RESPOND and complaint.responded_at is not None


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
        if target.clock == ClockKind.UPDATE or is_done(complaint, target.clock) or known.exists():
            continue
        turn = (rows.filter(cycle=complaint.cycle).aggregate(last=Max("turn"))["last"] or 0) + 1
        begun = complaint.received_at
        clock = new_clock(complaint, policy, target, bench, started_at=begun, reason=reason, turn=turn)
        started.append(clock)
    return started


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


def refresh_next_due(complaint: Complaint) -> None:
    """Keep the earliest running clock with the case, for lists and boards."""
    rows = Clock.objects.running().filter(complaint=complaint)
    before, complaint.next_due_at = complaint.next_due_at, rows.aggregate(first=Min("due_at"))["first"]
    Complaint.objects.filter(pk=complaint.pk).update(next_due_at=complaint.next_due_at)
    if complaint.next_due_at != before:
        note_changes(Complaint, [complaint.pk])
