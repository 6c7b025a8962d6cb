"""Interactions, tasks, tags and the panels of My day, on pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import User
from core.tests.factories import UserFactory
from customers.domain.contacts import add_contact
from customers.domain.customers import create_customer
from customers.domain.interactions import record_interaction, update_interaction
from customers.domain.tasks import complete_task, create_task
from customers.models import Customer, Interaction, Tag, Task
from customers.tests.factories import CustomerFactory

TASKS = reverse("customers:task-list")


@pytest.fixture
def sales(user_in: Callable[..., User]) -> User:
    return user_in("sales")


@pytest.fixture
def manager_client(user_in: Callable[..., User], client_of: Callable[[User], Client]) -> Client:
    return client_of(user_in("manager"))


@pytest.fixture
def client(sales: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(sales)


@pytest.fixture
def customer(sales: User) -> Customer:
    return create_customer({"name": "Dragon Port"}, by=sales)


@pytest.fixture
def talk(customer: Customer, sales: User) -> Interaction:
    return record_interaction(customer, {"summary": "First talk"}, by=sales)


@pytest.fixture
def task(customer: Customer, sales: User) -> Task:
    return create_task("Call them", customer=customer, due_on=timezone.localdate(), by=sales)


def today() -> date:
    return timezone.localdate()


def said(**changed: Any) -> dict[str, Any]:
    moment = timezone.localtime() - timedelta(hours=1)
    occurred = moment.strftime("%Y-%m-%dT%H:%M")
    return {
        "channel": "phone",
        "direction": "outbound",
        "summary": "They agree",
        "occurred_at": occurred,
        **changed,
    }


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


# ---- interactions ---------------------------------------------------------------------------------------


def test_logged_interaction_makes_a_task_of_its_next_step(
    client: Client, customer: Customer, sales: User
) -> None:
    person = add_contact(customer, {"name": "Wang"}, by=sales).person
    url = reverse("customers:interaction-create", args=[customer.pk])
    day = today() + timedelta(days=3)
    response = client.post(url, said(person=person.pk, next_step="Send terms", next_step_on=day.isoformat()))
    assert response["Location"] == customer.get_absolute_url()
    talk = Interaction.objects.get()
    assert (talk.person, talk.by, talk.summary) == (person, sales, "They agree")
    assert (Task.objects.get().title, Task.objects.get().due_on) == ("Send terms", day)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"summary": ""}, "This field is required."),
        ({"occurred_at": "2999-01-01T10:00"}, "This moment is still to come."),
        ({"person": "999999"}, "Select a valid choice."),
        ({"channel": "telepathy"}, "Select a valid choice."),
    ],
)
def test_wrong_interaction_is_refused(
    changed: dict[str, str], message: str, client: Client, customer: Customer
) -> None:
    url = reverse("customers:interaction-create", args=[customer.pk])
    response = client.post(url, said(body="Kept words", **changed))
    assert response.status_code == 422
    assert message in response.content.decode()
    assert "Kept words" in response.content.decode()
    assert Interaction.objects.count() == 0


def test_interaction_sent_twice_is_logged_once(client: Client, customer: Customer) -> None:
    url = reverse("customers:interaction-create", args=[customer.pk])
    data = said(once=client.get(url).context["once"], next_step="Send terms")
    assert [client.post(url, data).status_code for _turn in range(2)] == [302, 302]
    assert (Interaction.objects.count(), Task.objects.count()) == (1, 1)


def test_interaction_is_corrected_and_deleted(client: Client, talk: Interaction) -> None:
    url = reverse("customers:interaction-update", args=[talk.pk])
    client.post(url, said(summary="Better words", version=talk.version))
    talk.refresh_from_db()
    assert talk.summary == "Better words"
    client.post(reverse("customers:interaction-delete", args=[talk.pk]))
    talk.refresh_from_db()
    assert talk.deleted_at is not None


def test_stale_correction_shows_the_conflict(client: Client, talk: Interaction, sales: User) -> None:
    update_interaction(talk, {"summary": "Words of a colleague"}, by=sales)
    response = client.post(
        reverse("customers:interaction-update", args=[talk.pk]), said(version=talk.version)
    )
    assert response.status_code == 409
    assert "Words of a colleague" in response.content.decode()


def test_interaction_list_costs_the_same_for_many_rows(
    client: Client, talk: Interaction, customer: Customer, sales: User
) -> None:
    url = reverse("customers:interaction-list")
    one = queries_of(client, url)
    for number in range(3):
        record_interaction(customer, {"summary": f"Talk {number}"}, by=sales)
    assert queries_of(client, url) == one


def test_interaction_list_filters_and_hides(client: Client, talk: Interaction, sales: User) -> None:
    Interaction.objects.create(customer=CustomerFactory(), summary="Of strangers")
    record_interaction(talk.customer, {"summary": "By mail", "channel": "email"}, by=sales)
    url = reverse("customers:interaction-list")
    page = client.get(url).content.decode()
    assert "First talk" in page
    assert "Of strangers" not in page
    mails = client.get(url, {"channel": "email"}).content.decode()
    assert "By mail" in mails
    assert "First talk" not in mails


# ---- tasks ----------------------------------------------------------------------------------------------


def test_task_list_begins_with_my_open_tasks(
    client: Client, sales: User, task: Task, user_in: Callable[..., User]
) -> None:
    create_task("Of a colleague", owner=user_in("sales"), by=sales)
    response = client.get(TASKS, follow=True)
    page = response.content.decode()
    assert response.request["QUERY_STRING"] == "owner=%40me&state=open"
    assert "Call them" in page
    assert "Of a colleague" not in page
    assert "Of a colleague" in client.get(TASKS, {"state": "open", "team": sales.team_id}).content.decode()


def test_task_list_costs_the_same_for_many_rows(
    client: Client, task: Task, customer: Customer, sales: User
) -> None:
    url = f"{TASKS}?state=open"
    one = queries_of(client, url)
    for number in range(3):
        create_task(f"Task {number}", customer=customer, by=sales)
    assert queries_of(client, url) == one


def test_overdue_tab_shows_open_tasks_whose_day_has_passed(client: Client, sales: User, task: Task) -> None:
    create_task("Forgotten", owner=sales, due_on=today() - timedelta(days=3), by=sales)
    page = client.get(TASKS, {"overdue": "true"}).content.decode()
    assert "Forgotten" in page
    assert "3 d overdue" in page
    assert "Call them" not in page


def test_task_is_made_for_the_customer_and_leads_back(
    client: Client, customer: Customer, sales: User
) -> None:
    url = f"{reverse('customers:task-create')}?customer={customer.pk}"
    assert f"{customer.code} · Dragon Port" in client.get(url).content.decode()
    data = {"title": "Call", "customer": customer.code, "priority": "high", "owner": sales.pk}
    assert client.post(url, data)["Location"] == customer.get_absolute_url()
    made = Task.objects.get()
    assert (made.customer, made.owner, made.priority) == (customer, sales, "high")


def test_task_sent_twice_is_made_once(client: Client) -> None:
    url = reverse("customers:task-create")
    data = {"title": "Call", "priority": "normal", "once": client.get(url).context["once"]}
    client.post(url, data)
    client.post(url, data)
    assert Task.objects.count() == 1


def test_task_without_a_title_is_refused(client: Client) -> None:
    response = client.post(
        reverse("customers:task-create"), {"title": "", "priority": "normal", "note": "Kept"}
    )
    assert response.status_code == 422
    assert "Kept" in response.content.decode()


def test_task_is_edited(client: Client, task: Task) -> None:
    url = reverse("customers:task-update", args=[task.pk])
    data = {"title": "Visit them", "priority": "low", "customer": task.customer.code, "version": task.version}
    client.post(url, data | {"owner": task.owner_id, "team": task.team_id})
    task.refresh_from_db()
    assert (task.title, task.priority) == ("Visit them", "low")


def test_task_is_completed_once(client: Client, task: Task) -> None:
    url = reverse("customers:task-complete", args=[task.pk])
    assert client.post(f"{url}?next=/customers/", {"outcome": "Signed"})["Location"] == "/customers/"
    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "Signed")
    again = client.post(url, {"outcome": "Signed twice"})
    assert again.status_code == 422
    assert "is done already" in again.content.decode()


def test_task_is_moved_to_another_day_but_not_into_the_past(client: Client, task: Task) -> None:
    url = reverse("customers:task-reschedule", args=[task.pk])
    past = client.post(url, {"due_on": (today() - timedelta(days=1)).isoformat()})
    assert "This day has passed" in past.content.decode()
    client.post(url, {"due_on": (today() + timedelta(days=9)).isoformat()})
    task.refresh_from_db()
    assert task.due_on == today() + timedelta(days=9)


def test_task_is_given_up_and_opened_again(client: Client, task: Task) -> None:
    client.post(reverse("customers:task-cancel", args=[task.pk]))
    task.refresh_from_db()
    assert task.state == "cancelled"
    client.post(reverse("customers:task-reopen", args=[task.pk]))
    task.refresh_from_db()
    assert task.state == "open"
    assert client.post(reverse("customers:task-reopen", args=[task.pk])).status_code == 409


# ---- my day ---------------------------------------------------------------------------------------------


def test_task_panel_shows_my_tasks_and_counts_the_overdue(client: Client, sales: User, task: Task) -> None:
    create_task("Forgotten", owner=sales, due_on=today() - timedelta(days=3), by=sales)
    create_task("Of somebody else", owner=UserFactory(), by=sales)
    page = client.get(reverse("customers:task-panel")).content.decode()
    for shown in ("Call them", "Dragon Port", "Forgotten", "1 overdue"):
        assert shown in page
    assert "Of somebody else" not in page
    assert "<html" not in page


def test_empty_task_panel_says_what_would_be_there(client: Client, task: Task, sales: User) -> None:
    complete_task(task, by=sales)
    assert "Nothing on your list" in client.get(reverse("customers:task-panel")).content.decode()


# ---- tags -----------------------------------------------------------------------------------------------


def test_tags_count_customers_in_reach(client: Client, sales: User) -> None:
    create_customer({"name": "Dragon Port"}, by=sales, tags=["VIP"])
    CustomerFactory().tags.add(Tag.objects.get())
    response = client.get(reverse("customers:tag-list"))
    assert response.context["tags"] == [(Tag.objects.get(), 1)]


def test_tag_is_made_renamed_and_deleted(manager_client: Client) -> None:
    manager_client.post(reverse("customers:tag-create"), {"name": "VIP"})
    tag = Tag.objects.get()
    manager_client.post(reverse("customers:tag-update", args=[tag.pk]), {"name": "Very important"})
    tag.refresh_from_db()
    assert tag.name == "Very important"
    CustomerFactory().tags.add(tag)
    url = reverse("customers:tag-delete", args=[tag.pk])
    assert "1 customer has it." in manager_client.get(url).content.decode()
    manager_client.post(url)
    assert Tag.objects.count() == 0


def test_tag_of_a_taken_name_is_refused(manager_client: Client) -> None:
    Tag.objects.create(name="VIP")
    assert manager_client.post(reverse("customers:tag-create"), {"name": "vip"}).status_code == 422
