"""Over the API: cases merged, linked and given back, who gets and who views them, what to say first."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.domain.merging import link_cases
from complaints.domain.presence import note_viewing
from complaints.models import CaseLink, FirstContact, Handler, PhraseCard
from complaints.tests.factories import ComplaintFactory, QueueFactory
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
JSON = "application/json"
ROLES = ("agent", "sales", "trainer", "manager", "analyst", "integration")


@pytest.fixture
def agent(user_in):
    return user_in("agent")


@pytest.fixture
def client(agent, client_of):
    return client_of(agent)


@pytest.fixture
def case(agent):
    return ComplaintFactory(owner=agent, team=agent.team, language="en")


@pytest.fixture
def other(agent):
    return ComplaintFactory(owner=agent, team=agent.team)


def posted(client, path, data=None):
    return client.post(f"/api/v1/{path}/", data or {}, content_type=JSON)


def test_cases_are_merged_and_taken_out_again(client, case, other):
    merged = posted(client, f"complaints/{case.pk}/merge", {"into": other.pk})
    assert (merged.status_code, merged.json()["state"], merged.json()["merged_into"]) == (
        200, "merged", other.pk,
    )  # fmt: skip
    assert posted(client, f"complaints/{case.pk}/merge", {"into": other.pk}).status_code == 409
    assert posted(client, f"complaints/{case.pk}/unmerge").json()["state"] == "working"
    assert posted(client, f"complaints/{case.pk}/unmerge").status_code == 409


def test_a_case_is_merged_into_no_other_kind_nor_out_of_reach(client, case, agent):
    request = ComplaintFactory(owner=agent, team=agent.team, kind="request", grade="")
    refused = posted(client, f"complaints/{case.pk}/merge", {"into": request.pk})
    assert (refused.status_code, refused.json()["code"]) == (400, "other_kind")
    hidden = ComplaintFactory(team=TeamFactory())
    refused = posted(client, f"complaints/{case.pk}/merge", {"into": hidden.pk})
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"into"})


def test_a_case_goes_back_to_its_queue_with_a_reason(client, case):
    assert posted(client, f"complaints/{case.pk}/give-back").status_code == 400
    back = posted(client, f"complaints/{case.pk}/give-back", {"reason": "Not mine"}).json()
    assert (back["state"], back["owner"]) == ("new", None)


def test_links_are_made_once_and_taken_away(client, case, other):
    data = {"source": case.pk, "target": other.pk, "kind": "same_cause"}
    made = posted(client, "case-links", data)
    assert made.status_code == 201
    assert posted(client, "case-links", data).status_code == 409
    assert posted(client, "case-links", {**data, "kind": "converted"}).status_code == 400
    gone = client.delete(f"/api/v1/case-links/{made.json()['id']}/")
    assert (gone.status_code, CaseLink.objects.count()) == (204, 0)


def test_a_link_to_a_hidden_case_is_hidden(client, case, agent):
    hidden = ComplaintFactory(team=TeamFactory())
    link = link_cases(case, hidden, "related", by=agent)
    assert client.get("/api/v1/case-links/").json()["results"] == []
    assert client.delete(f"/api/v1/case-links/{link.pk}/").status_code == 404


def test_dispatch_is_tried_and_changes_nothing(client, user_in, agent):
    queue = QueueFactory(team=agent.team)
    case = ComplaintFactory(queue=queue, owner=None, team=agent.team, state="new")
    handler = Handler.objects.create(user=agent, cap=1)
    handler.queues.add(queue)
    full = Handler.objects.create(user=user_in("agent", username="full"), cap=0)
    full.queues.add(queue)
    told = client.get(f"/api/v1/complaints/{case.pk}/dispatch/").json()
    excluded = {row["user"]: row["excluded"] for row in told["weighed"]}
    assert set(excluded) == {agent.pk, full.user_id}
    assert excluded[full.user_id] == "full"
    case.refresh_from_db()
    assert (case.owner, case.state) == (None, "new")


def test_colleagues_on_the_page_are_named_and_the_asker_is_not(client, case, agent, user_in):
    colleague = user_in("agent", username="colleague", team=agent.team)
    note_viewing(case.pk, colleague, is_writing=True)
    told = client.get(f"/api/v1/complaints/{case.pk}/viewers/").json()["viewers"]
    assert [(row["user"], row["is_writing"]) for row in told] == [(colleague.pk, True)]


def test_phrases_fit_the_case_in_the_language_of_its_customer(client, case):
    PhraseCard.objects.all().delete()
    card = PhraseCard.objects.create(step="accept", text_en="Tell me", text_zh_hans="请说", technique="Ask")
    PhraseCard.objects.create(step="accept", text_en="Of fees", category_code="fees")
    told = client.get(f"/api/v1/complaints/{case.pk}/phrases/").json()["phrases"]
    assert told == [{"id": card.pk, "step": "accept", "text": "Tell me", "hint": "Ask", "used": 0}]


def test_a_phrase_that_was_said_is_counted(client, case):
    card = PhraseCard.objects.first()
    assert posted(client, f"phrase-cards/{card.pk}/use").json()["used"] == 1


def test_the_ninety_seconds_go_step_by_step(client, case):
    begun = posted(client, "first-contacts", {"complaint": case.pk, "emotion": "4"})
    assert (begun.status_code, begun.json()["next_step"]) == (201, "accept")
    assert posted(client, "first-contacts", {"complaint": case.pk, "emotion": "4"}).status_code == 409
    path = f"first-contacts/{begun.json()['id']}"
    assert posted(client, f"{path}/step", {"step": "resolve"}).status_code == 409
    for step in ("accept", "empathise", "apologise", "resolve"):
        told = posted(client, f"{path}/step", {"step": step}).json()
    assert (told["next_step"], told["is_in_time"]) == ("", True)
    assert posted(client, f"{path}/end", {"emotion": "9"}).status_code == 400
    posted(client, f"{path}/end", {"emotion": "2"})
    case.refresh_from_db()
    assert (case.emotion_before, case.emotion_after) == ("4", "2")


def test_cards_are_kept_by_managers(user_in, client_of):
    manager = client_of(user_in("manager"))
    made = posted(manager, "phrase-cards", {"step": "accept", "text_en": "New"})
    assert made.status_code == 201
    path = f"/api/v1/phrase-cards/{made.json()['id']}/"
    assert manager.patch(path, {"text_en": "", "version": 1}, content_type=JSON).status_code == 400
    assert manager.patch(path, {"is_active": False, "version": 1}, content_type=JSON).status_code == 200
    assert manager.patch(path, {"is_active": True, "version": 1}, content_type=JSON).status_code == 409


@pytest.mark.parametrize("role", ROLES)
def test_who_does_what_to_cases(role, user_in, client_of, agent, case, other):
    user = user_in(role, username=f"the-{role}", team=agent.team)
    client = client_of(user)
    link = link_cases(other, case, "follows", by=agent)
    begun = FirstContact.objects.create(complaint=other, by=agent, started_at=other.received_at)
    changes = role in {"agent", "sales", "manager"}
    # An integration changes and links cases, but leads no talk.
    merges = changes or role == "integration"
    answers = {
        "link": posted(client, "case-links", {"source": case.pk, "target": other.pk, "kind": "related"}),
        "unlink": client.delete(f"/api/v1/case-links/{link.pk}/"),
        "begin": posted(client, "first-contacts", {"complaint": case.pk, "emotion": "4"}),
        "step": posted(client, f"first-contacts/{begun.pk}/step", {"step": "accept"}),
    }
    expected = dict.fromkeys(answers, 403)
    expected |= {"link": 201, "unlink": 204} if merges else {}
    expected |= {"begin": 201, "step": 200} if changes else {}
    assert {name: answer.status_code for name, answer in answers.items()} == expected
    merged = posted(client, f"complaints/{case.pk}/merge", {"into": other.pk})
    assert merged.status_code == (200 if merges else 403)
    for path in ("dispatch", "viewers", "phrases", "knowledge"):
        assert client.get(f"/api/v1/complaints/{case.pk}/{path}/").status_code == 200
    card = PhraseCard.objects.first()
    says = role not in {"analyst"}
    assert posted(client, f"phrase-cards/{card.pk}/use").status_code == (200 if says else 403)
    keeps = posted(client, "phrase-cards", {"step": "accept", "text_en": "New"}).status_code
    assert keeps == (201 if role == "manager" else 403)


@pytest.mark.parametrize("path", ["case-links", "first-contacts", "phrase-cards"])
def test_lists_cost_the_same_for_one_and_three(path, client, agent):
    counts = []
    PhraseCard.objects.all().delete()
    for number in range(3):
        first, second = (ComplaintFactory(owner=agent, team=agent.team) for _turn in range(2))
        link_cases(first, second, "related", by=agent)
        FirstContact.objects.create(complaint=first, by=agent, started_at=first.received_at)
        PhraseCard.objects.create(step="accept", text_en=f"Card {number}")
        client.get(f"/api/v1/{path}/")
        with CaptureQueriesContext(connection) as seen:
            assert len(client.get(f"/api/v1/{path}/").json()["results"]) == number + 1
        counts.append(len(seen))
    assert counts[0] == counts[2]
