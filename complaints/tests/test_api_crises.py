"""Crises, what is said of them, their plans, and improvements over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.domain.crises import open_crisis, write_statement
from complaints.models import Crisis, Improvement, PlanStep
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from complaints.tests.learning import improvement
from core.models import AuditEntry, Notification
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def client(manager, client_of):
    return client_of(manager)


@pytest.fixture
def crisis(manager):
    return open_crisis({"title": "Platform down", "kind": "service"}, by=manager)


def posted(client, path, data=None):
    return client.post(f"/api/v1/{path}/", data or {}, content_type=JSON)


def test_a_crisis_is_opened_with_the_plan_of_its_kind(client, manager):
    answer = posted(client, "crises", {"title": "Platform down", "kind": "service"})
    assert (answer.status_code, answer.json()["state"], answer.json()["owner"]) == (201, "open", manager.pk)
    plan = PlanStep.objects.active().of_kind("service").count()
    assert len(answer.json()["steps"]) == plan > 0


def test_retired_categories_and_unknown_fields_are_refused(client):
    retired = CategoryFactory(retired_at=timezone.now())
    answer = posted(client, "crises", {"title": "X", "category": retired.pk, "colour": "red"})
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"colour"})
    answer = posted(client, "crises", {"title": "X", "category": retired.pk})
    assert set(answer.json()["errors"]) == {"category"}


def test_a_crisis_ends_with_a_word_and_without_open_steps(client, crisis):
    path = f"crises/{crisis.pk}/move"
    silent = posted(client, path, {"state": "closed"})
    assert (silent.status_code, set(silent.json()["errors"])) == (400, {"note"})
    assert posted(client, path, {"state": "closed", "note": "Ask first"}).json()["code"] == "steps_open"
    for step in client.get(f"/api/v1/crisis-steps/?crisis={crisis.pk}").json()["results"]:
        assert posted(client, f"crisis-steps/{step['id']}/done").json()["done_at"]
    done = posted(client, path, {"state": "closed", "note": "Ask first"}).json()
    assert (done["state"], done["outcome"]) == ("closed", "Ask first")
    assert posted(client, path, {"state": "contained"}).status_code == 409


def test_steps_are_filtered_by_what_is_left(client, crisis):
    first = crisis.steps.first()
    posted(client, f"crisis-steps/{first.pk}/done")
    rows = client.get(f"/api/v1/crisis-steps/?crisis={crisis.pk}&open=true").json()["results"]
    assert len(rows) == crisis.steps.count() - 1


def test_only_complaints_in_reach_are_added_and_each_once(client, manager, crisis):
    mine = ComplaintFactory(team=manager.team)
    hidden = ComplaintFactory(team=TeamFactory())
    refused = posted(client, f"crises/{crisis.pk}/add-cases", {"complaints": [mine.pk, hidden.pk]})
    assert (refused.status_code, crisis.affected.count()) == (400, 0)
    for _turn in range(2):
        answer = posted(client, f"crises/{crisis.pk}/add-cases", {"complaints": [mine.pk]})
    assert (answer.status_code, answer.json()["cases"]) == (200, 1)


def test_nobody_approves_the_own_statement(client, user_in, client_of, crisis):
    data = {"crisis": crisis.pk, "audience": "Learners", "body": "We know of it."}
    made = posted(client, "crisis-statements", data)
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    path = f"crisis-statements/{made.json()['id']}"
    assert posted(client, f"{path}/approve").status_code == 409
    second = client_of(user_in("manager", username="second"))
    assert posted(second, f"{path}/publish").status_code == 409
    assert posted(second, f"{path}/approve").json()["state"] == "approved"
    assert posted(client, f"{path}/publish").json()["state"] == "published"


def test_steps_of_plans_are_changed_with_their_version(client):
    step = PlanStep.objects.order_by("pk").first()
    path = f"/api/v1/crisis-plan-steps/{step.pk}/"
    etag = client.get(path)["ETag"]
    changed = client.patch(path, {"due_hours": 3}, content_type=JSON, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["due_hours"]) == (200, 3)
    stale = client.patch(path, {"due_hours": 4}, content_type=JSON, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    empty = {"text_en": "", "text_zh_hans": "", "text_zh_hant": ""}
    assert client.patch(path, empty, content_type=JSON).status_code == 400


def test_an_improvement_is_planned_changed_and_closed(client, manager):
    data = {"title": "Ask first", "owner": manager.pk, "due_on": str(timezone.localdate())}
    made = posted(client, "improvements", data)
    assert (made.status_code, made.json()["state"]) == (201, "plan")
    path = f"improvements/{made.json()['id']}"
    changed = client.patch(
        f"/api/v1/{path}/", {"cause_note": "Nobody asked", "version": 1}, content_type=JSON
    )
    assert changed.json()["cause_note"] == "Nobody asked"
    stale = client.patch(f"/api/v1/{path}/", {"cause_note": "Else", "version": 1}, content_type=JSON)
    assert stale.status_code == 409
    assert posted(client, f"{path}/move", {"state": "act"}).status_code == 409
    assert posted(client, f"{path}/move", {"state": "closed"}).status_code == 400
    assert posted(client, f"{path}/move", {"state": "closed", "note": "Kept"}).json()["lesson"] == "Kept"
    assert client.patch(f"/api/v1/{path}/", {"cause_note": "Late"}, content_type=JSON).status_code == 409


def test_improvements_are_seen_within_reach(client, user_in):
    improvement(user_in("trainer", team=TeamFactory()), title="Far away")
    assert client.get("/api/v1/improvements/").json()["results"] == []


@pytest.mark.parametrize("role", ["agent", "sales", "trainer", "analyst", "integration"])
def test_only_managers_lead(role, user_in, client_of, manager, crisis):
    client = client_of(user_in(role))
    refuses = {"crisis-statements", "crisis-plan-steps"} if role == "integration" else set()
    for path in ("crises", "crisis-steps", "crisis-statements", "crisis-plan-steps"):
        assert client.get(f"/api/v1/{path}/").status_code == (403 if path in refuses else 200), path
    statement = write_statement(crisis, "Text", audience="All", by=manager)
    refused = [
        posted(client, "crises", {"title": "X"}),
        posted(client, f"crises/{crisis.pk}/move", {"state": "contained"}),
        posted(client, f"crises/{crisis.pk}/add-cases", {"complaints": [1]}),
        posted(client, "crisis-statements", {"crisis": crisis.pk, "audience": "All", "body": "X"}),
        posted(client, f"crisis-statements/{statement.pk}/approve"),
    ]
    assert {answer.status_code for answer in refused} == {403}
    foreign = posted(client, f"crisis-steps/{crisis.steps.first().pk}/done")
    assert foreign.status_code == 409
    assert not crisis.steps.filter(done_at__isnull=False).exists()
    assert (Crisis.objects.get().state, crisis.affected.count()) == ("open", 0)


def test_a_step_is_done_by_its_owner_whatever_they_may_else(crisis, user_in, client_of):
    owner, colleague = user_in("agent"), user_in("agent")
    step = crisis.steps.first()
    crisis.steps.filter(pk=step.pk).update(owner=owner)
    refused = posted(client_of(colleague), f"crisis-steps/{step.pk}/done")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_your_step")
    done = posted(client_of(owner), f"crisis-steps/{step.pk}/done")
    assert (done.status_code, done.json()["done_by"]) == (200, owner.pk)
    assert posted(client_of(owner), f"crisis-steps/{step.pk}/done").status_code == 200
    outside = posted(client_of(user_in(None)), f"crisis-steps/{step.pk}/done")
    assert outside.status_code == 403


@pytest.mark.parametrize("values", [{"is_active": False}, {"is_service": True}])
def test_who_does_not_work_here_neither_leads_nor_owns_a_step(values, client, crisis, user_in):
    gone = user_in("manager", **values)
    proposed = Crisis.objects.create(title="Many ask", state="proposed", key="proposed")
    soon, step = str(timezone.now() + timedelta(hours=2)), crisis.steps.first()
    answers = [
        posted(client, "crises", {"title": "X", "owner": gone.pk}),
        client.patch(f"/api/v1/crises/{crisis.pk}/", {"owner": gone.pk}, content_type=JSON),
        posted(client, f"crises/{proposed.pk}/open", {"owner": gone.pk}),
        posted(client, f"crises/{crisis.pk}/steps", {"text": "Call", "owner": gone.pk, "due_at": soon}),
        posted(client, f"crises/{crisis.pk}/change-step", {"step": step.pk, "owner": gone.pk}),
    ]
    assert [(one.status_code, set(one.json()["errors"])) for one in answers] == [(400, {"owner"})] * 5
    proposed.refresh_from_db()
    assert (proposed.state, Crisis.objects.filter(owner=gone).exists()) == ("proposed", False)


def test_a_proposed_crisis_that_is_moved_to_open_is_opened_with_plan_and_lead(client, manager, user_in):
    lead = user_in("manager")
    proposed = Crisis.objects.create(
        title="Many ask", kind="service", state="proposed", key="proposed", owner=lead
    )
    moved = posted(client, f"crises/{proposed.pk}/move", {"state": "open", "note": "It is one"})
    assert (moved.status_code, moved.json()["state"], moved.json()["owner"]) == (200, "open", lead.pk)
    assert len(moved.json()["steps"]) == PlanStep.objects.active().of_kind("service").count() > 0
    assert Notification.objects.get(kind="crisis").user == lead
    assert AuditEntry.objects.about(proposed).filter(note="It is one").count() == 1
    assert posted(client, f"crises/{proposed.pk}/move", {"state": "open"}).status_code == 409


@pytest.mark.parametrize(
    ("role", "reads", "plans"),
    [
        ("agent", 200, 403), ("sales", 403, 403), ("trainer", 200, 201), ("manager", 200, 201),
        ("analyst", 200, 403), ("integration", 200, 403),
    ],
)  # fmt: skip
def test_who_plans_improvements(role, reads, plans, user_in, client_of):
    user = user_in(role)
    client = client_of(user)
    data = {"title": "Ask first", "owner": user.pk, "due_on": str(timezone.localdate())}
    assert client.get("/api/v1/improvements/").status_code == reads
    assert posted(client, "improvements", data).status_code == plans
    assert Improvement.objects.count() == (plans == 201)


@pytest.mark.parametrize("path", ["crises", "crisis-steps", "crisis-statements", "improvements"])
def test_lists_cost_the_same_for_one_and_three(path, client, manager):
    counts = []
    for number in range(3):
        made = open_crisis({"title": f"Crisis {number}"}, by=manager)
        write_statement(made, "Text", audience="All", by=manager)
        improvement(manager, due_on=timezone.localdate() + timedelta(days=number))
        client.get(f"/api/v1/{path}/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/api/v1/{path}/")
        counts.append(len(seen))
    assert counts[0] == counts[2]
