"""Crises: opening, plan, statements, affected cases, and who may do what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.domain.crises import (
    add_cases,
    approve_statement,
    finish_step,
    move_crisis,
    open_crisis,
    propose_crisis,
    publish_statement,
    summon,
    write_statement,
)
from complaints.domain.crisis_plans import edit_step
from complaints.models import Crisis, CrisisStep, Entry, PlanStep, Statement
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def other(user_in):
    return user_in("manager", username="other-manager")


@pytest.fixture
def crisis(manager) -> Crisis:
    return open_crisis({"title": "Servers down", "kind": "service"}, by=manager)


def test_opening_copies_the_plan_of_the_kind_and_tells_the_lead(crisis, manager):
    plan = PlanStep.objects.filter(kind="service").order_by("position")
    assert [step.texts["en"] for step in crisis.steps.all()] == [step.text_en for step in plan]
    assert crisis.owner == manager
    assert Notification.objects.filter(user=manager, kind="crisis").count() == 1


def test_a_crisis_needs_a_lead():
    with pytest.raises(DomainError) as refusal:
        open_crisis({"title": "X"}, by=None)
    assert refusal.value.code == "lead_needed"


def test_editing_a_plan_leaves_running_crises_alone(crisis, manager):
    step = PlanStep.objects.filter(kind="service").order_by("position")[0]
    edit_step(step, {"text_en": "Something else"}, by=manager, version=step.version)
    assert crisis.steps.all()[0].texts["en"] != "Something else"


def test_a_key_proposes_one_crisis(manager):
    at = timezone.now()
    assert propose_crisis("surge:1", {"title": "Late"}, at=at) is not None
    assert propose_crisis("surge:1", {"title": "Late"}, at=at) is None
    assert Crisis.objects.count() == 1


def test_opening_a_proposed_crisis_gives_it_lead_and_plan(manager):
    crisis = propose_crisis("surge:1", {"title": "Late"}, at=timezone.now())
    assert crisis is not None
    assert crisis.steps.count() == 0
    opened = move_crisis(crisis, "open", by=manager)
    assert opened.owner == manager
    assert opened.steps.count() == PlanStep.objects.filter(kind="service").count()


def test_a_crisis_is_summoned_once_for_a_case():
    case, at = ComplaintFactory(), timezone.now()
    assert summon(case, at) == summon(case, at)
    assert Entry.objects.filter(complaint=case, data__code="crisis_joined").count() == 1


def test_a_case_whose_crisis_is_contained_summons_no_other(manager):
    case, at = ComplaintFactory(), timezone.now()
    first = summon(case, at)
    for state in ("open", "contained"):
        move_crisis(first, state, by=manager)
        assert summon(case, at) == first


@pytest.mark.parametrize("ways", [["dismissed"], ["open", "closed"]])
def test_a_case_whose_crisis_has_ended_summons_another_once(ways, manager):
    case, at = ComplaintFactory(), timezone.now()
    crises = [summon(case, at)]
    for _again in range(2):
        for state in ways:
            CrisisStep.objects.update(done_at=at, done_by=manager)
            move_crisis(crises[-1], state, by=manager, note="No crisis")
        crises.append(summon(case, at))
        assert summon(case, at) == crises[-1]
    assert [one.key for one in crises] == [f"case:{case.pk}", f"case:{case.pk}:2", f"case:{case.pk}:3"]
    assert Crisis.objects.get(key=f"case:{case.pk}:3").state == "proposed"
    told = Notification.objects.filter(user=manager, kind="crisis", dedupe__endswith="-proposed")
    assert (told.count(), Entry.objects.filter(complaint=case, data__code="crisis_joined").count()) == (3, 3)


def test_closing_waits_for_the_steps_and_for_a_lesson(crisis, manager):
    with pytest.raises(DomainError) as silent:
        move_crisis(crisis, "closed", by=manager)
    with pytest.raises(Conflict) as early:
        move_crisis(crisis, "closed", by=manager, note="Learned")
    assert (silent.value.code, early.value.code) == ("note_needed", "steps_open")
    for step in crisis.steps.all():
        finish_step(step, by=manager)
    closed = move_crisis(crisis, "closed", by=manager, note="Learned")
    assert (closed.state, closed.outcome) == ("closed", "Learned")
    with pytest.raises(Conflict) as second:
        move_crisis(crisis, "closed", by=manager, note="Again")
    assert second.value.code == "crisis_moved"


def test_a_step_is_done_once(crisis, manager, other):
    step = crisis.steps.all()[0]
    finish_step(step, by=manager)
    assert finish_step(step, by=other).done_by == manager
    assert AuditEntry.objects.about(crisis).filter(note=step.text).count() == 1


def test_a_statement_is_approved_by_another_and_published_once(crisis, manager, other):
    statement = write_statement(crisis, "We are on it.", audience="Customers", by=manager)
    with pytest.raises(Conflict) as own:
        approve_statement(statement, by=manager)
    with pytest.raises(Conflict) as draft:
        publish_statement(statement, by=other)
    approve_statement(statement, by=other)
    with pytest.raises(Conflict) as twice:
        approve_statement(statement, by=other)
    published = publish_statement(statement, by=manager)
    assert [one.value.code for one in (own, draft, twice)] == [
        "own_text",
        "statement_moved",
        "statement_moved",
    ]
    assert (published.state, published.approved_by) == ("published", other)


def test_empty_statements_are_refused(crisis, manager):
    with pytest.raises(DomainError) as refusal:
        write_statement(crisis, " ", audience="", by=manager)
    assert set(refusal.value.fields) == {"body", "audience"}


def test_nothing_is_said_or_done_in_a_crisis_that_ended(manager):
    crisis = propose_crisis("surge:1", {"title": "Late"}, at=timezone.now())
    assert crisis is not None
    move_crisis(crisis, "dismissed", by=manager, note="A test")
    with pytest.raises(Conflict) as refusal:
        write_statement(crisis, "Text", audience="All", by=manager)
    assert refusal.value.code == "crisis_not_running"


def test_a_case_is_affected_once(crisis, manager):
    cases = [ComplaintFactory(), ComplaintFactory()]
    assert [add_cases(crisis, cases, by=manager), add_cases(crisis, cases, by=manager)] == [2, 0]


def test_the_button_adds_complaints_of_the_category_within_reach(manager, client_of):
    category = CategoryFactory()
    crisis = open_crisis({"title": "Late", "category": category}, by=manager)
    now = timezone.now()
    mine = ComplaintFactory(category=category, owner=manager, received_at=now - timedelta(days=1))
    ComplaintFactory(category=category, received_at=now - timedelta(days=1))
    ComplaintFactory(category=category, owner=manager, received_at=now - timedelta(days=9))
    client_of(manager).post(reverse("complaints:crisis-add-cases", args=[crisis.pk]))
    assert list(crisis.affected.values_list("complaint", flat=True)) == [mine.pk]


def test_the_page_shows_cases_within_reach_only(crisis, manager, user_in, client_of):
    case = ComplaintFactory(title="Confidential matter", owner=manager)
    add_cases(crisis, [case], by=manager)
    stranger = user_in("agent", username="stranger", team=None)
    assert "Confidential matter" in client_of(manager).get(crisis.get_absolute_url()).content.decode()
    page = client_of(stranger).get(crisis.get_absolute_url()).content.decode()
    assert "Confidential matter" not in page
    assert reverse("complaints:crisis-move", args=[crisis.pk]) not in page


def test_the_pages_lead_through_a_crisis(manager, other, client_of):
    client = client_of(manager)
    data = {"kind": "brand", "title": "Bad press", "owner": manager.pk, "once": "a"}
    client.post(reverse("complaints:crisis-create"), data)
    crisis = Crisis.objects.get()
    client.post(
        reverse("complaints:crisis-statement", args=[crisis.pk]),
        {"audience": "Press", "body": "We look into it.", "once": "b"},
    )
    statement = Statement.objects.get()
    client_of(other).post(reverse("complaints:statement-move", args=[statement.pk]), {"do": "approve"})
    client.post(reverse("complaints:statement-move", args=[statement.pk]), {"do": "publish"})
    step = CrisisStep.objects.filter(crisis=crisis)[0]
    client.post(reverse("complaints:crisis-step-done", args=[step.pk]))
    client.post(f"{reverse('complaints:crisis-move', args=[crisis.pk])}?state=contained", {"note": ""})
    for row in (crisis, statement, step):
        row.refresh_from_db()
    assert (crisis.state, statement.state, step.done_by) == ("contained", "published", manager)
    assert client.get(reverse("complaints:plan-list")).status_code == 200
    edit = reverse("complaints:plan-step-update", args=[PlanStep.objects.all()[0].pk])
    assert client.get(edit).status_code == 200


def test_agents_open_no_crisis(user_in, client_of):
    assert client_of(user_in("agent")).get(reverse("complaints:crisis-create")).status_code == 403


def test_the_list_asks_as_often_for_three_rows_as_for_one(crisis, manager, client_of):
    client, url = client_of(manager), reverse("complaints:crisis-list")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for title in ("Two", "Three"):
        open_crisis({"title": title}, by=manager)
    with CaptureQueriesContext(connection) as three:
        client.get(url)
    assert len(one) == len(three)
