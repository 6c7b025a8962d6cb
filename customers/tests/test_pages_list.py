"""The customer list, its views, its filter form, the recycle bin and the pickers."""

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

from core.models import Team, User
from core.tests.factories import TeamFactory, UserFactory
from customers.choices import Stage, Tier
from customers.domain.rollups import refresh_rollups
from customers.models import Customer, Metrics, Task
from customers.tests.factories import CustomerFactory, OrderFactory

LIST = reverse("customers:customer-list")
MOST_QUERIES = 16


@pytest.fixture
def manager(user_in: Callable[..., User]) -> User:
    return user_in("manager")


def full_row(owner: User, name: str) -> Customer:
    """A customer that fills every column of the list."""
    customer = CustomerFactory(name=name, owner=owner, city="Ningbo", industry="ports")
    today = timezone.localdate()
    days = {today - timedelta(days=gap) for gap in (50, 80, 110)}
    for day in days:
        OrderFactory(customer=customer, ordered_on=day)
    refresh_rollups({customer.pk: days})
    Metrics.objects.filter(customer=customer).update(
        risk_level="high", churn_risk=0.8, value_at_stake=486_000
    )
    Task.objects.create(customer=customer, title=f"Call {name}", owner=owner, team=owner.team, due_on=today)
    return customer


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def text_of(client: Client, url: str, **kwargs: Any) -> str:
    response = client.get(url, **kwargs)
    assert response.status_code == 200
    return response.content.decode()


def test_list_costs_the_same_for_one_row_and_for_many(
    manager: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(manager)
    full_row(manager, "First")
    one = queries_of(client, LIST)
    for number in range(5):
        full_row(manager, f"More {number}")
    assert queries_of(client, LIST) == one
    assert one <= MOST_QUERIES


def test_row_shows_rhythm_silence_risk_stake_and_next_action(
    manager: User, client_of: Callable[[User], Client]
) -> None:
    full_row(manager, "Dragon Port")
    page = text_of(client_of(manager), LIST)
    for shown in (
        "Dragon Port",
        "Ningbo",
        'class="rhythm rhythm-sm"',
        "<b",
        ">50</b>",
        "¥486,000",
        "Call Dragon Port",
    ):
        assert shown in page
    assert "today" in page


def test_customers_of_another_team_are_not_listed(manager: User, client_of: Callable[[User], Client]) -> None:
    CustomerFactory(name="Ours", owner=manager)
    CustomerFactory(name="Theirs", owner=UserFactory())
    page = text_of(client_of(manager), LIST)
    assert "Ours" in page
    assert "Theirs" not in page


def test_next_action_leaves_out_tasks_that_the_person_may_not_see(
    manager: User, client_of: Callable[[User], Client]
) -> None:
    customer = CustomerFactory(owner=manager)
    stranger = UserFactory()
    Task.objects.create(customer=customer, title="Secret of theirs", owner=stranger, team=stranger.team)
    page = text_of(client_of(manager), LIST)
    assert "Secret of theirs" not in page
    assert "No next action" in page


def test_roles_without_figures_see_neither_columns_nor_sorts_of_figures(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    trainer = user_in("trainer")
    full_row(trainer, "Dragon Port")
    client = client_of(trainer)
    page = text_of(client, LIST)
    assert "At stake" not in page
    assert "486,000" not in page
    assert "At risk" not in page
    assert client.get(LIST, {"sort": "-stake"}).status_code == 400


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("manager", ["New customer", "Import", "Export", "Recycle bin"], []),
        ("sales", ["New customer", "Import", "Export"], ["Recycle bin"]),
        ("agent", ["New customer"], ["Import", "Export", "Recycle bin"]),
        ("trainer", [], ["New customer", "Import", "Export", "Recycle bin"]),
        ("analyst", ["Export"], ["New customer", "Import", "Recycle bin"]),
    ],
)
def test_actions_follow_the_role(
    role: str,
    shown: list[str],
    hidden: list[str],
    user_in: Callable[..., User],
    client_of: Callable[[User], Client],
) -> None:
    user = user_in(role)
    CustomerFactory(owner=user)
    page = text_of(client_of(user), LIST)
    assert [word for word in shown if f"{word}</" not in page] == []
    assert [word for word in hidden if f"{word}</" in page] == []


