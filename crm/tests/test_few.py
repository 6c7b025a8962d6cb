"""Who reaches few rows reads every list by their keys: the same rows, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from complaints.models import Complaint
from complaints.tests.factories import ComplaintFactory
from core import few as few_module
from core.domain.absences import Period, arrange_absence
from core.domain.shares import Terms, share_record
from core.errors import DomainError
from core.few import few_in_reach
from core.models import Organisation, User
from core.roles import Role
from core.tests.factories import TeamFactory
from core.views.lists import ListPage
from crm.tests.doors import Door, pages
from crm.tests.world import Side
from customers.models import Customer, Order
from customers.tests.factories import CustomerFactory, OrderFactory

pytestmark = pytest.mark.django_db

LISTS = [
    door
    for door in pages()
    if isinstance(door.view, type) and issubclass(door.view, ListPage) and not door.arguments
]


@pytest.fixture
def readers(ours: Side, theirs: Side, administrator: User) -> list[User]:
    """People to whom a customer of the other team is shared; one stands in for somebody there."""
    now = timezone.now()
    found = [ours.person_in(role) for role in (Role.SALES, Role.AGENT, Role.MANAGER)]
    for reader in found:
        terms = Terms(level="view", until=None)
        share_record(theirs.customer, reader, terms, by=administrator, at=now)
    today = timezone.localdate(now)
    colleague = theirs.person_in("sales")
    CustomerFactory(owner=colleague, team=theirs.team, name="Of who is away")
    period = Period(today, today + timedelta(days=3))
    arrange_absence(colleague, period, deputy=ours.person_in("sales"), by=administrator, today=today)
    below = TeamFactory(parent=ours.team)
    for number in range(7):
        customer = CustomerFactory(team=below if number % 2 else ours.team, owner=found[number % 3])
        OrderFactory(customer=customer)
        ComplaintFactory(customer=customer)
    return found


@pytest.fixture
def nobody_reaches_few(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(few_module, "FEW", -1)


def sorts_of(door: Door) -> Iterator[str]:
    for key in door.view.sort_keys:
        yield from (key, f"-{key}")


def walked(door: Door, reader: User, sort: str) -> list[int] | str:
    """Return the keys of all pages of a list, a few rows a page, or why there are none."""
    keys: list[int] = []
    query = {"sort": sort, "changed": "1"}
    while True:
        request = RequestFactory().get(door.url(), query)
        request.user = reader
        request.organisation = Organisation.load()  # type: ignore[attr-defined]
        view = door.view()
        view.setup(request)
        try:
            page = view.page()
        except DomainError as error:
            return error.code
        keys += [row.pk for row in page.rows]
        if not page.has_next:
            return keys
        query["cursor"] = page.next_cursor


def test_every_list_shows_the_same_either_way(
    readers: list[User], nobody_reaches_few: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for door in LISTS:
        monkeypatch.setattr(door.view, "page_size", 6)

    def everything() -> dict[tuple[str, str, str], list[int] | str]:
        return {
            (reader.username, door.name, sort): walked(door, reader, sort)
            for reader in readers
            for door in LISTS
            for sort in sorts_of(door)
        }

    by_key = everything()
    nobody_reaches_few()
    assert everything() == by_key
    assert sum(len(keys) for keys in by_key.values() if isinstance(keys, list)) > 200


def test_the_api_answers_the_same_either_way(
    readers: list[User], client_of: Callable[[User], Client], nobody_reaches_few: Callable[[], None]
) -> None:
    urls = [f"/api/v1/{name}/?page_size=6" for name in ("customers", "orders", "complaints", "tasks")]
    clients = [client_of(reader) for reader in readers]

    def answers() -> list[Any]:
        return [
            [[row["id"] for row in page["results"]] for page in _pages_of(client, url)]
            for client in clients
            for url in urls
        ]

    by_key = answers()
    nobody_reaches_few()
    assert answers() == by_key
    assert sum(len(page) for found in by_key for page in found) > 50


@pytest.mark.parametrize("query", [{}, {"mine": "1"}, {"kind": "request"}])
def test_the_board_shows_the_same_either_way(
    readers: list[User],
    client_of: Callable[[User], Client],
    nobody_reaches_few: Callable[[], None],
    query: dict[str, str],
) -> None:
    due = timezone.now()
    for place, case in enumerate(Complaint.objects.filter(state="new")):
        Complaint.objects.filter(pk=case.pk).update(
            next_due_at=due - timedelta(hours=place) if place % 3 else None
        )

    def boards() -> list[list[list[int]]]:
        url = reverse("complaints:complaint-board")
        columns = [client_of(reader).get(url, query).context["columns"] for reader in readers]
        return [[[row.pk for row in column["rows"]] for column in found] for found in columns]

    by_key = boards()
    nobody_reaches_few()
    assert boards() == by_key
    assert query or sum(len(rows) for found in by_key for rows in found) > 15


def _pages_of(client: Client, url: str | None) -> Iterator[dict[str, Any]]:
    while url:
        page = client.get(url).json()
        if "results" not in page:
            return
        yield page
        url = page["next"]


def test_filters_narrow_what_is_read_by_keys(ours: Side, client_of: Callable[[User], Client]) -> None:
    reader = ours.person_in("sales")
    wanted = CustomerFactory(owner=reader, team=ours.team, city="Harbin")
    CustomerFactory(owner=reader, team=ours.team, city="Xiamen")
    page = client_of(reader).get(reverse("customers:customer-list"), {"city": "Harbin"}).context["page"]
    assert [row.pk for row in page.rows] == [wanted.pk]


def test_keys_of_customers_lead_to_their_orders(ours: Side, theirs: Side) -> None:
    reader = ours.person_in("sales")
    few = few_in_reach(Order, reader)
    assert few is not None
    assert few.path == "customer"
    assert set(few.for_sort("ordered_on")) == set(Order.objects.visible_to(reader)) != set()


def test_a_figure_is_sorted_by_the_keys_of_its_own_table(ours: Side) -> None:
    few = few_in_reach(Customer, ours.person_in("sales"))
    assert few is not None
    sql = str(few.for_sort("metrics__churn_risk").query)
    assert '"customers_metrics"."customer_id"' in sql.partition("WHERE")[2]
    assert '"customers_customer"."id"' in str(few.for_sort("name").query).partition("WHERE")[2]


def test_who_sees_all_or_much_has_no_keys(ours: Side, administrator: User, monkeypatch: Any) -> None:
    assert few_in_reach(Customer, administrator) is None
    CustomerFactory(team=ours.team)
    manager = ours.person_in("manager")
    assert few_in_reach(Customer, manager) is not None
    monkeypatch.setattr(few_module, "FEW", 1)
    assert few_in_reach(Customer, manager) is None


def test_keys_take_one_query(ours: Side, theirs: Side, administrator: User) -> None:
    reader = ours.person_in("sales")
    terms = Terms(level="view", until=None)
    share_record(theirs.customer, reader, terms, by=administrator, at=timezone.now())
    fresh = User.objects.get(pk=reader.pk)
    set(Customer.objects.visible_to(fresh))  # what the person may do is known
    with CaptureQueriesContext(
        connection,
    ) as queries:
        few = few_in_reach(Customer, fresh)
    assert len(queries) == 1
    assert few is not None
    assert theirs.customer.pk in few.keys
    assert len(few.keys) == len(set(few.keys))
