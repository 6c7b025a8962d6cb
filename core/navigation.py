"""The side navigation: packages register entries, rights decide who sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True)
class Entry:
    """One entry. `right` is (model label, action); None shows it to everybody. `badge` counts open work."""

    key: str
    label: str | Promise
    url_name: str
    icon: str
    order: int
    right: tuple[str, str] | None = None
    badge: Callable[[Any], int] | None = None


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Add an entry; registering a key again replaces it."""
    _entries[entry.key] = entry


def entries_for(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the entries that the user may open, in order, the current one marked."""
    from core.access import roles_of, role_table

    roles = roles_of(request.user)
    shown = []
    for entry in sorted(_entries.values(), key=lambda entry: entry.order):
        if entry.right is not None:
            row = role_table().get(entry.right[0], {})
            if not any(role in row and entry.right[1] in row[role][1] for role in roles):
                continue
        url = reverse(entry.url_name)
        current = request.path == url if url == "/" else request.path.startswith(url)
        shown.append(
            {
                "key": entry.key,
                "label": entry.label,
                "url": url,
                "icon": entry.icon,
                "current": current,
                "count": entry.badge(request.user) if entry.badge else 0,
            }
        )
    return shown
