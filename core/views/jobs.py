"""Background work: the list, one job with its progress, stopping and starting again."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View

from core.access import can, reach_of
from core.choices import JobStanding, JobState
from core.domain.heartbeats import WORKER, last_seen, worker_is_alive
from core.domain.jobs import MOST_AT_ONCE, request_cancel, retry_job, retry_jobs, startable
from core.domain.schedules import run_again, schedule_of
from core.filters import ScopedFilterSet, visible
from core.keyset import SortKey
from core.models import Job, Schedule, User
from core.roles import Reach
from core.views.base import ConfirmPage, RightsMixin, go_to, is_fragment
from core.views.lists import ListPage


class JobFilterSet(ScopedFilterSet):
    """Jobs by what they are, how they stand and who asked."""

    q = django_filters.CharFilter(label=gettext_lazy("Search"), field_name="title", lookup_expr="icontains")
    stand = django_filters.ChoiceFilter(
        label=gettext_lazy("Standing"), choices=JobStanding.choices, method="standing"
    )
    state = django_filters.MultipleChoiceFilter(label=gettext_lazy("State"), choices=JobState.choices)
    created_by = django_filters.ModelChoiceFilter(label=gettext_lazy("Asked for by"), queryset=visible(User))

    def standing(self, rows: Any, _name: str, value: str) -> Any:
        """Jobs under one tab."""
        return rows.standing(value)


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
            "tabs": self._tabs(),
            "retry_all_url": self._retry_all_url(),
        }

    def _tabs(self) -> list[dict[str, Any]]:
        """Return a tab for each standing, with how many jobs are there whatever else is filtered."""
        chosen = self.request.GET.get("stand", "")
        counts = Job.objects.visible_to(self.person).counts()
        rest = self.request.GET.copy()
        for name in ("stand", "cursor", "count"):
            rest.pop(name, None)
        every = {"label": _("All"), "url": f"?{rest.urlencode()}", "current": not chosen}
        return [every] + [
            {
                "label": standing.label,
                "url": f"?{urlencode({'stand': standing.value})}{'&' if rest else ''}{rest.urlencode()}",
                "current": chosen == standing,
                "count": counts[standing.value],
            }
            for standing in JobStanding
        ]

    def _retry_all_url(self) -> str:
        """Return the question before all set-aside jobs of this list start again; nothing without any."""
        if not self.filterset.is_valid() or not can(self.person, "retry", Job):
            return ""
        if not self.filterset.qs.standing(JobStanding.ASIDE).exists():
            return ""
        query = urlencode(self.filterset.parameters(), doseq=True)
        return f"{reverse('core:job-retry-all')}{'?' if query else ''}{query}"


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
        may_run = job.state == JobState.DONE and can(self.person, "run", Job)
        context = {
            "job": job,
            "may_see_payload": reach_of(self.person, Job) == Reach.ALL,
            "may_run_again": may_run and schedule_of(job) is not None,
        }
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


class JobRunAgain(OneJob):
    """Do the work of a job that is done once more."""

    required_right = ("run", Job)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start it as a new job, and show that."""
        job = run_again(self.job(), by=self.person)
        messages.success(request, _("Started: %(schedule)s") % {"schedule": job})
        return go_to(request, job.get_absolute_url())


class JobRetryAll(ConfirmPage):
    """Start all jobs again that are set aside, as far as the filters of the list go."""

    required_right = ("retry", Job)

    @cached_property
    def filterset(self) -> JobFilterSet:
        """The filters of the list, on the jobs that the person may start again."""
        rows = Job.objects.visible_to(self.person, "retry")
        return JobFilterSet(self.request.GET, queryset=rows, request=self.request)

    def jobs(self) -> Any:
        """Return the jobs that are meant; none where the filters are not understood."""
        rows = self.filterset.qs if self.filterset.is_valid() else Job.objects.none()
        return rows.standing(JobStanding.ASIDE)

    def question(self) -> dict[str, Any]:
        """Say how many."""
        jobs = self.jobs()
        count, chips = startable(jobs).count(), self.filterset.chips() if self.filterset.is_valid() else []
        message = ngettext(
            "%(n)d job that is set aside starts again, with all its attempts.",
            "%(n)d jobs that are set aside start again, each with all its attempts.",
            count,
        ) % {"n": count}
        consequences = [label for label, _url in chips]
        if count < jobs.count():
            consequences.append(
                _("Of the runs of one schedule only the newest starts, and none while one waits or runs.")
            )
        if count > MOST_AT_ONCE:
            consequences.append(_("At most %(n)d at once; do it again for the rest.") % {"n": MOST_AT_ONCE})
        return {
            "title": _("Retry all set aside"),
            "message": message,
            "consequences": consequences,
            "confirm_label": _("Retry all"),
            "cancel_url": reverse("core:job-list"),
            "danger": False,
        }

    def perform(self) -> str:
        """Start them again."""
        count = retry_jobs(self.jobs(), by=self.person)
        text = ngettext("%(n)d job waits for a worker.", "%(n)d jobs wait for a worker.", count)
        messages.success(self.request, text % {"n": count})
        return reverse("core:job-list")
