from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import Team, User
from core.tests.factories import UserFactory
from customers.domain.customers import delete_customer, update_customer
from customers.models import Customer, Metrics, Tag
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/customers/"
ERP = f"{URL}by-external-id/erp/10042/"
CODE = "91310115MA1K3Y0Y4X"
JSON = {"content_type": "application/json"}


@pytest.fixture
def api(client_of: Callable[[User], Client], seller: User) -> Client:
    return client_of(seller)


def ids(answer: Any) -> set[int]:
    return {row["id"] for row in answer.json()["results"]}


def test_strangers_are_turned_away(client: Client) -> None:
    assert client.get(URL).status_code == 401


@pytest.mark.parametrize(
    ("role", "sees_other"),
    [
        ("agent", False),
        ("sales", False),
        ("trainer", False),
        ("manager", False),
        ("analyst", True),
        ("integration", True),
    ],
)
def test_list_and_retrieve_respect_the_reach_of_each_role(
    role: str, sees_other: bool, user_in: Any, client_of: Any, other_team: Team, team: Team
) -> None:
    user = user_in(role)
    mine = CustomerFactory(owner=user)
    colleague = CustomerFactory(owner=UserFactory(team=team))
    other = CustomerFactory(owner=UserFactory(team=other_team))
    client = client_of(user)
    assert ids(client.get(URL)) == {mine.pk, colleague.pk} | ({other.pk} if sees_other else set())
    assert client.get(f"{URL}{other.pk}/").status_code == (200 if sees_other else 404)


@pytest.mark.parametrize(
    ("role", "add", "change", "delete"),
    [
        ("agent", 201, 200, 403),
        ("sales", 201, 200, 403),
        ("trainer", 403, 403, 403),
        ("manager", 201, 200, 204),
        ("analyst", 403, 403, 403),
        ("integration", 201, 200, 403),
        ("administrator", 201, 200, 204),
        (None, 403, 403, 403),
    ],
)
def test_each_role_does_what_the_table_allows(
    role: str | None, add: int, change: int, delete: int, user_in: Any, client_of: Any
) -> None:
    user = user_in(role)
    customer = CustomerFactory(owner=user)
    client = client_of(user)
    assert client.post(URL, {"name": "New"}, **JSON).status_code == add
    assert client.patch(f"{URL}{customer.pk}/", {"city": "Tianjin"}, **JSON).status_code == change
    move = {"axis": "stage", "new": "growth", "reason": "bought"}
    assert client.post(f"{URL}{customer.pk}/move/", move, **JSON).status_code == change
    assert client.delete(f"{URL}{customer.pk}/").status_code == delete


def test_rows_out_of_reach_are_not_there_for_any_method(api: Client, other_team: Team) -> None:
    other = CustomerFactory(owner=UserFactory(team=other_team))
    for call in (api.get, api.delete, api.patch, api.put):
        assert call(f"{URL}{other.pk}/", {}, **JSON).status_code in {403, 404}
        assert Customer.objects.filter(pk=other.pk, version=1).exists()
    assert api.patch(f"{URL}{other.pk}/", {"city": "X"}, **JSON).status_code == 404


def test_create_answers_the_stored_record(api: Client, seller: User) -> None:
    body = {
        "name": "渤海银行　股份有限公司",
        "credit_code": CODE.lower(),
        "phone": "13812345678",
        "tags": ["VIP"],
        "stage": "growth",
    }
    answer = api.post(URL, body, **JSON)
    assert answer.status_code == 201
    row = answer.json()
    customer = Customer.objects.get()
    assert answer["Location"].endswith(f"{URL}{customer.pk}/")
    assert answer["ETag"].startswith('"1-')
    shown = {
        key: row[key]
        for key in ("id", "code", "credit_code", "phone", "tags", "owner", "team", "stage", "version")
    }
    assert shown == {
        "id": customer.pk,
        "code": "C-000001",
        "credit_code": CODE,
        "phone": "+8613812345678",
        "tags": ["VIP"],
        "owner": seller.pk,
        "team": seller.team_id,
        "stage": "growth",
        "version": 1,
    }
    assert row["totals"] == {
        "first_day": None,
        "last_day": None,
        "purchase_days": 0,
        "orders": 0,
        "amount": "0.00",
    }


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"name"}),
        ({"name": ""}, {"name"}),
        ({"name": "A", "colour": "red", "taste": 1}, {"colour", "taste"}),
        ({"name": "A", "kind": "robot"}, {"kind"}),
        ({"name": "A", "owner": 99999}, {"owner"}),
        ({"name": "A", "owner": "x"}, {"owner"}),
        ({"name": "A", "credit_code": "1"}, {"credit_code"}),
        ({"name": "A", "email": "nobody"}, {"email"}),
        ({"name": "A", "since": "yesterday"}, {"since"}),
        ({"name": "A", "tags": "VIP"}, {"tags"}),
        ({"name": "A", "tags": [["VIP"]]}, {"tags.0"}),
        ({"name": "A\0B"}, {"name"}),
        ([], {"non_field_errors"}),
        ('"text"', {"non_field_errors"}),
    ],
)
def test_bad_bodies_are_refused_by_field(api: Client, body: Any, fields: set[str]) -> None:
    answer = api.post(URL, body, **JSON)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == fields
    assert not Customer.objects.exists()


