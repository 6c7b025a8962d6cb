"""Recurring jobs: when they run, whether, and out of turn."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from core.access import can, reach_of
from core.domain.schedules import run_now, update_schedule
from core.filters import ScopedFilterSet
from core.forms import DomainForm, time_zone_choices
from core.keyset import SortKey
from core.models import Job, Schedule, ScheduleRun
from core.roles import Reach
from core.views.base import FormPage, RightsMixin, go_to
from core.views.lists import ListPage

NAV = "settings"


def _zones() -> list[tuple[str, Any]]:
    return [("", _("As the organisation")), *time_zone_choices()]


class ScheduleForm(DomainForm):
    """When a schedule runs: at a time of day, or every so many seconds."""

    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=_zones, required=False)

    class Meta:
        model = Schedule
        fields: ClassVar[list[str]] = ["daily_at", "time_zone", "every_seconds", "is_enabled"]
        widgets: ClassVar[dict[str, Any]] = {
            "daily_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "daily_at": gettext_lazy("Leave it empty for an interval."),
            "every_seconds": gettext_lazy("Leave it empty for a time of day. At least 5."),
        }


class ScheduleList(RightsMixin, TemplateView):
    """All schedules; they are few."""

    required_right = ("view", Schedule)
    template_name = "core/schedule_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show each with its last run and how that ended."""
        user = self.person
        last = ScheduleRun.objects.filter(schedule=OuterRef("pk")).order_by("-due_at")
        schedules = list(
            Schedule.objects.visible_to(user).annotate(
                last_job=Subquery(last.values("job")[:1]), last_missed=Subquery(last.values("missed")[:1])
            )
        )
        jobs = Job.objects.in_bulk([row.last_job for row in schedules if row.last_job])
        for row in schedules:
            row.last_run_job = jobs.get(row.last_job)
        context = {
            "schedules": schedules,
            "may_change": can(user, "change", Schedule),
            "may_run": can(user, "run", Schedule),
            "nav_current": NAV,
        }
        return super().get_context_data(**context, **kwargs)


class ScheduleUpdate(FormPage):
    """Change when a schedule runs."""

    required_right = ("change", Schedule)
    form_class = ScheduleForm
    submit_label = gettext_lazy("Save schedule")
    success_message = gettext_lazy("Schedule saved.")
    nav_current = NAV

    @cached_property
    def schedule(self) -> Schedule:
        """The schedule to change."""
        rows = Schedule.objects.visible_to(self.person, "change")
        schedule: Schedule = get_object_or_404(rows, pk=self.kwargs["pk"])
        return schedule

    @property
    def title(self) -> str:  # type: ignore[override]
        """Name the schedule."""
        return str(self.schedule)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill the form with the record."""
        return {**super().get_form_kwargs(), "instance": self.schedule}

    def cancel_url(self) -> str:
        """Go back to the list."""
        return reverse("core:schedule-list")

    def perform(self, form: ScheduleForm) -> str:
        """Store the timing and count the next run anew."""
        update_schedule(self.schedule, form.cleaned_data, by=self.person)
        return self.cancel_url()


class ScheduleRunNow(RightsMixin, View):
    """Start a schedule out of turn."""

    required_right = ("run", Schedule)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Start it and show its job, to those who may see it."""
        schedule = get_object_or_404(Schedule.objects.visible_to(self.person, "run"), pk=pk)
        job = run_now(schedule, by=self.person)
        messages.success(request, _("Started: %(schedule)s") % {"schedule": schedule})
        return go_to(request, job.get_absolute_url())


class RunFilterSet(ScopedFilterSet):
    """Runs of a schedule before which some were missed."""

    missed = django_filters.ChoiceFilter(
        label=gettext_lazy("Missed before it"), choices=[("1", gettext_lazy("yes"))], method="after_missed"
    )

    def after_missed(self, rows: Any, _name: str, _value: str) -> Any:
        """Runs that made up for others."""
        return rows.filter(missed__gt=0)


class ScheduleRuns(ListPage):
    """When a schedule ran, what was missed before, and how each run ended; newest first."""

    model = ScheduleRun
    required_right = ("view", Schedule)
    filterset_class = RunFilterSet
    template_name = "core/schedule_runs.html"
    sort_keys = {"due": SortKey("due_at", gettext_lazy("Was due"))}
    default_sort = "-due"
    nav_current = NAV

    @cached_property
    def schedule(self) -> Schedule:
        """The schedule whose runs are shown."""
        found: Schedule = get_object_or_404(Schedule.objects.visible_to(self.person), pk=self.kwargs["pk"])
        return found

    def rows(self) -> Any:
        """Runs of this schedule."""
        return self.schedule.runs.select_related("job")

    def extra_context(self) -> dict[str, Any]:
        """Name the schedule, and say which jobs the person may open."""
        return {"schedule": self.schedule, "may_open": reach_of(self.person, Job) == Reach.ALL}
