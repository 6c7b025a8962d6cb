"""What the base of the API gives every resource: scopes, keys, fields, the sequence, many at once, limits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.domain.sequence import fill_sequence, number_changes
from core.domain.tokens import make_token
from core.errors import DomainError
from core.models import IdempotentRequest, RecordChange, User
from core.tests.factories import TeamFactory
from customers.domain.customers import create_customer, delete_customer, restore_customer, update_customer
from customers.domain.interactions import record_interaction
from customers.domain.orders import create_order
from customers.domain.tags import delete_tag, rename_tag
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/customers/"
JSON = {"content_type": "application/json"}


@pytest.fixture
def boss(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


@pytest.fixture
def api(client_of: Callable[[User], Client], boss: User) -> Client:
    return client_of(boss)


def token_of(user: User, *scopes: str) -> dict[str, str]:
    now = timezone.now()
    secret = make_token(user, name="T", scopes=scopes, expires_at=now + timedelta(days=1), by=user, at=now)[1]
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


# ---- scopes -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("scopes", "reads", "writes", "other"),
    [
        (["customers:read"], 200, 403, 403),
        (["customers:write"], 403, 201, 403),
        (["*:read"], 200, 403, 200),
        (["*:write"], 403, 201, 403),
        (["orders:read"], 403, 403, 200),
    ],
)
def test_a_token_does_what_its_scopes_say(
    client: Client, boss: User, scopes: list[str], reads: int, writes: int, other: int
) -> None:
    head = token_of(boss, *scopes)
    assert client.get(URL, **head).status_code == reads
    assert client.post(URL, {"name": "New"}, **JSON, **head).status_code == writes
    assert client.post(f"{URL}bulk/", {"items": [{"data": {"name": "N"}}]}, **JSON, **head).status_code == (
        403 if writes == 403 else 200
    )
    assert client.get("/api/v1/orders/", **head).status_code == other


def test_what_may_only_write_is_told_the_number_alone(client: Client, boss: User) -> None:
    head, both = token_of(boss, "customers:write"), token_of(boss, "customers:write", "customers:read")
    customer = CustomerFactory(name="Secret", owner=boss, team=boss.team)
    url = f"{URL}{customer.pk}/"
    answer = client.patch(url, {"city": "Ningbo"}, **JSON, **head)
    assert (answer.status_code, answer.json()) == (200, {"id": customer.pk, "version": customer.version + 1})
    assert answer["ETag"].startswith(f'"{customer.version + 1}-')
    assert client.patch(url, {}, **JSON, **both).json()["name"] == "Secret"
    made = client.post(URL, {"name": "New"}, **JSON, **head).json()
    assert sorted(made) == ["id", "version"]


def test_what_may_only_write_is_not_shown_the_candidates_of_a_duplicate(client: Client, boss: User) -> None:
    head, both = token_of(boss, "customers:write"), token_of(boss, "customers:write", "customers:read")
    CustomerFactory(name="Secret", source_system="erp", external_id="1", owner=boss, team=boss.team)
    data = {"name": "New", "source_system": "erp", "external_id": "1"}
    refused = client.post(URL, data, **JSON, **head)
    assert (refused.status_code, refused.json()["candidates"]) == (409, [])
    many = client.post(f"{URL}bulk/", {"items": [{"data": data}]}, **JSON, **head)
    assert many.json()["results"][0]["error"]["candidates"] == []
    assert "Secret" in str(client.post(URL, data, **JSON, **both).json()["candidates"])


def test_scopes_never_widen_the_rights_of_the_user(client: Client, user_in: Callable[..., User]) -> None:
    head = token_of(user_in("sales"), "*:read", "*:write")
    foreign = CustomerFactory(owner=None, team=TeamFactory())
    assert client.get(f"{URL}{foreign.pk}/", **head).status_code == 404
    assert client.get("/api/v1/jobs/", **head).status_code == 200


@pytest.mark.parametrize("scopes", [[], ["customers:delete"], ["nothing:read"], ["*"]])
def test_scopes_that_do_not_exist_are_refused(boss: User, scopes: list[str]) -> None:
    with pytest.raises(DomainError) as refused:
        token_of(boss, *scopes)
    assert refused.value.code == "bad_scopes"


def test_search_finds_only_kinds_that_the_token_may_read(client: Client, boss: User) -> None:
    create_customer({"name": "Port of Ningbo"}, by=boss)
    found = {
        scopes: len(
            client.get("/api/v1/search/?q=Ningbo", **token_of(boss, "search:read", *scopes)).json()["results"]
        )
        for scopes in ((), ("orders:read",), ("customers:read",), ("*:read",))
    }
    assert list(found.values()) == [0, 0, 1, 1]


# ---- refusals count, too ---
@pytest.mark.parametrize("secret", ["pn_wrong", ""])
def test_whoever_guesses_tokens_is_held_up(client: Client, settings: Any, secret: str) -> None:
    settings.API_REFUSALS_A_MINUTE = 2
    answers = [client.get(URL, HTTP_AUTHORIZATION=f"Bearer {secret}") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert answers[-1]["Retry-After"]


def test_whoever_asks_beyond_their_rights_is_held_up(client: Client, boss: User, settings: Any) -> None:
    settings.API_REFUSALS_A_MINUTE = 2
    head = token_of(boss, "orders:read")
    assert [client.get(URL, **head).status_code for _ in range(3)] == [403, 403, 429]
    assert client.get("/api/v1/orders/", **head).status_code == 200


# ---- idempotency ------------------------------------------------------------------------------------
def test_the_same_key_does_the_work_once(api: Client) -> None:
    answers = [api.post(URL, {"name": "Port"}, **JSON, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotency-Replayed"] == "true"
    assert answers[1]["ETag"] == answers[0]["ETag"]
    assert Customer.objects.count() == 1


def test_a_key_is_for_one_request_and_one_person(
    api: Client, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    api.post(URL, {"name": "Port"}, **JSON, HTTP_IDEMPOTENCY_KEY="k1")
    other = api.post(URL, {"name": "Bank"}, **JSON, HTTP_IDEMPOTENCY_KEY="k1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    somebody = client_of(user_in("manager"))
    assert somebody.post(URL, {"name": "Port"}, **JSON, HTTP_IDEMPOTENCY_KEY="k1").status_code == 201
    assert Customer.objects.count() == 2


def test_a_refused_request_uses_no_key(api: Client) -> None:
    assert api.post(URL, {"name": ""}, **JSON, HTTP_IDEMPOTENCY_KEY="k1").status_code == 400
    assert not IdempotentRequest.objects.exists()
    assert api.post(URL, {"name": "Port"}, **JSON, HTTP_IDEMPOTENCY_KEY="k1").status_code == 201


# ---- fields, ETag -----------------------------------------------------------------------------------
def test_only_the_fields_that_are_asked_for(api: Client) -> None:
    row = CustomerFactory(name="Port")
    answer = api.get(f"{URL}{row.pk}/?fields=id,name,totals.orders").json()
    assert answer == {"id": row.pk, "name": "Port", "totals": {"orders": 0}}
    assert set(api.get(f"{URL}?fields=id").json()["results"][0]) == {"id"}
    refused = api.get(f"{URL}?fields=id,password")
    assert refused.status_code == 400
    assert "password" in refused.json()["errors"]["fields"][0]


def test_what_is_known_is_not_sent_again(api: Client) -> None:
    row = CustomerFactory()
    tag = api.get(f"{URL}{row.pk}/")["ETag"]
    assert api.get(f"{URL}{row.pk}/", HTTP_IF_NONE_MATCH=tag).status_code == 304
    api.patch(f"{URL}{row.pk}/", {"city": "Ningbo"}, **JSON)
    assert api.get(f"{URL}{row.pk}/", HTTP_IF_NONE_MATCH=tag).status_code == 200


def enter_order(customer: Customer, by: User) -> None:
    create_order(customer, {"amount": 10_000}, by=by)


def have_contact(customer: Customer, by: User) -> None:
    record_interaction(customer, {"channel": "phone", "summary": "Called"}, by=by)


def rename_its_tag(customer: Customer, by: User) -> None:
    rename_tag(customer.tags.get(), "Bank", by=by)


def delete_its_tag(customer: Customer, by: User) -> None:
    delete_tag(customer.tags.get(), by=by)


@pytest.mark.parametrize("happen", [enter_order, have_contact, rename_its_tag, delete_its_tag])
def test_a_copy_follows_what_a_customer_shows_of_others(
    api: Client, boss: User, happen: Callable[[Customer, User], None]
) -> None:
    row = create_customer({"name": "Port"}, tags=["VIP"], by=boss)
    before, since = api.get(f"{URL}{row.pk}/"), follow(api, 0)[2]
    happen(row, boss)
    after = api.get(f"{URL}{row.pk}/", HTTP_IF_NONE_MATCH=before["ETag"])
    assert (after.status_code, after.json() == before.json()) == (200, False)
    assert follow(api, since)[:2] == (["Port"], [])
    # It is no change of the customer: who edits it meanwhile is not refused.
    assert after.json()["version"] == before.json()["version"]
    changed = api.patch(f"{URL}{row.pk}/", {"city": "Ningbo"}, **JSON, HTTP_IF_MATCH=before["ETag"])
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("header", "status"),
    [('"1"', 200), ("1", 200), ('W/"1"', 200), ('"1-0f"', 200), ("*", 200), ('"2"', 409), ('"2-0f"', 409),
     ('"1-"', 400), ('"1-x"', 400), ('"x"', 400)],
)  # fmt: skip
def test_a_change_expects_a_version_with_or_without_a_digest(api: Client, header: str, status: int) -> None:
    row = CustomerFactory()
    answer = api.patch(f"{URL}{row.pk}/", {"city": "Ningbo"}, **JSON, HTTP_IF_MATCH=header)
    assert answer.status_code == status


def test_a_version_alone_says_not_that_the_answer_is_known(api: Client) -> None:
    row = CustomerFactory()
    assert api.get(f"{URL}{row.pk}/", HTTP_IF_NONE_MATCH='"1"').status_code == 200
    some, all_fields = (api.get(f"{URL}{row.pk}/{query}")["ETag"] for query in ("?fields=id", ""))
    assert api.get(f"{URL}{row.pk}/", HTTP_IF_NONE_MATCH=some).status_code == 200
    assert api.get(f"{URL}{row.pk}/", HTTP_IF_NONE_MATCH=f"{some}, W/{all_fields}").status_code == 304


# ---- the sequence -----------------------------------------------------------------------------------
def follow(api: Client, since: int, url: str = URL) -> tuple[list[str], list[int], int]:
    answer = api.get(f"{url}?changed_since={since}").json()
    names = [row.get("name") or row.get("number") for row in answer["results"]]
    return names, [gone["id"] for gone in answer["tombstones"]], answer["next_since"]


def test_changes_come_in_order_and_deleted_ones_as_tombstones(api: Client, boss: User) -> None:
    first = create_customer({"name": "First"}, by=boss)
    second = create_customer({"name": "Second"}, by=boss)
    names, gone, since = follow(api, 0)
    assert (names, gone) == (["First", "Second"], [])
    update_customer(first, {"city": "Ningbo"}, by=boss)
    delete_customer(second, by=boss)
    names, gone, since = follow(api, since)
    assert (names, gone) == (["First"], [second.pk])
    assert follow(api, since) == ([], [], since)
    restore_customer(second, by=boss)
    assert follow(api, since)[:2] == (["Second"], [])


def test_what_belongs_to_a_customer_goes_and_comes_with_it(api: Client, boss: User) -> None:
    customer = create_customer({"name": "First"}, by=boss)
    order = create_order(customer, {"amount": 100}, by=boss)
    _names, _gone, since = follow(api, 0, "/api/v1/orders/")
    delete_customer(customer, by=boss)
    names, gone, since = follow(api, since, "/api/v1/orders/")
    assert (names, gone) == ([], [order.pk])
    restore_customer(customer, by=boss)
    assert follow(api, since, "/api/v1/orders/")[:2] == ([order.number], [])


def test_a_record_that_leaves_the_reach_is_a_tombstone(
    user_in: Callable[..., User], client_of: Callable[[User], Client], boss: User
) -> None:
    sales = user_in("sales")
    customer = create_customer({"name": "Mine", "owner": sales}, by=boss)
    client = client_of(sales)
    _names, _gone, since = follow(client, 0)
    update_customer(customer, {"owner": None, "team": TeamFactory()}, by=boss)
    assert follow(client, since)[:2] == ([], [customer.pk])


def test_records_from_before_the_sequence_are_in_it(api: Client) -> None:
    CustomerFactory(name="Old")
    RecordChange.objects.all().delete()
    fill_sequence()
    assert follow(api, 0)[0] == ["Old"]


def test_pages_of_the_sequence_miss_and_repeat_nothing(api: Client, boss: User) -> None:
    for number in range(5):
        create_customer({"name": f"N{number}"}, by=boss)
    since, found = 0, []
    while True:
        answer = api.get(f"{URL}?changed_since={since}&page_size=2").json()
        found += [row["name"] for row in answer["results"]]
        since = answer["next_since"]
        if not answer["has_more"]:
            break
    assert found == [f"N{number}" for number in range(5)]


@pytest.mark.parametrize("since", ["-1", "x", "9" * 30, ""])
def test_a_place_that_is_none_is_refused(api: Client, since: str) -> None:
    assert api.get(f"{URL}?changed_since={since}").status_code == 400


def test_numbers_are_given_once(boss: User) -> None:
    create_customer({"name": "First"}, by=boss)
    assert number_changes() > 0
    assert number_changes() == 0
    places = list(RecordChange.objects.values_list("seq", flat=True))
    assert len(set(places)) == len(places)


def test_following_costs_the_same_for_many(api: Client, boss: User) -> None:
    counts = []
    for number in (1, 3):
        for place in range(number):
            create_customer({"name": f"N{number}{place}"}, by=boss)
        number_changes()
        with CaptureQueriesContext(connection) as captured:
            api.get(f"{URL}?changed_since=0")
        counts.append(len(captured))
    assert counts[0] == counts[1]


# ---- many at once -----------------------------------------------------------------------------------
def bulk(api: Client, items: list[dict[str, Any]], **more: Any) -> Any:
    return api.post(f"{URL}bulk/", {"items": items, **more}, **JSON)


def test_each_item_has_its_own_result(api: Client) -> None:
    row = CustomerFactory(name="Old")
    answer = bulk(
        api,
        [
            {"data": {"name": "New"}},
            {"op": "update", "id": row.pk, "data": {"city": "Ningbo"}},
            {"op": "update", "id": 10**9, "data": {"city": "x"}},
            {"data": {"name": ""}},
            {"op": "delete"},
        ],
    )
    assert answer.status_code == 207
    body = answer.json()
    assert [one["status"] for one in body["results"]] == [201, 200, 404, 400, 400]
    assert (body["done"], body["refused"]) == (2, 3)
    row.refresh_from_db()
    assert (row.city, Customer.objects.filter(name="New").count()) == ("Ningbo", 1)


def test_all_or_nothing_leaves_nothing(api: Client) -> None:
    answer = bulk(api, [{"data": {"name": "New"}}, {"data": {"name": ""}}], mode="all")
    assert (answer.status_code, answer.json()["done"]) == (409, 0)
    assert not Customer.objects.exists()
    first, second = answer.json()["results"]
    assert (first["status"], first["id"], first["error"]["code"]) == (424, None, "undone")
    assert (second["status"], second["error"]["code"]) == (400, "invalid")


def test_all_or_nothing_that_did_nothing_leaves_its_key_free(api: Client) -> None:
    items = [{"data": {"name": "New"}}, {"data": {"name": "Port"}, "if_match": 0}]
    for _time in range(2):
        answer = api.post(f"{URL}bulk/", {"mode": "all", "items": items}, **JSON, HTTP_IDEMPOTENCY_KEY="k1")
        assert answer.status_code == 409
        assert "Idempotency-Replayed" not in answer
    assert not IdempotentRequest.objects.exists()


def test_items_respect_rights_and_reach(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    sales = user_in("sales")
    mine = CustomerFactory(owner=sales, team=sales.team)
    foreign = CustomerFactory(owner=None, team=TeamFactory(), city="Far")
    answer = bulk(
        client_of(sales),
        [
            {"op": "delete", "id": mine.pk},
            {"op": "update", "id": foreign.pk, "data": {"city": "Near"}},
        ],
    ).json()
    assert [one["status"] for one in answer["results"]] == [403, 404]
    foreign.refresh_from_db()
    assert foreign.city == "Far"


def test_more_than_a_thousand_are_refused(api: Client) -> None:
    assert bulk(api, [{"data": {"name": "x"}}] * 1001).status_code == 400
    assert bulk(api, []).status_code == 400


# ---- limits -----------------------------------------------------------------------------------------
def test_too_many_requests_are_told_when_to_go_on(api: Client, settings: Any) -> None:
    cache.clear()
    settings.API_READS_A_MINUTE = 2
    answers = [api.get(URL) for _ in range(3)]
    if answers[-1].status_code == 200:  # the minute ended meanwhile
        answers = [api.get(URL) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "throttled"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 61
    assert api.post(URL, {"name": "Writing has its own limit"}, **JSON).status_code == 201
    cache.clear()
