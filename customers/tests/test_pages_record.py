"""The record page: what is shown first, the timeline, the tabs, the key-person map, the field history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import User
from core.tests.factories import UserFactory
from customers.choices import EventKind
from customers.domain.axes import move_axis
from customers.domain.contacts import add_contact, link_people
from customers.domain.customers import create_customer, update_customer
from customers.domain.interactions import record_interaction
from customers.domain.orders import create_order
from customers.domain.tasks import create_task
from customers.domain.timeline import record_event
from customers.models import Customer, Metrics, Task
from customers.tests.factories import CustomerFactory
from customers.views.people_map import shortened

MOST_QUERIES = 13


@pytest.fixture
def manager(user_in: Callable[..., User]) -> User:
    return user_in("manager", full_name="Mia Manager")


@pytest.fixture
def client(manager: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(manager)


@pytest.fixture
def customer(manager: User) -> Customer:
    return create_customer(
        {"name": "Dragon Port", "city": "Ningbo", "industry": "ports"}, by=manager, tags=["VIP"]
    )


def page_of(customer: Customer, name: str = "customer-detail") -> str:
    return reverse(f"customers:{name}", args=[customer.pk])


def text_of(client: Client, url: str, **kwargs: Any) -> str:
    response = client.get(url, **kwargs)
    assert response.status_code == 200
    return response.content.decode()


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def one_of_everything(customer: Customer, by: User, number: int) -> None:
    today = timezone.localdate()
    create_order(
        customer, {"amount": 1000 + number, "ordered_on": today - timedelta(days=40 * number)}, by=by
    )
    place = add_contact(customer, {"name": f"Person {number}"}, {"title": "HR"}, by=by)
    record_interaction(customer, {"summary": f"Talk {number}", "person": place.person}, by=by)
    create_task(f"Task {number}", customer=customer, due_on=today, by=by)
    CustomerFactory(parent=customer, owner=by)


def test_record_costs_the_same_with_one_of_everything_and_with_many(
    customer: Customer, manager: User, client: Client
) -> None:
    one_of_everything(customer, manager, 1)
    one = {name: queries_of(client, page_of(customer, name)) for name in TABS}
    for number in range(2, 6):
        one_of_everything(customer, manager, number)
    assert {name: queries_of(client, page_of(customer, name)) for name in TABS} == one
    assert one["customer-detail"] <= MOST_QUERIES


TABS = (
    "customer-detail",
    "customer-panels",
    "customer-contacts",
    "customer-orders",
    "customer-tasks",
    "customer-branches",
    "customer-history",
    "customer-map",
)


def test_head_tells_who_they_are(customer: Customer, client: Client) -> None:
    page = text_of(client, page_of(customer))
    for shown in (
        "<h1>Dragon Port</h1>",
        customer.code,
        "Ports and logistics",
        "Ningbo",
        "owner Mia Manager",
        "VIP",
    ):
        assert shown in page


def test_next_step_is_the_open_task_that_is_due_first(
    customer: Customer, manager: User, client: Client
) -> None:
    today = timezone.localdate()
    create_task("Later", customer=customer, due_on=today + timedelta(days=9), by=manager)
    first = create_task("Call them", customer=customer, due_on=today - timedelta(days=2), by=manager)
    page = text_of(client, page_of(customer))
    assert "Call them" in page
    assert "2 d overdue" in page
    assert reverse("customers:task-complete", args=[first.pk]) in page


def test_record_without_a_next_step_says_so_and_offers_one(customer: Customer, client: Client) -> None:
    page = text_of(client, page_of(customer))
    assert "Nothing is planned" in page
    assert "Plan next step" in page


def test_next_step_leaves_out_tasks_out_of_reach(customer: Customer, client: Client) -> None:
    stranger = UserFactory()
    Task.objects.create(customer=customer, title="Secret", owner=stranger, team=stranger.team)
    assert "Secret" not in text_of(client, page_of(customer))


def test_rhythm_strip_stands_where_there_are_orders(
    customer: Customer, manager: User, client: Client
) -> None:
    assert 'class="rhythm"' not in text_of(client, page_of(customer))
    today = timezone.localdate()
    for days in (160, 201, 242):
        create_order(customer, {"amount": 1000, "ordered_on": today - timedelta(days=days)}, by=manager)
    page = text_of(client, page_of(customer))
    assert 'class="rhythm"' in page
    assert "Usually orders every 41 days, silent for 160 days" in page


def test_six_figures_stand_with_their_change_and_interval(customer: Customer, client: Client) -> None:
    Metrics.objects.filter(customer=customer).update(
        as_of=timezone.localdate(), amount_12m=612_400, amount_prev_12m=987_700, clv_12m=500_000,
        clv_12m_low=310_000, clv_12m_high=640_000, r=2, f=4, m=5, churn_risk=0.71, risk_level="high",
    )  # fmt: skip
    page = text_of(client, page_of(customer))
    for shown in (
        "¥612,400",
        "↓ 38%",
        "¥500,000",
        "80% interval ¥310.0k–¥640.0k",
        "2 · 4 · 5",
        "71%",
        "High churn risk",
    ):
        assert shown in page


def test_figures_are_hidden_from_roles_that_may_not_see_them(
    customer: Customer, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    Metrics.objects.filter(customer=customer).update(
        as_of=timezone.localdate(), amount_12m=612_400, churn_risk=0.9, risk_level="high"
    )
    page = text_of(client_of(user_in("trainer")), page_of(customer))
    for hidden in ("612,400", "High churn risk", "Why these numbers", "RFM"):
        assert hidden not in page


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("manager", ["Edit", "New order", "Log interaction", "Move stage", "Delete customer"], []),
        ("sales", ["Edit", "New order", "Log interaction", "Move stage"], ["Delete customer"]),
        ("agent", ["Edit", "Log interaction", "Move stage"], ["New order", "Delete customer"]),
        ("trainer", ["Log interaction"], ["Edit", "New order", "Move stage", "Delete customer"]),
        ("analyst", [], ["Edit", "New order", "Log interaction", "Move stage", "Delete customer"]),
    ],
)
def test_actions_follow_the_role(
    role: str,
    shown: list[str],
    hidden: list[str],
    customer: Customer,
    user_in: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:
    page = text_of(client_of(user_in(role)), page_of(customer))
    assert [word for word in shown if f"{word}</a>" not in page] == []
    assert [word for word in hidden if f"{word}</a>" in page] == []


def test_timeline_tells_each_kind_of_event(customer: Customer, manager: User, client: Client) -> None:
    one_of_everything(customer, manager, 1)
    move_axis(customer, "stage", "decline", reason="Two missed renewals", by=manager)
    update_customer(customer, {"address": "Port Road 18"}, by=manager)
    page = text_of(client, page_of(customer))
    for shown in (
        "Record created", "Talk 1", "¥1,001", "Person 1 · contact added", "Two missed renewals",
        "Prospect → <b>Decline </b>", "Address: – → <b>Port Road 18 </b>",
    ):  # fmt: skip
        assert shown in " ".join(page.split())


def test_timeline_filter_shows_one_kind(customer: Customer, manager: User, client: Client) -> None:
    one_of_everything(customer, manager, 1)
    url = page_of(customer, "customer-timeline")
    orders = text_of(client, f"{url}?story=orders", headers={"HX-Request": "true"})
    assert "¥1,001" in orders
    assert "Talk 1" not in orders
    assert "<html" not in orders
    assert "Talk 1" in text_of(client, f"{page_of(customer)}?story=interactions")


def test_timeline_goes_on_with_older_events_without_gap_or_repetition(
    customer: Customer, client: Client
) -> None:
    now = timezone.now()
    for number in range(60):
        record_event(
            customer, EventKind.INTERACTION, at=now, data={"summary": f"Talk-{number}.", "channel": "phone"}
        )
    url = page_of(customer, "customer-timeline")
    seen: list[int] = []
    query: str = "?story=interactions"
    while query:
        response = client.get(f"{url}{query}", headers={"HX-Request": "true"})
        seen += [line.event.pk for line in response.context["story"].lines]
        query = response.context["story"].older
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == 60


def test_timeline_page_without_a_script_leads_to_the_record(customer: Customer, client: Client) -> None:
    response = client.get(page_of(customer, "customer-timeline"), {"story": "orders"})
    assert response["Location"] == f"{page_of(customer)}?story=orders#timeline"


def test_broken_place_in_the_timeline_begins_anew(customer: Customer, client: Client) -> None:
    assert "Record created" in text_of(client, f"{page_of(customer)}?before=broken&story=nonsense")


def test_interaction_on_the_timeline_leads_to_its_form_for_who_may_change_it(
    customer: Customer,
    manager: User,
    client: Client,
    user_in: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:
    talk = record_interaction(customer, {"summary": "Talk"}, by=manager)
    url = reverse("customers:interaction-update", args=[talk.pk])
    assert url in text_of(client, page_of(customer))
    assert url not in text_of(client_of(user_in("trainer")), page_of(customer))


def test_panels_show_people_with_role_and_last_contact_and_open_tasks(
    customer: Customer, manager: User, client: Client
) -> None:
    place = add_contact(
        customer, {"name": "Wang Haitao"}, {"role": "decider", "attitude": "supporter"}, by=manager
    )
    record_interaction(customer, {"summary": "Talk", "person": place.person}, by=manager)
    create_task("Send terms", customer=customer, by=manager)
    panels = text_of(client, page_of(customer, "customer-panels"))
    for shown in ("Wang Haitao", "Decision maker · Supports us", "today", "Send terms", "no day set"):
        assert shown in panels


def test_empty_panels_offer_the_first_contact(customer: Customer, client: Client) -> None:
    panels = text_of(client, page_of(customer, "customer-panels"))
    assert "Nobody here yet" in panels
    assert "No open tasks." in panels


def test_tabs_count_what_is_below(customer: Customer, manager: User, client: Client) -> None:
    one_of_everything(customer, manager, 1)
    one_of_everything(customer, manager, 2)
    page = text_of(client, page_of(customer))
    for label in ("Contacts", "Orders", "Tasks", "Branches"):
        assert f'{label}<span class="n">2</span>' in page


def test_map_places_people_and_draws_who_knows_whom(
    customer: Customer, manager: User, client: Client
) -> None:
    first = add_contact(
        customer, {"name": "Wang Haitao"}, {"influence": "high", "attitude": "critic"}, by=manager
    )
    second = add_contact(
        customer, {"name": "Zhou Min"}, {"influence": "low", "attitude": "supporter"}, by=manager
    )
    link_people(first.person, second.person, "Old colleagues", by=manager)
    response = client.get(page_of(customer, "customer-map"))
    drawn = response.context["map"]
    wang, zhou = drawn.nodes
    assert wang.x < zhou.x
    assert wang.y < zhou.y
    assert len(drawn.edges) == 1
    assert "Wang Haitao – Zhou Min: Old colleagues" in response.content.decode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "short"),
        ("a" * 30, "a" * 19 + "…"),
        ("王" * 12, "王" * 9 + "…"),
        ("王海涛", "王海涛"),
        ("", ""),
    ],
)
def test_names_on_the_map_are_cut_at_their_end(text: str, shown: str) -> None:
    assert shortened(text) == shown


def test_history_shows_each_field_and_filters_by_one(
    customer: Customer, manager: User, client: Client
) -> None:
    update_customer(customer, {"address": "Port Road 18"}, by=manager)
    update_customer(Customer.objects.get(pk=customer.pk), {"city": "Shanghai"}, by=manager)
    url = page_of(customer, "customer-history")
    page = text_of(client, url)
    for shown in ("Port Road 18", "Ningbo", "Shanghai", "Mia Manager"):
        assert shown in page
    only = client.get(url, {"field": "city"})
    assert [row.change.field for row in only.context["history"].rows] == ["city"]


def test_branches_add_up_what_the_person_may_see(customer: Customer, manager: User, client: Client) -> None:
    branch = create_customer({"name": "Branch", "parent": customer}, by=manager)
    create_order(branch, {"amount": 700}, by=manager)
    create_order(customer, {"amount": 300}, by=manager)
    CustomerFactory(name="Elsewhere", parent=customer)
    page = text_of(client, page_of(customer, "customer-branches"))
    assert "¥1,000" in page
    assert "Elsewhere" not in page


def test_record_of_a_deleted_customer_is_not_found(customer: Customer, client: Client) -> None:
    Customer.objects.filter(pk=customer.pk).update(deleted_at=timezone.now())
    assert client.get(page_of(customer)).status_code == 404


def test_opened_customers_come_back_on_my_day(customer: Customer, manager: User, client: Client) -> None:
    panel = reverse("customers:recent-panel")
    assert "are listed here" in text_of(client, panel)
    other = create_customer({"name": "Tiger Bank"}, by=manager)
    client.get(page_of(customer))
    client.get(page_of(other))
    page = text_of(client, panel)
    assert page.index("Tiger Bank") < page.index("Dragon Port")


def test_opened_customers_out_of_reach_are_left_out(customer: Customer, client: Client) -> None:
    client.get(page_of(customer))
    stranger = UserFactory()
    Customer.objects.filter(pk=customer.pk).update(owner=stranger, team=stranger.team)
    assert "Dragon Port" not in text_of(client, reverse("customers:recent-panel"))


def test_timeline_keeps_the_parts_of_what_a_warning_tells(customer: Customer, client: Client) -> None:
    reason = {"code": "silence", "points": 31, "params": {"gap": 41, "days": 160}}
    event = record_event(customer, EventKind.WARNING, at=timezone.now(), data={"reasons": [reason]})
    event.refresh_from_db()
    assert event.data == {"reasons": [reason]}
    assert "Churn warning" in text_of(client, page_of(customer))
