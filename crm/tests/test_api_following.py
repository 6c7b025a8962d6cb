"""Which kinds other systems can follow, and that the description says so of these alone."""

from __future__ import annotations

import pytest
from drf_spectacular.generators import SchemaGenerator

from core.domain.sequence import is_followed
from crm.tests.crawl import api_lists

pytestmark = pytest.mark.django_db

FOLLOWED = {
    "articles",
    "call-backs",
    "causes",
    "compensations",
    "complaints",
    "contacts",
    "customers",
    "interactions",
    "orders",
    "persons",
    "products",
    "tasks",
    "warnings",
    "work-orders",
}


def test_the_parameter_is_described_where_changes_are_followed_and_nowhere_else() -> None:
    described = SchemaGenerator(api_version="1").get_schema(request=None, public=True)
    followed, with_parameter, with_tombstones = set(), set(), set()
    for door in api_lists():
        operation = described["paths"].get(door.url(), {}).get("get")
        if operation is None:
            continue
        name = door.url().strip("/").rpartition("/")[2]
        if is_followed(getattr(door.view, "model", None)):  # type: ignore[arg-type]
            followed.add(name)
        if "changed_since" in {one["name"] for one in operation["parameters"]}:
            with_parameter.add(name)
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        page = described["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
        if "tombstones" in page.get("properties", {}):
            with_tombstones.add(name)
    assert followed == with_parameter == with_tombstones == FOLLOWED
