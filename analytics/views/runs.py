"""Computing now, and what the nights did."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from analytics.domain.runs import start_run
from analytics.forms import RunForm
from analytics.models import NightlyRun
from core.errors import DomainError
from core.models import Job
from core.views.base import RightsMixin, go_to, render_page

SHOWN = 30


class RunNightly(RightsMixin, View):
    """The button "Run now", and the question before it for who comes from elsewhere."""

    required_right = ("run", NightlyRun)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask."""
        context = {
            "title": _("Run scoring"),
            "message": _(
                "Segments, customer value and churn risk of every customer are computed now, as every night."
            ),
            "consequences": [
                _("It takes a few minutes; you may leave meanwhile."),
                _("Churn warnings may be raised, with tasks for their owners."),
            ],
            "form": RunForm(),
            "confirm_label": _("Run scoring"),
            "cancel_url": reverse("analytics:dashboard"),
            "nav_current": "dashboard",
        }
        return render_page(request, "ui/confirm.html", context, partial="fragment")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask for a computation and lead back to the dashboard, which shows its progress."""
        form = RunForm(request.POST)
        if not form.is_valid():
            raise DomainError("bad_day", _("Choose a day such as 2026-11-23."))
        start_run(form.cleaned_data["as_of"], by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("The figures are being computed."))
        return go_to(request, reverse("analytics:dashboard"))


class RunDetail(RightsMixin, View):
    """One computation: its steps, how long each took, and what it did."""

    required_right = ("view", NightlyRun)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the run."""
        run = get_object_or_404(
            NightlyRun.objects.visible_to(request.user).select_related("job", "asked_by"),  # type: ignore[arg-type]
            pk=pk,
        )
        job = Job.objects.visible_to(request.user).filter(pk=run.job_id or 0).first()  # type: ignore[arg-type]
        context = {"run": run, "steps": run.steps.all(), "job": job, "nav_current": "dashboard"}
        return render_page(request, "analytics/run_detail.html", context)


class RunList(RightsMixin, View):
    """The latest computations."""

    required_right = ("view", NightlyRun)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, newest first."""
        runs = NightlyRun.objects.visible_to(request.user).select_related("asked_by")  # type: ignore[arg-type]
        context = {"runs": runs.order_by("-id")[:SHOWN], "nav_current": "dashboard"}
        return render_page(request, "analytics/run_list.html", context)
