"""Priority, queue and deadlines of a case whose facts were corrected. The caller holds the case locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from complaints.choices.cases import EntryKind, State
from complaints.domain.benches import basis_of
from complaints.domain.entries import write
from complaints.domain.queueing import ask_dispatch, named
from complaints.domain.rebasing import rebase_clocks
from complaints.domain.registering import place, queue_of
from complaints.grading import priority_for
from complaints.models import BusinessCalendar, Category, Complaint, Policy, Queue
from core.models import User
from customers.domain.changes import write_changes


@dataclass(frozen=True)
class Fit:
    """What the case was treated by, before its facts were corrected."""

    category: Category | None
    basis: tuple[Policy | None, BusinessCalendar | None]


def fit_of(case: Complaint) -> Fit:
    """Return what the case is treated by as it stands."""
    return Fit(case.category, basis_of(case))


def refit(
    case: Complaint,
    before: Fit,
    *,
    by: User | None,
    at: datetime,
    tier: str = "",
    line: str | None = None,
) -> bool:
    """Let priority, queue and clocks of an open case follow its facts; tell whether anything moved.

    A priority that somebody set stays. The queue follows the category only while nobody handles the case.
    Deadlines count from the beginning of the case; of the levels that are past by that the last one fires,
    if people have not been told that the case is late. `tier` is given where that of the customer was moved;
    `line` makes the line of the log unique.
    """
    if not case.is_open:
        return False
    told: dict[str, Any] = {}
    values: dict[str, Any] = {}
    now = case.customer.tier if case.customer is not None else ""
    priority = case.priority if case.priority_is_set else priority_for(case.grade, now)
    if priority != case.priority:
        values["priority"] = priority
        told |= {"priority_before": case.priority, "priority": priority}
    queue = _queue_for(case, before.category)
    if queue != case.queue and queue is not None:
        values |= {"queue": queue, "team": queue.team}
        told |= {"queue_before": named(case.queue), "queue": named(queue)}
    write_changes(case, values, by=by, at=at)
    policy, calendar = basis_of(case)
    if (policy, calendar) != before.basis and policy is not None:
        told["policy"] = policy.name
        rebase_clocks(case, at=at, by=by, reason="tier" if tier else "facts", pass_over=True)
    if told:
        data = {"code": "refitted", "params": {**told, **({"tier": tier} if tier else {})}}
        write(case, EntryKind.SYSTEM, at=at, by=by, data=data, message_id=line)
    if "queue" in values:
        ask_dispatch(case)
    return bool(told)


def _queue_for(case: Complaint, category_before: Category | None) -> Queue | None:
    """Return the queue of the category where nobody has the case yet, else the one in which it lies.

    A category without a queue sends the case where everything else goes only if its former one had brought
    it where it is: a mailbox or a colleague knew better.
    """
    if case.category == category_before or case.owner_id is not None or case.state != State.NEW:
        return case.queue
    wanted = queue_of(case.category) if case.category is not None else None
    if wanted is not None:
        return wanted
    if category_before is None or queue_of(category_before) != case.queue:
        return case.queue
    unplaced = Complaint(kind=case.kind, category=case.category)
    place(unplaced)
    return unplaced.queue
