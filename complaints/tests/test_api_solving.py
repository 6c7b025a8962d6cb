"""Causes, compensations and call-backs over the API."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.domain.causes import create_cause
from complaints.domain.compensation import propose
from complaints.domain.moves import solve
from complaints.models import CallBack, Compensation, Complaint
from complaints.tests.factories import ComplaintFactory
from core.models import Organisation

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def agent(user_in):
    return user_in("agent")


@pytest.fixture
def manager(user_in, agent):
    return user_in("manager", team=agent.team)


@pytest.fixture
def case(agent):
    return ComplaintFactory(owner=agent, team=agent.team)


def offered(case, by, amount: int = 900) -> Compensation:
    data = {"measure": "refund", "amount": Decimal(amount), "currency": Organisation.load().base_currency}
    return propose(case, data, by=by)


def test_a_cause_is_named_and_taken_away(case, agent, client_of):
    cause = create_cause({"code": "late", "name_en": "Late"}, by=None)
    client, path = client_of(agent), f"/api/v1/causes/{cause.pk}"
    first = client.post(f"{path}/link/", {"complaint": case.pk}, content_type=JSON)
    assert (first.status_code, first.json()["n"]) == (200, 1)
    assert client.post(f"{path}/link/", {"complaint": case.pk}, content_type=JSON).status_code == 409
    gone = client.post(f"{path}/unlink/", {"complaint": case.pk}, content_type=JSON)
    assert gone.json()["n"] == 0


def test_who_may_not_name_causes_is_refused(case, user_in, client_of):
    cause = create_cause({"code": "late", "name_en": "Late"}, by=None)
    client = client_of(user_in("analyst"))
    answer = client.post(f"/api/v1/causes/{cause.pk}/link/", {"complaint": case.pk}, content_type=JSON)
    assert answer.status_code == 403


def test_a_compensation_is_proposed_approved_and_offered(case, agent, manager, client_of):
    body = {
        "complaint": case.pk,
        "measure": "refund",
        "amount": "2000.00",
        "currency": Organisation.load().base_currency,
    }
    made = client_of(agent).post("/api/v1/compensations/", body, content_type=JSON)
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    path = f"/api/v1/compensations/{made.json()['id']}"
    assert client_of(agent).post(f"{path}/approve/", {}, content_type=JSON).status_code == 403
    assert client_of(manager).post(f"{path}/approve/", {}, content_type=JSON).json()["state"] == "approved"
    moved = client_of(agent).post(f"{path}/step/", {"state": "offered"}, content_type=JSON).json()
    assert [move["kind"] for move in moved["moves"]] == ["proposed", "approved", "offered"]


def test_a_call_back_is_settled_once(case, agent, manager, client_of):
    solve(case, "On Friday.", decision="upheld", by=agent)
    path = f"/api/v1/call-backs/{CallBack.objects.get().pk}/settle/"
    first = client_of(manager).post(path, {"is_accepted": False}, content_type=JSON)
    second = client_of(manager).post(path, {"is_accepted": True}, content_type=JSON)
    assert (first.status_code, second.status_code) == (200, 409)
    assert Complaint.objects.get().cycle == 2


@pytest.mark.parametrize("path", ["causes", "compensations", "call-backs"])
def test_lists_cost_the_same_for_one_and_three(path, agent, client_of):
    counts = []
    for number in (1, 2, 3):
        case = ComplaintFactory(owner=agent, team=agent.team)
        create_cause({"code": f"c{number}", "name_en": "Cause"}, by=None)
        offered(case, agent)
        solve(case, "On Friday.", decision="upheld", by=agent)
        client = client_of(agent)
        client.get(f"/api/v1/{path}/")
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(f"/api/v1/{path}/")
        assert len(answer.json()["results"]) == number
        counts.append(len(seen))
    assert counts[0] == counts[2]


def test_a_cause_that_somebody_changed_is_not_overwritten(manager, client_of):
    cause = create_cause({"code": "late", "name_en": "Late"}, by=None)
    client, path = client_of(manager), f"/api/v1/causes/{cause.pk}/"
    etag = client.get(path).headers["ETag"]
    first = client.patch(path, {"name_en": "Too late"}, content_type=JSON, headers={"If-Match": etag})
    assert first.status_code == 200
    stale = client.patch(path, {"name_en": "Delay"}, content_type=JSON, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    broken = client.patch(path, {"name_en": "Delay"}, content_type=JSON, headers={"If-Match": "latest"})
    assert broken.json()["code"] == "bad_if_match"
