import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.choices import DismissReason, WarningState
from analytics.domain.warnings import move_warning, plan_action
from analytics.models import KpiValue, SegmentMap
from analytics.tests.factories import AS_OF, ChurnWarningFactory
from core.tests.factories import TeamFactory
from customers.domain.customers import update_customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
LIST = "/api/v1/warnings/"


@pytest.fixture
def sales(user_in):
    return user_in("sales")


def warning_of(user, **fields):
    return ChurnWarningFactory(customer=CustomerFactory(owner=user, team=user.team), owner=user, **fields)


def test_the_list_shows_warnings_within_reach(sales, client_of):
    mine = warning_of(sales)
    ChurnWarningFactory()

    answer = client_of(sales).get(LIST).json()

    assert [row["id"] for row in answer["results"]] == [mine.pk]
    row = answer["results"][0]
    assert row["headline"] == "Usually orders every 41 days, silent for 160"
    assert row["reasons"][0] == {
        "code": "silence",
        "params": {"gap": 41.0, "days": 160},
        "weight": 62,
        "text": "Usually orders every 41 days, silent for 160",
    }
    assert row["value_at_stake"] == "50000.00"
    assert row["evidence"]["inputs"]["x"] == 13


def test_the_list_costs_the_same_for_one_and_three(sales, client_of):
    client = client_of(sales)
    warning_of(sales)
    client.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(LIST)
    warning_of(sales)
    warning_of(sales)
    with CaptureQueriesContext(connection) as three:
        client.get(LIST)

    assert len(one) == len(three)


def test_filters_are_those_of_the_page(sales, client_of):
    open_one = warning_of(sales)
    warning_of(sales, state=WarningState.LOST, closed_at=timezone.now())
    client = client_of(sales)

    assert [row["id"] for row in client.get(LIST, {"state": "open"}).json()["results"]] == [open_one.pk]
    assert client.get(LIST, {"state": "nonsense"}).status_code == 400


def test_a_warning_out_of_reach_does_not_exist(sales, client_of):
    other = ChurnWarningFactory()

    assert client_of(sales).get(f"{LIST}{other.pk}/").status_code == 404
    answer = client_of(sales).post(f"{LIST}{other.pk}/move/", {"state": "saved"}, "application/json")
    assert answer.status_code == 404


def test_move(sales, client_of):
    warning = warning_of(sales)

    answer = client_of(sales).post(
        f"{LIST}{warning.pk}/move/", {"state": "contacted"}, content_type="application/json"
    )

    assert answer.status_code == 200
    assert answer.json()["state"] == "contacted"
    warning.refresh_from_db()
    assert warning.moves.get().by == sales


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        ({"state": "dismissed"}, 400, "reason_needed"),
        ({"state": "nonsense"}, 400, "invalid"),
        ({}, 400, "invalid"),
        ({"state": "saved", "reason": "seasonal"}, 400, "reason_not_wanted"),
    ],
)
def test_move_refuses(sales, client_of, data, status, code):
    warning = warning_of(sales)

    answer = client_of(sales).post(f"{LIST}{warning.pk}/move/", data, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_second_move_is_a_conflict(sales, client_of):
    warning = warning_of(sales)
    client = client_of(sales)
    data = {"state": "dismissed", "reason": DismissReason.SEASONAL}
    client.post(f"{LIST}{warning.pk}/move/", data, content_type="application/json")

    answer = client.post(f"{LIST}{warning.pk}/move/", data, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (409, "warning_moved")


def test_an_analyst_reads_and_does_not_move(user_in, client_of):
    warning = ChurnWarningFactory()
    client = client_of(user_in("analyst"))

    assert client.get(f"{LIST}{warning.pk}/").status_code == 200
    answer = client.post(f"{LIST}{warning.pk}/move/", {"state": "saved"}, content_type="application/json")
    assert answer.status_code == 403


def test_figures_of_the_own_scope(user_in, client_of):
    manager = user_in("manager")
    own = KpiValue.objects.create(
        kpi="active", on=AS_OF, period="12m", scope=f"team:{manager.team_id}", team=manager.team, value=3, n=5
    )
    KpiValue.objects.create(kpi="active", on=AS_OF, period="12m", scope="all", value=9, n=9)

    answer = client_of(manager).get("/api/v1/kpis/", {"kpi": "active"}).json()

    assert [row["id"] for row in answer["results"]] == [own.pk]
    assert answer["results"][0]["value"] == 3


def test_sales_read_no_figures(sales, client_of):
    assert client_of(sales).get("/api/v1/kpis/").status_code == 403


def test_segment_maps(user_in, client_of):
    client = client_of(user_in("analyst"))

    rows = client.get("/api/v1/segment-maps/").json()["results"]

    assert {row["key"] for row in rows} == {"ten", "eleven"}
    assert client.get("/api/v1/segment-maps/", {"is_active": "true"}).json()["results"][0]["key"] == "ten"
    assert client.post("/api/v1/segment-maps/", {}).status_code == 405
    assert SegmentMap.objects.count() == 2


def test_strangers_get_nothing(client):
    assert client.get(LIST).status_code == 401


# ---- following the changes --------------------------------------------------------------------------
def follow(client, since):
    answer = client.get(LIST, {"changed_since": since}).json()
    found = [row["id"] for row in answer["results"]], [row["id"] for row in answer["tombstones"]]
    return *found, answer["next_since"]


def test_a_warning_is_followed_through_its_steps_and_with_its_customer(sales, client_of):
    warning = warning_of(sales)
    client = client_of(sales)
    _rows, _gone, since = follow(client, 0)

    move_warning(warning, "contacted", by=sales)
    rows, gone, since = follow(client, since)
    assert (rows, gone) == ([warning.pk], [])

    plan_action(warning, by=sales)
    rows, gone, since = follow(client, since)
    assert (rows, gone) == ([warning.pk], [])

    update_customer(warning.customer, {"owner": None, "team": TeamFactory()}, by=None)
    assert follow(client, since)[:2] == ([], [warning.pk])
