"""Cases taken up again that ended without a solution: nothing that was due is lost."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from complaints.choices.cases import ClockKind, ClockState, EscalationState, State
from complaints.choices.facts import Fact
from complaints.domain.case_facts import Measuring
from complaints.domain.escalation import fire_due
from complaints.domain.merging import merge, unmerge
from complaints.domain.moves import acknowledge, answer, hear, solve, take, withdraw
from complaints.domain.rebasing import rebase_clocks
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.models import Complaint, Escalation, Policy, Target
from complaints.tests.factories import CalendarFactory, QueueFactory, policy
from core.models import Notification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def agent(user_in):
    return user_in("agent")


@pytest.fixture
def case(agent) -> Complaint:
    """Received on Monday at ten and taken at once: the response is due at three, the solution in two days."""
    CalendarFactory(is_default=True)
    policy()
    QueueFactory(is_default=True, team=agent.team)
    return take(received("Late start"), by=agent, at=at(2, 10, 5))


def received(title: str) -> Complaint:
    return register_case({"title": title, "received_at": at(2, 10)}, by=None, at=at(2, 10))


def clock(case: Complaint, kind: str):
    return case.clocks.get(kind=kind)


def fired(case: Complaint) -> list[int]:
    rows = Escalation.objects.filter(complaint=case, state=EscalationState.FIRED)
    return list(rows.order_by("number").values_list("number", flat=True))


def facts(case: Complaint, moment: datetime) -> dict[str, bool | None]:
    measuring = Measuring(moment, since=at(1, 0))
    return {str(row.what): row.hit for row in measuring.facts([case.pk])}


def test_a_withdrawal_that_is_taken_back_lets_every_clock_go_on_from_its_beginning(case, agent):
    withdraw(case, reason="Settled", by=agent, at=at(2, 11))
    case = reopen(case, reason="It was not", by=agent, at=at(2, 14))
    assert (case.state, case.cycle, case.ended_at) == (State.WORKING, 1, None)
    assert set(case.clocks.values_list("state", flat=True)) == {ClockState.RUNNING}
    assert clock(case, ClockKind.ACKNOWLEDGE).due_at == at(2, 10, 30)
    assert clock(case, ClockKind.RESPOND).due_at == at(2, 15)
    assert clock(case, ClockKind.STATUTORY).due_at == datetime(2026, 12, 28, 10, tzinfo=SHANGHAI)
    # An hour before noon and one after lunch in which it lay withdrawn.
    assert clock(case, ClockKind.SOLVE).due_at == at(4, 12)
    assert case.next_due_at == at(2, 10, 30)


def test_what_was_done_before_the_withdrawal_is_not_asked_for_again(case, agent):
    answer(case, "We look into it.", by=agent, at=at(2, 10, 20))
    withdraw(case, reason="Settled", by=agent, at=at(2, 11))
    case = reopen(case, reason="It was not", by=agent, at=at(2, 14))
    assert case.responded_at == at(2, 10, 20)
    assert clock(case, ClockKind.RESPOND).state == ClockState.MET
    assert clock(case, ClockKind.ACKNOWLEDGE).state == ClockState.MET
    # The promised update goes on, too.
    assert clock(case, ClockKind.UPDATE).state == ClockState.RUNNING


def test_what_was_acknowledged_while_it_lay_withdrawn_is_not_asked_for_again(case, agent):
    withdraw(case, reason="Settled", by=agent, at=at(2, 10, 10))
    acknowledge(case, by=agent, at=at(2, 11))
    case = reopen(case, reason="It was not", by=agent, at=at(2, 12))
    assert clock(case, ClockKind.ACKNOWLEDGE).state == ClockState.CANCELLED
    assert clock(case, ClockKind.RESPOND).state == ClockState.RUNNING


def test_the_ladder_of_an_unmerged_case_goes_on_after_what_fired(case, agent):
    other = take(received("The same matter"), by=agent, at=at(2, 10, 6))
    assert fire_due(at(2, 14)) == 2
    merge(other, case, by=agent, at=at(2, 14, 10))
    other = unmerge(other, by=agent, at=at(2, 14, 30))
    assert (other.state, other.cycle, other.merged_into) == (State.WORKING, 1, None)
    assert fired(other) == [1]
    fire_due(at(2, 15))
    assert fired(other) == [1, 2]
    assert other.escalations.get(number=3).fire_at == at(2, 17)


def test_of_the_levels_that_passed_meanwhile_only_the_last_fires(case, agent):
    other = take(received("The same matter"), by=agent, at=at(2, 10, 6))
    merge(other, case, by=agent, at=at(2, 11))
    answer(case, "We look into it.", by=agent, at=at(2, 11))
    unmerge(other, by=agent, at=at(3, 10))
    fire_due(at(3, 10))
    assert fired(other) == [3]
    passed = other.escalations.filter(state=EscalationState.PASSED)
    assert set(passed.values_list("number", flat=True)) == {1, 2}


def test_figures_judge_an_unmerged_case_by_the_deadlines_it_always_had(case, agent):
    other = take(received("The same matter"), by=agent, at=at(2, 10, 6))
    merge(other, case, by=agent, at=at(2, 10, 10))
    assert facts(other, at(2, 18)) == {}
    unmerge(other, by=agent, at=at(2, 10, 20))
    answer(other, "We look into it.", by=agent, at=at(2, 10, 25))
    solve(other, "Done.", decision="upheld", by=agent, at=at(5, 17))
    found = facts(other, at(5, 18))
    assert [found[what] for what in (Fact.SLA_ACKNOWLEDGE, Fact.SLA_RESPOND, Fact.SLA_SOLVE)] == [
        True,
        True,
        False,
    ]
    # Taken out again it is no complaint that came back.
    assert found[Fact.SETTLED] is False


def test_what_the_rules_had_called_off_stays_called_off(case, agent):
    Target.objects.filter(clock=ClockKind.STATUTORY).delete()
    rebase_clocks(case, at=at(2, 10, 10), reason="applied")
    withdraw(case, reason="Settled", by=agent, at=at(2, 11))
    case = reopen(case, reason="It was not", by=agent, at=at(2, 14))
    assert clock(case, ClockKind.STATUTORY).state == ClockState.CANCELLED


def test_a_solved_case_that_was_withdrawn_begins_its_next_cycle(case, agent):
    solve(case, "Done.", decision="upheld", by=agent, at=at(2, 11))
    withdraw(case, reason="Settled", by=agent, at=at(2, 14))
    case = reopen(case, reason="Not content", by=agent, at=at(2, 16))
    assert (case.cycle, case.responded_at, case.solved_at) == (2, None, None)
    running = {one.kind: one.due_at for one in case.clocks.filter(cycle=2)}
    # Solved at eleven: four working hours lie between that and four in the afternoon.
    assert running == {ClockKind.RESPOND: at(3, 11), ClockKind.SOLVE: at(4, 15)}


def test_a_case_may_be_withdrawn_and_taken_back_more_than_once(case, agent):
    for hour in (11, 14):
        withdraw(case, reason="Settled", by=agent, at=at(2, hour))
        case = reopen(case, reason="It was not", by=None, at=at(2, hour, 30))
    assert clock(case, ClockKind.SOLVE).due_at == at(4, 11)
    assert Notification.objects.filter(user=agent, kind="case_reopened").count() == 2


def test_who_wrote_last_waits_again_once_the_case_is_taken_out(case, agent):
    other = take(received("The same matter"), by=agent, at=at(2, 10, 6))
    hear(other, "When?", by=None, at=at(2, 10, 7))
    merge(other, case, by=agent, at=at(2, 10, 10))
    other = unmerge(other, by=agent, at=at(2, 10, 20))
    other.refresh_from_db()
    assert other.unanswered_since == at(2, 10, 7)


def test_who_was_answered_last_does_not_wait_once_the_case_is_taken_out(case, agent):
    other = take(received("The same matter"), by=agent, at=at(2, 10, 6))
    hear(other, "When?", by=None, at=at(2, 10, 7))
    answer(other, "Tomorrow.", by=agent, at=at(2, 10, 8))
    merge(other, case, by=agent, at=at(2, 10, 10))
    other = unmerge(other, by=agent, at=at(2, 10, 20))
    other.refresh_from_db()
    assert other.unanswered_since is None


def test_a_response_that_rules_ask_for_after_a_reopening_counts_from_there(case, agent):
    Target.objects.filter(clock=ClockKind.RESPOND).delete()
    case.clocks.filter(kind=ClockKind.RESPOND).delete()
    case = solve(case, "Refunded", decision="upheld", by=agent, at=at(3, 10))
    case = reopen(case, reason="It was not", by=agent, at=at(9, 10))
    fits = Policy.objects.get()
    Target.objects.create(policy=fits, clock=ClockKind.RESPOND, amount=4, unit="working_hours")
    rebase_clocks(case, at=at(9, 10, 5))
    assert clock(case, ClockKind.RESPOND).started_at == at(9, 10)


# ---- figures of what was reopened -------------------------------------------------------------------
def test_a_promise_that_was_late_before_the_solution_stays_late_after_a_reopening(case, agent):
    answer(case, "Tomorrow.", by=agent, at=at(2, 10, 20))
    solve(case, "Done.", decision="upheld", by=agent, at=at(4, 9))
    case.refresh_from_db()
    assert facts(case, at(4, 10))[Fact.SLA_UPDATE] is False
    case = reopen(case, reason="It was not", by=agent, at=at(5, 10))
    assert facts(case, at(5, 11))[Fact.SLA_UPDATE] is False


def test_a_case_that_was_reopened_is_not_solved_in_time_before_it_is_solved_again(case, agent):
    answer(case, "Tomorrow.", by=agent, at=at(2, 10, 20))
    solve(case, "Done.", decision="upheld", by=agent, at=at(2, 15))
    case.refresh_from_db()
    assert facts(case, at(2, 16))[Fact.SLA_SOLVE] is True
    case = reopen(case, reason="It was not", by=agent, at=at(2, 17))
    open_again = facts(case, at(2, 17, 30))
    assert Fact.SLA_SOLVE not in open_again and Fact.SLA_RESPOND not in open_again
    answer(case, "We look again.", by=agent, at=at(2, 17, 40))
    solve(case, "Done, really.", decision="upheld", by=agent, at=at(3, 9, 30))
    again = facts(case, at(3, 10))
    assert (again[Fact.SLA_SOLVE], again[Fact.SLA_RESPOND]) == (True, True)
