"""Examples for the description of the API, made from what the serializers say of their fields.

Whoever writes an example by hand (`OpenApiExample`) has the last word; every other body gets one from its
schema: names, formats, choices, limits and defaults. A test holds each example against its schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
#: Beyond so many steps down an example ends: no schema of ours is deeper.
_DEEPEST = 12
_FORMATS = {
    "date": "2026-03-02",
    "date-time": "2026-03-02T09:30:00+08:00",
    "time": "09:30:00",
    "email": "li.wei@example.com",
    "uri": "https://crm.example.com/",
    "uuid": "0b9f1c7e-6d52-4f0e-9a3b-2c8d5e7f1a44",
    "byte": "UGVyZW5uaWFs",
    "binary": "offer.pdf",
    "decimal": "1980.00",
}
_DECIMALS = ("1980.00", "1980", "12.50", "12", "0.5", "1", "0")
_DIGITS = "12345678901234567890"
#: What a text field of that name holds.
_TEXTS = {
    "address": "天津市和平区南京路 1 号",
    "author": "李薇",
    "body": "The invoice of March names the wrong company.",
    "city": "天津",
    "code": "C-000042",
    "contact_email": "li.wei@example.com",
    "contact_name": "李薇",
    "contact_phone": "13812345678",
    "credit_code": "911200007109339563",
    "currency": "CNY",
    "customer_code": "C-000042",
    "customer_name": "渤海银行",
    "department": "培训部",
    "description": "公开课",
    "email": "li.wei@example.com",
    "expectation": "An answer before Friday",
    "external_id": "10042",
    "customer_external_id": "10042",
    "host": "imap.example.com",
    "key": "team:7",
    "language": "zh-hans",
    "list_key": "customers.customer",
    "mobile": "13812345678",
    "name": "渤海银行",
    "name_en": "Late answer",
    "name_zh_hans": "答复延误",
    "name_zh_hant": "答覆延誤",
    "next_step": "Send the dates",
    "note": "As agreed on the phone",
    "notes": "As agreed on the phone",
    "number": "2026-000042",
    "outcome": "The corrected invoice was sent.",
    "phone": "022-58555555",
    "reason": "Asked for by the customer",
    "region": "华北",
    "remedy_sought": "A corrected invoice",
    "short_name": "渤海银行",
    "solution": "A corrected invoice was sent.",
    "source_system": "erp",
    "subject": "Wrong company on the invoice",
    "subject_type": "customers.customer",
    "summary": "Asked for dates of the autumn programme",
    "text": "The invoice of March names the wrong company.",
    "title": "Training manager",
    "unit": "day",
    "url": "https://crm.example.com/",
    "username": "li.wei",
    "website": "https://www.example.com/",
    "wechat": "liwei-2026",
}
_NUMBERS = {"version": 3, "id": 42, "count": 1, "seq": 18, "status": 200, "n": 25}
#: Of the page of a list what every answer has; the rest belongs to `changed_since` and `count=1`.
_PAGE = ("results", "next", "previous")


@dataclass(frozen=True)
class Examples:
    """Makes examples from schemas that refer to `components`."""

    components: Mapping[str, Schema]

    def of_request(self, schema: Schema, *, is_partial: bool) -> Any:
        """Return a body to send: what is needed, and of a change only one field."""
        plain = self._resolved(schema)
        properties = plain.get("properties") or {}
        if plain.get("type") != "object" or not properties:
            return self.of(schema)
        names = list(plain.get("required") or list(properties)[:1])
        if is_partial:
            names = [name for name in properties if name != "version"][:1]
        return {name: self.of(properties[name], name, sent=True) for name in properties if name in names}

    def of(self, schema: Schema, name: str = "", *, sent: bool = False, depth: int = 0) -> Any:
        """Return a value that the schema allows; what is `sent` leaves out what is not needed."""
        plain = self._resolved(schema)
        if plain.get("default") is not None:
            return plain["default"]
        if plain.get("enum"):
            return next((one for one in plain["enum"] if one not in ("", None)), plain["enum"][0])
        kind = plain.get("type")
        if kind == "object":
            return self._object(plain, sent=sent, depth=depth)
        if kind == "array":
            least = int(plain.get("minItems", 0))
            inner = [] if depth >= _DEEPEST else [self.of(plain["items"], name, sent=sent, depth=depth + 1)]
            return inner * max(1, least) if plain.get("maxItems", 1) else []
        if kind in {"integer", "number"}:
            return _number(plain, name)
        if kind == "boolean":
            return True
        return _text(plain, name) if kind == "string" else {}

    def _object(self, schema: Schema, *, sent: bool, depth: int) -> dict[str, Any]:
        properties: Mapping[str, Schema] = schema.get("properties") or {}
        if depth >= _DEEPEST:
            return {}
        names = set(properties)
        if set(_PAGE) <= names:
            return {
                "results": self.of(properties["results"], depth=depth + 1),
                "next": "https://crm.example.com/api/v1/…?cursor=cD0yMDI2",
                "previous": None,
            }
        if sent:
            names = set(schema.get("required") or list(properties)[:1])
        return {
            name: self.of(inner, name, sent=sent, depth=depth + 1)
            for name, inner in properties.items()
            if name in names
        }

    def _resolved(self, schema: Schema) -> Schema:
        """Follow a reference; of alternatives the first, of parts all."""
        if "$ref" in schema:
            return self._resolved(self.components[schema["$ref"].rpartition("/")[2]])
        parts = schema.get("allOf") or [*(schema.get("oneOf") or ()), *(schema.get("anyOf") or ())][:1]
        if not parts:
            return schema
        rest = {key: value for key, value in schema.items() if key not in {"allOf", "oneOf", "anyOf"}}
        merged: dict[str, Any] = {}
        for part in parts:
            merged |= self._resolved(part)
        return {**merged, **rest}


def _number(schema: Schema, name: str) -> int | float:
    wanted: int | float = _NUMBERS.get(name, 0.25 if schema.get("type") == "number" else 7)
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None and wanted < least:
        return least  # type: ignore[no-any-return]
    if most is not None and wanted > most:
        return most  # type: ignore[no-any-return]
    return wanted


def _text(schema: Schema, name: str) -> str:
    pattern, kind = schema.get("pattern"), schema.get("format", "")
    if pattern:
        return next(
            (one for one in (*_DECIMALS, "09:00", _TEXTS.get(name, "")) if re.search(pattern, one)), ""
        )
    text = _FORMATS.get(kind) or _TEXTS.get(name) or name.replace("_", " ").capitalize() or "Text"
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if len(text) < least:
        text = (text + _DIGITS * (least // len(_DIGITS) + 1))[:least]
    return text if most is None else text[:most]


def bodies(described: Mapping[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield (address, method, what, media object) of each body that is sent and each of a success."""
    for path, item in described["paths"].items():
        for method, operation in item.items():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                yield path, method, "request", media
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    for media in answer.get("content", {}).values():
                        yield path, method, status, media


def add_examples(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Give each body an example that has none: a hook of drf-spectacular."""
    examples = Examples(result["components"]["schemas"])
    for path, method, what, media in bodies(result):
        schema = media.get("schema", {})
        if "example" in media or "examples" in media or schema.get("format") == "binary":
            continue
        if what != "request":
            media["example"] = examples.of(schema)
        elif path.endswith("/bulk/"):
            media["example"] = _many(examples, schema)
        else:
            media["example"] = examples.of_request(schema, is_partial=method == "patch")
    return result


def _many(examples: Examples, schema: Schema) -> dict[str, Any]:
    """Return a body of many things: one of each kind that the resource offers."""
    items = []
    for one in schema["properties"]["items"]["items"]["oneOf"]:
        operation = one["properties"]["op"]["enum"][0]
        item: dict[str, Any] = {}
        for name, inner in one["properties"].items():
            if name == "data":
                item[name] = examples.of_request(inner, is_partial=operation == "update")
            else:
                item[name] = examples.of(inner, "version" if name == "if_match" else name)
        items.append(item)
    return {"mode": "each", "items": items}
