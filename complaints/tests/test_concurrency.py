"""Two people at the same crisis, category or case in the same moment: the database lets one through."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.choices.learning import CrisisState, StatementState
from complaints.domain.answers import last_said
from complaints.domain.conversion import convert_case
from complaints.domain.crises import (
    add_cases,
    approve_statement,
    move_crisis,
    open_crisis,
    propose_crisis,
    publish_statement,
    summon,
    write_statement,
)
from complaints.domain.moves import answer
from complaints.domain.settings import save_category
from complaints.models import (
    Affected,
    BusinessCalendar,
    Category,
    Complaint,
    Crisis,
    Entry,
    Policy,
    Queue,
)
from complaints.tests.factories import ComplaintFactory, QueueFactory
from core.domain.roles import grant_roles
from core.models import AuditEntry, User
from core.tests.crowds import at_once
from core.tests.factories import UserFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
CROWD = 4


@pytest.fixture(autouse=True)
def ground(db: Any) -> None:
    """Nothing is set up: what the migrations made was emptied by the test before, or is taken away."""
    for model in (Policy, Category, Queue, BusinessCalendar):
        model.objects.all().delete()
    grant_roles()


@pytest.fixture
def people() -> list[User]:
    return [UserFactory() for _turn in range(CROWD)]


@pytest.fixture
def proposed() -> Crisis:
    made = propose_crisis("surge:fees", {"title": "Fees", "kind": "service"}, at=timezone.now())
    assert made is not None
    return made


# ---- categories -------------------------------------------------------------------------------------
def test_two_editions_of_a_category_at_once_are_one(people):
    first = save_category({"kind": "complaint", "code": "fees", "name_en": "Fees"}, by=people[0])

    def edit(by: User) -> Any:
        data = {"kind": "complaint", "code": "fees", "name_en": f"Fees of {by.pk}"}
        return save_category(data, by=by, category=first).edition

    answers = at_once([lambda by=by: edit(by) for by in people])
    assert sorted(map(str, answers)) == ["2", *["category_replaced"] * (CROWD - 1)]
    assert Category.objects.current().filter(code="fees").count() == 1
    assert list(Category.objects.order_by("edition").values_list("edition", flat=True)) == [1, 2]


def test_the_same_new_category_at_once_is_one(people):
    def make(by: User) -> Any:
        return save_category({"kind": "complaint", "code": "fees", "name_en": "Fees"}, by=by).pk

    answers = at_once([lambda by=by: make(by) for by in people])
    assert answers.count("code_taken") == CROWD - 1
    assert Category.objects.filter(code="fees").count() == 1


def test_the_database_itself_holds_one_current_edition():
    Category.objects.create(kind="complaint", code="fees", name_en="Fees")
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.create(kind="complaint", code="fees", name_en="Fees", edition=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.create(
            kind="complaint", code="fees", name_en="Fees", edition=1, retired_at=timezone.now()
        )


# ---- crises -----------------------------------------------------------------------------------------
def test_a_surge_that_many_workers_see_proposes_one_crisis():
    values = {"title": "Fees", "kind": "service"}
    answers = at_once([lambda: propose_crisis("surge:fees", values, at=timezone.now())] * CROWD)
    assert sum(one is not None for one in answers) == 1
    assert Crisis.objects.count() == 1
    assert AuditEntry.objects.about(Crisis.objects.get()).count() == 1


def test_a_case_that_summons_twice_at_once_has_one_crisis_with_the_case_in_it_once():
    case = ComplaintFactory()
    found = at_once([lambda: summon(Complaint.objects.get(pk=case.pk), timezone.now()).pk] * CROWD)
    assert len(set(found)) == 1
    assert Affected.objects.filter(complaint=case).count() == 1
    assert Entry.objects.filter(complaint=case, data__code="crisis_joined").count() == 1


@pytest.mark.parametrize("state", [CrisisState.OPEN, CrisisState.DISMISSED])
def test_a_proposed_crisis_is_opened_or_rejected_by_one(people, proposed, state):
    answers = at_once(
        [lambda by=by: move_crisis(proposed, state, by=by, note="Seen").owner_id for by in people]
    )
    assert answers.count("crisis_moved") == CROWD - 1
    proposed.refresh_from_db()
    assert proposed.state == state
    if state == CrisisState.OPEN:
        # The plan is copied once, for the one who leads.
        assert proposed.owner in people
        positions = list(proposed.steps.values_list("position", flat=True))
        assert len(positions) == len(set(positions))


def test_opening_and_rejecting_at_once_is_one_of_them(people, proposed):
    states = [CrisisState.OPEN, CrisisState.DISMISSED] * 2
    answers = at_once(
        [
            lambda by=by, state=state: move_crisis(proposed, state, by=by, note="Seen").state
            for by, state in zip(people, states, strict=True)
        ]
    )
    done = [one for one in answers if one != "crisis_moved"]
    proposed.refresh_from_db()
    assert done == [proposed.state]


def test_a_crisis_is_closed_by_one_with_one_outcome(people):
    crisis = open_crisis({"title": "Fees"}, by=people[0])
    crisis.steps.update(done_at=timezone.now())
    answers = at_once(
        [
            lambda by=by: move_crisis(crisis, CrisisState.CLOSED, by=by, note=f"By {by.pk}").outcome
            for by in people
        ]
    )
    done = [one for one in answers if one != "crisis_moved"]
    crisis.refresh_from_db()
    assert done == [crisis.outcome]


def test_cases_are_added_once_whoever_adds_them(people):
    crisis = open_crisis({"title": "Fees"}, by=people[0])
    cases = ComplaintFactory.create_batch(3)
    added = at_once([lambda by=by: add_cases(crisis, cases, by=by) for by in people])
    assert sorted(added) == [*[0] * (CROWD - 1), 3]
    assert crisis.affected.count() == 3


def test_a_statement_is_approved_and_published_once(people):
    crisis = open_crisis({"title": "Fees"}, by=people[0])
    statement = write_statement(crisis, "We are on it.", audience="Customers", by=people[0])
    approved = at_once([lambda by=by: approve_statement(statement, by=by).state for by in people])
    assert approved.count("approved") == 1
    assert approved[0] == "own_text"
    published = at_once([lambda by=by: publish_statement(statement, by=by).state for by in people])
    assert published.count("published") == 1
    statement.refresh_from_db()
    assert statement.state == StatementState.PUBLISHED


# ---- cases ------------------------------------------------------------------------------------------
def test_a_case_is_turned_over_once_and_takes_one_number(people):
    QueueFactory(is_default=True)
    QueueFactory(kind="request", is_default=True)
    case = ComplaintFactory(number="FW-20260101-0001", kind="request", grade="")

    def turn(by: User) -> Any:
        return convert_case(case, category=None, reason="Is one", version=case.version, by=by).number

    answers = at_once([lambda by=by: turn(by) for by in people])
    assert answers.count("stale") == CROWD - 1
    case.refresh_from_db()
    assert (case.kind, case.former_number) == ("complaint", "FW-20260101-0001")
    assert case.number.endswith("-0001")


def test_of_two_answers_at_once_the_second_is_shown_the_first(people):
    case = ComplaintFactory()
    seen = last_said(case)
    answers = at_once([lambda by=by: answer(case, "Hello", by=by, seen=seen).kind for by in people])
    assert answers.count("answered_meanwhile") == CROWD - 1
    assert Entry.objects.said().filter(complaint=case).count() == 1
