"""The landing page, and the settings page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core.domain.notifications import for_reader
from core.models import Notification
from core.navigation import settings_groups_for
from core.views.base import SIGNED_IN, RightsMixin


class Home(RightsMixin, TemplateView):
    """My day: what waits for this person. The panels come from the packages that know."""

    required_right = SIGNED_IN
    template_name = "core/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Greet, and show the newest unread messages."""
        now = timezone.localtime()
        mine = Notification.objects.visible_to(self.person).unread().newest_first()
        return super().get_context_data(
            now=now,
            greeting=greeting(now.hour),
            notifications=for_reader(list(mine[:5]), self.person),
            **kwargs,
        )


def greeting(hour: int) -> str:
    """Return the greeting for an hour of the day."""
    if hour < 5 or hour >= 18:
        return _("Good evening")
    return _("Good morning") if hour < 12 else _("Good afternoon")


class Settings(RightsMixin, TemplateView):
    """What may be set, as far as this person's roles reach."""

    required_right = SIGNED_IN
    template_name = "core/settings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the cards."""
        return super().get_context_data(
            groups=settings_groups_for(self.person), nav_current="settings", **kwargs
        )
