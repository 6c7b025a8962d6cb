"""Messages to the person: list, bell, the number that is asked for every minute, opening, marking read."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views import View

from core.domain.notifications import count_unread, for_reader, is_our_page, mark_read
from core.filters import NotificationFilterSet
from core.keyset import KeysetPage, SortKey
from core.models import Notification, User
from core.views.base import SIGNED_IN, RightsMixin, go_to, is_fragment, render_page
from core.views.lists import ListPage

IN_THE_BELL = 8


class NotificationList(ListPage):
    """All messages to the person, newest first."""

    model = Notification
    filterset_class = NotificationFilterSet
    template_name = "core/notification_list.html"
    sort_keys = {"created": SortKey("created_at", _("Date"))}
    default_sort = "-created"

    def page(self) -> KeysetPage:
        """Read the page, without the words about records that are out of reach."""
        page = super().page()
        for_reader(page.rows, self.person)
        return page


class NotificationPanel(RightsMixin, View):
    """The newest messages, inside the bell's menu."""

    required_right = ("view", Notification)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them; opening the menu marks nothing as read."""
        return render_page(request, "core/notification_panel.html", panel_context(self.person))


@method_decorator(login_not_required, name="dispatch")
class NotificationCount(RightsMixin, View):
    """How many messages wait: every open page asks once a minute, so one light query answers.

    Asking is no sign of life of the person: the session is not prolonged, and who is signed out gets 401,
    upon which the page stops asking.
    """

    required_right = SIGNED_IN
    http_method_names = ["get"]
    #: The middleware reads neither organisation nor zone for it.
    is_light = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer 401 instead of a way to the login page, which a script would take for an answer."""
        if not request.user.is_authenticated:
            return JsonResponse({}, status=401)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the number; 304 while it is the one that the page knows."""
        unread = count_unread(self.person.pk)
        tag = f'"u{unread}"'
        known = request.headers.get("If-None-Match", "") == tag
        response = HttpResponse(status=304) if known else JsonResponse({"unread": unread})
        response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
        return response


class NotificationOpen(RightsMixin, View):
    """Go where a message leads, and mark it read: from the bell (POST) and from a mail (GET)."""

    required_right = ("change", Notification)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Come from a mail."""
        return self.post(request, pk)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark it and go; a message without a page leads to the list.

        Where the record is out of reach meanwhile, say so kindly, with the status of what does not exist.
        """
        message = Notification.objects.in_reach(self.person).filter(pk=pk).first()
        if message is None:
            raise Http404
        mark_read(self.person, at=timezone.now(), ids=[message.pk])
        for_reader([message], self.person)
        if message.is_hidden:
            return render(request, "core/notification_gone.html", status=404)
        known = message.url and is_our_page(message.url)
        return go_to(request, message.url if known else reverse("core:notification-list"))


class NotificationRead(RightsMixin, View):
    """Mark all messages read, or the one named."""

    required_right = ("change", Notification)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Mark them; the bell's menu shows itself again."""
        asked = request.POST.get("id", "")
        one = [int(asked)] if asked.isascii() and asked.isdigit() and len(asked) <= 18 else None
        if asked and one is None:
            raise Http404
        mark_read(self.person, at=timezone.now(), ids=one)
        if is_fragment(request):
            response = render_page(request, "core/notification_panel.html", panel_context(self.person))
            response["HX-Trigger"] = "unread-changed"
            return response
        return go_to(request, reverse("core:notification-list"))


def panel_context(person: User) -> dict[str, Any]:
    """Return the newest messages of the person."""
    mine = Notification.objects.visible_to(person).newest_first()
    return {
        "notifications": for_reader(list(mine[:IN_THE_BELL]), person),
        "has_unread": mine.unread().exists(),
    }
