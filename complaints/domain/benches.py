"""What the clocks of a case are worked out with: its policy, its calendar, its pauses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from complaints.choices.cases import NEVER_PAUSED
from complaints.domain.calendars import default_calendar, working_calendar
from complaints.domain.taxonomy import lines_above
from complaints.models import BusinessCalendar, Complaint, Pause, Policy
from complaints.sla import Calendar, Span


@dataclass(frozen=True)
class Bench:
    """What the clocks of one case are worked out with."""

    row: BusinessCalendar | None
    calendar: Calendar
    pauses: tuple[Span, ...]


def policy_for(complaint: Complaint) -> Policy | None:
    """Return the first policy in use, by place, whose conditions fit the case.

    One for a category fits the cases of those below it as well; at the same place the nearest goes first.
    """
    tier = complaint.customer.tier if complaint.customer is not None else ""
    fits = (Q(grade="") | Q(grade=complaint.grade), Q(tier="") | Q(tier=tier))
    rows = list(Policy.objects.active().of_kind(complaint.kind).filter(*fits).select_related("calendar"))
    return first_for(_line_of(complaint, {one.category_code for one in rows}), rows)


def _line_of(complaint: Complaint, asked: set[str]) -> tuple[str, ...]:
    """Return the category of the case and those above it; these only where a policy asks for another."""
    if complaint.category is None:
        return ()
    code = complaint.category.code
    return lines_above(complaint.kind).get(code, (code,)) if asked - {"", code} else (code,)


def first_for(line: Sequence[str], policies: Iterable[Policy]) -> Policy | None:
    """Return the policy that holds for a category with those above it, of those that fit otherwise."""
    steps = {code: step for step, code in enumerate((*line, ""))}
    fitting = [one for one in policies if one.category_code in steps]
    return min(fitting, key=lambda one: (one.position, steps[one.category_code], one.pk), default=None)


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


def basis_of(complaint: Complaint) -> tuple[Policy | None, BusinessCalendar | None]:
    """Return policy and calendar that fit the case as it stands: where they differ its clocks follow."""
    policy = policy_for(complaint)
    return policy, calendar_row(complaint, policy)
