"""What applying a policy to open cases would do: worked out by the same arithmetic, nothing is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from complaints.choices.cases import NEVER_PAUSED, ClockKind, ClockState
from complaints.deadlines import due_after
from complaints.domain.applying import cases_of, fingerprint, fitting_first
from complaints.domain.benches import first_for
from complaints.domain.calendars import default_calendar, working_calendar
from complaints.domain.clocks import is_done
from complaints.domain.taxonomy import lines_above
from complaints.models import BusinessCalendar, Clock, Complaint, Pause, Policy, Target
from complaints.sla import Calendar, Span
from core.models import User

#: Cases that the preview works out; more are counted only.
LOOKED_AT: Final = 300
EXAMPLES: Final = 8


@dataclass(frozen=True)
class Move:
    """One clock of one case: due `old`, then `new`; None where there is none before, or after."""

    case: Complaint
    clock: str
    name: str
    old: datetime | None
    new: datetime | None
    is_late_at_once: bool

    @property
    def way(self) -> str:
        """Whether it is due earlier or later, starts, ends, or stays."""
        if self.old is None or self.new is None:
            return "starts" if self.old is None else "ends"
        if self.old == self.new:
            return "same"
        return "earlier" if self.new < self.old else "later"


@dataclass(frozen=True)
class ApplyPreview:
    """`total` cases are concerned, `fits` of them under this policy then; of `looked_at` the rest is told.

    `ways` counts clocks by what happens to them, `late_at_once` the cases that become overdue by it.
    """

    total: int
    fits: int
    looked_at: int
    ways: dict[str, int]
    late_at_once: int
    examples: tuple[Move, ...]
    fingerprint: str


def preview_of(policy: Policy, *, user: User, at: datetime) -> ApplyPreview:
    """Return what applying the policy would do to the cases that are open now; examples within reach."""
    rows = cases_of(policy)
    loaded = rows.select_related("customer", "category", "queue__calendar").order_by("pk")
    cases = list(loaded[:LOOKED_AT])
    moves = _Worker(cases, policy.kind, at).moves()
    ways = Counter(move.way for move in moves)
    late = [move for move in moves if move.is_late_at_once]
    seen = set(
        Complaint.objects.visible_to(user)
        .filter(pk__in=[case.pk for case in cases])
        .values_list("pk", flat=True)
    )
    shown = [move for move in moves if move.way != "same" and move.case.pk in seen]
    shown.sort(key=lambda move: (not move.is_late_at_once, move.case.pk))
    return ApplyPreview(
        rows.count(),
        rows.filter(fitting_first(policy)).count(),
        len(cases),
        {way: ways[way] for way in ("earlier", "later", "starts", "ends", "same")},
        len({move.case.pk for move in late}),
        tuple(shown[:EXAMPLES]),
        fingerprint(policy),
    )


class _Worker:
    """Works out many cases with a handful of queries."""

    def __init__(self, cases: Sequence[Complaint], kind: str, at: datetime) -> None:
        self.cases, self.at = cases, at
        keys = [case.pk for case in cases]
        policies = Policy.objects.active().of_kind(kind).select_related("calendar")
        self.policies = list(policies.prefetch_related("targets"))
        self.lines = lines_above(kind)
        self.clocks = _grouped(Clock.objects.filter(complaint__in=keys).select_related("calendar"))
        self.pauses = _grouped(Pause.objects.filter(complaint__in=keys, started_at__lte=at))
        self.since = min((case.received_at for case in cases), default=at)
        self.usual = default_calendar()
        self.calendars: dict[int, Calendar] = {}

    def moves(self) -> list[Move]:
        """Return what happens to every clock of every case."""
        return [move for case in self.cases for move in self._of_case(case)]

    def _of_case(self, case: Complaint) -> Iterable[Move]:
        policy = self._policy_for(case)
        if policy is None:
            return
        row = policy.calendar or (case.queue.calendar if case.queue is not None else None) or self.usual
        calendar, pauses = self._calendar(row), self._pauses(case)
        targets = {(one.clock, one.name): one for one in policy.targets.all()}
        known = {(clock.kind, clock.name) for clock in self.clocks[case.pk]}
        for clock in self.clocks[case.pk]:
            if clock.state in {ClockState.RUNNING, ClockState.PAUSED}:
                target = targets.get((clock.kind, clock.name))
                yield self._moved(case, clock, target, calendar, pauses)
        for key, target in targets.items():
            if key not in known and target.clock != ClockKind.UPDATE and not is_done(case, target):
                new = due_after(
                    case.received_at, target.amount, target.unit, calendar, _holes(target.clock, pauses)
                )
                yield Move(case, target.clock, target.name, None, new, new <= self.at)

    def _moved(
        self,
        case: Complaint,
        clock: Clock,
        target: Target | None,
        calendar: Calendar,
        pauses: tuple[Span, ...],
    ) -> Move:
        holes = _holes(clock.kind, pauses)
        old = clock.due_at
        if clock.state == ClockState.PAUSED:  # what is stored is from before the pause
            old = due_after(clock.started_at, clock.amount, clock.unit, self._calendar(clock.calendar), holes)
        if target is None:
            return Move(case, clock.kind, clock.name, old, None, False)
        new = due_after(clock.started_at, target.amount, target.unit, calendar, holes)
        return Move(case, clock.kind, clock.name, old, new, new <= self.at < old)

    def _policy_for(self, case: Complaint) -> Policy | None:
        tier = case.customer.tier if case.customer is not None else ""
        code = case.category.code if case.category is not None else ""
        fitting = (one for one in self.policies if one.grade in {"", case.grade} and one.tier in {"", tier})
        return first_for(self.lines.get(code, (code,)) if code else (), fitting)

    def _calendar(self, row: BusinessCalendar | None) -> Calendar:
        key = row.pk if row is not None else 0
        if key not in self.calendars:
            self.calendars[key] = working_calendar(row, since=self.since)
        return self.calendars[key]

    def _pauses(self, case: Complaint) -> tuple[Span, ...]:
        spans = ((row.started_at, row.ended_at) for row in self.pauses[case.pk])
        return tuple((start, end if end is not None and end <= self.at else self.at) for start, end in spans)


def _holes(kind: str, pauses: tuple[Span, ...]) -> tuple[Span, ...]:
    return () if kind in NEVER_PAUSED else pauses


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.complaint_id].append(row)
    return found
