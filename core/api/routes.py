"""What the platform offers over the API."""

from __future__ import annotations

from typing import Any

from core.api.attachments import AttachmentViewSet
from core.api.audit import AuditEntryViewSet
from core.api.jobs import JobViewSet
from core.api.notifications import NotificationViewSet
from core.api.people import AbsenceViewSet, TeamViewSet, UserViewSet
from core.api.picklists import PicklistValueViewSet
from core.api.rates import ExchangeRateViewSet
from core.api.schedules import ScheduleViewSet
from core.api.search import SearchViewSet
from core.api.shares import ShareViewSet
from core.api.tokens import ApiTokenViewSet
from core.api.views import SavedViewViewSet

routes: list[tuple[str, Any, str]] = [
    ("absences", AbsenceViewSet, "absence"),
    ("attachments", AttachmentViewSet, "attachment"),
    ("audit-entries", AuditEntryViewSet, "auditentry"),
    ("exchange-rates", ExchangeRateViewSet, "exchangerate"),
    ("jobs", JobViewSet, "job"),
    ("notifications", NotificationViewSet, "notification"),
    ("picklists", PicklistValueViewSet, "picklistvalue"),
    ("schedules", ScheduleViewSet, "schedule"),
    ("search", SearchViewSet, "search"),
    ("shares", ShareViewSet, "share"),
    ("teams", TeamViewSet, "team"),
    ("tokens", ApiTokenViewSet, "apitoken"),
    ("users", UserViewSet, "user"),
    ("views", SavedViewViewSet, "savedview"),
]
