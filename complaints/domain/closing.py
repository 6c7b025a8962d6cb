"""Solved cases that nobody asks about any more: closed after a time without an objection."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_noop

from complaints.choices.cases import EntryKind, State, Unit
from complaints.choices.solving import CallBackState
from complaints.deadlines import due_after
from complaints.domain.benches import calendar_row
from complaints.domain.calendars import working_calendar
from complaints.domain.moves import close
from complaints.models import CallBack, CallBackPolicy, Complaint, Entry
from core.domain.versions import locked
from core.errors import Conflict

logger = logging.getLogger(__name__)


def close_unopposed(at: datetime) -> int:
    """Close the solved cases to which no objection came within the days of the rules; return how many.

    A case whose call-back is still to be made, or whose customer waits for an answer, is left alone. What
    goes wrong with one case is logged, and keeps no other from being closed.
    """
    days = CallBackPolicy.load().close_days
    if not days:
        return 0
    closed = 0
    for pk in list(_quiet(at - timedelta(days=days)).order_by("pk").values_list("pk", flat=True)):
        try:
            closed += _close(pk, days, at)
        except Exception:
            logger.exception("Case %s could not be closed", pk)
    return closed


def _quiet(since: datetime) -> Any:
    """The solved cases of which nothing is expected: never fewer working days than days have passed."""
    due = CallBack.objects.filter(
        complaint=OuterRef("pk"), cycle=OuterRef("cycle"), state=CallBackState.DUE
    ).order_by()
    rows = Complaint.objects.filter(state=State.SOLVED, solved_at__lte=since, unanswered_since__isnull=True)
    return rows.filter(~Exists(due))


@transaction.atomic
def _close(pk: int, days: int, at: datetime) -> bool:
    case: Complaint = locked(Complaint(pk=pk))
    if not _quiet(at).filter(pk=pk).exists() or _rests_from(case, days) > at:
        return False
    try:
        close(case, by=None, note=gettext_noop("No objection came within the days of the rules."), at=at)
    except Conflict:
        return False
    return True


def _rests_from(case: Complaint, days: int) -> datetime:
    """Return when the days are over: counted from the solution, the last word, or the last vain call."""
    moments = [case.solved_at]
    words = Entry.objects.filter(complaint=case, kind__in=[EntryKind.INBOUND, EntryKind.OUTBOUND])
    moments += words.order_by("-at").values_list("at", flat=True)[:1]
    calls = CallBack.objects.filter(complaint=case, cycle=case.cycle, state=CallBackState.GIVEN_UP)
    moments += calls.values_list("updated_at", flat=True)[:1]
    since = max(moment for moment in moments if moment is not None)
    calendar = working_calendar(calendar_row(case, None), since=since)
    return due_after(since, days, Unit.WORKING_DAYS, calendar)
