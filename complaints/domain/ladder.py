"""The ladder of a clock: its levels planned, moved, and passed over. The caller holds the case locked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from complaints.choices.cases import ClockState, EscalationState
from complaints.deadlines import level_moment
from complaints.domain.benches import Bench, holes_of
from complaints.models import Clock, Escalation, Level


def plan_levels(clocks: Sequence[Clock], bench: Bench) -> None:
    """Write the levels of the clocks' policies that they have not yet; three queries for all of them."""
    levels = list(Level.objects.filter(policy__in={clock.policy_id for clock in clocks}).order_by("number"))
    rows = Escalation.objects.filter(clock__in=[clock.pk for clock in clocks])
    known = set(rows.values_list("clock_id", "number"))
    Escalation.objects.bulk_create(
        [
            _escalation(clock, level, bench)
            for clock in clocks
            for level in _ladder(
                clock.kind, clock.name, (one for one in levels if one.policy_id == clock.policy_id)
            )
            if (clock.pk, level.number) not in known
        ],
        ignore_conflicts=True,
    )


def ladder_for(policy_id: int, kind: str, name: str) -> list[Level]:
    """Return the levels of one deadline: its own by name, else those of its kind that name none."""
    return _ladder(
        kind, name, Level.objects.filter(policy=policy_id).select_related("person").order_by("number")
    )


def _ladder(kind: str, name: str, levels: Iterable[Level]) -> list[Level]:
    of_kind = [level for level in levels if level.clock == kind and level.name in {name, ""}]
    return [level for level in of_kind if level.name == name] or of_kind


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


def move_levels(clock: Clock, bench: Bench) -> None:
    """Set anew when the levels fire that have not fired yet."""
    rows = list(clock.escalations.planned())
    for row in rows:
        row.fire_at = _fires_at(clock, row, bench)
    Escalation.objects.bulk_update(rows, ["fire_at"])


def is_owed(clock: Clock, bench: Bench, at: datetime) -> bool:
    """Tell whether people still have to be told of the clock when it is late: they were not told so far.

    That is so where it was on time (a paused one: when it was paused), or a level has to fire still: one
    that waits for its next try, or failed too often, has told nobody either.
    """
    paused = clock.state == ClockState.PAUSED and bool(bench.pauses)
    stood_at = bench.pauses[-1][0] if paused else at
    return clock.due_at > stood_at or clock.escalations.planned().filter(fire_at__lte=at).exists()


def pass_over_levels(clock: Clock, *, owed: bool, at: datetime) -> None:
    """Let no flood of messages follow: of the levels whose moment is past the last fires, if any is owed.

    The others are passed over: nobody is told, and they stay on the ladder as such.
    """
    past = clock.escalations.planned().filter(fire_at__lte=at).order_by("fire_at", "number")
    keys = list(past.values_list("pk", flat=True))
    passed = keys[:-1] if owed else keys
    Escalation.objects.filter(pk__in=passed).planned().update(state=EscalationState.PASSED)
