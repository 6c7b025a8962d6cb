"""Service policies over the API: targets, deadlines of the law, and the levels of a ladder."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.domain.settings import retire_category
from complaints.models import Category, Level, Policy
from complaints.tests.factories import policy
from core.models import AuditEntry

pytestmark = pytest.mark.django_db
JSON = "application/json"
SOLVE = {"clock": "solve", "amount": 2, "unit": "working_days"}
SAMR = {"clock": "statutory", "name": "SAMR", "amount": 7, "unit": "working_days_close"}
DISP = {"clock": "statutory", "name": "DISP", "amount": 8, "unit": "weeks", "met_by": "letter"}
LEVEL = {"clock": "solve", "number": 7, "offset": -60, "recipient": "owner"}


@pytest.fixture
def client(user_in, client_of):
    return client_of(user_in("administrator"))


@pytest.fixture
def made(client):
    return posted(client, "", {"name": "Fees", "targets": [SOLVE, SAMR, DISP]}).json()


def posted(client, path, data):
    return client.post(f"/api/v1/service-policies/{path}", data, content_type=JSON)


def patched(client, path, data, **headers):
    return client.patch(f"/api/v1/service-policies/{path}/", data, content_type=JSON, headers=headers)


def targets_of(told):
    return sorted((row["clock"], row["name"], row["amount"]) for row in told["targets"])


def test_a_policy_is_made_with_its_targets(made):
    assert targets_of(made) == [("solve", "", 2), ("statutory", "DISP", 8), ("statutory", "SAMR", 7)]
    assert {row["name"]: row["met_by"] for row in made["targets"] if row["name"]} == {
        "DISP": "letter",
        "SAMR": "solution",
    }


def test_without_targets_those_stay_and_given_ones_are_all_of_them(client, made):
    kept = patched(client, made["id"], {"position": 5}).json()
    assert (kept["position"], targets_of(kept)) == (5, targets_of(made))
    fewer = patched(client, made["id"], {"targets": [{**SOLVE, "amount": 3}, SAMR]}).json()
    assert targets_of(fewer) == [("solve", "", 3), ("statutory", "SAMR", 7)]
    assert targets_of(patched(client, made["id"], {"targets": []}).json()) == []


def test_levels_keep_to_a_deadline_that_is_renamed(client, made):
    posted(client, f"{made['id']}/levels/", {**LEVEL, "clock": "statutory", "name": "DISP"})
    renamed = [SOLVE, SAMR, {**DISP, "name": "FCA", "was": "DISP"}]
    told = patched(client, made["id"], {"targets": renamed}).json()
    assert [row["name"] for row in told["levels"]] == ["FCA"]


@pytest.mark.parametrize(
    ("targets", "field"),
    [
        ([SOLVE, SOLVE], "targets"),
        ([SAMR, SAMR], "targets"),
        ([SAMR, {**DISP, "name": ""}], "targets"),
        ([{**SOLVE, "amount": 0}], "targets.0.amount"),
        ([{**SOLVE, "unit": "moons"}], "targets.0.unit"),
        ([{**SOLVE, "colour": "red"}], "targets.0.colour"),
    ],
)
def test_targets_that_cannot_be_told_apart_or_counted_are_refused(targets, field, client, made):
    refused = patched(client, made["id"], {"targets": targets})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert targets_of(client.get(f"/api/v1/service-policies/{made['id']}/").json()) == targets_of(made)


def test_names_are_free_and_categories_in_use(client, made):
    assert posted(client, "", {"name": "Fees"}).status_code in (400, 409)
    assert set(posted(client, "", {"name": "X", "category_code": "none"}).json()["errors"]) == {
        "category_code"
    }
    assert patched(client, made["id"], {"category_code": "fees"}).status_code == 200


def test_a_category_that_was_retired_since_stays(client, made, user_in):
    patched(client, made["id"], {"category_code": "fees"})
    retire_category(Category.objects.current().get(kind="complaint", code="fees"), by=user_in("manager"))
    assert patched(client, made["id"], {"category_code": "fees", "position": 3}).status_code == 200


def test_a_level_is_added_changed_and_removed(client, made, user_in):
    path = f"{made['id']}/levels/"
    told = posted(client, path, LEVEL)
    assert told.status_code == 201
    [level] = told.json()["levels"]
    assert (level["offset"], level["by_mail"], level["action"]) == (-60, True, "notify")
    person = user_in("agent")
    changes = {"recipient": "person", "person": person.pk, "by_mail": False}
    [changed] = patched(client, f"{path}{level['id']}", changes).json()["levels"]
    assert (changed["person"], changed["offset"], changed["by_mail"]) == (person.pk, -60, False)
    assert posted(client, f"{path}{level['id']}/remove/", {}).json()["levels"] == []
    assert posted(client, f"{path}{level['id']}/remove/", {}).status_code == 404


def test_a_change_of_the_ladder_is_one_of_the_policy(client, made):
    path = f"{made['id']}/levels/"
    told = posted(client, path, {**LEVEL, "version": made["version"]})
    assert told.json()["version"] == made["version"] + 1
    assert told["ETag"].startswith(f'"{made["version"] + 1}-')
    stale = posted(client, path, {**LEVEL, "number": 8, "version": made["version"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    key = told.json()["levels"][0]["id"]
    match = {"If-Match": f'"{made["version"]}"'}
    assert patched(client, f"{path}{key}", {"offset": 0}, **match).status_code == 409
    removed = client.post(f"/api/v1/service-policies/{path}{key}/remove/", headers=match)
    assert (removed.status_code, Level.objects.filter(pk=key).count()) == (409, 1)
    line = AuditEntry.objects.about(Policy.objects.get(pk=made["id"])).first()
    assert set(line.changes) == {"levels"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "number_taken"),
        ({"number": 2, "clock": "statutory", "name": "Nobody's"}, "no_such_deadline"),
        ({"number": 2, "recipient": "person"}, "person_needed"),
        ({"number": 21}, "invalid"),
        ({"number": 2, "offset": 600_000}, "invalid"),
    ],
)
def test_levels_that_the_page_refuses_are_refused(data, code, client, made):
    posted(client, f"{made['id']}/levels/", LEVEL)
    refused = posted(client, f"{made['id']}/levels/", {**LEVEL, **data})
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert Level.objects.filter(policy=made["id"]).count() == 1


def test_a_level_of_another_policy_is_not_there(client, made):
    other = Level.objects.exclude(policy=made["id"]).first()
    assert patched(client, f"{made['id']}/levels/{other.pk}", {"offset": 0}).status_code == 404
    assert posted(client, f"{made['id']}/levels/{other.pk}/remove/", {}).status_code == 404


@pytest.mark.parametrize("role", ["agent", "sales", "trainer", "manager", "analyst", "integration"])
def test_only_administrators_set_policies_and_ladders(role, user_in, client_of):
    row = policy()
    level, caller = row.levels.first(), client_of(user_in(role))
    path = f"{row.pk}/levels/"
    answers = [
        posted(caller, "", {"name": "Mine"}),
        patched(caller, row.pk, {"name": "Mine"}),
        posted(caller, path, LEVEL),
        patched(caller, f"{path}{level.pk}", {"offset": 0}),
        posted(caller, f"{path}{level.pk}/remove/", {}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert caller.get(f"/api/v1/service-policies/{row.pk}/").json()["levels"][0]["id"] == level.pk


def test_the_list_costs_the_same_for_one_and_three(client):
    counts = []
    for _number in range(3):
        policy()
        client.get("/api/v1/service-policies/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/api/v1/service-policies/")
        counts.append(len(seen))
    assert counts[0] == counts[2]
