"""What customers answer when they are called back: it closes the case, or opens it again, exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from complaints.choices.cases import Emotion, State
from complaints.choices.solving import AnsweredBy, AttemptResult, CallBackState
from complaints.domain.callbacks import in_working_time
from complaints.domain.entries import tell
from complaints.domain.moves import close
from complaints.domain.reopening import reopen
from complaints.models import CallBack, CallBackAttempt, CallBackPolicy, Complaint
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_known, write_changes

_SALT = "complaints.callback"
POLICY_FIELDS = ("most_attempts", "hours_between", "low_score", "link_days", "close_days")


@dataclass(frozen=True)
class Answer:
    """What the customer says: scores from 1 to 5, and whether the solution will do."""

    is_accepted: bool
    result_score: int | None = None
    process_score: int | None = None
    emotion: str = ""
    wish: str = ""


@transaction.atomic
def settle(
    callback: CallBack,
    answer: Answer,
    *,
    by: User | None,
    through: str = AnsweredBy.PHONE,
    at: datetime | None = None,
) -> CallBack:
    """Keep the answer. A content customer closes the case; a refusal or a low score reopens it.

    By the link it is kept after the calls were given up, too, as long as the solution stands.

    Refused: the second answer, one to a solution that no longer stands, and by the handler, who would rate
    the own work.
    """
    moment = at or timezone.now()
    case = locked(callback.complaint)
    stored = locked(callback)
    if through != AnsweredBy.LINK or not is_asked(stored, case):
        _ensure_due(stored)
    if by is not None and by.pk in {case.owner_id, stored.handler_id}:
        raise DomainError("own_case", _("Somebody else than the handler makes the call-back."))
    values = {
        **vars(answer),
        "wish": answer.wish.strip()[:300],
        "state": CallBackState.DONE,
        "done_at": moment,
        "done_by": by,
        "answered_by": through,
    }
    write_changes(stored, values, by=by, at=moment)
    if answer.emotion in Emotion.values:
        write_changes(case, {"emotion_after": answer.emotion}, by=by, at=moment)
    tell(case, "called_back", at=moment, by=by, accepted=answer.is_accepted, score=answer.result_score)
    if is_content(answer, CallBackPolicy.load()):
        if case.state == State.SOLVED:
            close(case, by=by, note=gettext_noop("The customer is content."), at=moment)
    elif case.state in {State.SOLVED, State.CLOSED}:
        reopen(
            case,
            reason=answer.wish.strip()[:300] or gettext_noop("The customer is not content."),
            by=by,
            at=moment,
        )
    return stored


def is_content(answer: Answer, policy: CallBackPolicy) -> bool:
    """Tell whether the case may rest: accepted, and no score at or below the limit."""
    scores = [score for score in (answer.result_score, answer.process_score) if score is not None]
    return answer.is_accepted and all(score > policy.low_score for score in scores)


def is_asked(callback: CallBack, case: Complaint) -> bool:
    """Tell whether the link still asks: until it is answered or the solution no longer stands."""
    if callback.state == CallBackState.GIVEN_UP:
        return callback.cycle == case.cycle and case.state in {State.SOLVED, State.CLOSED}
    return bool(callback.state == CallBackState.DUE)


def _ensure_due(callback: CallBack) -> None:
    if callback.state != CallBackState.DUE:
        text = _("This call-back is “%(state)s” already.") % {"state": callback.get_state_display()}
        raise Conflict("callback_settled", text)


@transaction.atomic
def note_attempt(
    callback: CallBack, result: str, *, by: User, note: str = "", at: datetime | None = None
) -> CallBack:
    """Keep a call that brought no answer; the next one is due later, when the caller works.

    After the last one it is given up.

    Refused: a call-back that is settled, and a call that reached the customer, whose answer is kept instead.
    """
    moment = at or timezone.now()
    if result == AttemptResult.REACHED or result not in AttemptResult.values:
        raise DomainError("answer_needed", _("Say what the customer answered."))
    case, policy = locked(callback.complaint), CallBackPolicy.load()
    stored = locked(callback)
    _ensure_due(stored)
    stored.complaint = case
    number = stored.attempts_made + 1
    CallBackAttempt.objects.create(
        callback=stored, number=number, at=moment, by=by, result=result, note=note[:300]
    )
    is_last = number >= policy.most_attempts or result == AttemptResult.DECLINED
    again = in_working_time(stored, moment + timedelta(hours=policy.hours_between))
    values: dict[str, Any] = {"attempts_made": number, "due_at": again, "late_told_at": None}
    if is_last:
        values = {"attempts_made": number, "state": CallBackState.GIVEN_UP}
    write_changes(stored, values, by=by, at=moment, note=note)
    tell(case, "call_attempted", at=moment, by=by, result=result, number=number)
    return stored


@transaction.atomic
def set_policy(
    policy: CallBackPolicy, data: Mapping[str, Any], *, by: User, version: int | None = None
) -> CallBackPolicy:
    """Change how call-backs are made. Refused where somebody changed it since `version`."""
    ensure_known(data, POLICY_FIELDS)
    stored = locked(policy)
    ensure_fresh(stored, version)
    write_changes(stored, data, by=by, at=timezone.now())
    return stored


# ---- the link ---------------------------------------------------------------------------------------
def link_token(callback: CallBack) -> str:
    """Return what stands in the address of the question: nobody can make one up."""
    return signing.dumps(callback.pk, salt=_SALT)


def read_link_token(token: str) -> CallBack | None:
    """Return the call-back of a link; None for what is not ours, and for what has run out."""
    days = CallBackPolicy.load().link_days
    try:
        pk = signing.loads(token, salt=_SALT, max_age=timedelta(days=days))
    except signing.BadSignature:
        return None
    found: CallBack | None = CallBack.objects.select_related("complaint").filter(pk=pk).first()
    return found
