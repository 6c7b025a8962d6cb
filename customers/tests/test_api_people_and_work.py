from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import Team, User
from core.tests.factories import UserFactory
from customers.domain.contacts import add_contact
from customers.domain.interactions import record_interaction
from customers.domain.tasks import create_task
from customers.models import Contact, Customer, Interaction, Person, Task
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
CONTACTS, PERSONS = "/api/v1/contacts/", "/api/v1/persons/"
INTERACTIONS, TASKS = "/api/v1/interactions/", "/api/v1/tasks/"
JSON = {"content_type": "application/json"}


@pytest.fixture
def api(client_of: Callable[[User], Client], seller: User) -> Client:
    return client_of(seller)


@pytest.mark.parametrize(
    ("role", "contact", "interaction", "task", "delete"),
    [
        ("agent", 201, 201, 201, 403),
        ("sales", 201, 201, 201, 204),
        ("trainer", 403, 201, 201, 403),
        ("manager", 201, 201, 201, 204),
        ("analyst", 403, 403, 403, 403),
        ("integration", 201, 201, 403, 403),
        ("administrator", 201, 201, 201, 204),
    ],
)
def test_each_role_does_what_the_table_allows(
    role: str, contact: int, interaction: int, task: int, delete: int, user_in: Any, client_of: Any
) -> None:
    user = user_in(role)
    customer = CustomerFactory(owner=user)
    past = record_interaction(customer, {"summary": "old"}, by=user)
    client = client_of(user)
    assert (
        client.post(CONTACTS, {"customer": customer.pk, "person": {"name": "A"}}, **JSON).status_code
        == contact
    )
    assert client.post(PERSONS, {"name": "B"}, **JSON).status_code == contact
    body = {"customer": customer.pk, "summary": "Call"}
    assert client.post(INTERACTIONS, body, **JSON).status_code == interaction
    assert client.delete(f"{INTERACTIONS}{past.pk}/").status_code == delete
    assert client.post(TASKS, {"title": "Call", "customer": customer.pk}, **JSON).status_code == task


def test_rows_of_customers_out_of_reach_are_not_there(api: Client, other_team: Team) -> None:
    stranger = UserFactory(team=other_team)
    hidden = CustomerFactory(owner=stranger)
    contact = add_contact(hidden, {"name": "A"}, by=stranger)
    interaction = record_interaction(hidden, {"summary": "x"}, by=stranger)
    task = create_task("x", customer=hidden, by=stranger)
    for url, pk in (
        (CONTACTS, contact.pk),
        (PERSONS, contact.person_id),
        (INTERACTIONS, interaction.pk),
        (TASKS, task.pk),
    ):
        assert api.get(url).json()["results"] == []
        assert api.get(f"{url}{pk}/").status_code == 404
        assert api.patch(f"{url}{pk}/", {}, **JSON).status_code == 404
    for url, body in (
        (CONTACTS, {"customer": hidden.pk, "person": {"name": "B"}}),
        (INTERACTIONS, {"customer": hidden.pk, "summary": "y"}),
        (TASKS, {"customer": hidden.pk, "title": "y"}),
    ):
        assert set(api.post(url, body, **JSON).json()["errors"]) == {"customer"}
    mine = CustomerFactory(owner=User.objects.get(full_name="Li Wei"))
    stolen = api.post(CONTACTS, {"customer": mine.pk, "person_id": contact.person_id}, **JSON)
    assert set(stolen.json()["errors"]) == {"person_id"}


def test_contact_with_a_new_person_and_with_a_known_one(
    api: Client, customer: Customer, seller: User
) -> None:
    body = {"customer": customer.pk, "person": {"name": "李薇", "mobile": "13812345678"}, "role": "decider"}
    row = api.post(CONTACTS, body, **JSON).json()
    assert (row["person"]["name"], row["person"]["mobile"], row["is_primary"]) == (
        "李薇",
        "+8613812345678",
        True,
    )
    other = CustomerFactory(owner=seller)
    known = api.post(CONTACTS, {"customer": other.pk, "person_id": row["person"]["id"]}, **JSON)
    assert known.json()["person"] == row["person"]
    assert Person.objects.count() == 1
    again = api.post(CONTACTS, {"customer": other.pk, "person_id": row["person"]["id"]}, **JSON)
    assert (again.status_code, again.json()["code"]) == (409, "contact_exists")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"person"}),
        ({"person": {"name": "A"}, "person_id": 1}, {"person_id"}),
        ({"person": {}}, {"person.name"}),
        ({"person": {"name": "A", "rank": 1}}, {"person.rank"}),
        ({"person": {"name": "A"}, "rank": 1}, {"rank"}),
        ({"person": {"name": "A", "email": "x"}}, {"email"}),
        ({"person": {"name": "A"}, "role": "king"}, {"role"}),
        ({"person": {"name": "A"}, "started_on": "1500-01-01"}, {"started_on"}),
    ],
)
def test_bad_contacts_are_refused_by_field(
    api: Client, customer: Customer, body: dict[str, Any], fields: set[str]
) -> None:
    answer = api.post(CONTACTS, {"customer": customer.pk, **body}, **JSON)
    assert (answer.status_code, set(answer.json()["errors"])) == (400, fields)
    assert not Person.objects.exists()


def test_contact_changes_place_and_person_together(api: Client, customer: Customer, seller: User) -> None:
    contact = add_contact(customer, {"name": "A"}, by=seller)
    url = f"{CONTACTS}{contact.pk}/"
    row = api.patch(url, {"title": "CEO", "person": {"name": "B"}, "version": 1}, **JSON).json()
    assert (row["title"], row["person"]["name"], row["version"]) == ("CEO", "B", 2)
    assert api.patch(url, {"title": "X", "version": 1}, **JSON).status_code == 409
    assert api.put(url, row, **JSON).json() == row
    other = CustomerFactory(owner=seller)
    assert set(api.patch(url, {"customer": other.pk}, **JSON).json()["errors"]) == {"customer"}
    assert api.delete(url).status_code in {403, 405}


