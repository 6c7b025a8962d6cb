"""Unreasonable complaints: evidence, a second and a third person, expiry; everybody may still complain."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.choices.conduct import DesignationState
from complaints.domain.conduct import (
    Evidence,
    decide_designation,
    expire_designations,
    later_by,
    lift_designation,
    note_notice,
    propose_designation,
)
from complaints.domain.conduct_forgetting import anonymise_designation, anonymise_of_deleted
from complaints.domain.conduct_notice import notice_for, restraints_in_words
from complaints.domain.dispatching import dispatch
from complaints.domain.entries import write
from complaints.domain.moves import assign
from complaints.domain.objections import receive_objection, review_objection
from complaints.domain.registering import register_case
from complaints.models import ConductCriterion, ConductObjection, Designation
from complaints.tests.factories import ComplaintFactory, registered
from complaints.tests.letters import in_force, proposed
from core.errors import Conflict, DomainError
from core.models import AuditEntry
from core.tests.factories import TeamFactory
from customers.domain.customers import delete_customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def handler(user_in):
    return user_in("agent")


@pytest.fixture
def case(handler):
    return ComplaintFactory(owner=handler, contact_name="Li Wei")


def refusal_of(call, *arguments, **values) -> str:
    with pytest.raises(DomainError) as refusal:
        call(*arguments, **values)
    return refusal.value.code


# ---- proposing --------------------------------------------------------------------------------------
def test_a_proposal_holds_nothing_before_a_second_person_agrees(case, agent, manager):
    row = proposed(case, agent)
    today = timezone.localdate()
    assert not Designation.objects.in_force(today).exists()
    held = decide_designation(row, agrees=True, note="Shown", by=manager)
    assert list(Designation.objects.in_force(today)) == [held]
    assert (held.starts_on, held.expires_on) == (today, later_by(today, 6))
    assert AuditEntry.objects.about(held).count() == 2


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"reason": " "}, "reason_needed"),
        ({"in_writing": False}, "no_measure"),
        ({"single_contact": True}, "no_contact"),
        ({"limited_contact": True}, "no_limit"),
        ({"months": 13}, "invalid"),
        ({"scope": "customer", "no_further_answer": True}, "matter_only"),
        ({"scope": "person"}, "no_person"),
    ],
)
def test_what_a_proposal_refuses(case, agent, values, code):
    assert refusal_of(proposed, case, agent, **values) == code
    assert not Designation.objects.exists()


def test_evidence_and_a_criterion_are_required(case, agent):
    data = {"reason": "Insults", "in_writing": True, "months": 6}
    criteria = ConductCriterion.objects.all()[:1]
    line = write(case, "inbound", "You idiots", at=timezone.now())
    strange = write(ComplaintFactory(), "inbound", "Hello", at=timezone.now())

    def propose(chosen, evidence):
        return refusal_of(propose_designation, case, data, criteria=chosen, evidence=evidence, by=agent)

    assert propose(criteria, Evidence()) == "no_evidence"
    assert propose([], Evidence(entries=[line])) == "no_criterion"
    assert propose(criteria, Evidence(entries=[strange])) == "other_case"
    assert propose(criteria, Evidence(cases=[case])) == "same_case"


def test_one_proposal_waits_at_a_time(case, agent):
    proposed(case, agent)
    with pytest.raises(Conflict) as refusal:
        proposed(case, agent)
    assert refusal.value.code == "proposed"


# ---- the second person ------------------------------------------------------------------------------
def test_neither_proposer_nor_handler_decides(case, user_in):
    proposer = user_in("manager")
    row = proposed(case, proposer)
    for person in (proposer, case.owner):
        assert refusal_of(decide_designation, row, agrees=True, note="x", by=person) == "four_eyes"
    assert (
        refusal_of(decide_designation, row, agrees=True, note=" ", by=user_in("manager")) == "reason_needed"
    )


def test_of_two_who_decide_the_second_is_refused(case, agent, user_in):
    row = proposed(case, agent)
    first, second = (Designation.objects.get(pk=row.pk) for _n in range(2))
    decide_designation(first, agrees=False, note="Just angry", by=user_in("manager"))
    with pytest.raises(Conflict) as refusal:
        decide_designation(second, agrees=True, note="Shown", by=user_in("manager"))
    assert refusal.value.code == "designation_is_declined"


def test_the_database_holds_the_second_person_the_year_and_the_measure(case, agent, manager):
    row = in_force(case, agent, manager)
    rows = Designation.objects.filter(pk=row.pk)
    for values in (
        {"decided_by": agent},
        {"decided_by": case.owner},
        {"decided_by": None},
        {"months": 13},
        {"expires_on": None},
        {"in_writing": False},
        {"single_contact": True},
        {"scope": "customer", "customer": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


# ---- the end ----------------------------------------------------------------------------------------
def test_the_same_day_some_months_later():
    assert later_by(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert later_by(date(2026, 3, 15), 12) == date(2027, 3, 15)


def test_it_ends_by_itself_even_before_the_job_and_once(case, agent, manager):
    row = in_force(case, agent, manager, months=1)
    last = row.expires_on
    assert Designation.objects.in_force(last - timedelta(days=1)).exists()
    assert not Designation.objects.in_force(last).exists()
    at = timezone.now() + timedelta(days=40)
    assert (expire_designations(at), expire_designations(at)) == (1, 0)
    row.refresh_from_db()
    assert row.state == DesignationState.EXPIRED
    assert case.entries.latest("pk").data["code"] == "designation_expired"


def test_renewing_is_a_new_proposal_that_somebody_decides(case, agent, manager):
    former = in_force(case, agent, manager)
    line = write(case, "inbound", "Again", at=timezone.now())
    again = propose_designation(
        case,
        {"reason": "Goes on", "in_writing": True, "months": 3},
        criteria=ConductCriterion.objects.all()[:1],
        evidence=Evidence(entries=[line]),
        by=agent,
        renews=former,
    )
    assert (again.state, again.renews, again.expires_on) == (DesignationState.PROPOSED, former, None)


def test_lifting_needs_a_reason_and_is_done_once(case, agent, manager):
    row = in_force(case, agent, manager)
    assert refusal_of(lift_designation, row, note="", by=manager) == "reason_needed"
    lift_designation(row, note="Calm since weeks", by=manager)
    assert refusal_of(lift_designation, row, note="x", by=manager) == "designation_is_lifted"


# ---- the complainant --------------------------------------------------------------------------------
def test_the_complainant_is_told_once_what_holds_and_how_to_object(case, agent, manager):
    row, today = (
        in_force(case, agent, manager, limited_contact=True, contacts_a_month=2),
        timezone.localdate(),
    )
    text = notice_for(row)
    assert case.number in text and "2" in "".join(restraints_in_words(row))
    note_notice(row, text, way="post", on=today, by=agent)
    assert refusal_of(note_notice, row, text, way="post", on=today, by=agent) == "notified"
    row.refresh_from_db()
    assert (row.notified_on, row.notice) == (today, text)


@pytest.mark.parametrize(("outcome", "state"), [("upheld", "in_force"), ("lifted", "lifted")])
def test_a_third_person_reviews_an_objection(case, agent, manager, user_in, outcome, state):
    row = in_force(case, agent, manager)
    objection = receive_objection(row, "I was never rude", on=timezone.localdate(), by=agent)
    for person in (agent, manager, case.owner):
        assert refusal_of(review_objection, objection, outcome, note="x", by=person) == "third_person"
    third = user_in("manager")
    review_objection(objection, outcome, note="Read the log", by=third)
    row.refresh_from_db()
    assert row.state == state
    assert refusal_of(review_objection, objection, outcome, note="x", by=third) == "reviewed"


def test_the_database_holds_the_third_person(case, agent, manager):
    objection = receive_objection(in_force(case, agent, manager), "No", on=timezone.localdate(), by=agent)
    rows = ConductObjection.objects.filter(pk=objection.pk)
    for person in (agent, manager):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(outcome="upheld", reviewed_by=person, reviewed_at=timezone.now())


def test_one_objection_is_reviewed_at_a_time_and_only_against_what_holds(case, agent, manager):
    row, today = in_force(case, agent, manager), timezone.localdate()
    receive_objection(row, "No", on=today, by=agent)
    assert refusal_of(receive_objection, row, "No", on=today, by=agent) == "being_reviewed"
    assert refusal_of(receive_objection, row, " ", on=today, by=agent) == "reason_needed"
    other = proposed(ComplaintFactory(owner=case.owner), agent)
    assert refusal_of(receive_objection, other, "No", on=today, by=agent) == "not_in_force"


# ---- nobody is kept from complaining ----------------------------------------------------------------
def test_a_new_complaint_is_received_graded_and_dispatched_as_any_other(case, agent, manager):
    in_force(case, agent, manager, scope="customer")
    facts = {"title": "Unsafe room", "is_safety": True}
    theirs = registered(customer=case.customer, **facts)
    another = registered(
        customer=CustomerFactory(owner=case.customer.owner, tier=case.customer.tier), **facts
    )
    names = ("grade", "priority", "state", "queue_id", "team_id")
    assert [getattr(theirs, name) for name in names] == [getattr(another, name) for name in names]
    assert theirs.clocks.count() == another.clocks.count()
    given = [dispatch(one) for one in (theirs, another)]
    assert (given[0] is None) == (given[1] is None)


@pytest.mark.parametrize("intake", ["phone", "form", "email", "portal", "api", "letter"])
def test_every_door_stays_open(case, agent, manager, intake):
    in_force(case, agent, manager, scope="customer")
    made = register_case({"title": "Again", "customer": case.customer, "intake": intake}, by=None)
    assert (made.state, made.customer) == ("new", case.customer)


# ---- who sees it ------------------------------------------------------------------------------------
def seen_by(user) -> int:
    return Designation.objects.visible_to(user).count()


def test_it_is_seen_with_the_case_and_not_by_strangers_nor_by_analysts(case, agent, manager, user_in):
    in_force(case, agent, manager)
    stranger = user_in("agent", team=TeamFactory())
    assert [seen_by(user) for user in (case.owner, manager, stranger)] == [1, 1, 0]
    assert [seen_by(user_in(role)) for role in ("analyst", "trainer")] == [0, 0]


def test_conduct_is_seen_by_who_handles_another_case_of_the_customer_and_a_matter_is_not(
    case, agent, manager, user_in
):
    other = user_in("agent", team=TeamFactory())
    theirs = ComplaintFactory(owner=other, customer=case.customer)
    in_force(case, agent, manager)
    assert seen_by(other) == 0
    row = in_force(case, agent, manager, scope="customer")
    assert seen_by(other) == 1
    assert list(Designation.objects.about(theirs)) == [row]


# ---- forgetting -------------------------------------------------------------------------------------
def test_what_is_over_is_anonymised_and_what_was_decided_stays(case, agent, manager):
    row = in_force(case, agent, manager, reason="Li Wei shouts, call 13812345678", scope="customer")
    receive_objection(row, "Li Wei was never rude", on=timezone.localdate(), by=agent)
    assert refusal_of(anonymise_designation, row, by=manager) == "still_holds"
    lift_designation(row, note="Li Wei is calm", by=manager)
    done = anonymise_designation(row, by=manager)
    texts = [done.reason, done.end_note, done.objections.get().text]
    assert not any("Li Wei" in text or "138" in text for text in texts)
    assert (done.customer, done.evidence.count(), done.decided_by) == (None, 0, manager)
    assert anonymise_designation(row, by=manager).version == done.version


def test_it_goes_with_the_data_of_its_customer(case, agent, manager):
    row = in_force(case, agent, manager, reason="Li Wei shouts")
    lift_designation(row, note="Over", by=manager)
    assert anonymise_of_deleted(timezone.now()) == 0
    delete_customer(case.customer, by=manager)
    assert anonymise_of_deleted(timezone.now()) == 0
    later = timezone.now() + timedelta(days=31)
    assert (anonymise_of_deleted(later), anonymise_of_deleted(later)) == (1, 0)
    row.refresh_from_db()
    assert "Li Wei" not in row.reason


def test_who_handled_the_case_once_is_no_second_person(case, handler, manager, user_in):
    other = user_in("manager")
    row = proposed(case, user_in("agent"))
    assign(case, other, by=None)
    assign(case, handler, by=other)
    assert refusal_of(decide_designation, row, agrees=True, note="Yes", by=other) == "four_eyes"
    assert decide_designation(row, agrees=True, note="Yes", by=manager).state == DesignationState.IN_FORCE
