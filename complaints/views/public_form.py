"""The public door: filing a case, the page of thanks, and finding a case again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from complaints.domain.status_links import access_to, ask_for_link, read_status_token, status_token
from complaints.domain.status_page import promises_of
from complaints.domain.submitting import keep_files, submit
from complaints.forms.public_form import FindForm, PublicCaseForm
from complaints.views.public_base import PublicPage, UploadPage, for_everybody, wait_for
from core.errors import DomainError
from core.limits import rate_limited, register_limits, seconds_to_wait
from core.views.base import add_refusal

#: Of one address, so many in a minute: a class room behind one connection still gets through.
FORM_RATE = "10/m"
#: To one e-mail address, whoever types it: a form must not become a way to flood somebody's mailbox.
EMAIL_RATE = "5/h"
register_limits("complaint-form-email", "complaint-find-email")


@for_everybody
@method_decorator(rate_limited("complaint-form", FORM_RATE), name="dispatch")
class PublicCase(UploadPage):
    """The form. It works without script; what is refused comes back with everything typed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it, or say that it is closed."""
        if not self.setup_row.is_open:
            return self.shown("public_closed")
        return self._form(PublicCaseForm(setup=self.setup_row))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Receive a case, or show the form in another language with what was typed."""
        if not self.setup_row.is_open:
            return self.shown("public_closed", status=409)
        wanted = request.POST.get("show_in", "")
        if wanted in dict(settings.LANGUAGES):
            return self._in_language(request, wanted)
        form = PublicCaseForm(request.POST, request.FILES, setup=self.setup_row, dropped=self.handler.dropped)
        if not form.is_valid():
            return self._form(form, status=422)
        wait, text = wait_for(
            "complaint-form-email", EMAIL_RATE, form.cleaned_data["contact_email"].strip().lower()
        )
        if wait:
            form.add_error(None, text)
            response = self._form(form, status=429)
            response["Retry-After"] = str(wait)
            return response
        return self._received(form)

    def _received(self, form: PublicCaseForm) -> HttpResponse:
        data, now = dict(form.cleaned_data), timezone.now()
        files = data.pop("attachments", [])
        for name in ("token", "website", "consent"):
            data.pop(name)
        data["language"] = translation.get_language() or settings.LANGUAGE_CODE
        try:
            case = submit(data, key=form.sent.key if form.sent is not None else "", at=now)
        except DomainError as error:
            add_refusal(form, error)
            return self._form(form, status=error.status)
        keep_files(case, files, at=now)
        access = access_to(case)
        if access.serial > 1:
            # Links were made void since: who only sends an old form again gets none; a mail brings a new one.
            return self.shown("status_gone", status=410)
        token = status_token(access)
        return HttpResponseRedirect(reverse("complaints:public-thanks", args=[token]))

    def _in_language(self, request: HttpRequest, language: str) -> HttpResponse:
        typed = {name: request.POST[name] for name in PublicCaseForm.base_fields if name in request.POST}
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self._form(PublicCaseForm(initial=typed, setup=self.setup_row))
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax")
        return response

    def _form(self, form: PublicCaseForm, *, status: int = 200) -> HttpResponse:
        had_files = form.is_bound and bool(self.request.FILES or self.handler.dropped)
        return self.shown("public_form", {"form": form, "had_files": had_files}, status=status)


@for_everybody
@method_decorator(rate_limited("complaint-status", "60/m", methods=frozenset()), name="dispatch")
class PublicThanks(PublicPage):
    """The number, what happens next, and the way to the status page."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show it."""
        opened = read_status_token(token)
        if opened is None:
            raise Http404
        if opened.access is None:
            return self.shown("status_gone", status=410)
        case = opened.access.complaint
        context = {"case": case, "token": token, "promises": promises_of(case, timezone.now())}
        return self.shown("public_thanks", context)


@for_everybody
@method_decorator(rate_limited("complaint-find", FORM_RATE), name="dispatch")
class PublicFind(PublicPage):
    """A number and an address bring a link by mail; the answer is the same whether they fit or not."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        return self.shown("public_find", {"form": FindForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Have it looked for. More than an address needs is dropped without a word."""
        form = FindForm(request.POST)
        if not form.is_valid():
            return self.shown("public_find", {"form": form}, status=422)
        data: dict[str, Any] = form.cleaned_data
        if not seconds_to_wait("complaint-find-email", EMAIL_RATE, data["email"].strip().lower()):
            ask_for_link(data["number"], data["email"])
        text = _("If number and address belong together, a mail with the link is on its way.")
        return self.shown("public_find", {"sent": text})
