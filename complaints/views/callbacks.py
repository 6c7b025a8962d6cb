"""Call-backs: the panel, the list, the answers of customers, and the question behind the link."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from complaints.choices.solving import AnsweredBy, CallBackState
from complaints.domain.callback_answers import (
    Answer,
    is_asked,
    note_attempt,
    read_link_token,
    set_policy,
    settle,
)
from complaints.filters.solving import CallBackFilterSet
from complaints.forms.solving import AnswerForm, AttemptForm, CallBackPolicyForm, PublicAnswerForm
from complaints.models import CallBack, CallBackPolicy, Complaint
from complaints.sorting.solving import CALLBACK_SORTS
from complaints.views.base import NAV, CaseVerb
from complaints.views.panels import CasePanel
from core.access import can
from core.errors import Conflict
from core.limits import rate_limited
from core.navigation import settings_crumbs
from core.views.base import RightsMixin, render_page
from core.views.lists import ListPage
from customers.views.base import CustomerFormPage, RecordFilters, fetch, user_of

PANEL_ROWS = 5


class CallBackPanel(CasePanel):
    """The call-backs of a case."""

    required_right = ("view", CallBack)
    template_name = "complaints/callback_panel.html"

    def context_of(self, case: Complaint) -> dict[str, Any]:
        """Add the rows, the latest first, and what the person may do."""
        rows = CallBack.objects.filter(complaint=case).select_related("owner").prefetch_related("attempts")
        is_handler = case.owner_id == self.person.pk
        mine = CallBack.objects.visible_to(self.person, "change").filter(complaint=case)
        return {
            "callbacks": rows.order_by("-cycle"),
            "may_change": can(self.person, "change", CallBack) and not is_handler and mine.exists(),
            "is_handler": is_handler,
        }


class CallBackList(RecordFilters, ListPage):
    """Call-backs in reach, the first due on top."""

    model = CallBack
    filterset_class = CallBackFilterSet
    template_name = "complaints/callback_list.html"
    sort_keys = CALLBACK_SORTS
    export_key = "complaints.callback"
    default_sort = "due"
    nav_current = NAV

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Begin with what is to be done; the address says so."""
        if not request.GET and not self.chosen.opening_url() and self.rows().exists():
            return redirect(f"{request.path}?state=due")
        return super().get(request, *args, **kwargs)

    def extra_context(self) -> dict[str, Any]:
        """Offer the usual views, and know what is late."""
        here = reverse("complaints:callback-list")
        asked = self.filterset.parameters()
        mine = {"owner": [str(self.person.pk)], "state": ["due"]}
        tabs = [
            (_("Due"), f"{here}?state=due", {"state": ["due"]}),
            (_("Mine"), f"{here}?state=due&owner={self.person.pk}", mine),
            (_("All"), f"{here}?sort=-due", {}),
        ]
        return {
            "now": timezone.now(),
            "may_change": can(self.person, "change", CallBack),
            "view_tabs": [
                {"label": label, "url": url, "current": asked == query} for label, url, query in tabs
            ],
        }


class CallBackDay(RightsMixin, View):
    """My call-backs, for my day."""

    required_right = ("change", CallBack)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the first ones due and how many there are."""
        rows = CallBack.objects.visible_to(user_of(request)).due().filter(owner=user_of(request))
        context = {
            "rows": rows.for_list()[:PANEL_ROWS],
            "count": rows.count(),
            "now": timezone.now(),
            "nav_current": NAV,
        }
        return render_page(request, "complaints/callback_day.html", context, partial="panel")


class CallBackPage(CaseVerb):
    """What the forms of call-backs share."""

    required_right = ("change", CallBack)

    @cached_property
    def callback(self) -> CallBack:
        """The call-back."""
        found: CallBack = fetch(self.request, CallBack.objects.for_list(), self.kwargs["pk"], "change")
        return found

    @cached_property
    def case(self) -> Complaint:
        """The case."""
        return self.callback.complaint

    def after_url(self) -> str:
        """Back, or to the list: whoever saw the case for the call alone sees it no more."""
        seen = Complaint.objects.visible_to(self.person).filter(pk=self.case.pk).exists()
        return self.cancel_url() if seen else reverse("complaints:callback-list")


class CallBackSettle(CallBackPage):
    """What the customer answered."""

    form_class = AnswerForm
    form_columns = 2
    title = gettext_lazy("Note the answer")
    submit_label = gettext_lazy("Save answer")
    success_message = gettext_lazy("Answer saved.")

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the score that opens the case again."""
        return {"low_score": CallBackPolicy.load().low_score}

    def perform(self, form: AnswerForm) -> str:
        """Keep it and go back."""
        settle(self.callback, Answer(**form.cleaned_data), by=self.person)
        return self.after_url()


