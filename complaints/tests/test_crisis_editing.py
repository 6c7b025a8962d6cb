"""Crises: of what kind, who leads, their steps, and which customers were told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.crisis_kinds import Signs, kind_of
from complaints.domain.causes import create_cause, link_cause
from complaints.domain.crises import add_cases, finish_step, move_crisis, open_crisis, propose_crisis, summon
from complaints.domain.crisis_customers import customers_hit, mark_told
from complaints.domain.crisis_editing import add_step, change_step, edit_crisis, open_proposed
from complaints.domain.surges import look_for_surges
from complaints.models import Crisis, Entry, PlanStep
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def other(user_in):
    return user_in("manager", username="other-manager")


@pytest.fixture
def agent(user_in):
    return user_in("agent", username="handler")


@pytest.fixture
def proposed() -> Crisis:
    made = propose_crisis("surge:fees", {"title": "Fees"}, at=timezone.now())
    assert made is not None
    return made


@pytest.fixture
def crisis(manager) -> Crisis:
    return open_crisis({"title": "Servers down", "kind": "service"}, by=manager)


def plan(kind: str) -> list[str]:
    return [step.text_en for step in PlanStep.objects.filter(kind=kind).order_by("position")]


def steps(crisis: Crisis) -> list[str]:
    return [step.texts.get("en", "") for step in crisis.steps.all()]


# ---- of what kind -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cases", "found"),
    [
        ([], ("service", "")),
        ([Signs("fees")], ("service", "")),
        ([Signs("course.material")], ("product", "category")),
        ([Signs("data.leak")], ("compliance", "category")),
        ([Signs("promotion")], ("brand", "category")),
        ([Signs("data", is_media=True)], ("brand", "media")),
        ([Signs("data", is_media=True, is_legal=True)], ("compliance", "legal")),
        ([Signs("fees", is_safety=True)], ("product", "safety")),
        ([Signs("fees", branches=frozenset({"material"}))], ("product", "cause")),
        ([Signs("fees", gaps=frozenset({"promise"}))], ("brand", "cause")),
        ([Signs("fees", is_legal=True), Signs("fees"), Signs("fees")], ("service", "")),
        ([Signs("fees", is_legal=True), Signs("fees")], ("compliance", "legal")),
    ],
)
def test_the_kind_is_told_by_flags_then_causes_then_category(cases, found):
    assert kind_of(cases) == found


def test_a_surge_proposes_the_kind_that_its_cases_speak_for():
    at = timezone.now()
    ComplaintFactory(category=CategoryFactory(), received_at=at - timedelta(weeks=26))
    category = CategoryFactory(code="course.material.print", valid_from=at - timedelta(weeks=26))
    for number in range(8):
        ComplaintFactory(category=category, received_at=at - timedelta(hours=number + 1))
    look_for_surges(at)
    crisis = Crisis.objects.get()
    assert (crisis.kind, crisis.evidence["kind_from"], crisis.evidence["count"]) == ("product", "category", 8)


def test_a_case_that_summons_speaks_for_the_kind_by_its_causes():
    case = ComplaintFactory()
    cause = create_cause({"code": "brochure", "name_en": "Brochure", "gap": "promise"}, by=None)
    link_cause(case, cause, by=None)
    crisis = summon(case, timezone.now())
    assert (crisis.kind, crisis.kind_reason) == ("brand", "the causes of its cases")


# ---- opening and editing ----------------------------------------------------------------------------
def test_opening_a_proposal_as_another_kind_lays_out_the_plan_of_that_kind(proposed, manager, other):
    values = {"kind": "brand", "owner": other, "stop_rule": "Three quiet days"}
    opened = open_proposed(proposed, values, by=manager, version=proposed.version)
    assert (opened.state, opened.kind, opened.owner, opened.stop_rule) == (
        "open",
        "brand",
        other,
        "Three quiet days",
    )
    assert steps(opened) == plan("brand")
    assert Notification.objects.filter(user=other, kind="crisis", title__contains="lead").count() == 1
    with pytest.raises(Conflict) as twice:
        open_proposed(proposed, {}, by=manager)
    assert twice.value.code == "crisis_moved"


def test_another_kind_swaps_what_is_open_of_the_plan_and_keeps_the_rest(crisis, manager):
    finish_step(crisis.steps.all()[0], by=manager)
    add_step(crisis, "Ask the provider", due_at=timezone.now(), by=manager)
    changed = edit_crisis(crisis, {"kind": "product"}, by=manager)
    assert steps(changed) == [plan("service")[0], "Ask the provider", *plan("product")]
    back = edit_crisis(changed, {"kind": "service"}, by=manager)
    assert steps(back) == [plan("service")[0], "Ask the provider", *plan("service")[1:]]
    lines = AuditEntry.objects.about(crisis).filter(changes__has_key="steps")
    assert lines.count() == 3


def test_a_new_lead_takes_over_the_open_steps_of_the_one_before(crisis, manager, other, agent):
    first, second = crisis.steps.all()[:2]
    finish_step(first, by=manager)
    change_step(second, {"owner": agent}, by=manager)
    edit_crisis(crisis, {"owner": other}, by=manager, version=crisis.version)
    owners = [step.owner for step in crisis.steps.all()]
    assert owners == [manager, agent, *[other] * (len(owners) - 2)]


@pytest.mark.parametrize(("values", "code"), [({"owner": None}, "lead_needed"), ({"title": ""}, "invalid")])
def test_what_a_running_crisis_needs_is_not_emptied(crisis, manager, values, code):
    with pytest.raises(DomainError) as refusal:
        edit_crisis(crisis, values, by=manager)
    assert refusal.value.code == code


def test_a_crisis_that_ended_or_was_changed_meanwhile_is_not_edited(proposed, crisis, manager):
    move_crisis(proposed, "dismissed", by=manager, note="A test")
    with pytest.raises(Conflict) as ended:
        edit_crisis(proposed, {"title": "X"}, by=manager)
    edit_crisis(crisis, {"title": "Y"}, by=manager, version=crisis.version)
    with pytest.raises(Conflict) as stale:
        edit_crisis(crisis, {"title": "Z"}, by=manager, version=crisis.version)
    assert (ended.value.code, stale.value.code) == ("crisis_not_running", "stale")


# ---- steps ------------------------------------------------------------------------------------------
def test_a_step_gets_another_owner_who_is_told_and_may_finish_it(crisis, manager, agent):
    step = crisis.steps.all()[0]
    with pytest.raises(Conflict) as refusal:
        finish_step(step, by=agent)
    changed = change_step(step, {"owner": agent, "due_at": step.due_at}, by=manager)
    assert Notification.objects.filter(user=agent, kind="crisis_step").count() == 1
    assert AuditEntry.objects.about(crisis).latest("pk").changes == {"step_owner": [str(manager), str(agent)]}
    assert finish_step(changed, by=agent).done_by == agent
    with pytest.raises(Conflict) as done:
        change_step(changed, {"owner": manager}, by=manager)
    assert (refusal.value.code, done.value.code) == ("not_your_step", "step_done")


def test_a_step_says_what_is_to_do(crisis, manager):
    with pytest.raises(DomainError) as refusal:
        add_step(crisis, "  ", due_at=timezone.now(), by=manager)
    assert refusal.value.code == "bad_step"


# ---- customers --------------------------------------------------------------------------------------
def test_customers_are_told_once_and_a_later_case_counts_again(crisis, manager):
    harbour, mill = CustomerFactory(name="Harbour"), CustomerFactory(name="Mill")
    cases = [ComplaintFactory(customer=one, owner=manager) for one in (harbour, harbour, mill)]
    add_cases(crisis, [*cases, ComplaintFactory(customer=None, owner=manager)], by=manager)
    assert mark_told(crisis, cases[:2], by=manager) == 2
    assert mark_told(crisis, cases[:2], by=manager) == 0
    found = [(hit.key, len(hit.rows), hit.untold) for hit in customers_hit(crisis, manager)]
    assert found == [(mill.pk, 1, 1), (0, 1, 1), (harbour.pk, 2, 0)]
    assert Entry.objects.filter(data__code="crisis_told").count() == 2
    late = ComplaintFactory(customer=harbour, owner=manager)
    add_cases(crisis, [late], by=manager)
    again = next(hit for hit in customers_hit(crisis, manager) if hit.key == harbour.pk)
    assert (again.untold, again.last_told.told_by) == (1, manager)
    assert mark_told(crisis, cases, by=manager, told=False) == 2


def test_nothing_is_marked_while_nobody_works_on_it(proposed, manager):
    with pytest.raises(Conflict) as refusal:
        mark_told(proposed, [], by=manager)
    assert refusal.value.code == "crisis_not_running"


# ---- pages ------------------------------------------------------------------------------------------
def test_the_pages_open_edit_and_staff_a_crisis(proposed, manager, agent, client_of):
    client = client_of(manager)
    page = client.get(proposed.get_absolute_url()).content.decode()
    opening = reverse("complaints:crisis-open", args=[proposed.pk])
    assert opening in page
    client.post(opening, {"kind": "compliance", "owner": "", "version": proposed.version})
    proposed.refresh_from_db()
    assert (proposed.state, proposed.owner, steps(proposed)) == ("open", manager, plan("compliance"))
    edit = reverse("complaints:crisis-update", args=[proposed.pk])
    data = {"kind": "compliance", "title": "Renamed", "owner": manager.pk, "version": proposed.version}
    client.post(edit, data)
    step = proposed.steps.all()[0]
    due = {"due_at": "2027-01-01 09:00"}
    client.post(reverse("complaints:crisis-step-update", args=[step.pk]), {"owner": agent.pk, **due})
    new = reverse("complaints:crisis-step-create", args=[proposed.pk])
    client.post(new, {"text": "Ask a lawyer", "once": "a", **due})
    proposed.refresh_from_db()
    step.refresh_from_db()
    assert (proposed.title, step.owner, steps(proposed)[-1]) == ("Renamed", agent, "Ask a lawyer")
    done = reverse("complaints:crisis-step-done", args=[step.pk])
    assert done in client_of(agent).get(proposed.get_absolute_url()).content.decode()
    client_of(agent).post(done)
    step.refresh_from_db()
    assert step.done_by == agent


def test_editing_keeps_a_category_that_has_a_newer_edition(manager, client_of):
    old = CategoryFactory(retired_at=timezone.now())
    crisis = open_crisis({"title": "Late", "category": old}, by=manager)
    page = client_of(manager).get(reverse("complaints:crisis-update", args=[crisis.pk])).content.decode()
    assert f'<option value="{old.pk}" selected' in page


def test_handlers_mark_customers_of_their_cases_only(crisis, manager, agent, client_of):
    mine, theirs = ComplaintFactory(owner=agent), ComplaintFactory()
    add_cases(crisis, [mine, theirs], by=manager)
    keys = [mine.customer_id, theirs.customer_id]
    client_of(agent).post(reverse("complaints:crisis-told", args=[crisis.pk]), {"customer": keys})
    told = crisis.affected.filter(told_at__isnull=False)
    assert [(row.complaint, row.told_by) for row in told] == [(mine, agent)]
    page = client_of(agent).get(crisis.get_absolute_url()).content.decode()
    assert mine.customer.name in page
    assert theirs.customer.name not in page
    listed = client_of(agent).get(reverse("complaints:complaint-list"), {"crisis": crisis.pk})
    assert mine.number in listed.content.decode()


def test_the_page_asks_as_often_for_three_customers_as_for_one(crisis, manager, client_of):
    client, url = client_of(manager), crisis.get_absolute_url()
    add_cases(crisis, [ComplaintFactory(owner=manager)], by=manager)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    add_cases(crisis, [ComplaintFactory(owner=manager) for _number in range(2)], by=manager)
    with CaptureQueriesContext(connection) as three:
        client.get(url)
    assert len(one) == len(three)


@pytest.mark.parametrize("name", ["crisis-update", "crisis-open", "crisis-step-create"])
def test_agents_change_no_crisis(crisis, agent, client_of, name):
    assert client_of(agent).get(reverse(f"complaints:{name}", args=[crisis.pk])).status_code == 403


# ---- API --------------------------------------------------------------------------------------------
def test_the_api_leads_through_a_crisis(proposed, manager, agent, client_of):
    client, url = client_of(manager), f"/api/v1/crises/{proposed.pk}"

    def post(path: str, data: dict) -> dict:
        answer = client.post(f"{url}/{path}/", data, content_type="application/json")
        assert answer.status_code == 200, answer.content
        return answer.json()

    opened = post("open", {"kind": "brand", "version": proposed.version})
    assert [step["text"] for step in opened["steps"]] == plan("brand")
    changed = client.patch(
        f"{url}/", {"title": "Press", "version": opened["version"]}, content_type="application/json"
    )
    assert changed.json()["title"] == "Press"
    first = opened["steps"][0]["id"]
    assert post("change-step", {"step": first, "owner": agent.pk})["steps"][0]["owner"] == agent.pk
    done = client.post(f"/api/v1/crisis-steps/{first}/done/", {}, content_type="application/json")
    assert done.json()["done_by"] == manager.pk
    added = post("steps", {"text": "Call", "due_at": "2027-01-01T09:00:00Z"})
    assert added["steps"][-1]["text"] == "Call"
    case = ComplaintFactory(owner=manager)
    assert post("add-cases", {"complaints": [case.pk]})["cases"] == 1
    foreign = client.post(f"{url}/add-cases/", {"complaints": [10**9]}, content_type="application/json")
    assert foreign.status_code == 400
    told = post("tell", {"customers": [case.customer_id]})
    assert [(row["customer"], row["untold"], row["told_by"]) for row in told] == [
        (case.customer_id, 0, manager.pk)
    ]
    assert client.get(f"{url}/affected/").json() == told
    assert post("move", {"state": "contained"})["state"] == "contained"


def test_the_api_opens_a_crisis_and_refuses_agents(manager, agent, client_of):
    data = {"kind": "product", "title": "Bad batch"}
    made = client_of(manager).post("/api/v1/crises/", data, content_type="application/json").json()
    assert (made["state"], made["owner"]) == ("open", manager.pk)
    client = client_of(agent)
    assert client.get(f"/api/v1/crises/{made['id']}/").status_code == 200
    assert client.post("/api/v1/crises/", data, content_type="application/json").status_code == 403


def test_the_api_asks_as_often_for_three_rows_as_for_one(manager, client_of):
    client = client_of(manager)
    open_crisis({"title": "One"}, by=manager)
    client.get("/api/v1/crises/")
    with CaptureQueriesContext(connection) as one:
        client.get("/api/v1/crises/")
    for title in ("Two", "Three"):
        open_crisis({"title": title}, by=manager)
    with CaptureQueriesContext(connection) as three:
        assert len(client.get("/api/v1/crises/").json()["results"]) == 3
    assert len(one) == len(three)
