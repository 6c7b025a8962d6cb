"""What drf-spectacular cannot find out by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ChoiceField

from core.api.bulk_schema import bulk_request
from core.api_scopes import scope_of


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token in the Authorization header."""

    target_class = "core.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Describe the header."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token, made on the profile page: `Authorization: Bearer pn_…`",
        }


def _header(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=text)


_IDEMPOTENCY = _header(
    "Idempotency-Key",
    "A value of your own, at most 200 characters. The same request with the same key is done once; a repeat"
    " gets the first answer with `Idempotency-Replayed: true`. Kept for two days.",
)
_IF_MATCH = _header(
    "If-Match", "The ETag that was read, or the version in quotes: a change in between answers 409 `stale`."
)
_IF_NONE_MATCH = _header("If-None-Match", "The ETag that is known: 304 where the answer would be the same.")
_FIELDS = OpenApiParameter("fields", str, description="Only these fields, such as `id,name,totals.orders`.")


class Schema(AutoSchema):
    """Adds what every endpoint understands, and the scope that a token needs."""

    def get_override_parameters(self) -> list[Any]:
        """Return the headers and parameters of the base class."""
        found: list[Any] = list(super().get_override_parameters())
        is_record = getattr(self.view, "model", None) is not None
        if self.method == "POST":
            found.append(_IDEMPOTENCY)
        changes = {"PUT", "PATCH", "DELETE"} if is_record and _has_versions(self.view) else {"PUT", "PATCH"}
        if is_record and self.method in changes:
            found.append(_IF_MATCH)
        if is_record and getattr(self.view, "action", "") == "retrieve":
            found += [_IF_NONE_MATCH, _FIELDS]
        return found

    def _get_paginator(self) -> Any:
        """The paginator describes what this endpoint's lists answer."""
        paginator = super()._get_paginator()  # type: ignore[no-untyped-call]
        if paginator is not None:
            paginator.described = self.view
        return paginator

    def get_request_serializer(self) -> Any:
        """Many at once take what the resource offers."""
        if getattr(self.view, "action", "") == "bulk":
            return {"application/json": bulk_request(self)}
        return super().get_request_serializer()

    def _get_request_for_media_type(self, serializer: Any, direction: Any = "request") -> Any:
        """A body that is described as it stands is needed."""
        schema, is_required = super()._get_request_for_media_type(serializer, direction)  # type: ignore[no-untyped-call]
        return schema, is_required or isinstance(serializer, dict)

    def get_response_serializers(self) -> Any:
        """An upsert answers 201 the first time and 200 after that, with the same body."""
        found = super().get_response_serializers()
        return {200: found, 201: found} if getattr(self.view, "action", "") == "upsert" else found

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Let choices that are only read be empty where their column may be."""
        if isinstance(field, ChoiceField) and field.read_only and _may_be_blank(field):
            field.allow_blank = True
        return super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]

    def get_description(self) -> str:  # type: ignore[override]
        """Name the scope below the description."""
        text = super().get_description() or ""
        resource = getattr(self.view, "scope_resource", "")
        needed = f"Scope: `{scope_of(resource, self.method)}`." if resource else ""
        return "\n\n".join(part for part in (text, needed) if part)


def _has_versions(view: Any) -> bool:
    return hasattr(view, "has_versions") and bool(view.has_versions())


def _may_be_blank(field: Any) -> bool:
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    names = {column.name: column for column in model._meta.fields} if model else {}
    column = names.get(field.source)
    return column is not None and bool(column.blank)


_PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457), the same shape for every error.",
    "required": ["type", "title", "status", "code", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "For people, in the language of the request."},
        "errors": {
            "type": "object",
            "description": "Messages by field; `lines.0.amount` for nested ones.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "additionalProperties": True,
}


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Add the error answers to every operation: a hook of drf-spectacular."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for method, operation in path.items():
            for status, text in _problems_of(method).items():
                answer = operation["responses"].setdefault(status, {"description": text})
                answer["content"] = {**answer.get("content", {}), **content}
    return result


def _problems_of(method: str) -> dict[str, str]:
    found = {
        "400": "Something in the request is not as it must be.",
        "401": "Not signed in.",
        "403": "Your role does not allow this.",
        "404": "No such record, or out of your reach.",
        "429": "Too many requests; `Retry-After` says when to go on.",
        "503": "The database is busy or away; `Retry-After` says when to try again.",
    }
    if method in {"post", "put", "patch"}:
        found["413"] = "The body is too large."
    if method != "get":
        found["409"] = "The record changed meanwhile, exists already, or its state does not allow this."
    return found