class CallBackAttempt(CallBackPage):
    """A call without an answer."""

    form_class = AttemptForm
    title = gettext_lazy("Not reached")
    submit_label = gettext_lazy("Save attempt")
    success_message = gettext_lazy("Attempt saved.")
    once = True

    def perform(self, form: AttemptForm) -> str:
        """Keep it and go back."""
        note_attempt(self.callback, **form.cleaned_data, by=self.person)
        return self.after_url()


class CallBackPolicyUpdate(CustomerFormPage):
    """How call-backs are made."""

    required_right = ("change", CallBackPolicy)
    form_class = CallBackPolicyForm
    title = gettext_lazy("Rules of call-backs")
    submit_label = gettext_lazy("Save changes")
    success_message = gettext_lazy("Changes saved.")
    nav_current = "settings"

    @cached_property
    def policy(self) -> CallBackPolicy:
        """The rules."""
        return CallBackPolicy.load()

    def form_arguments(self) -> dict[str, Any]:
        """Give the form the record."""
        return {"user": self.person, "record": self.policy}

    def conflict_record(self) -> CallBackPolicy:
        """The rules."""
        return self.policy

    def cancel_url(self) -> str:
        """Back to the settings."""
        return reverse("core:settings")

    def perform(self, form: CallBackPolicyForm) -> str:
        """Write them."""
        set_policy(self.policy, form.values, by=self.person, version=form.seen_version)
        return self.cancel_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the way here."""
        return super().get_context_data(crumbs=settings_crumbs(), **kwargs)


@method_decorator(login_not_required, name="dispatch")
@method_decorator(rate_limited("callback-answer", "20/m", methods=frozenset()), name="dispatch")
class CallBackAnswer(View):
    """The one question, for whoever has the link. Opening it changes nothing: mail scanners open links."""

    http_method_names = ["get", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Read the token; one that is not ours, or has run out, is like no page."""
        found = read_link_token(kwargs["token"])
        if found is None:
            raise Http404
        self.callback = found
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        language = "" if chosen else found.complaint.language
        with translation.override(language or translation.get_language()):
            return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Ask, or say that it was answered or is asked no more."""
        return self._show(request, PublicAnswerForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Keep the answer; a second one changes nothing, and one that comes too late is told so."""
        form = PublicAnswerForm(request.POST)
        if not form.is_valid():
            return self._show(request, form, status=422)
        score = form.cleaned_data["score"]
        content = score > CallBackPolicy.load().low_score
        answer = Answer(content, result_score=score, wish=form.cleaned_data["wish"])
        try:
            self.callback = settle(self.callback, answer, by=None, through=AnsweredBy.LINK)
        except Conflict:
            self.callback.refresh_from_db()
            return self._show(request, form, status=200 if self._is_done else 409)
        return self._show(request, form, content=content)

    @property
    def _is_done(self) -> bool:
        return bool(self.callback.state == CallBackState.DONE)

    def _show(
        self, request: HttpRequest, form: PublicAnswerForm, *, status: int = 200, **shown: Any
    ) -> HttpResponse:
        case = self.callback.complaint
        asked = is_asked(self.callback, case)
        context = {"form": form, "case": case, "done": self._is_done, "asked": asked, **shown}
        response = render(request, "complaints/callback_answer.html", context, status=status)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        return response
