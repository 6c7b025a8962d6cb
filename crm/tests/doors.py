"""Every address of the product, read from the URL resolver."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.permissions import BasePermission

from core.api.permissions import RightsPermission, rights_of
from core.checks import OWN_ACCOUNT, PUBLIC
from core.views.base import SIGNED_IN, Right

__all__ = ["PUBLIC", "Door", "api_doors", "doors", "pages"]


@dataclass(frozen=True)
class Door:
    """One address: its name, the names of its arguments, and what answers."""

    name: str
    template: str
    arguments: tuple[str, ...]
    callback: Any

    def __str__(self) -> str:
        return self.name

    @property
    def is_api(self) -> bool:
        """True below /api/."""
        return self.template.startswith("api/")

    @property
    def view(self) -> Any:
        """The class of the view, or the function itself."""
        return getattr(self.callback, "view_class", None) or getattr(self.callback, "cls", self.callback)

    @property
    def actions(self) -> Mapping[str, str]:
        """Of an API address: HTTP method → action."""
        actions = getattr(self.callback, "actions", None) or {}
        offered = set(getattr(self.view, "http_method_names", actions)) - {"head"}
        return {method: action for method, action in actions.items() if method in offered}

    @property
    def right(self) -> Right | None:
        """The right that a page declares; None where it declares none."""
        if self.name in OWN_ACCOUNT:
            return SIGNED_IN
        return getattr(self.view, "required_right", None)

    def rights_of_action(self, action: str) -> tuple[str, ...]:
        """The words of the role table of which an action of the API needs one."""
        view = self.view()
        view.action = action
        return rights_of(view)

    @property
    def checks_the_role_table(self) -> bool:
        """True where an API address asks the role table, or describes the API to who is signed in."""
        rights: list[type[BasePermission]] = list(getattr(self.view, "permission_classes", []))
        describes = isinstance(self.view, type) and issubclass(
            self.view, SpectacularAPIView | SpectacularSwaggerView
        )
        model = getattr(self.view, "model", None)
        asks_each = bool(getattr(self.view, "asks_right_of_each_kind", False))
        named = model is not None or describes or asks_each
        return bool(rights) and rights[0] is RightsPermission and named

    def url(self, kwargs: Mapping[str, Any] | None = None) -> str:
        """The path with its arguments filled in."""
        return reverse(self.name, kwargs=dict(kwargs or {}))


def doors() -> list[Door]:
    """Return every address, in the order in which the resolver tries them."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def pages() -> list[Door]:
    """Return the addresses that people open."""
    return [door for door in doors() if not door.is_api and door.name not in PUBLIC]


def api_doors() -> list[Door]:
    """Return the addresses of the API that read or write records."""
    return [door for door in doors() if door.is_api and door.actions]


def _walk(patterns: Any, prefix: str, namespace: str) -> Iterator[Door]:
    for item in patterns:
        path = prefix + str(item.pattern)
        if isinstance(item, URLResolver):
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from _walk(item.url_patterns, path, inner)
        elif isinstance(item, URLPattern):
            arguments = tuple(re.findall(r"<(?:\w+:)?(\w+)>", path))
            yield Door(f"{namespace}{item.name or ''}", path, arguments, item.callback)
