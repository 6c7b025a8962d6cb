"""Articles and findings over the API: written, read by a second person, suggested."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.domain.articles import write_article
from complaints.models import Article, Investigation
from complaints.tests.factories import ComplaintFactory
from complaints.tests.learning import published, solved_case
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
JSON = "application/json"
BODY = "### What happened\n\nWrong.\n\n### What helped\n\nWe issue **another**."


@pytest.fixture
def writer(user_in):
    return user_in("agent")


@pytest.fixture
def manager(user_in, writer):
    return user_in("manager", team=writer.team)


def posted(client, path, data=None):
    return client.post(f"/api/v1/{path}/", data or {}, content_type=JSON)


def test_an_article_is_written_reviewed_and_published_by_another(writer, manager, client_of):
    client, second = client_of(writer), client_of(manager)
    made = posted(client, "articles", {"title": "Invoices", "text": "First"})
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    path = f"articles/{made.json()['id']}"
    assert posted(client, f"{path}/move", {"state": "review"}).json()["state"] == "review"
    assert posted(client, f"{path}/move", {"state": "published"}).status_code == 403
    told = posted(second, f"{path}/move", {"state": "published"}).json()
    assert (told["state"], told["edition"], told["text"]) == ("published", 1, "First")
    assert posted(second, f"{path}/move", {"state": "published"}).status_code == 409


def test_the_working_text_is_for_who_may_change_it(writer, manager, user_in, client_of):
    article = published("Invoices", author=writer, reviewer=manager, body="First")
    client, path = client_of(writer), f"/api/v1/articles/{article.pk}/"
    version = client.get(f"{path}draft/").json()["version"]
    changed = client.patch(path, {"text": "Second", "version": version}, content_type=JSON)
    assert (changed.status_code, changed.json()["text"], changed.json()["state"]) == (200, "Second", "draft")
    assert client.patch(path, {"text": "Third", "version": version}, content_type=JSON).status_code == 409
    assert client.get(path).json()["text"] == "First"
    reader = client_of(user_in("sales"))
    assert reader.get(path).json()["text"] == "First"
    assert reader.get(f"{path}draft/").status_code == 403


def test_nobody_publishes_the_own_text(manager, client_of):
    article = write_article({"title": "Invoices", "body": "Text"}, by=manager)
    client = client_of(manager)
    posted(client, f"articles/{article.pk}/move", {"state": "review"})
    refused = posted(client, f"articles/{article.pk}/move", {"state": "published"})
    assert (refused.status_code, refused.json()["code"]) == (409, "own_text")


def test_a_solved_case_makes_one_article(writer, client_of):
    client = client_of(writer)
    case = solved_case(owner=writer, team=writer.team)
    made = posted(client, "articles/from-case", {"complaint": case.pk})
    again = posted(client, "articles/from-case", {"complaint": case.pk})
    assert (made.status_code, again.json()["id"]) == (201, made.json()["id"])
    unsolved = ComplaintFactory(owner=writer, team=writer.team)
    assert posted(client, "articles/from-case", {"complaint": unsolved.pk}).status_code == 409


def test_what_helped_is_counted_once_for_a_case(writer, manager, client_of):
    article = published("Invoices", author=writer, reviewer=manager)
    case, client = ComplaintFactory(owner=writer, team=writer.team), client_of(writer)
    for _turn in range(2):
        told = posted(client, f"articles/{article.pk}/helped", {"complaint": case.pk}).json()
    assert told["helped"] == 1
    hidden = ComplaintFactory(team=TeamFactory())
    assert posted(client, f"articles/{article.pk}/helped", {"complaint": hidden.pk}).status_code == 400


def test_a_text_finds_articles_with_their_solution(writer, manager, client_of):
    article = published("Invoice with a wrong amount", author=writer, reviewer=manager, body=BODY)
    client = client_of(writer)
    told = posted(client, "articles/suggest", {"text": "the invoice has a wrong amount"}).json()["articles"]
    assert told == [{"id": article.pk, "title": article.title, "helped": 0, "solution": "We issue another."}]
    case = ComplaintFactory(title="Wrong amount on the invoice", owner=writer, team=writer.team)
    assert client.get(f"/api/v1/complaints/{case.pk}/knowledge/").json()["articles"] == told


@pytest.mark.parametrize(
    ("role", "writes"),
    [
        ("agent", 201), ("sales", 403), ("trainer", 201), ("manager", 201), ("analyst", 403),
        ("integration", 403),
    ],
)  # fmt: skip
def test_who_writes_articles(role, writes, user_in, client_of):
    client = client_of(user_in(role))
    assert client.get("/api/v1/articles/").status_code == 200
    assert posted(client, "articles", {"title": "X", "text": "Y"}).status_code == writes
    assert Article.objects.count() == (writes == 201)
    assert posted(client, "articles/suggest", {"text": "X"}).status_code == 200


# ---- findings -----------------------------------------------------------------------------------------
def finding(case, **more):
    return {
        "complaint": case.pk,
        "summary": "The notice waited.",
        "gap": "communication",
        "whys": [{"question": "Why?", "answer": "Nobody signed."}],
        "bones": [{"branch": "man", "text": "Ill", "weight": 4, "is_root": True}],
        **more,
    }


def test_a_finding_is_written_and_confirmed_by_another(writer, manager, client_of):
    case, client = ComplaintFactory(owner=writer, team=writer.team), client_of(writer)
    made = posted(client, "investigations", finding(case))
    assert (made.status_code, made.json()["state"]) == (200, "draft")
    assert made.json()["bones"] == [{"branch": "man", "text": "Ill", "weight": 4, "is_root": True}]
    path = f"investigations/{made.json()['id']}/confirm"
    assert posted(client, path).status_code == 403
    assert posted(client_of(manager), path).json()["state"] == "confirmed"
    assert posted(client_of(manager), path).status_code == 409


def test_a_finding_is_written_anew_with_its_version(writer, client_of):
    case, client = ComplaintFactory(owner=writer, team=writer.team), client_of(writer)
    version = posted(client, "investigations", finding(case)).json()["version"]
    again = posted(client, "investigations", finding(case, summary="Other", version=version))
    assert (again.status_code, Investigation.objects.get().summary) == (200, "Other")
    stale = posted(client, "investigations", finding(case, summary="Late", version=version))
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")


def test_findings_are_of_complaints_in_reach_and_have_seven_whys(writer, client_of):
    client = client_of(writer)
    hidden = ComplaintFactory(team=TeamFactory())
    assert set(posted(client, "investigations", finding(hidden)).json()["errors"]) == {"complaint"}
    request = ComplaintFactory(owner=writer, team=writer.team, kind="request", grade="")
    assert posted(client, "investigations", finding(request)).json()["code"] == "no_complaint"
    case = ComplaintFactory(owner=writer, team=writer.team)
    many = finding(case, whys=[{"answer": "x"}] * 8)
    assert posted(client, "investigations", many).status_code == 400


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        ("agent", 200, 200), ("sales", 200, 403), ("trainer", 200, 200), ("manager", 200, 200),
        ("analyst", 200, 403), ("integration", 200, 403),
    ],
)  # fmt: skip
def test_who_writes_findings(role, reads, writes, user_in, client_of):
    user = user_in(role)
    case, client = ComplaintFactory(team=user.team), client_of(user)
    assert client.get("/api/v1/investigations/").status_code == reads
    assert posted(client, "investigations", finding(case)).status_code == writes


def test_the_list_of_findings_costs_the_same_for_one_and_three(writer, client_of):
    client, counts = client_of(writer), []
    for _number in range(3):
        posted(client, "investigations", finding(ComplaintFactory(owner=writer, team=writer.team)))
        client.get("/api/v1/investigations/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/api/v1/investigations/")
        counts.append(len(seen))
    assert counts[0] == counts[2]
