"""What every page's shell shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from core.domain.notifications import count_unread
from core.help import topic_of_page
from core.models import Organisation
from core.navigation import entries_for, may_open


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation, the current entry, unread messages and the base currency for `base.html`."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"languages": settings.LANGUAGES, "organisation": SimpleLazyObject(Organisation.load)}
    organisation = getattr(request, "organisation", None) or Organisation.load()
    nav = entries_for(request)
    return {
        "nav": nav,
        "nav_current": _current(nav),
        "unread_count": count_unread(user.pk),
        "languages": settings.LANGUAGES,
        "organisation": organisation,
        "base_currency": organisation.base_currency,
        "help_url": _help_url(request),
    }


def _help_url(request: HttpRequest) -> str:
    """Return the address of the help for this page; the overview where there is none."""
    place = request.resolver_match
    topic = topic_of_page(place.view_name) if place is not None else None
    if topic is None or not may_open(request.user, topic.right):
        return reverse("core:help")
    return reverse("core:help-topic", args=[topic.key])


def _current(nav: list[dict[str, Any]]) -> str:
    """Return the key of the entry whose address fits best: the longest of those the page lies below."""
    fitting = [item for item in nav if item["current"]]
    return max(fitting, key=lambda item: len(item["url"]))["key"] if fitting else ""
