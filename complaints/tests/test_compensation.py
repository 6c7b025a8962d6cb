"""Redress within ceilings, approved by a second person above them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from complaints.choices.cases import Grade
from complaints.choices.solving import RedressState
from complaints.domain.ceilings import ceiling_for, committed_to
from complaints.domain.compensation import approve, move_on, propose, refuse_approval, set_ceiling
from complaints.models import Compensation, CompensationMove
from complaints.tests.factories import ComplaintFactory
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification, Organisation
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(user_in):
    return user_in("agent")


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def case(agent, user_in):
    return ComplaintFactory(owner=user_in("agent"), grade=Grade.GENERAL)


def given(case, by, amount: int = 900, **values) -> Compensation:
    base = Organisation.load().base_currency
    data = {"measure": "refund", "amount": Decimal(amount), "currency": base, **values}
    return propose(case, data, by=by)


def test_within_the_ceiling_it_may_be_offered_at_once(case, agent):
    row = given(case, agent)
    assert (row.state, row.needs_approval, row.kind) == (RedressState.APPROVED, False, "economic")
    assert [move.kind for move in row.moves.all()] == ["proposed", "approved"]
    assert AuditEntry.objects.about(row).count() == 1


def test_small_steps_do_not_slip_under_the_ceiling(case, agent):
    assert given(case, agent, 600).needs_approval is False
    second = given(case, agent, 600)
    assert (second.needs_approval, second.state) == (True, RedressState.PROPOSED)
    assert committed_to(case) == 1200


def test_what_costs_nothing_needs_no_approval(case, agent):
    given(case, agent, 2000)
    assert given(case, agent, 0, measure="executive_call").needs_approval is False


def test_above_the_most_it_is_refused(case, agent):
    with pytest.raises(DomainError) as refusal:
        given(case, agent, 5001)
    assert (refusal.value.code, set(refusal.value.fields)) == ("above_ceiling", {"amount"})
    assert not Compensation.objects.exists()


def test_a_currency_without_a_rate_is_refused(case, agent):
    with pytest.raises(DomainError) as refusal:
        given(case, agent, currency="USD" if Organisation.load().base_currency != "USD" else "EUR")
    assert refusal.value.code == "no_rate"


def test_a_second_person_approves_once(case, agent, manager):
    row = given(case, agent, 2000)
    approve(row, by=manager)
    row.refresh_from_db()
    assert (row.state, row.approved_by) == (RedressState.APPROVED, manager)
    with pytest.raises(Conflict) as refusal:
        approve(row, by=manager)
    assert refusal.value.code == "compensation_is_approved"


def test_neither_proposer_nor_handler_approves(case, agent):
    row = given(case, agent, 2000)
    for person in (agent, case.owner):
        with pytest.raises(DomainError) as refusal:
            approve(row, by=person)
        assert refusal.value.code == "four_eyes"


def test_a_refusal_frees_the_ceiling_and_needs_a_reason(case, agent, manager):
    row = given(case, agent, 2000)
    with pytest.raises(DomainError) as refusal:
        refuse_approval(row, by=manager, note=" ")
    assert refusal.value.code == "reason_needed"
    refuse_approval(row, by=manager, note="Too much")
    assert committed_to(case) == 0


def test_the_lead_of_the_team_is_told_what_waits(agent, manager):
    team = TeamFactory(lead=manager)
    case = ComplaintFactory(grade=Grade.GENERAL, team=team)
    given(case, agent, 2000)
    assert list(Notification.objects.values_list("user", "kind")) == [(manager.pk, "compensation_to_approve")]


def test_the_ledger_follows_the_offer_to_the_end_and_back(case, agent):
    row = given(case, agent)
    for state in ("offered", "accepted", "paid"):
        move_on(row, state, by=agent)
    assert sum(move.given for move in row.moves.all()) == 900
    move_on(row, "reversed", by=agent, note="Paid twice")
    assert sum(move.given for move in row.moves.all()) == 0
    assert committed_to(case) == 0


def test_steps_are_taken_in_order_and_once(case, agent):
    row = given(case, agent)
    with pytest.raises(Conflict):
        move_on(row, "paid", by=agent)
    move_on(row, "offered", by=agent)
    with pytest.raises(Conflict) as refusal:
        move_on(row, "offered", by=agent)
    assert refusal.value.code == "compensation_is_offered"


def test_nobody_approves_by_a_plain_step(case, agent):
    row = given(case, agent, 2000)
    with pytest.raises(DomainError) as refusal:
        move_on(row, "approved", by=agent)
    assert refusal.value.code == "no_such_step"


def test_the_database_refuses_the_proposer_as_approver_and_a_step_twice(case, agent):
    row = given(case, agent, 2000)
    with pytest.raises(IntegrityError), transaction.atomic():
        Compensation.objects.filter(pk=row.pk).update(approved_by=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Compensation.objects.filter(pk=row.pk).update(state="offered")
    with pytest.raises(IntegrityError), transaction.atomic():
        CompensationMove.objects.create(compensation=row, kind="proposed")


def test_ceilings_are_changed_and_hold_what_is_free(case, agent, manager):
    ceiling = ceiling_for(case)
    with pytest.raises(DomainError) as refusal:
        set_ceiling(ceiling, free=Decimal(10), most=Decimal(9), by=manager)
    assert refusal.value.code == "most_below_free"
    set_ceiling(ceiling, free=Decimal(0), most=Decimal(900), by=manager)
    assert given(case, agent).needs_approval is True