def test_read_only_fields_may_be_sent_back_and_change_nothing(api: Client, customer: Customer) -> None:
    row = api.get(f"{URL}{customer.pk}/").json()
    answer = api.put(
        f"{URL}{customer.pk}/", {**row, "code": "X-1", "created_at": "2000-01-01T00:00:00Z"}, **JSON
    )
    assert answer.status_code == 200
    assert answer.json() == row


def test_pickers_accept_only_rows_in_sight(api: Client, other_team: Team) -> None:
    hidden = CustomerFactory(owner=UserFactory(team=other_team))
    assert api.post(URL, {"name": "A", "parent": hidden.pk}, **JSON).json()["errors"].keys() == {"parent"}


def test_taken_credit_code_answers_409_with_the_candidates_in_sight(
    api: Client, customer: Customer, other_team: Team
) -> None:
    Customer.objects.filter(pk=customer.pk).update(credit_code=CODE)
    answer = api.post(URL, {"name": "A", "credit_code": CODE}, **JSON)
    assert answer.status_code == 409
    assert answer.json()["code"] == "duplicate"
    assert [row["id"] for row in answer.json()["candidates"]] == [customer.pk]
    Customer.objects.filter(pk=customer.pk).update(team=other_team, owner=UserFactory(team=other_team))
    hidden = api.post(URL, {"name": "A", "credit_code": CODE}, **JSON).json()
    assert (hidden["candidates"], hidden["more"]) == ([], 1)


def test_only_who_may_assign_chooses_another_owner(
    api: Client, manager: User, client_of: Any, seller: User
) -> None:
    assert api.post(URL, {"name": "A", "owner": manager.pk}, **JSON).status_code == 403
    assert client_of(manager).post(URL, {"name": "A", "owner": seller.pk}, **JSON).status_code == 201


@pytest.mark.parametrize("way", ["body", "header"])
def test_stale_change_answers_409_and_says_who(
    api: Client, customer: Customer, manager: User, way: str
) -> None:
    update_customer(customer, {"city": "Tianjin"}, by=manager)
    body: dict[str, Any] = {"city": "Beijing"} | ({"version": 1} if way == "body" else {})
    headers = {"If-Match": '"1"'} if way == "header" else {}
    answer = api.patch(f"{URL}{customer.pk}/", body, **JSON, headers=headers)
    assert answer.status_code == 409
    assert answer.json()["code"] == "stale"
    assert answer.json()["changed"][0]["by"] == "Zhang Min"
    fresh = api.patch(f"{URL}{customer.pk}/", {"city": "Beijing", "version": 2}, **JSON)
    assert (fresh.status_code, fresh.json()["version"]) == (200, 3)


def test_axes_move_only_with_a_reason(api: Client, customer: Customer) -> None:
    patched = api.patch(f"{URL}{customer.pk}/", {"stage": "growth"}, **JSON)
    assert (patched.status_code, set(patched.json()["errors"])) == (400, {"stage"})
    same = api.patch(f"{URL}{customer.pk}/", {"stage": "prospect", "tier": "potential"}, **JSON)
    assert (same.status_code, same.json()["version"]) == (200, 1)
    move = f"{URL}{customer.pk}/move/"
    assert api.post(move, {"axis": "stage", "new": "growth"}, **JSON).status_code == 400
    assert api.post(move, {"axis": "stage", "new": "nirvana", "reason": "x"}, **JSON).status_code == 400
    moved = api.post(move, {"axis": "stage", "new": "growth", "reason": "bought"}, **JSON)
    assert (moved.status_code, moved.json()["stage"]) == (200, "growth")
    assert api.post(move, {"axis": "stage", "new": "growth", "reason": "bought"}, **JSON).status_code == 409


