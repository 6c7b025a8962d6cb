"""Levels that fire: each once for its clock and cycle, in the order of their times, whoever scans.

A scan asks for everything overdue. It works case by case: the case is locked, then its levels fire one
after the other, each in the transaction that tells people and acts. A case that somebody else holds is
left for the next scan.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from complaints.choices.cases import (
    GRADE_ORDER,
    AssignReason,
    CaseKind,
    ClockKind,
    ClockState,
    EscalationState,
    LevelAction,
    MetBy,
    State,
)
from complaints.domain.assessing import regrade
from complaints.domain.crises import summon
from complaints.domain.entries import tell
from complaints.domain.level_failures import LevelFailedError, note_failure, waiting_clocks
from complaints.domain.level_recipients import recipients_of
from complaints.domain.moves import assign
from complaints.domain.quiet_hours import speaks_at
from complaints.domain.story import tell_timeline
from complaints.models import Clock, Complaint, Escalation
from complaints.rules import can_handle
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.notifications import mark_read_about, notify
from core.domain.sequence import note_changes
from core.errors import Conflict
from core.models import User

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
    """Fire the due levels of one case in the order of their times; each is kept before the next begins.

    One that fails is tried again later, a bounded number of times; those of its clock wait for it so long.
    """
    fired = 0
    while True:
        try:
            if not _fire_next(complaint_id, at=at):
                return fired
            fired += 1
        except LevelFailedError as failure:
            logger.exception("Level %s of case %s could not be carried out", failure.level.pk, complaint_id)
            note_failure(failure.level, failure.error, at=at)


@transaction.atomic
def _fire_next(complaint_id: int, *, at: datetime) -> bool:
    """Fire the first due level of the case; False where none is left, or somebody else holds the case."""
    case = _held(complaint_id)
    if case is None:
        return False
    rows = Escalation.objects.due(at).filter(complaint=case).exclude(clock__in=waiting_clocks(case, at))
    level = rows.select_related("clock", "person").first()
    if level is None:
        return False
    if level.clock.state != ClockState.RUNNING or not (case.is_open or _waits_for_letter(case, level.clock)):
        # A clock that was met or stopped calls off its ladder by itself; this is for what was missed.
        Escalation.objects.filter(pk=level.pk).planned().update(state=EscalationState.CANCELLED)
        return True
    claimed = Escalation.objects.filter(pk=level.pk).planned()
    if not claimed.update(state=EscalationState.FIRED, fired_at=at, tries=0, retry_at=None, error=""):
        return False
    try:
        _carry_out(case, level, at=at)
    except (OperationalError, InterfaceError):
        raise  # the trouble of the database is not that of the level
    except Exception as error:
        raise LevelFailedError(level, error) from error
    return True


def _waits_for_letter(case: Complaint, clock: Clock) -> bool:
    """Tell whether the solution is given and the decision letter, which the law asks for, is not issued."""
    is_letter = clock.kind == ClockKind.STATUTORY and clock.met_by == MetBy.LETTER
    return is_letter and case.state in {State.SOLVED, State.CLOSED}


def _held(complaint_id: int) -> Complaint | None:
    """Lock the case, or return None where somebody else has it."""
    rows = Complaint.objects.filter(pk=complaint_id)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(of=("self",), skip_locked=True)
    found: Complaint | None = rows.first()
    return found


def _carry_out(case: Complaint, level: Escalation, *, at: datetime) -> None:
    whom = recipients_of(case, level, at=at)
    done = _act(case, level, whom.there, at=at)
    evidence = {
        "told": [str(person) for person in whom.people],
        "stood_in": whom.stand_ins(),
        "fallback": whom.is_fallback,
        "action": done,
        "due_at": level.clock.due_at.isoformat(),
        "late": int((at - level.clock.due_at).total_seconds()),
    }
    Escalation.objects.filter(pk=level.pk).update(evidence=evidence)
    level.told.set({*whom.people, *whom.there})
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
        stood_in=evidence["stood_in"],
        action=done,
    )
    tell_timeline(case, "escalated", at=at, by=None, level=level.number)
    _tell_in_time(whom.people, case, level, at=at)


def _tell_in_time(people: Iterable[User], case: Complaint, level: Escalation, *, at: datetime) -> None:
    """Tell at once, or let the message wait for the end of the quiet hours of the grade."""
    goes_through = level.through_quiet_hours or level.action == LevelAction.SUMMON_CRISIS
    # The level may just have raised the grade.
    stored = case if goes_through else Complaint.objects.get(pk=case.pk)
    opens = at if goes_through else speaks_at(stored, at)
    if opens <= at:
        _tell(people, case, level)
    else:
        Escalation.objects.filter(pk=level.pk).update(tell_at=opens)


#: A clock that nobody waits for any more; one that is paused goes on.
_OVER = frozenset({ClockState.MET, ClockState.CANCELLED})


def tell_waiting(at: datetime, *, most: int = 2_000) -> int:
    """Send the messages whose quiet hours are over; return how many. Any number of workers may do this.

    Who was told when the level fired is told now. What was taken up or settled meanwhile is no news, but to
    whom it handed the case, and who handles it still.
    """
    rows = Escalation.objects.to_tell(at).values_list("pk", flat=True)
    return sum(_told_safely(pk, at) for pk in list(rows[:most]))


def _told_safely(pk: int, at: datetime) -> int:
    try:
        return int(_tell_one(pk, at=at))
    except LevelFailedError as failure:
        logger.exception("Level %s could not be told", pk)
        note_failure(failure.level, failure.error, at=at)
    except Exception:  # one broken level must not keep the others from being told
        logger.exception("Level %s could not be told", pk)
    return 0


@transaction.atomic
def _tell_one(pk: int, *, at: datetime) -> bool:
    if not Escalation.objects.filter(pk=pk, tell_at__lte=at).update(tell_at=None):
        return False
    level = Escalation.objects.select_related("clock", "complaint").get(pk=pk)
    case, people = level.complaint, level.told.all()
    if level.acknowledged_at is not None or level.clock.state in _OVER:
        # Nothing else tells whom the case was handed to.
        handed_over = level.evidence.get("action") == LevelAction.REASSIGN and case.is_open
        people = people.filter(pk=case.owner_id) if handed_over else people.none()
    try:
        if people:
            _tell(people, case, level)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise LevelFailedError(level, error) from error
    if level.tries:
        Escalation.objects.filter(pk=pk).update(tries=0, error="")
    return bool(people)


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
    # A solved case may still wait for its letter; it changes hands no more.
    if to is None or not case.is_open:
        return str(LevelAction.NOTIFY)
    assign(case, to, by=None, reason=AssignReason.ESCALATION, at=at)
    return str(LevelAction.REASSIGN)


def _raise_grade(case: Complaint, *, at: datetime) -> str:
    higher = [grade for grade, place in GRADE_ORDER.items() if place == GRADE_ORDER.get(case.grade, 9) + 1]
    if case.kind != CaseKind.COMPLAINT or not higher or case.has_ended:
        return str(LevelAction.NOTIFY)
    regrade(case, higher[0], reason=gettext_noop("It was escalated."), by=None, at=at)
    return str(LevelAction.RAISE_GRADE)


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
