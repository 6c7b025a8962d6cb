"""Levels that could not be carried out: tried a few times, then set aside, told once, tried again by hand.

A level that fails leaves nothing behind but the count of its tries, as its transaction is rolled back; so it
still fires once, however often it was tried.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from complaints.choices.cases import EscalationState
from complaints.domain.entries import tell
from complaints.domain.whom import administrators, managers_above
from complaints.models import Complaint, Escalation
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.domain.jobs import later
from core.domain.notifications import notify
from core.errors import Conflict
from core.models import User

#: How long a level waits after its first, second … failed try; after the last it is set aside.
WAITS = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=10))
MOST_TRIES = len(WAITS) + 1


class LevelFailedError(Exception):
    """A level could not be carried out; the cause is chained."""

    def __init__(self, level: Escalation, error: Exception) -> None:
        super().__init__(f"level {level.pk}")
        self.level, self.error = level, error


@transaction.atomic
def note_failure(level: Escalation, error: Exception, *, at: datetime) -> bool:
    """Count a try that failed; tell whether the level is set aside by that.

    A level that has not fired is tried again after a growing wait, and later levels of its clock wait with
    it. One of which only the message is missing has fired; its message waits. Two workers who failed over
    the same try count it once.
    """
    tries, text = level.tries + 1, f"{type(error).__name__}: {error}".replace("\0", "")[:300]
    is_last = tries >= MOST_TRIES
    values: dict[str, Any] = {"tries": tries, "error": text}
    if is_last:
        values |= {"set_aside_at": at, "retry_at": None, "tell_at": None}
    else:
        wait = at + WAITS[tries - 1]
        values |= {"tell_at": wait} if level.state == EscalationState.FIRED else {"retry_at": wait}
    mine = Escalation.objects.filter(pk=level.pk, state=level.state, tries=level.tries)
    if not mine.filter(set_aside_at__isnull=True).update(**values) or not is_last:
        return False
    later(
        "complaints.tasks.tell_of_failed_level",
        title=gettext_noop("Tell of a level that could not be carried out"),
        dedupe=f"level-failed-{level.pk}-{at.isoformat()}",
        queue="sla",
        level_id=level.pk,
    )
    return True


@transaction.atomic
def tell_of_failed_level(level_id: int) -> int:
    """Tell administrators and managers of a level that was set aside, once each; return how many they are."""
    rows = Escalation.objects.set_aside().select_related("complaint__team", "clock")
    level: Escalation | None = rows.filter(pk=level_id).first()
    if level is None or level.set_aside_at is None:
        return 0
    case = level.complaint
    people = {person.pk: person for person in (*administrators(), *managers_above(case.team))}
    notify(
        people.values(),
        kind="case_level_failed",
        title=gettext_lazy("Level %(level)s could not be carried out: %(case)s"),
        body=gettext_lazy("It was tried %(n)s times. The case says what is to be done."),
        params={"level": level.number, "case": str(case), "n": level.tries},
        url=f"{case.get_absolute_url()}#ladder",
        subject=case,
        dedupe=f"level-failed-{level.pk}-{level.set_aside_at.isoformat()}",
    )
    tell(
        case,
        "level_failed",
        at=timezone.now(),
        message_id=f"level-failed:{level.pk}:{level.set_aside_at.isoformat()}",
        level=level.number,
        clock=level.clock.kind,
        name=level.clock.name,
        told=[str(person) for person in people.values()],
    )
    return len(people)


def can_try_again(user: User) -> bool:
    """Tell whether the person may have a level tried again: who manages cases, or the installation."""
    return can(user, "change", Escalation) and can(user, "assign", Complaint)


@transaction.atomic
def try_again(escalation: Escalation, *, by: User, at: datetime | None = None) -> Escalation:
    """Let a level that was set aside be tried anew by the next scan, with all its tries.

    Refused: for one that was not set aside, and to whoever may not assign cases.
    """
    moment = at or timezone.now()
    if not can_try_again(by):
        raise Conflict("not_yours", _("Whoever may assign cases has a level tried again."))
    aside = Escalation.objects.set_aside().filter(pk=escalation.pk)
    fired = aside.filter(state=EscalationState.FIRED)
    fresh: dict[str, Any] = {"tries": 0, "error": "", "set_aside_at": None, "retry_at": None}
    if not (fired.update(**fresh, tell_at=moment) or aside.update(**fresh)):
        raise Conflict("not_set_aside", _("This level was not set aside."))
    stored: Escalation = Escalation.objects.select_related("complaint", "clock").get(pk=escalation.pk)
    tell(stored.complaint, "level_tried_again", at=moment, by=by, level=stored.number)
    record(AuditAction.CHANGED, by=by, subject=stored.complaint, note=f"{stored}: level_tried_again")
    return stored


def waiting_clocks(case: Complaint, at: datetime) -> Any:
    """Return the clocks of which an earlier level is tried again: those after it wait, to keep the order."""
    return (
        Escalation.objects.planned().filter(complaint=case, retry_at__gt=at, fire_at__lte=at).values("clock")
    )
