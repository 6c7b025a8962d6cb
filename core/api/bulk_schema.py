"""How `POST …/bulk/` of one resource is described: only what it offers, with the bodies it takes."""

from __future__ import annotations

from typing import Any

MOST_ITEMS = 1_000
_ID = {"type": "integer", "minimum": 1}
_IF_MATCH = {"type": "integer", "minimum": 1, "description": "The version that was read."}


def bulk_request(schema: Any) -> dict[str, Any]:
    """Return the JSON schema of the body; `schema` describes the endpoint."""
    items = [_item(schema, operation) for operation in schema.view.operations()]
    return {
        "type": "object",
        "description": "What to do, and whether one refusal takes everything back.",
        "required": ["items"],
        "properties": {
            "mode": {
                "type": "string",
                "enum": ["each", "all"],
                "default": "each",
                "description": "`each`: every item stands by itself. `all`: everything or nothing.",
            },
            "items": {"type": "array", "minItems": 1, "maxItems": MOST_ITEMS, "items": {"oneOf": items}},
        },
    }


def _item(schema: Any, operation: str) -> dict[str, Any]:
    """Return the JSON schema of one item; `create` is what an item without `op` means."""
    properties: dict[str, Any] = {"op": {"type": "string", "enum": [operation]}}
    required = [] if operation == "create" else ["op"]
    if operation in {"update", "delete"}:
        properties["id"] = _ID
        required.append("id")
        if schema.view.has_versions():
            properties["if_match"] = _IF_MATCH
    if operation == "upsert":
        properties |= {name: {"type": "string", "minLength": 1} for name in ("source_system", "external_id")}
        required += ["source_system", "external_id"]
    if operation != "delete":
        properties["data"] = _body(schema, partial=operation == "update")
        required.append("data")
    return {"type": "object", "required": required, "properties": properties}


def _body(schema: Any, *, partial: bool) -> Any:
    serializer = schema.view.get_serializer_class()(partial=partial)
    return schema.resolve_serializer(serializer, "request").ref
