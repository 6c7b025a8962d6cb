"""Giving cases to people: one case never to two, and nobody more than they can carry.

Dispatches go one after another (`take_turns`), so that what was counted is still true when the case is
given. A person who takes a case, or gives it to somebody, is always right: a dispatch that comes later
changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Max, When
from django.utils import timezone

from complaints.choices.cases import PRIORITY_ORDER, AssignReason, Grade, State
from complaints.dispatch import Candidate, Ranking, Wanted, ranked
from complaints.domain.calendars import default_calendar, working_calendar
from complaints.domain.moves import assign
from complaints.domain.telling import tell_lead, told_before
from complaints.models import Assignment, BusinessCalendar, Complaint, Handler
from complaints.sla import add_working_time
from core.domain.numbers import take_turns
from core.domain.versions import locked
from core.models import Absence
from customers.choices import Tier

logger = logging.getLogger(__name__)

#: After this time without anybody, the lead of the team is told.
PATIENCE = timedelta(minutes=30)
#: Experience counts what was handled within this time.
EXPERIENCE_WITHIN = timedelta(days=180)
#: Before the number of a case, in the key by which its lead is told once.
_UNASSIGNED = "case-unassigned-"


def dry_run(case: Complaint, *, at: datetime) -> Ranking:
    """Return who would get the case now, and why everybody else would not. Nothing changes."""
    return ranked(_wanted(case), _candidates(case, at=at))


def _wanted(case: Complaint) -> Wanted:
    tier = case.customer.tier if case.customer is not None else ""
    skill = case.category.skill if case.category is not None else ""
    return Wanted(skill=skill, owner_first=case.grade == Grade.SEVERE or tier == Tier.STRATEGIC)


def _candidates(case: Complaint, *, at: datetime) -> list[Candidate]:
    """Read what is known of everybody in the queue; the number of queries does not grow with the people."""
    if case.queue_id is None:
        return []
    handlers = list(
        Handler.objects.active()
        .filter(queues=case.queue_id)
        .with_load()
        .select_related("user", "calendar")
        .order_by("pk")
    )
    users = [handler.user_id for handler in handlers]
    away = set(
        Absence.objects.running(timezone.localdate(at)).filter(user__in=users).values_list("user", flat=True)
    )
    given = dict(
        Assignment.objects.filter(owner__in=users)
        .order_by()
        .values_list("owner")
        .annotate(last=Max("at"))
        .values_list("owner", "last")
    )
    known = _experience(case, users, at)
    fallback = (case.queue.calendar if case.queue is not None else None) or default_calendar()
    working = _open_now({handler.calendar or fallback for handler in handlers}, at)
    owner = case.customer.owner_id if case.customer is not None else None
    return [
        Candidate(
            user_id=handler.user_id,
            name=str(handler.user),
            skills=frozenset(handler.skills),
            load=handler.load,
            cap=handler.cap,
            is_working=working[handler.calendar or fallback],
            is_away=handler.user_id in away,
            is_owner=handler.user_id == owner,
            experience=known.get(handler.user_id, 0),
            last_given=given.get(handler.user_id),
        )
        for handler in handlers
    ]


def _experience(case: Complaint, users: list[int], at: datetime) -> dict[int, int]:
    if case.category is None:
        return {}
    rows = Complaint.objects.filter(
        owner__in=users, category__code=case.category.code, received_at__gte=at - EXPERIENCE_WITHIN
    )
    solved = rows.filter(state__in=[State.SOLVED, State.CLOSED]).order_by().values_list("owner")
    return dict(solved.annotate(n=Count("pk")).values_list("owner", "n"))


def _open_now(rows: Iterable[BusinessCalendar | None], at: datetime) -> dict[BusinessCalendar | None, bool]:
    """Tell of each calendar whether people work at the moment."""
    return {row: add_working_time(at, 0, working_calendar(row, since=at)) == at for row in rows}


@transaction.atomic
def dispatch(case: Complaint, *, at: datetime | None = None) -> Complaint | None:
    """Give the case to whoever should have it, and return it; None where there is nothing to give.

    Nothing happens to a case that somebody handles, that is not new, or whose queue gives out nothing by
    itself. Where nobody can have it, it keeps why, and the next sweep tries again.
    """
    moment = at or timezone.now()
    take_turns("complaints-dispatch")
    stored = locked(case)
    if stored.state != State.NEW or stored.owner_id is not None:
        return None
    if stored.queue is None or not stored.queue.is_automatic:
        return None
    ranking = dry_run(stored, at=moment)
    evidence = {"at": moment.isoformat(), "weighed": [row.as_evidence() for row in ranking.rows]}
    if ranking.best is None:
        Complaint.objects.filter(pk=stored.pk).update(dispatch_evidence=evidence)
        return None
    handler = Handler.objects.select_related("user").get(user=ranking.best.user_id)
    return assign(stored, handler.user, by=None, reason=AssignReason.DISPATCH, evidence=evidence, at=moment)


def dispatch_waiting(at: datetime, *, most: int = 500) -> int:
    """Try again for what nobody has, the most urgent first, then the oldest; return how many were given.

    Once nobody can take a case of a queue and skill, the others of the same are left for the next sweep: at
    most `most` are weighed, and what is stuck keeps nothing else from being given. The lead of the team is
    told once of a case that waits too long.
    """
    given, tried = 0, 0
    stuck: set[tuple[int | None, str]] = set()
    rows = _waiting().select_related("category")
    for case in rows.only("pk", "queue_id", "category__skill"):
        key = (case.queue_id, case.category.skill if case.category is not None else "")
        if key in stuck:
            continue
        if tried == most:
            break
        tried += 1
        try:
            is_given = dispatch(case, at=at) is not None
        except Exception:  # one broken case must not keep the others from being given
            logger.exception("Case %s could not be dispatched", case.pk)
            continue
        if is_given:
            given += 1
        elif _waiting().filter(pk=case.pk).exists():  # and not taken by somebody in this very moment
            stuck.add(key)
    _tell_leads(at, most=most)
    return given


def _waiting() -> Any:
    """The cases that queues give out by themselves and nobody has, the most urgent first, then the oldest."""
    urgency = Case(*(When(priority=name, then=place) for name, place in PRIORITY_ORDER.items()), default=0)
    rows = Complaint.objects.unassigned().filter(queue__is_automatic=True, queue__is_active=True)
    return rows.order_by(urgency.desc(), "received_at", "pk")


def _tell_leads(at: datetime, *, most: int) -> None:
    """Tell the leads of what waits too long, of each case once."""
    rows = _waiting().filter(~told_before(_UNASSIGNED, "team__lead"), received_at__lt=at - PATIENCE)
    for case in rows.select_related("team", "team__lead")[:most]:
        tell_lead(case, "case_unassigned", dedupe=f"{_UNASSIGNED}{case.pk}", at=at)
