"""Letters, unreasonable complaints and legal references over the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.domain.entries import write
from complaints.domain.letter_issue import issue_letter
from complaints.domain.letters import draft_letter
from complaints.models import Citation, ConductCriterion, LegalReference
from complaints.tests.factories import ComplaintFactory
from complaints.tests.letters import decided_case, in_force, whole_letter
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def manager(user_in):
    return user_in("manager")


def post(client, path: str, body=None):
    return client.post(f"/api/v1/{path}", body or {}, content_type=JSON)


def test_a_letter_is_begun_written_and_issued(agent, client_of):
    client, case = client_of(agent), decided_case(owner=agent)
    made = post(client, "decision-letters/", {"complaint": case.pk, "language": "zh-hant"})
    assert (made.status_code, made.json()["language"], bool(made.json()["gaps"])) == (201, "zh-hant", True)
    path = f"decision-letters/{made.json()['id']}/"
    refused = post(client, f"{path}issue/", {"way": "post"})
    assert refused.status_code == 400
    written = post(client, f"{path}text/", {"body": "Done.", "recipient": "Li Wei"})
    assert written.json()["gaps"] == []
    issued = post(client, f"{path}issue/", {"way": "post"}).json()
    assert (issued["state"], issued["handovers"][0]["way"], len(issued["digest"])) == ("issued", "post", 64)
    assert post(client, f"{path}text/", {"body": "Otherwise"}).status_code == 409
    corrected = post(client, f"{path}correct/")
    assert (corrected.status_code, corrected.json()["replaces"]) == (201, issued["id"])


def test_a_second_person_approves_over_the_api(agent, manager, client_of):
    letter = whole_letter(decided_case(owner=agent, decision="rejected"), agent)
    path = f"decision-letters/{letter.pk}/"
    assert post(client_of(agent), f"{path}issue/", {"way": "mail"}).status_code == 409
    assert post(client_of(agent), f"{path}submit/").json()["state"] == "submitted"
    assert post(client_of(agent), f"{path}approve/").status_code == 403
    assert post(client_of(manager), f"{path}approve/").json()["approved_by"] == manager.pk


def test_letters_keep_to_the_reach_and_mask_addresses(agent, user_in, client_of):
    letter = issue_letter(
        whole_letter(decided_case(owner=agent), agent, address="88 Hidden Road"), way="post", by=agent
    )
    path = f"/api/v1/decision-letters/{letter.pk}/"
    assert client_of(user_in("agent", team=TeamFactory())).get(path).status_code == 404
    assert client_of(agent).get(path).json()["address"] == "88 Hidden Road"
    assert "Hidden" not in client_of(user_in("analyst")).get(path).content.decode()


def test_the_list_of_letters_costs_the_same_for_one_and_three(agent, client_of):
    client, counts = client_of(agent), []
    for more in (1, 2):
        for _number in range(more):
            draft_letter(decided_case(owner=agent), by=agent)
        with CaptureQueriesContext(connection) as seen:
            client.get("/api/v1/decision-letters/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_designation_is_proposed_decided_objected_to_and_lifted(agent, manager, user_in, client_of):
    case = ComplaintFactory(owner=user_in("agent"))
    line = write(case, "inbound", "You idiots", at=timezone.now())
    body = {
        "complaint": case.pk,
        "criteria": [ConductCriterion.objects.all()[0].pk],
        "reason": "Insults",
        "measures": ["in_writing"],
        "months": 6,
        "entries": [line.pk],
    }
    made = post(client_of(agent), "designations/", body)
    assert (made.status_code, made.json()["state"], made.json()["measures"]) == (
        201,
        "proposed",
        ["in_writing"],
    )
    path = f"designations/{made.json()['id']}/"
    decision = {"agrees": True, "note": "Shown"}
    assert post(client_of(agent), f"{path}decide/", decision).status_code == 403
    assert post(client_of(manager), f"{path}decide/", decision).json()["state"] == "in_force"
    assert post(client_of(manager), f"{path}decide/", decision).status_code == 409
    assert post(client_of(agent), f"{path}object/", {"text": "Not true"}).status_code == 200
    review = {"outcome": "lifted", "note": "Read the log"}
    assert post(client_of(manager), f"{path}review/", review).status_code == 400
    third = client_of(user_in("manager"))
    assert post(third, f"{path}review/", review).json()["state"] == "lifted"
    assert post(third, f"{path}review/", review).status_code == 404


def test_designations_are_kept_from_analysts_and_strangers(agent, manager, user_in, client_of):
    row = in_force(ComplaintFactory(owner=user_in("agent")), agent, manager)
    path = f"/api/v1/designations/{row.pk}/"
    assert client_of(user_in("analyst")).get(path).status_code == 403
    assert client_of(user_in("agent", team=TeamFactory())).get(path).status_code == 404
    assert "Insults" not in client_of(user_in("sales")).get(path).content.decode()
    assert client_of(agent).get(path).json()["reason"] == "Insults at every call"


def test_references_are_found_by_day_and_cited(agent, client_of):
    client, case = client_of(agent), ComplaintFactory(owner=agent)
    found = client.get("/api/v1/legal-references/", {"on": "2013-01-01"}).json()["results"]
    assert [(row["code"], row["in_force_from"]) for row in found] == [
        ("cn-consumer-protection", "1994-01-01")
    ]
    row = LegalReference.objects.get(code="cn-civil-code")
    assert post(client, f"legal-references/{row.pk}/cite/", {"complaint": case.pk}).status_code == 200
    assert post(client, f"legal-references/{row.pk}/cite/", {"complaint": case.pk}).status_code == 409
    assert Citation.objects.count() == 1
