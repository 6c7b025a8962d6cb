"""The nightly computation as rows, so that a killed run goes on where it stopped."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.choices import RunState, Step
from analytics.querysets import RunQuerySet
from core.models import Job


class NightlyRun(models.Model):
    """One computation of all figures as of one day. A day may be computed again: attempt 2, 3 …"""

    as_of = models.DateField(_("as of"))
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.PENDING)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    restarts = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    counts = models.JSONField(_("counts"), default=dict)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("nightly run")
        verbose_name_plural = _("nightly runs")
        constraints = [
            models.UniqueConstraint(fields=["as_of", "attempt"], name="run_attempts_of_a_day_differ"),
            # Two workers, a schedule and a button: one computation of a day at a time.
            models.UniqueConstraint(
                fields=["as_of"], condition=~Q(state=RunState.DONE), name="one_unfinished_run_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(state=RunState.DONE) | Q(finished_at__isnull=False),
                name="finished_run_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["-finished_at", "-id"], name="run_newest")]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d} · {self.attempt}"


class NightlyStep(models.Model):
    """Fill state of one step of a run."""

    run = models.ForeignKey(NightlyRun, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(_("step"), max_length=10, choices=Step)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.PENDING)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    counts = models.JSONField(_("counts"), default=dict)

    class Meta:
        verbose_name = _("step of a nightly run")
        verbose_name_plural = _("steps of nightly runs")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="run_has_each_step_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.step} {self.state}"

    @property
    def seconds(self) -> float | None:
        """How long the step took."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()
