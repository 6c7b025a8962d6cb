"""Many customers at once: versions, external IDs, and what the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIRequestFactory, force_authenticate

from core.api.viewsets import ScopedViewSet
from core.models import Team, User
from core.tests.factories import TeamFactory
from customers.api.customers import CustomerSerializer
from customers.domain.customers import delete_customer
from customers.models import Customer
from customers.tests.factories import CustomerFactory, OrderFactory, ProductFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/customers/"
JSON = {"content_type": "application/json"}


@pytest.fixture
def boss(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


@pytest.fixture
def api(client_of: Callable[[User], Client], boss: User) -> Client:
    return client_of(boss)


def bulk(api: Client, items: list[dict[str, Any]], url: str = URL, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.post(f"{url}bulk/", {"items": items, **more}, **JSON).json()["results"]
    return found


def told(results: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(one["status"], (one["error"] or {}).get("code", "")) for one in results]


# ---- versions ---------------------------------------------------------------------------------------
def test_an_item_with_an_old_version_is_refused(api: Client) -> None:
    row = CustomerFactory(city="Ningbo")
    item = {"op": "update", "id": row.pk, "if_match": row.version}
    found = bulk(api, [{**item, "data": {"city": "Tianjin"}}, {**item, "data": {"city": "Harbin"}}])
    assert told(found) == [(200, ""), (409, "stale")]
    row.refresh_from_db()
    assert row.city == "Tianjin"


@pytest.mark.parametrize(
    ("resource", "factory"),
    [
        ("customers", CustomerFactory),
        ("orders", OrderFactory),
        ("products", ProductFactory),
    ],
)
def test_deleting_with_an_old_version_is_refused_alone_and_among_many(
    api: Client, resource: str, factory: Any
) -> None:
    row, url = factory(), f"/api/v1/{resource}/"
    old = {"op": "delete", "id": row.pk, "if_match": row.version + 1}
    assert told(bulk(api, [old], url)) == [(409, "stale")]
    assert api.delete(f"{url}{row.pk}/", HTTP_IF_MATCH=f'"{row.version + 1}"').status_code == 409
    assert told(bulk(api, [{**old, "if_match": row.version}], url)) == [(204, "")]


def test_two_versions_in_one_item_are_refused(api: Client) -> None:
    row = CustomerFactory()
    found = bulk(api, [{"op": "update", "id": row.pk, "if_match": 1, "data": {"city": "x", "version": 2}}])
    assert told(found) == [(400, "invalid")]
    assert "if_match" in found[0]["error"]["errors"]


# ---- external IDs -----------------------------------------------------------------------------------
def identity(number: str, **data: Any) -> dict[str, Any]:
    return {"op": "upsert", "source_system": "erp", "external_id": number, "data": data}


def test_an_upsert_makes_the_first_time_and_changes_after_that(api: Client) -> None:
    found = bulk(api, [identity("7", name="Port"), identity("7", name="Harbour"), identity("8", name="Bank")])
    assert [one["status"] for one in found] == [201, 200, 201]
    assert found[0]["id"] == found[1]["id"]
    rows = Customer.objects.order_by("external_id").values_list("source_system", "external_id", "name")
    assert list(rows) == [("erp", "7", "Harbour"), ("erp", "8", "Bank")]


def test_an_upsert_needs_an_identity_and_respects_what_is_deleted(api: Client, boss: User) -> None:
    gone = CustomerFactory(source_system="erp", external_id="7")
    delete_customer(gone, by=boss)
    found = bulk(api, [identity("7", name="Port"), {"op": "upsert", "data": {"name": "Bank"}}])
    assert told(found) == [(409, "external_id_taken"), (400, "invalid")]
    assert set(found[1]["error"]["errors"]) == {"source_system", "external_id"}


def test_an_upsert_out_of_reach_says_that_the_number_is_taken(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    foreign = CustomerFactory(source_system="erp", external_id="7", owner=None, team=TeamFactory())
    found = bulk(client_of(user_in("sales")), [identity("7", name="Mine now")])
    assert told(found) == [(409, "external_id_taken")]
    foreign.refresh_from_db()
    assert foreign.name != "Mine now"


# ---- what the database refuses ----------------------------------------------------------------------
class TeamsByName(ScopedViewSet):
    """Makes teams without asking whether the name is free: the database does."""

    model = Team
    serializer_class = CustomerSerializer
    action_rights = {"bulk": "view"}

    def create_record(self, data: dict[str, Any]) -> Team:
        """Make it."""
        return Team.objects.create(name=data["name"])


def test_what_the_database_refuses_is_the_fault_of_one_item(boss: User) -> None:
    request = APIRequestFactory().post("/", {"items": [{"data": {"name": n}} for n in ("A", "A", "B")]})
    force_authenticate(request, boss)
    answer = TeamsByName.as_view({"post": "bulk"})(request)
    assert answer.status_code == 207
    assert told(answer.data["results"]) == [(201, ""), (409, "conflict"), (201, "")]
    assert sorted(Team.objects.filter(name__in="AB").values_list("name", flat=True)) == ["A", "B"]