def test_tabs_are_filters_and_mark_the_one_in_use(manager: User, client_of: Callable[[User], Client]) -> None:
    CustomerFactory(name="Big one", owner=manager, tier=Tier.CORE)
    CustomerFactory(name="Small one", owner=manager, tier=Tier.POTENTIAL)
    CustomerFactory(name="Of a colleague", owner=UserFactory(team=manager.team), tier=Tier.STRATEGIC)
    client = client_of(manager)
    core = text_of(client, f"{LIST}?tier=strategic&tier=core")
    assert "Big one" in core
    assert "Of a colleague" in core
    assert "Small one" not in core
    assert 'href="?tier=strategic&amp;tier=core" aria-current="page"' in core
    mine = text_of(client, f"{LIST}?owner={manager.pk}")
    assert "Small one" in mine
    assert "Of a colleague" not in mine


def test_filter_form_comes_when_asked_for(manager: User, client_of: Callable[[User], Client]) -> None:
    CustomerFactory(name="A very long list of customers", owner=manager)
    client = client_of(manager)
    fragment = text_of(client, f"{LIST}?sheet=1&sort=name", headers={"HX-Request": "true"})
    assert "<html" not in fragment
    assert 'name="stage"' in fragment
    assert 'name="sort" value="name"' in fragment
    assert "A very long list of customers" not in fragment
    assert "<html" in text_of(client, f"{LIST}?sheet=1")


def test_unknown_filter_value_answers_400_and_names_it(
    manager: User, client_of: Callable[[User], Client]
) -> None:
    response = client_of(manager).get(LIST, {"tier": "golden"})
    assert response.status_code == 400
    assert "golden" in response.content.decode()


def test_empty_list_offers_import_and_creation(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    assert "Import customers" in text_of(client_of(user_in("sales")), LIST)
    agent = text_of(client_of(user_in("agent")), LIST)
    assert "Import customers" not in agent
    assert "Enter the first one" in agent
    assert "They appear here as soon as" in text_of(client_of(user_in("trainer")), LIST)


def test_list_without_a_match_offers_to_show_all(manager: User, client_of: Callable[[User], Client]) -> None:
    CustomerFactory(owner=manager)
    page = text_of(client_of(manager), f"{LIST}?q=nobody-is-called-that")
    assert "Nothing matches these filters" in page
    assert "Show all" in page


def test_paging_goes_on_and_back(manager: User, client_of: Callable[[User], Client]) -> None:
    CustomerFactory.create_batch(51, owner=manager)
    client = client_of(manager)
    first = client.get(LIST, {"sort": "name"})
    assert "Rows 1–50, more follow" in first.content.decode()
    after = client.get(LIST, {"sort": "name", "cursor": first.context["page"].next_cursor})
    assert "Rows 51–51" in after.content.decode()
    assert client.get(LIST, {"sort": "name", "cursor": "broken"}).status_code == 400


def test_customer_options_find_by_name_and_code_within_reach(
    manager: User, client_of: Callable[[User], Client]
) -> None:
    CustomerFactory(name="Dragon Port", code="C-000901", owner=manager)
    CustomerFactory(name="Dragon Bank", code="C-000902")
    client = client_of(manager)
    url = reverse("customers:customer-options")
    assert text_of(client, f"{url}?of=parent&parent=drag").strip() == (
        '<option value="C-000901 · Dragon Port"></option>'
    )
    assert "C-000901" in text_of(client, f"{url}?q=C-0009")
    assert text_of(client, url).strip() == ""


def test_stage_filter_from_the_page_reaches_the_rows(
    manager: User, client_of: Callable[[User], Client]
) -> None:
    CustomerFactory(name="Going down", owner=manager, stage=Stage.DECLINE)
    CustomerFactory(name="Going up", owner=manager, stage=Stage.GROWTH)
    page = text_of(client_of(manager), f"{LIST}?stage=decline")
    assert "Going down" in page
    assert "Going up" not in page


def test_team_view_covers_teams_below(team: Team, manager: User, client_of: Callable[[User], Client]) -> None:
    below = TeamFactory(parent=team)
    CustomerFactory(name="One level down", owner=UserFactory(team=below))
    assert "One level down" in text_of(client_of(manager), f"{LIST}?team={team.pk}")
