"""What the platform offers over the API."""

from __future__ import annotations

from typing import Any

from core.api.jobs import JobViewSet
from core.api.notifications import NotificationViewSet

routes: list[tuple[str, Any, str]] = [
    ("jobs", JobViewSet, "job"),
    ("notifications", NotificationViewSet, "notification"),
]
