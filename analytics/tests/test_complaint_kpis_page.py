"""The page of complaint figures, its files, its endpoint, and who sees what."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from analytics.domain.tallies import compute_figures
from analytics.domain.tally_runs import TASK
from analytics.tests.case_world import COMPUTED, a_dozen, at, closed, received, set_up
from core.models import AuditEntry, Job
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
NOVEMBER = "?period=chosen&from=2026-11-01&to=2026-11-19"


@pytest.fixture
def person(user_in):
    user = user_in("agent", full_name="Chen Siyuan")
    set_up(user)
    return user


@pytest.fixture
def analyst(user_in):
    return user_in("analyst")


@pytest.fixture
def computed(person):
    cases = a_dozen(person)
    compute_figures(COMPUTED)
    return cases


def page(client, query=NOVEMBER):
    return client.get(reverse("analytics:complaint-kpis") + query)


def test_before_the_first_computation_the_page_says_what_it_will_show(analyst, client_of):
    text = page(client_of(analyst), "").content.decode()

    assert "The figures are computed every night at half past two, or now." in text
    assert reverse("analytics:complaint-kpi-run") in text


def test_the_page_shows_figures_with_n_and_the_way_to_their_cases(computed, analyst, client_of):
    answer = page(client_of(analyst))
    text = answer.content.decode()

    tiles = {str(tile["label"]): (tile["value"], tile["n"]) for tile in answer.context["tiles"]}
    assert tiles["Received"] == ("9", "")
    assert tiles["Solved in time"] == ("83.3", 6)
    assert tiles["Open now"] == ("3", "")
    assert "counted=sla_solve" in text
    assert "few data" in text
    assert computed["D"].number in text  # the oldest open one


def test_nothing_of_others_is_on_the_page_of_a_handler(computed, user_in, client_of):
    stranger = user_in("agent", team=TeamFactory())

    text = page(client_of(stranger)).content.decode()

    assert "You have handled no case yet." in text


def test_a_lead_cannot_ask_for_another_team(computed, user_in, client_of):
    lead = user_in("manager", team=TeamFactory())

    assert page(client_of(lead), f"{NOVEMBER}&team={computed['A'].team_id}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["?period=9y", "?kind=x", "?from=2026-13-01&period=chosen", "?team=1e9", "?by=hour", "?team=999999999"],
)
def test_a_choice_that_is_none_is_not_found(computed, analyst, client_of, query):
    assert page(client_of(analyst), query).status_code == 404


def test_a_trainer_has_no_such_page(computed, user_in, client_of):
    assert page(client_of(user_in("trainer"))).status_code == 403


def test_the_page_costs_as_many_queries_for_many_cases_as_for_few(computed, person, analyst, client_of):
    client = client_of(analyst)
    page(client)
    with CaptureQueriesContext(connection) as few:
        page(client)
    for day in range(2, 7):
        closed(received(person, at(day, 10)), person, at(day, 11), at(day, 12), "upheld")
    compute_figures(COMPUTED)
    with CaptureQueriesContext(connection) as many:
        page(client)

    assert len(many) == len(few)
    assert len(few) <= 40


def test_no_page_reads_cases_or_facts_to_count_them(computed, analyst, client_of):
    client = client_of(analyst)
    with CaptureQueriesContext(connection) as queries:
        page(client)

    counted = [
        one["sql"] for one in queries if "complaints_casefact" in one["sql"] or "GROUP BY" in one["sql"]
    ]
    assert counted == []


def test_the_file_holds_the_figures_unrounded(computed, analyst, client_of):
    address = reverse("analytics:complaint-kpi-export") + NOVEMBER
    text = client_of(analyst).get(f"{address}&format=csv").content.decode("utf-8-sig")
    rows = {row["Figure"]: row for row in csv.DictReader(StringIO(text)) if not row["Side"]}

    assert (rows["Solved in time"]["n"], rows["Solved in time"]["Counted"]) == ("6", "5")
    assert float(rows["Solved in time"]["Value"]) == pytest.approx(5 / 6)
    assert rows["Recovered after 90 days"]["Value"] == ""
    line = AuditEntry.objects.get(actor=analyst, action="exported")
    assert line.note.startswith("complaint-figures-") and "format=csv" in line.note


def test_the_workbook_opens(computed, analyst, client_of):
    answer = client_of(analyst).get(reverse("analytics:complaint-kpi-export") + NOVEMBER)
    sheet = load_workbook(BytesIO(answer.content)).active

    assert [cell.value for cell in sheet[2]][:2] == ["Received", None]
    assert sheet[2][5].value == 9


def test_who_may_only_look_takes_no_file_away(computed, person, client_of):
    assert client_of(person).get(reverse("analytics:complaint-kpi-export")).status_code == 403


def test_the_endpoint_tells_what_the_page_shows(computed, analyst, client_of):
    answer = client_of(analyst).get("/api/v1/complaint-figures/summary/" + NOVEMBER).json()
    found = {one["key"]: one for one in answer["figures"]}

    assert (answer["scope"], answer["first"], answer["last"]) == ("all", "2026-11-01", "2026-11-19")
    assert (found["sla_solve"]["n"], found["sla_solve"]["hits"], found["sla_solve"]["few"]) == (6, 5, True)
    assert (found["recovered"]["value"], found["recovered"]["n"]) == (None, 0)


def test_the_endpoint_gives_a_handler_the_own_figures(computed, person, client_of):
    answer = client_of(person).get("/api/v1/complaint-figures/summary/" + NOVEMBER).json()

    assert answer["scope"] == f"user:{person.pk}"


def test_the_sums_are_listed_within_reach(computed, person, client_of):
    rows = client_of(person).get("/api/v1/complaint-figures/?grain=month&side=").json()["results"]

    assert {row["scope"] for row in rows} == {f"user:{person.pk}"}


def test_asking_twice_computes_once(analyst, client_of):
    client = client_of(analyst)

    for _click in range(2):
        assert client.post(reverse("analytics:complaint-kpi-run")).status_code == 302

    assert Job.objects.filter(task=TASK).count() == 1


def test_the_meaning_of_each_figure_is_explained(analyst, client_of):
    text = client_of(analyst).get(reverse("analytics:complaint-kpi-definitions")).content.decode()

    assert 'id="recovered"' in text
    assert "It does not say that they stayed because of how they were treated." in text
