"""Background work: the list, one job with its progress, stopping and starting again."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from core.access import can, reach_of
from core.choices import JobState
from core.domain.heartbeats import WORKER, last_seen, worker_is_alive
from core.domain.jobs import request_cancel, retry_job
from core.filters import ScopedFilterSet, visible
from core.keyset import SortKey
from core.models import Job, Schedule, User
from core.roles import Reach
from core.views.base import RightsMixin, go_to, is_fragment
from core.views.lists import ListPage


class JobFilterSet(ScopedFilterSet):
    """Jobs by what they are, how they stand and who asked."""

    q = django_filters.CharFilter(label=gettext_lazy("Search"), field_name="title", lookup_expr="icontains")
    state = django_filters.MultipleChoiceFilter(label=gettext_lazy("State"), choices=JobState.choices)
    created_by = django_filters.ModelChoiceFilter(label=gettext_lazy("Asked for by"), queryset=visible(User))


class JobList(ListPage):
    """What was asked for, newest first: one's own, and everybody's for administrators."""

    model = Job
    filterset_class = JobFilterSet
    template_name = "core/job_list.html"
    sort_keys = {"asked": SortKey("created_at", gettext_lazy("Asked for"))}
    default_sort = "-asked"

    def extra_context(self) -> dict[str, Any]:
        """Say when no worker lives although work waits, and whose jobs these are."""
        user, at = self.person, timezone.now()
        stuck = Job.objects.visible_to(user).open().exists() and not worker_is_alive(at)
        return {
            "no_worker": stuck,
            "worker_seen": last_seen(WORKER) if stuck else None,
            "sees_all": reach_of(user, Job) == Reach.ALL,
            "may_see_schedules": can(user, "view", Schedule),
        }


class OneJob(RightsMixin, View):
    """What the pages of one job share."""

    required_right = ("view", Job)

    def job(self) -> Job:
        """Return the job that the address names, if the person may do this with it."""
        action = self.required_right[0]
        rows = Job.objects.visible_to(self.person, action).select_related("created_by")
        job: Job = get_object_or_404(rows, pk=self.kwargs["pk"])
        return job

    def answer(self, job: Job) -> HttpResponse:
        """Show how the job stands: to htmx as the fragment, else as its page."""
        if not is_fragment(self.request):
            return go_to(self.request, job.get_absolute_url())
        refresh = self.request.GET.get("refresh") == "1"
        response = render(self.request, "core/job_progress.html", {"job": job, "refresh": refresh})
        if not job.is_open:
            response["HX-Trigger"] = "job-ended"
            if refresh:
                response["HX-Refresh"] = "true"
        return response


class JobDetail(OneJob):
    """One job: how far it is, what came of it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the page."""
        job = self.job()
        context = {"job": job, "may_see_payload": reach_of(request.user, Job) == Reach.ALL}  # type: ignore[arg-type]
        return render(request, "core/job_detail.html", context)


class JobProgress(OneJob):
    """The fragment that a page asks for every two seconds while the job is open."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show how far the job is."""
        return self.answer(self.job())


class JobCancel(OneJob):
    """Stop a job."""

    required_right = ("cancel", Job)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stop it, at once or after the step it is in."""
        job = request_cancel(self.job(), by=request.user)  # type: ignore[arg-type]
        if not is_fragment(request):
            messages.success(request, _("The job stops."))
        return self.answer(job)


class JobRetry(OneJob):
    """Start a job again."""

    required_right = ("retry", Job)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let it wait for a worker once more."""
        job = retry_job(self.job(), by=request.user)  # type: ignore[arg-type]
        if not is_fragment(request):
            messages.success(request, _("The job waits for a worker."))
        return self.answer(job)
