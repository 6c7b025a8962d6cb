"""Call-backs: planned with the solution, answered once, closing the case or opening it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone

from complaints.choices.cases import State
from complaints.choices.solving import CallBackState
from complaints.domain.callback_answers import Answer, link_token, note_attempt, read_link_token, settle
from complaints.domain.callback_letters import send_link
from complaints.domain.moves import solve, withdraw
from complaints.domain.reopening import reopen
from complaints.models import CallBack, Handler
from complaints.tests.factories import ComplaintFactory
from complaints.words.solving import WORDS
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Job

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
CONTENT = Answer(True, result_score=5, process_score=4, emotion="1")


@pytest.fixture
def handler(user_in):
    return user_in("agent")


@pytest.fixture
def caller(user_in, handler):
    found = user_in("agent", team=handler.team)
    Handler.objects.create(user=found)
    return found


@pytest.fixture
def case(handler, caller):
    Handler.objects.create(user=handler)
    return solve(
        ComplaintFactory(owner=handler, team=handler.team, contact_email="a@b.cn"),
        "The lecturer comes on Friday.",
        decision="upheld",
        by=handler,
    )


@pytest.fixture
def callback(case):
    return CallBack.objects.get()


def test_a_solution_makes_a_call_back_for_somebody_else_than_the_handler(callback, caller):
    assert (callback.owner, callback.state, callback.cycle) == (caller, CallBackState.DUE, 1)
    assert callback.due_at > timezone.now()
    assert list(Job.objects.values_list("task", "dedupe")) == [
        ("complaints.tasks.send_callback_link", f"callback-{callback.pk}")
    ]


def test_a_content_customer_closes_the_case(case, callback, caller):
    settle(callback, CONTENT, by=caller)
    case.refresh_from_db()
    assert (case.state, case.emotion_after) == (State.CLOSED, "1")
    assert AuditEntry.objects.about(callback).count() == 1


@pytest.mark.parametrize("answer", [Answer(False), Answer(True, result_score=2), Answer(True, 5, 1)])
def test_a_refusal_or_a_low_score_reopens_exactly_once(case, callback, caller, answer):
    settle(callback, answer, by=caller)
    with pytest.raises(Conflict) as refusal:
        settle(callback, answer, by=caller)
    case.refresh_from_db()
    assert (refusal.value.code, case.state, case.cycle) == ("callback_settled", State.WORKING, 2)


def test_the_handler_does_not_rate_the_own_work(callback, handler):
    with pytest.raises(DomainError) as refusal:
        settle(callback, CONTENT, by=handler)
    assert refusal.value.code == "own_case"


def test_attempts_move_the_call_back_and_end_it(callback, caller):
    at = datetime(2026, 11, 3, 10, tzinfo=SHANGHAI)  # a Tuesday
    moved = note_attempt(callback, "no_answer", by=caller, at=at)
    assert (moved.state, moved.due_at) == (CallBackState.DUE, at + timedelta(hours=24))
    note_attempt(callback, "wrong_number", by=caller)
    assert note_attempt(callback, "no_answer", by=caller).state == CallBackState.GIVEN_UP
    with pytest.raises(Conflict):
        note_attempt(callback, "no_answer", by=caller)


def test_who_does_not_want_to_talk_is_not_called_again(callback, caller):
    assert note_attempt(callback, "declined", by=caller).state == CallBackState.GIVEN_UP


def test_who_was_reached_has_answered(callback, caller):
    with pytest.raises(DomainError) as refusal:
        note_attempt(callback, "reached", by=caller)
    assert refusal.value.code == "answer_needed"


def test_reopening_or_withdrawing_calls_it_off(case, callback, handler):
    reopen(case, reason="New facts", by=handler)
    callback.refresh_from_db()
    assert callback.state == CallBackState.CANCELLED
    again = solve(case, "Now really.", decision="upheld", by=handler)
    withdraw(again, reason="Taken back", by=handler)
    assert list(CallBack.objects.order_by("cycle").values_list("cycle", "state")) == [
        (1, CallBackState.CANCELLED),
        (2, CallBackState.CANCELLED),
    ]


def test_the_question_is_mailed_once(callback):
    assert (send_link(callback.pk), send_link(callback.pk)) == (True, False)
    assert [one.to for one in mail.outbox] == [["a@b.cn"]]
    assert link_token(callback) in mail.outbox[0].body


def test_a_link_cannot_be_made_up(callback):
    assert read_link_token(link_token(callback)) == callback
    assert read_link_token(link_token(callback) + "x") is None
    assert read_link_token("") is None


def test_every_line_of_the_log_has_words(case, callback, caller):
    note_attempt(callback, "no_answer", by=caller)
    settle(callback, CONTENT, by=caller)
    lines = case.entries.filter(data__code__in=list(WORDS)).order_by("id")
    assert [WORDS[line.data["code"]](line.data["params"]) for line in lines] == [
        "Call 1: No answer",
        "The customer accepts the solution. 5/5",
    ]
