"""A changed policy applied to open cases: what it would do, and how far the job is."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from complaints.choices.cases import ClockKind
from complaints.domain.applying import apply_policy, fingerprint, running_of
from complaints.domain.applying_preview import Move, preview_of
from complaints.models import Policy, PolicyApplying
from core.navigation import settings_crumbs
from core.views.base import Right, RightsMixin
from customers.views.base import fetch

_HOME = (gettext_lazy("Complaints"), "complaints:settings")


class PolicyApply(RightsMixin, TemplateView):
    """The preview and its button; while the job runs, how far it is."""

    required_right: ClassVar[Right] = ("change", Policy)
    template_name = "complaints/policy_apply.html"

    @cached_property
    def policy(self) -> Policy:
        """The policy."""
        rows = Policy.objects.select_related("calendar")
        found: Policy = fetch(self.request, rows, self.kwargs["pk"], "change")
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Work out the preview, unless the job runs."""
        running = running_of(self.policy)
        context: dict[str, Any] = {
            "policy": self.policy,
            "running": running,
            "crumbs": [*settings_crumbs(_HOME), (self.policy.name, self._page("policy-detail"))],
            "earlier": list(
                PolicyApplying.objects.filter(policy=self.policy, finished_at__isnull=False).select_related(
                    "asked_by"
                )[:5]
            ),
            "nav_current": "settings",
        }
        if running is None:
            preview = preview_of(self.policy, user=self.person, at=timezone.now())
            context |= {"preview": preview, "examples": [shown_move(one) for one in preview.examples]}
        return super().get_context_data(**context, **kwargs)

    def _page(self, name: str) -> str:
        return reverse(f"complaints:{name}", args=[self.policy.pk])

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the job. Whoever asks while it runs is shown the one that runs."""
        seen = request.POST.get("seen") or fingerprint(self.policy)
        was_running = running_of(self.policy) is not None
        apply_policy(self.policy, by=self.person, seen=seen)
        if was_running:
            messages.info(request, _("The policy is being applied already."))
        else:
            messages.success(request, _("The policy is being applied to the open cases."))
        return redirect(self._page("policy-apply"))


def shown_move(move: Move) -> dict[str, Any]:
    """Return one clock of the preview in words."""
    label = move.name or (ClockKind(move.clock).label if move.clock in ClockKind.values else move.clock)
    return {"move": move, "clock": label}
