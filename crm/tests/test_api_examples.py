"""Every body in the description of the API has an example, and each example is what its schema allows."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from core.api.examples import Examples, bodies

jsonschema = pytest.importorskip("jsonschema")
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@cache
def described() -> Any:
    return SchemaGenerator(api_version="1").get_schema(request=None, public=True)


def as_json_schema(schema: Any) -> Any:
    """Return what OpenAPI 3.0 says as JSON Schema says it: `nullable` becomes an alternative."""
    if isinstance(schema, list):
        return [as_json_schema(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: as_json_schema(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def values_of(media: dict[str, Any]) -> list[Any]:
    found = [one["value"] for one in media.get("examples", {}).values()]
    return [*found, media["example"]] if "example" in media else found


def is_binary(media: dict[str, Any]) -> bool:
    return media["schema"].get("format") == "binary"


def test_every_body_has_an_example() -> None:
    found = list(bodies(described()))
    assert len(found) > 300
    assert [one[:3] for one in found if not values_of(one[3]) and not is_binary(one[3])] == []


def test_every_example_is_what_its_schema_allows() -> None:
    components = as_json_schema(described()["components"]["schemas"])
    faults = []
    for path, method, what, media in bodies(described()):
        schema = {**as_json_schema(media["schema"]), "components": {"schemas": components}}
        check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        for value in values_of(media):
            faults += [f"{method} {path} {what}: {one.message[:200]}" for one in check.iter_errors(value)]
    assert faults == []


@pytest.mark.parametrize(
    ("schema", "name", "expected"),
    [
        ({"type": "string", "maxLength": 3}, "city", "天津"),
        ({"type": "string", "maxLength": 1}, "city", "天"),
        ({"type": "string", "format": "date"}, "city", "2026-03-02"),
        ({"type": "string", "pattern": r"^-?\d{0,2}(?:\.\d{0,2})?$"}, "discount", "12.50"),
        ({"type": "integer", "maximum": 5}, "score", 5),
        ({"type": "number", "minimum": 0, "maximum": 1}, "risk", 0.25),
        ({"enum": ["", "b"]}, "kind", "b"),
        ({"type": "string", "default": "each"}, "mode", "each"),
        ({"oneOf": [{"$ref": "#/components/schemas/K"}, {"enum": [""]}]}, "kind", "k"),
        ({"type": "array", "items": {"type": "boolean"}}, "flags", [True]),
    ],
)
def test_a_value_follows_what_its_field_says(schema: Any, name: str, expected: Any) -> None:
    assert Examples({"K": {"type": "string", "enum": ["k"]}}).of(schema, name) == expected
