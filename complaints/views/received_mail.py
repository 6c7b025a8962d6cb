"""Received mail: everything that came, what became of it, and what to do with what was not taken."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.mail import MailReason, MailState
from complaints.domain.mail.held import leave_out
from complaints.domain.mail.receiving import PATIENCE
from complaints.domain.mail.settling import retry, turn_into_case
from complaints.filters.mail import InboundMailFilterSet
from complaints.mail.quotes import without_quotes
from complaints.mail.reading import read_mail
from complaints.models import InboundMail
from complaints.sorting.mail import INBOUND_SORTS
from core.access import can
from core.choices import AuditAction
from core.domain.audit import record
from core.views.base import ConfirmPage, Right, RightsMixin, render_page
from core.views.lists import ListPage
from customers.views.base import RecordFilters, fetch, user_of

NAV = "complaints"
_MOST_SHOWN = 20_000


class InboundMailList(RecordFilters, ListPage):
    """Everything that came in, the latest first."""

    model = InboundMail
    filterset_class = InboundMailFilterSet
    template_name = "complaints/inbound_list.html"
    sort_keys = INBOUND_SORTS
    default_sort = "-received"
    nav_current = NAV

    def extra_context(self) -> dict[str, Any]:
        """How much waits for a person, or for a worker that does not come."""
        rows = InboundMail.objects.visible_to(self.person)
        return {
            "failed": rows.filter(state=MailState.FAILED).count(),
            "held": rows.held().count(),
            "waiting": rows.unread().filter(received_at__lt=timezone.now() - PATIENCE).count(),
            "may_change": can(self.person, "change", InboundMail),
        }


class InboundMailDetail(RightsMixin, View):
    """One mail: what it says, what became of it and why."""

    required_right: ClassVar[Right] = ("view", InboundMail)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read it; its HTML is never shown."""
        mail: InboundMail = fetch(request, InboundMail.objects.select_related("mailbox", "complaint"), pk)
        raw = bytes(mail.raw)
        read = read_mail(raw, is_cut=mail.is_cut) if raw else None
        fresh, quoted = without_quotes(read.text[:_MOST_SHOWN]) if read is not None else ("", "")
        may_change = InboundMail.objects.visible_to(self.person, "change").filter(pk=pk).exists()
        context = {
            "mail": mail,
            "read": read,
            "text": fresh,
            "quoted": quoted,
            "files": [(file.name, len(file.content)) for file in read.files] if read is not None else [],
            "may_settle": may_change and mail.state in {MailState.IGNORED, MailState.FAILED} and bool(raw),
            "is_held": may_change and (mail.state, mail.reason) == (MailState.IGNORED, MailReason.THROTTLED),
            "may_change": may_change,
            "nav_current": NAV,
        }
        return render_page(request, "complaints/inbound_detail.html", context)


class InboundMailSource(RightsMixin, View):
    """The original of a mail, to keep as a file."""

    required_right: ClassVar[Right] = ("change", InboundMail)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it as a file that no browser opens by itself."""
        mail: InboundMail = fetch(request, InboundMail.objects.all(), pk, "change")
        if not mail.raw:
            raise Http404
        record(AuditAction.EXPORTED, by=user_of(request), subject=mail)
        response = HttpResponse(bytes(mail.raw), content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="mail-{mail.pk}.eml"'
        response["X-Content-Type-Options"] = "nosniff"
        return response


class InboundMailRetry(RightsMixin, View):
    """Having a mail worked on again."""

    required_right: ClassVar[Right] = ("change", InboundMail)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for it and go back."""
        mail = fetch(request, InboundMail.objects.for_list(), pk, "change")
        retry(mail, by=user_of(request))
        messages.success(request, _("The mail is worked on again."))
        return redirect("complaints:inboundmail-detail", pk)


class InboundMailTake(ConfirmPage):
    """Turning a mail that was not taken into a case."""

    required_right: ClassVar[Right] = ("change", InboundMail)
    nav_current = NAV
    success_message = gettext_lazy("The mail is on its case.")

    @cached_property
    def mail(self) -> InboundMail:
        """The mail."""
        found: InboundMail = fetch(self.request, InboundMail.objects.for_list(), self.kwargs["pk"], "change")
        return found

    def question(self) -> dict[str, Any]:
        """Ask."""
        return {
            "title": _("Turn into a case"),
            "message": _("Take “%(subject)s”, whatever the rules say?") % {"subject": self.mail},
            "consequences": [_("If it answers a mail of a case, it goes there; else it is a new case.")],
            "confirm_label": _("Turn into a case"),
            "cancel_url": self._page(),
            "danger": False,
        }

    def _page(self) -> str:
        return reverse("complaints:inboundmail-detail", args=[self.mail.pk])

    def perform(self) -> str:
        """Take it and go to its case, where the person may see it."""
        done = turn_into_case(self.mail, by=self.person)
        case = done.complaint
        rows = type(case).objects.visible_to(self.person) if case is not None else None
        if case is None or rows is None or not rows.filter(pk=case.pk).exists():
            return self._page()
        return case.get_absolute_url()


class InboundMailLeaveOut(ConfirmPage):
    """Deciding that nothing becomes of what a sender wrote beyond the limit."""

    required_right: ClassVar[Right] = ("change", InboundMail)
    nav_current = NAV
    success_message = gettext_lazy("They are left out.")

    @cached_property
    def mail(self) -> InboundMail:
        """The mail."""
        found: InboundMail = fetch(self.request, InboundMail.objects.for_list(), self.kwargs["pk"], "change")
        return found

    def question(self) -> dict[str, Any]:
        """Ask, with how many it is about."""
        rows = InboundMail.objects.visible_to(self.person, "change").held().filter(sender=self.mail.sender)
        return {
            "title": _("Leave out"),
            "message": _("Leave out what this sender wrote beyond the limit? Waiting: %(n)d.")
            % {"n": rows.count()},
            "consequences": [
                _("Turn those into cases first that are wanted."),
                _("They stay listed; their originals are emptied after the days of the rules."),
            ],
            "confirm_label": _("Leave out"),
            "cancel_url": reverse("complaints:inboundmail-detail", args=[self.mail.pk]),
        }

    def perform(self) -> str:
        """Leave them out and go back to the mail."""
        leave_out(self.mail, by=self.person)
        return reverse("complaints:inboundmail-detail", args=[self.mail.pk])
