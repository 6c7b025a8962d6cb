"""The life of a case: who may move it when, and what each move leaves behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from complaints.choices.cases import MOVES, AssignReason, EntryKind, State
from complaints.domain import moves
from complaints.domain.assessing import regrade, set_priority
from complaints.domain.queueing import give_back
from complaints.domain.reopening import reopen
from complaints.models import Complaint, Entry, Pause
from complaints.tests.factories import ComplaintFactory, QueueFactory, registered
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Job, Notification, User
from core.tests.factories import TeamFactory, UserFactory
from customers.models import TimelineEvent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]


@pytest.fixture
def other(user_in: Callable[..., User]) -> User:
    return user_in("agent")


def code_of(verb: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        verb()
    return refused.value.code


def told(case: Complaint) -> list[str]:
    return [entry.data["code"] for entry in Entry.objects.filter(complaint=case, kind=EntryKind.SYSTEM)]


# ---- who handles it ---------------------------------------------------------------------------------
def test_taking_makes_one_the_handler(agent):
    case = moves.take(registered(), by=agent)
    assert (case.owner, case.team, case.state) == (agent, agent.team, State.WORKING)
    assert case.assignments.get().reason == AssignReason.TAKEN


def test_two_people_cannot_take_the_same_case(agent, other):
    case = registered()
    moves.take(case, by=agent)
    assert code_of(lambda: moves.take(case, by=other)) == "taken"
    assert case.assignments.count() == 1


def test_who_is_given_a_case_is_told_and_who_takes_it_is_not(agent, other):
    case = moves.take(registered(), by=agent)
    moves.assign(case, other, by=agent, note="On holiday")
    assert list(Notification.objects.values_list("user_id", "kind")) == [(other.pk, "case_assigned")]
    assert AuditEntry.objects.about(case).first().note == "On holiday"


def test_assigning_refuses_the_same_person_services_and_who_left(agent):
    case = moves.take(registered(), by=agent)
    assert code_of(lambda: moves.assign(case, agent, by=None)) == "same_owner"
    assert code_of(lambda: moves.assign(case, UserFactory(is_active=False), by=agent)) == "owner_inactive"
    assert code_of(lambda: moves.assign(case, UserFactory(is_service=True), by=agent)) == "owner_inactive"


def test_giving_back_returns_the_case_to_its_queue_and_dispatches_anew(agent):
    queue = QueueFactory(is_default=True, is_automatic=True)
    case = moves.take(registered(), by=agent)
    case = give_back(case, reason="Wrong department", by=agent)
    assert (case.owner, case.team, case.state) == (None, queue.team, State.NEW)
    assert Job.objects.filter(task="complaints.tasks.dispatch").count() == 2
    assert code_of(lambda: give_back(case, reason="Again", by=agent)) == "not_in_hand"


# ---- what is said -----------------------------------------------------------------------------------
def test_the_first_answer_acknowledges_and_responds(agent):
    case = moves.take(registered(), by=agent)
    entry = moves.answer(case, "  We look into it. ", by=agent)
    case.refresh_from_db()
    assert entry.body == "We look into it."
    assert case.acknowledged_at == case.responded_at == entry.at


def test_a_second_acknowledgement_is_refused(agent):
    case = moves.acknowledge(registered(), by=agent)
    assert code_of(lambda: moves.acknowledge(case, by=agent)) == "acknowledged"


def test_an_empty_answer_is_refused(agent):
    case = moves.take(registered(), by=agent)
    assert code_of(lambda: moves.answer(case, " \n", by=agent)) == "empty"


def test_what_the_customer_says_ends_the_waiting_and_tells_the_handler(agent):
    case = moves.take(registered(), by=agent)
    moves.wait_for_customer(case, reason="Asked for the contract", by=agent)
    moves.hear(case, "Here it is.", by=None)
    case.refresh_from_db()
    assert case.state == State.WORKING
    assert Pause.objects.get(complaint=case).ended_at is not None
    assert Notification.objects.get(user=agent).kind == "case_heard"


def test_what_is_said_about_a_closed_case_is_kept_and_does_not_open_it(agent):
    case = moves.take(registered(), by=agent)
    moves.solve(case, "Done", decision="upheld", by=agent)
    moves.close(case, by=agent)
    moves.hear(case, "Thank you.", by=None)
    case.refresh_from_db()
    assert (case.state, case.entries.filter(body="Thank you.").count()) == (State.CLOSED, 1)


def test_a_word_about_a_solution_is_told_and_answered_without_a_new_deadline(agent):
    case = moves.take(registered(), by=agent)
    moves.solve(case, "Done", decision="upheld", by=agent)
    moves.hear(case, "And the invoice?", by=None)
    case.refresh_from_db()
    assert case.unanswered_since is not None
    assert Notification.objects.get(user=agent).kind == "case_heard"
    moves.answer(case, "It is in the mail.", by=agent)
    case.refresh_from_db()
    assert (case.state, case.unanswered_since, case.clocks.open().count()) == (State.SOLVED, None, 0)


def test_where_the_handler_has_left_the_lead_hears_of_it(agent):
    lead = UserFactory()
    team = TeamFactory(lead=lead)
    case = ComplaintFactory(owner=UserFactory(is_active=False), team=team, state=State.SOLVED)
    moves.hear(case, "And the invoice?", by=None)
    assert Notification.objects.get().user == lead


# ---- waiting ----------------------------------------------------------------------------------------
def test_nobodys_case_does_not_wait(agent):
    case = registered()
    assert code_of(lambda: moves.wait_for_customer(case, reason="Asked", by=agent)) == "nobody_handles"


def test_waiting_twice_is_refused_and_leaves_one_pause(agent):
    case = moves.take(registered(), by=agent)
    moves.wait_for_customer(case, reason="Asked", by=agent)
    assert code_of(lambda: moves.wait_for_customer(case, reason="Asked", by=agent)) == "case_is_waiting"
    assert Pause.objects.filter(complaint=case).count() == 1
    moves.go_on(case, by=agent)
    assert code_of(lambda: moves.go_on(case, by=agent)) == "not_waiting"


# ---- the end ----------------------------------------------------------------------------------------
def test_solving_needs_a_solution_and_of_a_complaint_a_decision(agent):
    case = moves.take(registered(), by=agent)
    assert code_of(lambda: moves.solve(case, " ", decision="upheld", by=agent)) == "reason_needed"
    assert code_of(lambda: moves.solve(case, "Done", by=agent)) == "decision_needed"
    assert code_of(lambda: moves.solve(case, "Done", decision="perhaps", by=agent)) == "decision_needed"


def test_a_request_is_solved_without_a_decision(agent):
    case = moves.take(registered(kind="request"), by=agent)
    assert moves.solve(case, "The invoice is in the mail.", by=agent).state == State.SOLVED


def test_a_solution_is_told_to_the_customer_and_on_the_timeline(agent):
    case = moves.take(registered(customer=ComplaintFactory().customer), by=agent)
    moves.solve(case, "The lecturer comes on Friday.", decision="partly", by=agent)
    case.refresh_from_db()
    assert case.entries.get(kind=EntryKind.OUTBOUND).body == "The lecturer comes on Friday."
    assert case.solved_at == case.responded_at == case.decided_at
    assert TimelineEvent.objects.filter(customer=case.customer).latest("id").data["action"] == "solved"


def test_a_waiting_case_that_is_solved_ends_its_pause(agent):
    case = moves.take(registered(), by=agent)
    moves.wait_for_customer(case, reason="Asked", by=agent)
    moves.solve(case, "Done", decision="upheld", by=agent)
    assert not Pause.objects.filter(ended_at__isnull=True).exists()


def test_closing_needs_a_solution_first(agent):
    case = moves.take(registered(), by=agent)
    assert code_of(lambda: moves.close(case, by=agent)) == "case_is_working"
    moves.solve(case, "Done", decision="upheld", by=agent)
    moves.close(case, by=agent)
    assert code_of(lambda: moves.close(case, by=agent)) == "case_is_closed"
    assert told(case) == ["registered", "assigned", "solved", "closed"]


def test_reopening_begins_a_new_cycle_and_tells_the_handler(agent):
    case = moves.take(registered(), by=agent)
    moves.solve(case, "Done", decision="upheld", by=agent)
    moves.close(case, by=agent)
    case = reopen(case, reason="Not content", by=None)
    assert (case.state, case.cycle, case.ended_at, case.responded_at) == (State.WORKING, 2, None, None)
    assert Notification.objects.get(user=agent).kind == "case_reopened"
    assert code_of(lambda: reopen(case, reason="Again", by=agent)) == "case_is_working"


def test_a_withdrawn_case_that_nobody_handled_is_new_again(agent):
    case = moves.withdraw(registered(), reason="A mistake", by=agent)
    assert reopen(case, reason="It was none", by=agent).state == State.NEW


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN])
def test_nothing_is_said_or_assigned_once_a_case_has_ended(agent, other, state):
    case = ComplaintFactory(state=state, ended_at="2026-01-01T00:00Z", owner=agent)
    assert code_of(lambda: moves.answer(case, "Hello", by=agent)) == "case_ended"
    assert code_of(lambda: moves.assign(case, other, by=agent)) == "case_ended"
    assert code_of(lambda: moves.wait_for_customer(case, reason="x", by=agent)) == f"case_is_{state}"


def test_every_state_has_its_moves():
    assert set(MOVES) == set(State.values)


# ---- grade and priority -----------------------------------------------------------------------------
def test_regrading_needs_a_reason_another_grade_and_a_complaint(agent):
    case = ComplaintFactory(grade="general")
    assert code_of(lambda: regrade(case, "severe", reason=" ", by=agent)) == "reason_needed"
    assert code_of(lambda: regrade(case, "general", reason="x", by=agent)) == "same_grade"
    assert code_of(lambda: regrade(case, "huge", reason="x", by=agent)) == "unknown_grade"
    assert code_of(lambda: regrade(registered(kind="request"), "severe", reason="x", by=agent)) == "no_grade"


def test_regrading_keeps_what_the_rules_said_and_moves_the_priority(agent):
    case = regrade(registered(), "severe", reason="The press called", by=agent)
    assert (case.grade, case.priority) == ("severe", "urgent")
    assert case.grade_evidence["set"] == {"from": "minor", "reason": "The press called"}
    assert case.grade_evidence["rules"] == []


def test_a_priority_that_was_set_is_left_alone(agent):
    case = set_priority(registered(), "low", by=agent)
    assert regrade(case, "severe", reason="The press called", by=agent).priority == "low"


def test_a_case_that_has_ended_is_not_regraded(agent):
    case = moves.withdraw(registered(), reason="A mistake", by=agent)
    with pytest.raises(Conflict):
        regrade(case, "severe", reason="x", by=agent)
