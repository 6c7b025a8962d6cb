"""The one list page: sorting, paging, counting and refusing, seen through the staff list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import User
from core.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/settings/users/"


@pytest.fixture
def client(user_in: Callable[..., User], client_of: Callable[[User], Client]) -> Client:
    return client_of(user_in("administrator", full_name="Zoe Admin"))


def names(response: Any) -> list[str]:
    return [row.full_name for row in response.context["page"].rows]


def test_the_default_sort_and_the_sort_asked_for(client: Client) -> None:
    UserFactory(full_name="Anna")
    assert names(client.get(PAGE)) == ["Anna", "Zoe Admin"]
    asked = client.get(PAGE, {"sort": "-name"})
    assert names(asked) == ["Zoe Admin", "Anna"]
    assert (asked.context["sort"], asked.context["sort_descending"]) == ("-name", True)
    assert 'aria-sort="descending"' in asked.content.decode()


def test_pages_are_linked_and_counted_on_demand(client: Client) -> None:
    for number in range(60):
        UserFactory(full_name=f"Person {number:02}")
    first = client.get(PAGE)
    assert "Rows 1–50, more follow" in first.content.decode()
    page = first.context["page"]
    second = client.get(PAGE, {"cursor": page.next_cursor})
    assert names(second) == [*(f"Person {number:02}" for number in range(50, 60)), "Zoe Admin"]
    assert "Rows 1–50 of 61" in client.get(PAGE, {"count": "1"}).content.decode()
    back = client.get(PAGE, {"cursor": second.context["page"].previous_cursor})
    assert names(back) == names(first)


def test_a_cursor_does_not_fit_another_filter(client: Client) -> None:
    UserFactory.create_batch(60)
    cursor = client.get(PAGE).context["page"].next_cursor
    refused = client.get(PAGE, {"cursor": cursor, "active": "true"})
    assert refused.status_code == 400
    assert "no longer valid" in refused.content.decode()


@pytest.mark.parametrize(
    "query", ["sort=password", "sort=-", "sort=%00", "cursor=x", "team=abc", "active=maybe"]
)
def test_nonsense_is_answered_with_400(query: str, client: Client) -> None:
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == 400
    assert "text/html" in response["Content-Type"]


def test_a_filter_that_is_not_understood_is_named_and_shows_no_rows(client: Client) -> None:
    response = client.get(PAGE, {"team": "abc"})
    assert names(response) == []
    assert "“abc” is not understood" in response.content.decode()


def test_filters_are_shown_as_chips_with_a_way_back(client: Client) -> None:
    response = client.get(PAGE, {"q": "zoe", "sort": "-name"})
    assert response.context["filter_chips"] == [("Search: zoe", "?sort=-name")]
    assert names(response) == ["Zoe Admin"]


def test_the_export_is_offered_only_with_the_right(
    client: Client, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    shown = client.get(reverse("core:audit-list"), {"action": "created"})
    assert shown.context["export_url"].startswith("/exports/?key=core.auditentry&query=action%3Dcreated")
    assert client.get(PAGE).context["export_url"].startswith("/exports/?key=core.user")
    assert client_of(user_in("agent")).get(PAGE).context["export_url"] == ""
