"""How the installation does, in words, for administrators."""

from __future__ import annotations

import platform
from typing import Any

import django
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core.display import format_bytes
from core.domain.health import database_size, database_version
from core.domain.heartbeats import is_lately, workers
from core.domain.jobs import paces
from core.models import Organisation
from core.navigation import settings_crumbs
from core.readiness import Condition, Finding, look, parts
from core.views.base import RightsMixin


class System(RightsMixin, TemplateView):
    """Every part with how it stands and what to do, the workers, versions and sizes."""

    required_right = ("change", Organisation)
    template_name = "core/system.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Look now."""
        at = timezone.now()
        found = look(at)
        rows = [Row(part.label, found[part.key]) for part in parts()]
        troubled = [row for row in rows if row.finding.condition != Condition.OK]
        return super().get_context_data(
            rows=sorted(rows, key=lambda row: _ORDER[row.finding.condition]),
            troubled=len(troubled),
            paces=paces(at),
            workers=[(name, seen, is_lately(seen, at)) for name, seen in workers()],
            facts=facts(),
            crumbs=settings_crumbs(),
            nav_current="settings",
            **kwargs,
        )


_ORDER = {Condition.FAILED: 0, Condition.WARNING: 1, Condition.OK: 2}


class Row:
    """A part as the page shows it."""

    def __init__(self, label: str | Promise, finding: Finding) -> None:
        self.label = label
        self.finding = finding


def facts() -> list[tuple[str, str]]:
    """Return what is asked when somebody reports a fault: versions, sizes, kinds of services."""
    return [
        (_("Version"), f"Perennial {settings.VERSION}"),
        (_("Runs on"), f"Python {platform.python_version()}, Django {django.get_version()}"),
        (_("Database"), f"{database_version()}, {format_bytes(database_size())}"),
        (_("Broker"), "Redis" if settings.REDIS_URL else _("files in one folder")),
        (_("Files"), str(settings.MEDIA_ROOT)),
        (_("Time zone"), settings.TIME_ZONE),
    ]
