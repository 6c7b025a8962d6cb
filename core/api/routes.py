"""What the platform offers over the API."""

from __future__ import annotations

from typing import Any

from core.api.attachments import AttachmentViewSet
from core.api.jobs import JobViewSet
from core.api.notifications import NotificationViewSet
from core.api.picklists import PicklistValueViewSet
from core.api.search import SearchViewSet
from core.api.shares import ShareViewSet
from core.api.tokens import ApiTokenViewSet
from core.api.views import SavedViewViewSet

routes: list[tuple[str, Any, str]] = [
    ("attachments", AttachmentViewSet, "attachment"),
    ("jobs", JobViewSet, "job"),
    ("notifications", NotificationViewSet, "notification"),
    ("picklists", PicklistValueViewSet, "picklistvalue"),
    ("search", SearchViewSet, "search"),
    ("shares", ShareViewSet, "share"),
    ("tokens", ApiTokenViewSet, "apitoken"),
    ("views", SavedViewViewSet, "savedview"),
]
