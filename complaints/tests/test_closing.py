"""Solved cases that rest: closed after some working days, unless somebody still expects something."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from complaints.choices.cases import State
from complaints.choices.solving import CallBackState
from complaints.domain.callback_answers import note_attempt
from complaints.domain.closing import close_unopposed
from complaints.domain.moves import answer, hear, solve, take
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.models import CallBack, CallBackPolicy, Complaint
from complaints.tests.factories import CalendarFactory, QueueFactory
from complaints.words import line_in_words
from core.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def other(user_in):
    return user_in("agent")


@pytest.fixture
def case(agent) -> Complaint:
    """Solved on Monday at eleven; three working days later it rests."""
    CalendarFactory(is_default=True)
    QueueFactory(is_default=True, team=agent.team)
    policy = CallBackPolicy.load()
    CallBackPolicy.objects.filter(pk=policy.pk).update(close_days=3, most_attempts=1)
    made = register_case({"title": "Late start", "received_at": at(2, 10)}, by=None, at=at(2, 10))
    take(made, by=agent, at=at(2, 10, 5))
    return solve(made, "Done.", decision="upheld", by=agent, at=at(2, 11))


def give_up(by, moment: datetime) -> None:
    note_attempt(CallBack.objects.get(state=CallBackState.DUE), "no_answer", by=by, at=moment)


def state_of(case: Complaint) -> str:
    case.refresh_from_db()
    return case.state


def test_a_case_whose_call_back_was_given_up_is_closed_after_the_working_days(case, other):
    give_up(other, at(3, 11))
    # Wednesday, Thursday and Friday: the weekend is none.
    assert close_unopposed(at(6, 10, 59)) == 0
    assert close_unopposed(at(6, 11)) == 1
    assert close_unopposed(at(6, 12)) == 0
    assert state_of(case) == State.CLOSED
    line = case.entries.latest("id")
    assert line_in_words(line.data) == "Closed. No objection came within the days of the rules."
    assert AuditEntry.objects.about(case).first().actor is None


def test_a_call_back_that_is_still_to_be_made_keeps_the_case(case):
    assert close_unopposed(at(30, 9)) == 0
    assert state_of(case) == State.SOLVED


def test_a_customer_who_waits_for_an_answer_keeps_the_case_and_the_answer_counts_anew(case, agent, other):
    give_up(other, at(3, 11))
    hear(case, "And the invoice?", by=None, at=at(5, 10))
    assert close_unopposed(at(16, 9)) == 0
    answer(case, "It is in the mail.", by=agent, at=at(16, 10))
    assert close_unopposed(at(18, 10)) == 0
    assert close_unopposed(at(19, 10)) == 1


def test_what_a_colleague_heard_counts_anew_too(case, agent, other):
    give_up(other, at(3, 11))
    hear(case, "She thinks about it.", by=agent, at=at(6, 10))
    assert close_unopposed(at(10, 10)) == 0
    assert close_unopposed(at(11, 10)) == 1


def test_without_days_nothing_is_closed(case, other):
    give_up(other, at(3, 11))
    CallBackPolicy.objects.update(close_days=0)
    assert close_unopposed(at(30, 9)) == 0


def test_one_that_was_closed_may_be_reopened(case, agent, other):
    give_up(other, at(3, 11))
    close_unopposed(at(9, 11))
    assert reopen(case, reason="Not content", by=agent, at=at(10, 9)).cycle == 2


def test_one_that_cannot_be_closed_keeps_no_other_from_it(case, agent, other, monkeypatch):
    give_up(other, at(3, 11))
    second = register_case({"title": "Room", "received_at": at(2, 10)}, by=None, at=at(2, 10))
    solve(second, "Done.", decision="upheld", by=agent, at=at(2, 11))
    give_up(other, at(3, 11))
    from complaints.domain import closing

    close = closing.close

    def broken(row, **values):
        if row.pk == case.pk:
            raise RuntimeError
        return close(row, **values)

    monkeypatch.setattr(closing, "close", broken)
    assert close_unopposed(at(9, 11)) == 1
    assert (state_of(case), state_of(second)) == (State.SOLVED, State.CLOSED)
