"""The status page of a case, for whoever has its link."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from complaints.domain import status_page
from complaints.domain.status_links import Opened, note_opened, read_status_token
from complaints.domain.submitting import keep_files
from complaints.forms.public_form import StatusMessageForm, TakeBackForm
from complaints.models import Complaint
from complaints.views.public_base import PublicPage, UploadPage, for_everybody, wait_for
from core.errors import DomainError
from core.limits import rate_limited, register_limits

#: About one case, from whatever addresses.
CASE_RATE = "20/h"
register_limits("complaint-message-case")


class ByLink(PublicPage):
    """A page that a signed link opens, in the language of the case unless another was chosen."""

    @cached_property
    def opened(self) -> Opened:
        """What the link leads to; a link that was never ours is like no page."""
        found = read_status_token(self.kwargs["token"])
        if found is None:
            raise Http404
        return found

    @property
    def case(self) -> Complaint:
        """The case."""
        if self.opened.access is None:  # answered before anybody asks for it
            raise Http404
        return self.opened.access.complaint

    def language(self, request: HttpRequest) -> str:
        """The language that the person has chosen, else that of the case."""
        access = self.opened.access
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        own = access.complaint.language if access is not None and not chosen else ""
        return own or super().language(request)

    def answered(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Say so where the link has run out or was made void."""
        if self.opened.access is None:
            return self.shown("status_gone", status=410)
        return super().answered(request, *args, **kwargs)

    def page_url(self) -> str:
        """Return the address of the status page."""
        return reverse("complaints:case-status", args=[self.kwargs["token"]])

    def status_page(self, form: StatusMessageForm | None = None, *, status: int = 200) -> HttpResponse:
        """Show how the case stands."""
        case, now = self.case, timezone.now()
        context = {
            "case": case,
            "token": self.kwargs["token"],
            "state_words": status_page.state_in_words(case),
            "promises": status_page.promises_of(case, now),
            "lines": status_page.lines_for(case),
            "files": status_page.files_from(case),
            "question": status_page.question_token(case),
            "may_withdraw": status_page.may_withdraw(case),
            "form": form or StatusMessageForm(most_files=self.setup_row.most_files),
        }
        return self.shown("status_detail", context, status=status)


@for_everybody
@method_decorator(rate_limited("complaint-status", "60/m", methods=frozenset()), name="dispatch")
class CaseStatus(ByLink):
    """How the case stands. Opening it changes nothing of the case: mail scanners open links."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show it, and keep that it was looked at."""
        if self.opened.access is not None:
            note_opened(self.opened.access, at=timezone.now())
        return self.status_page()


@for_everybody
@method_decorator(rate_limited("complaint-message", "10/m"), name="dispatch")
class CaseMessage(ByLink, UploadPage):
    """A message of the complainant, with files."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Lead to the page that has the form."""
        return HttpResponseRedirect(self.page_url())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Keep it; the same form sent again is one message."""
        most, dropped = self.setup_row.most_files, self.handler.dropped
        form = StatusMessageForm(request.POST, request.FILES, most_files=most, dropped=dropped)
        if not form.is_valid() or form.sent is None:
            return self.status_page(form, status=422)
        wait, text = wait_for("complaint-message-case", CASE_RATE, str(self.case.pk))
        if wait:
            form.add_error(None, text)
            response = self.status_page(form, status=429)
            response["Retry-After"] = str(wait)
            return response
        now = timezone.now()
        status_page.say(self.case, form.cleaned_data["body"], key=form.sent.key, at=now)
        refused = keep_files(self.case, form.cleaned_data.get("attachments") or [], at=now)
        messages.success(request, _("Your message is with us."))
        if refused:
            text = _("Not kept, because the case has no room left: %(names)s")
            messages.warning(request, text % {"names": ", ".join(refused)})
        return HttpResponseRedirect(self.page_url())


@for_everybody
@method_decorator(rate_limited("complaint-message", "10/m"), name="dispatch")
class CaseTakeBack(ByLink):
    """Taking the case back, after a question."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask, where it can still be taken back."""
        if not status_page.may_withdraw(self.case):
            return HttpResponseRedirect(self.page_url())
        return self._question(TakeBackForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Withdraw it; the second time nothing happens."""
        form = TakeBackForm(request.POST)
        if not form.is_valid():
            return self._question(form, status=422)
        try:
            status_page.take_back(self.case, reason=form.cleaned_data["reason"], at=timezone.now())
        except DomainError as error:
            messages.info(request, error.message)
        else:
            messages.success(request, _("Taken back. Nothing more is done."))
        return HttpResponseRedirect(self.page_url())

    def _question(self, form: TakeBackForm, *, status: int = 200) -> HttpResponse:
        context = {"case": self.case, "token": self.kwargs["token"], "form": form}
        return self.shown("status_withdraw", context, status=status)
