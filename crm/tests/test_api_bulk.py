"""Many at once, over every resource: what it offers is done or refused, what it does not offer is said so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from core.models import User
from crm.tests.doors import Door, api_doors
from crm.tests.world import Side

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
OPERATIONS = ("create", "update", "delete", "upsert")


def bulk_doors() -> list[Door]:
    return [door for door in api_doors() if door.actions.get("post") == "bulk"]


def items(operation: str, pk: int) -> list[dict[str, Any]]:
    """An empty thing to do, one with a version, one with values of wrong kinds."""
    named = {"op": operation, "id": pk, "source_system": "erp", "external_id": "1"}
    return [
        {**named, "data": {}},
        {**named, "if_match": 10**8, "data": {"name": "x"}},
        {**named, "data": {"name": ["x"], "customer": "x", "version": 10**12}},
    ]


def test_no_operation_of_any_resource_fails(
    ours: Side, administrator: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(administrator)
    found: dict[str, set[int]] = {}
    for door in bulk_doors():
        row = door.view.model._default_manager.order_by("pk").first()
        for operation in OPERATIONS:
            answer = client.post(door.url(), {"items": items(operation, row.pk if row else 1)}, **JSON)
            statuses = {answer.status_code, *(one["status"] for one in answer.json().get("results", []))}
            found[f"{door.name} {operation}"] = statuses
    assert len(found) >= 4 * 13
    assert {name: statuses for name, statuses in found.items() if max(statuses) >= 500} == {}


def test_what_a_resource_does_not_offer_is_refused_with_a_code(
    ours: Side, administrator: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(administrator)
    for door in bulk_doors():
        for operation in set(OPERATIONS) - set(door.view.operations()):
            answer = client.post(door.url(), {"items": items(operation, 1)}, **JSON).json()
            codes = {(one["status"], one["error"]["code"]) for one in answer["results"]}
            assert codes == {(405, "not_offered")}, f"{door.name} {operation}"


def test_the_description_names_what_each_resource_offers() -> None:
    described = SchemaGenerator(api_version="1").get_schema(request=None, public=True)
    for door in bulk_doors():
        body = described["paths"][door.url()]["post"]["requestBody"]["content"]["application/json"]["schema"]
        named = [one["properties"]["op"]["enum"][0] for one in body["properties"]["items"]["items"]["oneOf"]]
        assert named == list(door.view.operations()), door.name
    offered = {door.name.split(":")[-1]: door.view.operations() for door in bulk_doors()}
    assert offered["contact-bulk"] == ("create", "update")
    assert offered["customer-bulk"] == ("create", "update", "delete", "upsert")
    assert offered["complaint-bulk"] == ("create", "update", "upsert")
    assert offered["work-order-bulk"] == ("create",)
    assert offered["share-bulk"] == ("create", "delete")
