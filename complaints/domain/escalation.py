"""Levels that fire: each once for its clock and cycle, in the order of their times, whoever scans.

A scan asks for everything overdue. It works case by case: the case is locked, then its levels fire one
after the other, each in the transaction that tells people and acts. A case that somebody else holds is
left for the next scan.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from complaints.choices.cases import (
    GRADE_ORDER,
    AssignReason,
    CaseKind,
    ClockState,
    EscalationState,
    LevelAction,
    Recipient,
)
from complaints.domain.assessing import regrade
from complaints.domain.crises import summon
from complaints.domain.entries import tell
from complaints.domain.moves import assign
from complaints.domain.registering import tell_timeline
from complaints.models import Complaint, Escalation
from complaints.rules import can_handle
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import mark_read_about, notify
from core.domain.sequence import note_changes
from core.errors import Conflict
from core.models import Team, User
from core.roles import Role

logger = logging.getLogger(__name__)

#: Rows of one look at the table.
BATCH = 200

_TITLES: dict[str, Promise] = {
    LevelAction.NOTIFY: gettext_lazy("Escalated, level %(level)s: %(case)s"),
    LevelAction.REASSIGN: gettext_lazy("Escalated and handed to you, level %(level)s: %(case)s"),
    LevelAction.RAISE_GRADE: gettext_lazy("Escalated with a higher grade, level %(level)s: %(case)s"),
    LevelAction.SUMMON_CRISIS: gettext_lazy("Crisis team summoned, level %(level)s: %(case)s"),
}


# ---- the scan ---------------------------------------------------------------------------------------
def fire_due(at: datetime, *, most: int = 2_000) -> int:
    """Fire every level whose time has come, the most overdue first, in up to `most` cases; return how many.

    Any number of workers may do this at the same time. What goes wrong with one case is logged, and keeps
    no other from being escalated.
    """
    fired = 0
    seen: set[int] = set()
    rows = Escalation.objects.due(at).values_list("fire_at", "pk", "complaint_id")
    after: tuple[datetime, int] | None = None
    while len(seen) < most:
        found = list((rows if after is None else rows.filter(_beyond(*after)))[:BATCH])
        if not found:
            break
        for _fire_at, _pk, case in found:
            if case not in seen:
                seen.add(case)
                fired += _fired_safely(case, at)
        after = found[-1][0], found[-1][1]
    return fired


def _beyond(fire_at: datetime, pk: int) -> Q:
    """The rows after this one, in the order of the scan. The first condition is a range for the index."""
    return Q(fire_at__gte=fire_at) & (Q(fire_at__gt=fire_at) | Q(pk__gt=pk))


def _fired_safely(complaint_id: int, at: datetime) -> int:
    try:
        return fire_case(complaint_id, at=at)
    except Exception:  # one broken case must not keep the others from being escalated
        logger.exception("Case %s could not be escalated", complaint_id)
        return 0


def fire_case(complaint_id: int, *, at: datetime) -> int:
    """Fire the due levels of one case in the order of their times; each is kept before the next begins."""
    fired = 0
    while _fire_next(complaint_id, at=at):
        fired += 1
    return fired


@transaction.atomic
def _fire_next(complaint_id: int, *, at: datetime) -> bool:
    """Fire the first due level of the case; False where none is left, or somebody else holds the case."""
    case = _held(complaint_id)
    if case is None:
        return False
    level = Escalation.objects.due(at).filter(complaint=case).select_related("clock", "person").first()
    if level is None:
        return False
    if not case.is_open or level.clock.state != ClockState.RUNNING:
        # A clock that was met or stopped calls off its ladder by itself; this is for what was missed.
        Escalation.objects.filter(pk=level.pk).planned().update(state=EscalationState.CANCELLED)
        return True
    claimed = Escalation.objects.filter(pk=level.pk).planned()
    if not claimed.update(state=EscalationState.FIRED, fired_at=at):
        return False
    _carry_out(case, level, at=at)
    return True


def _held(complaint_id: int) -> Complaint | None:
    """Lock the case, or return None where somebody else has it."""
    rows = Complaint.objects.filter(pk=complaint_id)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(of=("self",), skip_locked=True)
    found: Complaint | None = rows.first()
    return found


def _carry_out(case: Complaint, level: Escalation, *, at: datetime) -> None:
    people, fallback = recipients_of(case, level)
    done = _act(case, level, people, at=at)
    evidence = {
        "told": [str(person) for person in people],
        "fallback": fallback,
        "action": done,
        "due_at": level.clock.due_at.isoformat(),
        "late": int((at - level.clock.due_at).total_seconds()),
    }
    Escalation.objects.filter(pk=level.pk).update(evidence=evidence)
    level.told.set(people)
    Complaint.objects.filter(pk=case.pk, level__lt=level.number).update(level=level.number)
    note_changes(Complaint, [case.pk])
    tell(
        case,
        "escalated",
        at=at,
        level=level.number,
        clock=level.clock.kind,
        name=level.clock.name,
        told=evidence["told"],
        action=done,
    )
    tell_timeline(case, "escalated", at=at, by=None, level=level.number)
    _tell(people, case, level)


def _tell(people: Iterable[User], case: Complaint, level: Escalation) -> None:
    kind = "case_escalated" if level.by_mail else "case_reminder"
    if level.through_quiet_hours or level.action == LevelAction.SUMMON_CRISIS:
        kind = "case_escalated_urgent"
    notify(
        people,
        kind=kind,
        title=_TITLES[level.action],
        body=gettext_lazy("%(clock)s, due %(due)s"),
        params={
            "level": level.number,
            "case": str(case),
            # Named by each reader: the message is worded in the language of whom it reaches.
            "clock": level.clock,
            "due": f"{timezone.localtime(level.clock.due_at):%Y-%m-%d %H:%M}",
        },
        url=case.get_absolute_url(),
        subject=case,
        dedupe=f"escalation-{level.pk}",
    )


# ---- what is done -----------------------------------------------------------------------------------
def _act(case: Complaint, level: Escalation, people: Sequence[User], *, at: datetime) -> str:
    """Do what the level asks for, and return what was done: an action that cannot be done is told, only."""
    if level.action == LevelAction.REASSIGN:
        return _hand_over(case, people, at=at)
    if level.action == LevelAction.RAISE_GRADE:
        return _raise_grade(case, at=at)
    if level.action == LevelAction.SUMMON_CRISIS:
        summon(case, at)
    return str(level.action)


def _hand_over(case: Complaint, people: Sequence[User], *, at: datetime) -> str:
    to = next((person for person in people if can_handle(person) and person.pk != case.owner_id), None)
    if to is None:
        return str(LevelAction.NOTIFY)
    assign(case, to, by=None, reason=AssignReason.ESCALATION, at=at)
    return str(LevelAction.REASSIGN)


def _raise_grade(case: Complaint, *, at: datetime) -> str:
    higher = [grade for grade, place in GRADE_ORDER.items() if place == GRADE_ORDER.get(case.grade, 9) + 1]
    if case.kind != CaseKind.COMPLAINT or not higher:
        return str(LevelAction.NOTIFY)
    regrade(case, higher[0], reason=gettext_noop("It was escalated."), by=None, at=at)
    return str(LevelAction.RAISE_GRADE)


# ---- who is told ------------------------------------------------------------------------------------
def recipients_of(case: Complaint, level: Escalation) -> tuple[list[User], bool]:
    """Return whom the level reaches, and whether that is a stand-in for somebody who is not there.

    Nobody there: the lead of the team, then of the teams above, then managers, then administrators.
    """
    found = [person for person in _wanted(case, level) if _is_reachable(person)]
    if level.action == LevelAction.SUMMON_CRISIS:
        found += [person for person in _crisis_team(case) if person not in found]
    if found:
        return found, False
    for stand_ins in (_leads(case.team, above=0)[:1], _managers(case.team), _administrators()):
        found = [person for person in stand_ins if _is_reachable(person)]
        if found:
            return found, True
    return [], True


def _is_reachable(person: User | None) -> bool:
    return person is not None and person.is_active and not person.is_service


def _wanted(case: Complaint, level: Escalation) -> list[Any]:
    if level.recipient == Recipient.PERSON:
        return [level.person]
    if level.recipient == Recipient.OWNER:
        return [case.owner]
    if level.recipient == Recipient.CUSTOMER_OWNER:
        return [case.customer.owner if case.customer is not None else None]
    if level.recipient == Recipient.MANAGERS:
        return _managers(case.team)
    return _leads(case.team, above=1 if level.recipient == Recipient.LEAD_ABOVE else 0)[:1]


def _leads(team: Team | None, *, above: int) -> list[User]:
    """Return the leads of the team, so many steps up, and of every team above it, the nearest first."""
    chain: list[Team] = []
    while team is not None and team not in chain:
        chain.append(team)
        team = team.parent
    return [one.lead for one in chain[above:] if one.lead is not None and _is_reachable(one.lead)]


def _managers(team: Team | None) -> list[User]:
    if team is None:
        return []
    teams = Team.objects.ids_above(team.pk)
    rows = User.objects.people().in_role(Role.MANAGER).filter(team__in=teams)
    return list(rows.order_by("pk"))


def _administrators() -> list[User]:
    return list(User.objects.people().in_role(Role.ADMINISTRATOR).order_by("pk"))


def _crisis_team(case: Complaint) -> list[User]:
    """Managers of the team and of those above, and the administrators."""
    return [*_managers(case.team), *_administrators()]


# ---- taken up ---------------------------------------------------------------------------------------
def can_acknowledge(user: User, escalation: Escalation) -> bool:
    """Tell whether the person was told of it, or manages cases."""
    told = escalation.told.filter(pk=user.pk).exists()
    return told or can(user, "assign", Complaint)


@transaction.atomic
def acknowledge_escalation(
    escalation: Escalation, *, by: User, was_wrong: bool = False, at: datetime | None = None
) -> Escalation:
    """Take up what one was told of, or (`was_wrong`) call it a false alarm. Refused the second time.

    Refused, too, for one that has not fired, and to whom it did not reach.
    """
    moment = at or timezone.now()
    if not can_acknowledge(by, escalation):
        raise Conflict("not_told", _("This escalation was not addressed to you."))
    rows = Escalation.objects.filter(pk=escalation.pk, state=EscalationState.FIRED)
    taken = rows.filter(acknowledged_at__isnull=True).update(
        acknowledged_at=moment, acknowledged_by=by, was_wrong=was_wrong
    )
    stored: Escalation = Escalation.objects.select_related("complaint", "clock").get(pk=escalation.pk)
    if not taken:
        raise Conflict("taken_up", _("This escalation was taken up already, or has not fired."))
    code = "escalation_wrong" if was_wrong else "escalation_taken"
    tell(stored.complaint, code, at=moment, by=by, level=stored.number)
    record(AuditAction.CHANGED, by=by, subject=stored.complaint, note=f"{stored}: {code}")
    mark_read_about(stored.complaint, user=by, at=moment)
    return stored
