"""What a token may do: reading or writing one resource of the API, or all of them."""

from __future__ import annotations

from collections.abc import Collection

READ, WRITE = "read", "write"
ALL = "*"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: Resource → the label of the model whose records it gives; empty where it gives those of many.
_resources: dict[str, str] = {}


def register_resource(name: str, label: str = "") -> None:
    """Make a resource known, and whose records it gives; the router does so for every prefix."""
    _resources[name] = label


def resources() -> list[str]:
    """Return the names of all resources, in the order of the API."""
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 (loading the addresses registers the resources)
    return list(_resources)


def scope_of(resource: str, method: str) -> str:
    """Return the scope that a request needs."""
    return f"{resource}:{READ if method in _SAFE else WRITE}"


def is_scope(text: str) -> bool:
    """Tell whether this is a scope that can be given."""
    resource, _colon, way = text.partition(":")
    return way in {READ, WRITE} and (resource == ALL or resource in resources())


def allows(scopes: Collection[str], resource: str, method: str) -> bool:
    """Tell whether the scopes cover the request; writing does not imply reading."""
    needed = scope_of(resource, method)
    return needed in scopes or f"{ALL}:{needed.rpartition(':')[2]}" in scopes


def may_read_kind(scopes: Collection[str], label: str) -> bool:
    """Tell whether the scopes cover reading records of this kind, where a resource shows many kinds.

    A kind that no resource gives is read by who may read everything.
    """
    if f"{ALL}:{READ}" in scopes:
        return True
    return any(of == label and f"{name}:{READ}" in scopes for name, of in _resources.items())
