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
from core.navigation import entries_for, entry_at, may_open


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation, the current entry, unread messages and the base currency for `base.html`."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"languages": settings.LANGUAGES, "organisation": SimpleLazyObject(Organisation.load)}
    organisation = getattr(request, "organisation", None) or Organisation.load()
    return {
        "nav": entries_for(request),
        "nav_current": entry_at(request.path),
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
