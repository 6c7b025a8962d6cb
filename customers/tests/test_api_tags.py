"""Tags over the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import User
from customers.domain.tags import create_tag

pytestmark = pytest.mark.django_db

TAGS = "/api/v1/tags/"


def test_tags_are_read_by_name_and_number(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    renewal, vip = create_tag("renewal", by=None), create_tag("vip", by=None)
    client = client_of(user_in("integration"))

    assert client.get(TAGS, {"sort": "-name"}).json()["results"] == [
        {"id": vip.pk, "name": "vip"},
        {"id": renewal.pk, "name": "renewal"},
    ]
    assert client.get(TAGS, {"name": "VIP", "fields": "id"}).json()["results"] == [{"id": vip.pk}]
    assert client.get(f"{TAGS}{vip.pk}/").json() == {"id": vip.pk, "name": "vip"}
    assert client.post(TAGS, {"name": "new"}, content_type="application/json").status_code == 405


def test_one_and_three_tags_cost_the_same_queries(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client, costs = client_of(user_in("agent")), []
    for number in (1, 2, 3):
        create_tag(f"tag {number}", by=None)
        client.get(TAGS)
        with CaptureQueriesContext(connection) as captured:
            assert len(client.get(TAGS).json()["results"]) == number
        costs.append(len(captured))
    assert costs[0] == costs[2]
