"""How a person wants to be told: the page in the profile, a sample of a mail, a message to try it."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt

from core.domain.mails.composing import sample
from core.domain.notice_choices import (
    SUMMARY,
    choices_of,
    kinds_for,
    read_unsubscribe_token,
    save_choices,
    unsubscribe,
)
from core.domain.notifications import may_be_mailed, notify
from core.limits import rate_limited
from core.models import NotificationTiming
from core.notice_forms import NoticeForm
from core.notices import kind_named
from core.views.base import SIGNED_IN, FormPage, RightsMixin, go_to


class NoticeChoices(FormPage):
    """A table of kinds, and when mail may come."""

    required_right = SIGNED_IN
    form_class = NoticeForm
    template_name = "core/notice_choices.html"
    title = gettext_lazy("Notifications")
    submit_label = gettext_lazy("Save choices")
    success_message = gettext_lazy("Choices saved.")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill the form with what holds now."""
        user = self.person
        timing = NotificationTiming.objects.filter(user=user).first() or NotificationTiming(user=user)
        given = {"kinds": kinds_for(user), "choices": choices_of(user), "timing": timing}
        return {**super().get_form_kwargs(), **given}

    def perform(self, form: NoticeForm) -> str:
        """Store the choices."""
        save_choices(self.person, form.chosen, form.timing)
        return reverse("core:notification-choices")

    def crumbs(self) -> list[tuple[Any, str]]:
        """The way down from the profile."""
        return [(_("Profile"), reverse("core:profile"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say where mail goes, and whether it can."""
        zone = timezone.get_current_timezone_name()
        form: NoticeForm = kwargs.pop("form", None) or self.get_form()
        return super().get_context_data(
            groups=form.groups(),
            may_be_mailed=may_be_mailed(self.person),
            zone=zone,
            form=form,
            **kwargs,
        )


#: The sample is a mail: its colours stand in it. It may draw itself, and nothing else.
_SAMPLE_POLICY = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "sandbox": [],
}


@method_decorator([xframe_options_sameorigin, csp(_SAMPLE_POLICY)], name="dispatch")
class NoticeSample(RightsMixin, View):
    """A mail as the person would get it, inside a frame of the page above."""

    required_right = SIGNED_IN

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return HttpResponse(sample(self.person, summary=request.GET.get("of") == "summary"))


class NoticeTest(RightsMixin, View):
    """A message to oneself, on the way that all others take."""

    required_right = SIGNED_IN

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send it."""
        notify(
            [self.person],
            kind="core.test",
            title=gettext_lazy("This is a test message"),
            body=gettext_lazy("It arrived, so others will too."),
            url=reverse("core:notification-choices"),
        )
        messages.success(
            request,
            _("The message is in the bell. The mail leaves within a minute.")
            if may_be_mailed(self.person)
            else _("The message is in the bell. Your profile has no e-mail address, so there is no mail."),
        )
        return go_to(request, reverse("core:notification-choices"))


_limit = rate_limited("unsubscribe", "30/m", methods=frozenset())


@method_decorator([login_not_required, csrf_exempt, _limit], name="dispatch")
class Unsubscribe(View):
    """Leave by the link of a mail, without signing in (RFC 8058).

    The signed token is the authority; a mail program sends the POST without any cookie of ours. Opening
    the page changes nothing, because mail scanners open every link.
    """

    http_method_names = ["get", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Read the token; one that is not ours is like no page."""
        found = read_unsubscribe_token(kwargs["token"])
        if found is None:
            raise Http404
        self.user, self.kind = found
        # Who chose a language in this browser keeps it; else the receiver's.
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        language = "" if chosen else self.user.language
        with translation.override(language or translation.get_language()):
            return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask."""
        return self._show(request, done=False)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Stop the mails; doing it again changes nothing."""
        unsubscribe(self.user, self.kind)
        return self._show(request, done=True)

    def _show(self, request: HttpRequest, *, done: bool) -> HttpResponse:
        label = _("the daily summary") if self.kind == SUMMARY else kind_named(self.kind).label
        response = render(request, "core/unsubscribe.html", {"label": label, "done": done})
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response