def test_contact_moves_and_ends(api: Client, customer: Customer, seller: User) -> None:
    contact = add_contact(customer, {"name": "A"}, by=seller)
    other = CustomerFactory(owner=seller)
    body = {"to_customer": other.pk, "title": "CEO", "on": "2026-05-01"}
    new = api.post(f"{CONTACTS}{contact.pk}/change-job/", body, **JSON).json()
    assert (new["customer"], new["title"], new["started_on"]) == (other.pk, "CEO", "2026-05-01")
    assert api.post(f"{CONTACTS}{contact.pk}/change-job/", body, **JSON).json()["code"] == "contact_ended"
    ended = api.post(f"{CONTACTS}{new['id']}/end/", {"on": "2026-06-01", "reason": "left"}, **JSON).json()
    assert (ended["ended_on"], ended["end_reason"]) == ("2026-06-01", "left")
    assert Contact.objects.current().count() == 0


def test_persons_upsert_twice_is_one(api: Client) -> None:
    url = f"{PERSONS}by-external-id/hr/7/"
    first, second = api.put(url, {"name": "李薇"}, **JSON), api.put(url, {"name": "李薇"}, **JSON)
    assert (first.status_code, second.status_code, first.json()) == (201, 200, second.json())
    taken = api.post(PERSONS, {"name": "X", "source_system": "hr", "external_id": "7"}, **JSON)
    assert (taken.status_code, [row["label"] for row in taken.json()["candidates"]]) == (409, ["李薇"])
    assert (
        api.patch(f"{PERSONS}{first.json()['id']}/", {"name": "X", "version": 9}, **JSON).status_code == 409
    )


def test_interactions_upsert_change_and_delete(api: Client, customer: Customer, seller: User) -> None:
    url = f"{INTERACTIONS}by-external-id/cti/1/"
    body = {"customer": customer.pk, "summary": "Call", "occurred_at": "2026-03-01T10:00:00+08:00"}
    first, second = api.put(url, body, **JSON), api.put(url, body, **JSON)
    assert (first.status_code, second.status_code, first.json()) == (201, 200, second.json())
    own = f"{INTERACTIONS}{first.json()['id']}/"
    assert api.patch(own, {"summary": "Long call", "version": 1}, **JSON).json()["version"] == 2
    assert api.patch(own, {"summary": "X", "version": 1}, **JSON).status_code == 409
    other = CustomerFactory(owner=seller)
    assert set(api.patch(own, {"customer": other.pk}, **JSON).json()["errors"]) == {"customer"}
    assert api.delete(own).status_code == 204
    assert api.get(own).status_code == 404


def test_interaction_makes_a_task_when_asked(api: Client, customer: Customer) -> None:
    body = {"customer": customer.pk, "summary": "Call", "next_step": "Send dates", "follow_up": True}
    assert api.post(INTERACTIONS, body, **JSON).status_code == 201
    assert Task.objects.get().title == "Send dates"
    future = api.post(INTERACTIONS, {**body, "occurred_at": "2099-01-01T00:00:00Z"}, **JSON)
    assert (future.status_code, future.json()["code"]) == (400, "in_future")
    unknown = api.post(INTERACTIONS, {**body, "mood": "good"}, **JSON)
    assert set(unknown.json()["errors"]) == {"mood"}
    assert Interaction.objects.count() == 1


def test_tasks_are_completed_once(api: Client, customer: Customer, seller: User) -> None:
    row = api.post(TASKS, {"title": "Call", "customer": customer.pk, "due_on": "2026-03-01"}, **JSON).json()
    assert (row["owner"], row["state"]) == (seller.pk, "open")
    url = f"{TASKS}{row['id']}/"
    assert api.patch(url, {"state": "done"}, **JSON).json()["state"] == "open"
    assert api.patch(url, {"mood": 1}, **JSON).status_code == 400
    assert api.patch(url, {"title": "Call them", "version": 1}, **JSON).json()["version"] == 2
    assert api.patch(url, {"title": "X", "version": 1}, **JSON).status_code == 409
    done = api.post(f"{url}complete/", {"outcome": "reached"}, **JSON).json()
    assert (done["state"], done["outcome"]) == ("done", "reached")
    assert api.post(f"{url}complete/", {}, **JSON).json()["code"] == "already_done"
    assert api.post(f"{url}reopen/", {}, **JSON).json()["state"] == "open"
    assert api.post(f"{url}cancel/", {"reason": "gone"}, **JSON).json()["state"] == "cancelled"
    assert api.delete(url).status_code in {403, 405}


@pytest.mark.parametrize("url", [CONTACTS, PERSONS, INTERACTIONS, TASKS])
def test_one_and_three_rows_cost_the_same_queries(api: Client, seller: User, url: str) -> None:
    counts = []
    for number in (1, 2):
        for _row in range(number):
            customer = CustomerFactory(owner=seller)
            contact = add_contact(customer, {"name": "A"}, by=seller)
            record_interaction(customer, {"summary": "x", "person": contact.person}, by=seller)
            create_task("x", customer=customer, by=seller)
        with CaptureQueriesContext(connection) as captured:
            rows = api.get(url).json()["results"]
        counts.append((len(rows), len(captured)))
    assert [rows for rows, _queries in counts] == [1, 3]
    assert counts[0][1] == counts[1][1]
