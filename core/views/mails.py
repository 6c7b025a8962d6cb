"""Outgoing mail, for administrators: what waits, what was set aside and why, does the server answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from core.access import can
from core.domain.mails.sending import send_again, send_all_again, try_connection
from core.filters import OutgoingMailFilterSet
from core.keyset import SortKey
from core.models import OutgoingMail
from core.navigation import settings_crumbs
from core.notices import MailState
from core.views.base import RightsMixin, go_to
from core.views.lists import ListPage


class MailList(ListPage):
    """Mails, newest first; the ones that were set aside come with what the server said."""

    model = OutgoingMail
    filterset_class = OutgoingMailFilterSet
    template_name = "core/mail_list.html"
    sort_keys = {"made": SortKey("created_at", gettext_lazy("Made"))}
    default_sort = "-made"
    nav_current = "settings"

    def extra_context(self) -> dict[str, Any]:
        """Add the figures on top."""
        week_ago = timezone.now() - timedelta(days=7)
        rows = OutgoingMail.objects.all()
        return {
            "waiting": rows.filter(state__in=[MailState.WAITING, MailState.SENDING]).count(),
            "failed": rows.filter(state=MailState.FAILED).count(),
            "sent": rows.filter(state=MailState.SENT, created_at__gte=week_ago).count(),
            "overdue": rows.due(timezone.now() - timedelta(minutes=15)).count(),
            "may_retry": can(self.person, "retry", OutgoingMail),
            "crumbs": settings_crumbs(),
        }


class MailRetry(RightsMixin, View):
    """Send again what was set aside: one mail, or all."""

    required_right = ("retry", OutgoingMail)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Let it be tried anew."""
        if pk is None:
            count = send_all_again(by=self.person)
            text = ngettext("%(n)d mail is sent again.", "%(n)d mails are sent again.", count) % {"n": count}
        else:
            send_again(get_object_or_404(OutgoingMail, pk=pk), by=self.person)
            text = _("The mail is sent again.")
        messages.success(request, text)
        return go_to(request, reverse("core:mail-list"))


class MailTest(RightsMixin, View):
    """Ask the mail server whether it takes mail."""

    required_right = ("retry", OutgoingMail)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send a short mail to oneself; what the server refuses is shown as it said it."""
        try_connection(self.person)
        messages.success(request, _("The mail server took a test mail to your address."))
        return go_to(request, reverse("core:mail-list"))