def test_upsert_twice_is_one_unchanged_record(api: Client) -> None:
    body = {"name": "Bank", "tags": ["VIP"], "city": "Tianjin"}
    first, second = api.put(ERP, body, **JSON), api.put(ERP, body, **JSON)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Customer.objects.get().version == 1
    third = api.put(ERP, {**body, "city": "Beijing"}, **JSON)
    assert (third.json()["city"], third.json()["version"]) == ("Beijing", 2)
    assert api.get(ERP).json() == third.json()
    assert api.get(f"{URL}by-external-id/erp/none/").status_code == 404


def test_upsert_of_what_is_out_of_reach_answers_409(api: Client, other_team: Team) -> None:
    CustomerFactory(source_system="erp", external_id="10042", owner=UserFactory(team=other_team))
    assert api.put(ERP, {"name": "Bank"}, **JSON).status_code == 409


def test_upsert_needs_the_right_of_what_it_does(user_in: Any, client_of: Any) -> None:
    client = client_of(user_in("trainer"))
    assert client.put(ERP, {"name": "Bank"}, **JSON).status_code == 403


def test_deleted_customers_are_gone_from_the_api(api: Client, customer: Customer, manager: User) -> None:
    delete_customer(customer, by=manager)
    assert api.get(f"{URL}{customer.pk}/").status_code == 404
    assert ids(api.get(URL)) == set()


def test_list_takes_filters_sorting_and_pages(api: Client, seller: User) -> None:
    rows = [CustomerFactory(name=name, owner=seller) for name in ("B", "A", "C")]
    answer = api.get(URL, {"sort": "name", "page_size": 2})
    assert [row["name"] for row in answer.json()["results"]] == ["A", "B"]
    assert [row["name"] for row in api.get(answer.json()["next"]).json()["results"]] == ["C"]
    assert ids(api.get(URL, {"q": rows[2].code})) == {rows[2].pk}
    assert api.get(URL, {"kind": "robot"}).status_code == 400
    assert api.get(URL, {"sort": "phone"}).status_code == 400
    assert api.get(URL, {"cursor": "x"}).status_code == 400


def test_who_sees_no_figures_cannot_sort_by_them(user_in: Any, client_of: Any) -> None:
    client = client_of(user_in("trainer"))
    assert client.get(URL, {"sort": "-risk"}).status_code == 400
    assert client.get("/api/v1/metrics/").status_code == 403


def test_one_and_three_customers_cost_the_same_queries(api: Client, seller: User) -> None:
    counts = []
    for _round in range(2):
        customer = CustomerFactory(owner=seller, parent=Customer.objects.first())
        customer.tags.add(Tag.objects.get_or_create(name="VIP")[0])
        with CaptureQueriesContext(connection) as captured:
            api.get(URL)
        counts.append(len(captured))
        CustomerFactory(owner=seller)
    assert counts[0] == counts[1]


def test_metrics_are_read_only_figures_of_rows_in_reach(
    api: Client, customer: Customer, other_team: Team
) -> None:
    other = CustomerFactory(owner=UserFactory(team=other_team))
    Metrics.objects.filter(pk=customer.pk).update(
        segment="champions", p_alive=0.75, clv_12m="1234.50", risk_level="low"
    )
    url = "/api/v1/metrics/"
    [row] = api.get(url, {"sort": "-clv", "segment": "champions"}).json()["results"]
    assert (row["customer"], row["customer_name"], row["p_alive"], row["clv_12m"]) == (
        customer.pk,
        "Bohai Bank",
        0.75,
        "1234.50",
    )
    assert api.get(f"{url}{customer.pk}/").json() == row
    assert api.get(f"{url}{other.pk}/").status_code == 404
    for call in (api.post, api.put, api.patch, api.delete):
        assert call(f"{url}{customer.pk}/", {}, **JSON).status_code in {403, 405}


def test_metrics_cost_the_same_queries_for_one_and_three(api: Client, seller: User) -> None:
    counts = []
    for number in (1, 2):
        for _row in range(number):
            CustomerFactory(owner=seller)
        with CaptureQueriesContext(connection) as captured:
            assert len(api.get("/api/v1/metrics/").json()["results"]) == (1, 3)[number - 1]
        counts.append(len(captured))
    assert counts[0] == counts[1]
