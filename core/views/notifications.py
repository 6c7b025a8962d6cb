"""Messages to the person: list, bell, opening and marking them read."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views import View

from core.domain.notifications import mark_read
from core.filters import NotificationFilterSet
from core.keyset import SortKey
from core.models import Notification, User
from core.views.base import RightsMixin, go_to, is_fragment, render_page
from core.views.lists import ListPage

IN_THE_BELL = 8


class NotificationList(ListPage):
    """All messages to the person, newest first."""

    model = Notification
    filterset_class = NotificationFilterSet
    template_name = "core/notification_list.html"
    sort_keys = {"created": SortKey("created_at", _("Date"))}
    default_sort = "-created"


class NotificationPanel(RightsMixin, View):
    """The newest messages, inside the bell's menu."""

    required_right = ("view", Notification)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them; opening the menu marks nothing as read."""
        return render_page(request, "core/notification_panel.html", panel_context(self.person))


class NotificationOpen(RightsMixin, View):
    """Go where a message leads, and mark it read."""

    required_right = ("change", Notification)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark it and go; a message without a page leads to the list."""
        message = get_object_or_404(Notification.objects.visible_to(self.person), pk=pk)
        mark_read(self.person, at=timezone.now(), ids=[message.pk])
        is_ours = url_has_allowed_host_and_scheme(message.url, allowed_hosts=None)
        return go_to(request, message.url if message.url and is_ours else reverse("core:notification-list"))


class NotificationRead(RightsMixin, View):
    """Mark all messages read."""

    required_right = ("change", Notification)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Mark them; the bell's menu shows itself again."""
        mark_read(self.person, at=timezone.now())
        if is_fragment(request):
            return render_page(request, "core/notification_panel.html", panel_context(self.person))
        return go_to(request, reverse("core:notification-list"))


def panel_context(person: User) -> dict[str, Any]:
    """Return the newest messages of the person."""
    mine = Notification.objects.visible_to(person).newest_first()
    return {"notifications": list(mine[:IN_THE_BELL]), "has_unread": mine.unread().exists()}
