"""What drf-spectacular cannot find out by itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


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
                operation["responses"].setdefault(status, {"description": text, "content": content})
    return result


def _problems_of(method: str) -> dict[str, str]:
    found = {
        "400": "Something in the request is not as it must be.",
        "401": "Not signed in.",
        "403": "Your role does not allow this.",
        "404": "No such record, or out of your reach.",
    }
    if method != "get":
        found["409"] = "The record changed meanwhile, exists already, or its state does not allow this."
    return found
