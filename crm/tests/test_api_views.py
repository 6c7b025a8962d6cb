"""Saved views over the API: `?view=` works for every list that has an endpoint."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from core.lists import all_lists
from core.models import SavedView, User
from crm.tests.doors import api_doors
from crm.tests.world import Side

pytestmark = pytest.mark.django_db


def test_a_view_of_every_list_filters_its_endpoint(
    ours: Side, administrator: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(administrator)
    listings = {
        door.view.model: door.url()
        for door in api_doors()
        if door.actions.get("get") == "list" and not door.arguments and hasattr(door.view, "model")
    }
    found = {}
    for definition in all_lists():
        if definition.model in listings and definition.url_name:
            view = SavedView.objects.create(list_key=definition.key, owner=administrator, name="All")
            answer = client.get(listings[definition.model], {"view": view.pk})
            found[definition.key] = answer.status_code
    assert {"analytics.warning", "complaints.complaint", "customers.customer"} <= set(found)
    assert set(found.values()) == {200}, found


def test_a_view_of_another_list_is_refused(administrator: User, client_of: Callable[[User], Client]) -> None:
    view = SavedView.objects.create(list_key="customers.task", owner=administrator, name="All")
    answer = client_of(administrator).get("/api/v1/customers/", {"view": view.pk})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_view")
