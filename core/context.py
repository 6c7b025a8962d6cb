"""What every page's shell shows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core.models import Notification, Organisation
from core.navigation import entries_for


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation, unread messages, languages and the base currency for `base.html`."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"languages": settings.LANGUAGES}
    organisation = Organisation.load()
    return {
        "nav": entries_for(request),
        "has_unread": Notification.objects.filter(user=user).unread().exists(),
        "languages": settings.LANGUAGES,
        "organisation": organisation,
        "base_currency": organisation.base_currency,
    }
