"""What other systems read of what is learned, and what a telephone system pushes."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.domain.articles import edit_article, write_article
from complaints.domain.reports import make_report
from complaints.models import Alert, CallScore
from complaints.tests.factories import ComplaintFactory
from complaints.tests.learning import alert, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(user_in):
    return user_in("agent")


@pytest.fixture
def manager(user_in):
    return user_in("manager")


@pytest.fixture
def system(user_in):
    return user_in("integration")


def test_articles_give_the_edition_in_force_and_no_drafts(agent, manager, user_in, client_of):
    article = published("Invoices", author=agent, reviewer=manager, body="First")
    edit_article(article, {"body": "Second"}, by=agent)
    write_article({"title": "Draft", "body": "Text"}, by=agent)
    rows = client_of(user_in("sales")).get("/api/v1/articles/").json()["results"]
    assert [(row["title"], row["text"]) for row in rows] == [("Invoices", "First")]


@pytest.mark.parametrize("path", ["articles", "complaint-alerts"])
def test_lists_ask_as_often_for_three_rows_as_for_one(path, agent, manager, client_of):
    client = client_of(manager)
    for number in range(3):
        published(f"Article {number}", author=agent, reviewer=manager)
        alert(str(number), manager)
        if number == 0:
            client.get(f"/api/v1/{path}/")
            with CaptureQueriesContext(connection) as one:
                client.get(f"/api/v1/{path}/")
    with CaptureQueriesContext(connection) as three:
        assert len(client.get(f"/api/v1/{path}/").json()["results"]) == 3
    assert len(one) == len(three)


def test_a_call_is_pushed_once(system, agent, client_of):
    case, client = ComplaintFactory(owner=agent), client_of(system)
    data = {"complaint": case.pk, "source_system": "cti", "external_id": "9", "anger": 0.9}
    first = client.post("/api/v1/call-scores/", data, content_type="application/json")
    second = client.post("/api/v1/call-scores/", data, content_type="application/json")
    assert (first.status_code, first.json()["id"]) == (201, second.json()["id"])
    assert (CallScore.objects.count(), Alert.objects.get().complaint) == (1, case)


def test_agents_push_no_scores(agent, client_of):
    case = ComplaintFactory(owner=agent)
    data = {"complaint": case.pk, "source_system": "cti", "external_id": "9", "anger": 0.9}
    answer = client_of(agent).post("/api/v1/call-scores/", data, content_type="application/json")
    assert (answer.status_code, CallScore.objects.count()) == (403, 0)


def test_a_warning_is_settled_once(agent, client_of):
    row, client = alert("a", agent), client_of(agent)
    url = f"/api/v1/complaint-alerts/{row.pk}/move/"
    data = {"state": "acted", "outcome": "Called back"}
    answers = [client.post(url, data, content_type="application/json").status_code for _turn in range(2)]
    assert answers == [200, 409]


def test_reports_are_read(system, client_of):
    make_report(date(2026, 11, 3))
    rows = client_of(system).get("/api/v1/daily-reports/").json()["results"]
    assert [(row["day"], row["total"]) for row in rows] == [("2026-11-03", 0)]
