"""Background work as rows: the broker is a doorbell, these tables are the truth."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.choices import JobState
from core.querysets import JobQuerySet, ScheduleQuerySet


class Job(models.Model):
    """One piece of background work, written in the transaction of the change that asks for it."""

    task = models.CharField(_("task"), max_length=200)
    title = models.CharField(_("title"), max_length=200, blank=True)
    dedupe = models.CharField(_("dedupe key"), max_length=200, null=True, blank=True)
    payload = models.JSONField(_("payload"), default=dict)
    queue = models.CharField(_("queue"), max_length=30, default="default")
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    lease_token = models.CharField(_("lease token"), max_length=36, blank=True)
    progress_done = models.PositiveIntegerField(_("steps done"), default=0)
    progress_total = models.PositiveIntegerField(_("steps in all"), default=0)
    #: What earlier attempts had done: the speed of this one is told by what it adds.
    progress_before = models.PositiveIntegerField(_("steps done before this attempt"), default=0)
    progress_note = models.CharField(_("doing"), max_length=200, blank=True)
    cancel_requested = models.BooleanField(_("asked to stop"), default=False)
    result = models.JSONField(_("result"), default=dict)
    error = models.TextField(_("error"), blank=True)
    url = models.CharField(_("page"), max_length=300, blank=True)
    notify_on_finish = models.BooleanField(_("tell who asked when it ends"), default=False)
    rung_at = models.DateTimeField(_("worker last called"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
    )
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            # The effect of a dedupe key happens once, whoever asks how often.
            models.UniqueConstraint(fields=["dedupe"], name="job_dedupe_is_unique"),
            models.CheckConstraint(
                condition=models.Q(progress_total=0)
                | models.Q(progress_done__lte=models.F("progress_total")),
                name="job_progress_within_total",
            ),
        ]
        indexes = [
            # The sweeper asks every few seconds for what is due.
            models.Index(
                fields=["not_before", "id"],
                name="job_open",
                condition=models.Q(state__in=["pending", "running"]),
            ),
            # The tabs of the page of jobs count what is open or set aside; there is far more that is done.
            models.Index(
                fields=["state", "id"],
                name="job_standing",
                condition=models.Q(state__in=["pending", "running", "failed"]),
            ),
            models.Index(fields=["-created_at", "-id"], name="job_newest"),
            models.Index(fields=["created_by", "-created_at", "-id"], name="job_of_person"),
            # The System page counts what ended in the last hour.
            models.Index(
                fields=["finished_at"], name="job_ended", condition=models.Q(finished_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        # Titles of scheduled work are kept in English; those that people started are in their language.
        return gettext(self.title) if self.title else self.task

    def get_absolute_url(self) -> str:
        """The page that tells how the job goes."""
        return reverse("core:job-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """True while the job waits or runs."""
        return self.state in {JobState.PENDING, JobState.RUNNING}

    @property
    def is_tried_again(self) -> bool:
        """True while the job waits for another attempt after one that failed."""
        return self.state == JobState.PENDING and bool(self.error)


#: Seconds between two runs: fewer would never end, more would never come.
SHORTEST_INTERVAL, LONGEST_INTERVAL = 5, 366 * 86_400


class Schedule(models.Model):
    """A recurring job that administrators may edit: every N seconds, or daily at a local time."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    title = models.CharField(_("title"), max_length=150)
    task = models.CharField(_("task"), max_length=200)
    payload = models.JSONField(_("payload"), default=dict, blank=True)
    queue = models.CharField(_("queue"), max_length=30, default="default")
    every_seconds = models.PositiveIntegerField(_("every, seconds"), null=True, blank=True)
    daily_at = models.TimeField(_("daily at"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=50, blank=True, help_text=_("Empty: the organisation's.")
    )
    is_enabled = models.BooleanField(_("switched on"), default=True)
    next_due = models.DateTimeField(_("next run"), null=True, blank=True)
    last_due = models.DateTimeField(_("last run"), null=True, blank=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["title"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(every_seconds__isnull=True, daily_at__isnull=False)
                | models.Q(every_seconds__range=(SHORTEST_INTERVAL, LONGEST_INTERVAL), daily_at__isnull=True),
                name="schedule_is_interval_or_daily",
            ),
        ]

    def __str__(self) -> str:
        return gettext(self.title)


class ScheduleRun(models.Model):
    """One due moment of a schedule; unique, so that two beats start it once."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="runs")
    due_at = models.DateTimeField(_("due"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    missed = models.PositiveIntegerField(_("due moments missed before it"), default=0)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("scheduled run")
        verbose_name_plural = _("scheduled runs")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "due_at"], name="schedule_runs_once_a_due_time")
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.due_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """When a kind of process last did something: an alive process that does nothing is found by this."""

    name = models.CharField(_("process"), max_length=60, primary_key=True)
    at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
