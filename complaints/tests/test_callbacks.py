"""Call-backs: planned with the solution, answered once, closing the case or opening it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from complaints.choices.cases import State
from complaints.choices.solving import AnsweredBy, CallBackState
from complaints.domain.callback_answers import Answer, link_token, note_attempt, read_link_token, settle
from complaints.domain.callback_letters import send_link
from complaints.domain.moves import close, solve, withdraw
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


# ---- the link after the calls -------------------------------------------------------------------------
def given_up(callback, caller):
    return note_attempt(callback, "declined", by=caller)


@pytest.mark.parametrize("is_closed", [False, True])
def test_by_the_link_a_refusal_after_the_last_call_reopens_the_case_once(case, callback, caller, is_closed):
    given_up(callback, caller)
    if is_closed:
        close(case, by=caller)
    settle(callback, Answer(False, result_score=1, wish="Call me"), by=None, through=AnsweredBy.LINK)
    with pytest.raises(Conflict) as refusal:
        settle(callback, Answer(True, result_score=5), by=None, through=AnsweredBy.LINK)
    case.refresh_from_db()
    callback.refresh_from_db()
    assert (callback.state, callback.wish, callback.done_by) == (CallBackState.DONE, "Call me", None)
    assert (refusal.value.code, case.state, case.cycle) == ("callback_settled", State.WORKING, 2)
    assert AuditEntry.objects.about(callback).first().changes["state"] == ["given_up", "done"]


def test_by_the_link_a_content_customer_closes_the_case_after_the_last_call(case, callback, caller):
    given_up(callback, caller)
    settle(callback, CONTENT, by=None, through=AnsweredBy.LINK)
    case.refresh_from_db()
    assert case.state == State.CLOSED


def test_on_the_phone_a_call_back_that_was_given_up_is_settled(callback, caller):
    given_up(callback, caller)
    with pytest.raises(Conflict) as refusal:
        settle(callback, CONTENT, by=caller)
    assert refusal.value.code == "callback_settled"


def test_by_the_link_nothing_is_kept_once_the_solution_does_not_stand(case, callback, caller, handler):
    given_up(callback, caller)
    reopen(case, reason="New facts", by=handler)
    with pytest.raises(Conflict) as refusal:
        settle(callback, CONTENT, by=None, through=AnsweredBy.LINK)
    assert refusal.value.code == "callback_settled"
    solve(case, "Now really.", decision="upheld", by=handler)
    with pytest.raises(Conflict):
        settle(callback, CONTENT, by=None, through=AnsweredBy.LINK)
    callback.refresh_from_db()
    assert (callback.state, callback.is_accepted) == (CallBackState.GIVEN_UP, None)


@pytest.mark.parametrize("end", ["called off", "given up, then reopened"])
def test_the_page_says_saved_only_of_what_is_kept(case, callback, caller, handler, client, end):
    address = reverse("complaints:callback-answer", args=[link_token(callback)])
    if end != "called off":
        given_up(callback, caller)
    reopen(case, reason="New facts", by=handler)
    looked, posted = client.get(address), client.post(address, {"score": "5"})
    assert (looked.status_code, posted.status_code) == (200, 409)
    for page in (looked.content.decode(), posted.content.decode()):
        assert ("This question is no longer open" in page, "is saved" in page) == (True, False)
        assert "Send answer" not in page


def test_the_page_asks_and_keeps_after_the_last_call(callback, caller, client):
    given_up(callback, caller)
    address = reverse("complaints:callback-answer", args=[link_token(callback)])
    assert "Send answer" in client.get(address).content.decode()
    assert "Your answer is saved." in client.post(address, {"score": "5"}).content.decode()
    assert "Your answer is saved." in client.post(address, {"score": "4"}).content.decode()
    callback.refresh_from_db()
    assert (callback.state, callback.result_score) == (CallBackState.DONE, 5)
