"""A member of staff leaves: what they were responsible for goes to others, in one job."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import DepartureState
from core.querysets import DepartureQuerySet


class Departure(models.Model):
    """Who leaves after which day, who gets what, and how far the handing over is."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who leaves"),
        on_delete=models.PROTECT,
        related_name="departures",
    )
    last_day = models.DateField(_("last day"))
    state = models.CharField(
        _("state"), max_length=10, choices=DepartureState, default=DepartureState.PLANNED
    )
    # Kind of responsibility → {"way": one | spread | team, "users": [ids]}; see `core.domain.departures`.
    plan = models.JSONField(_("plan"), default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("arranged by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("arranged"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = DepartureQuerySet.as_manager()

    class Meta:
        verbose_name = _("departure")
        verbose_name_plural = _("departures")
        constraints = [
            # The second click, and the second administrator, find the first one's.
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(state__in=["planned", "running"]),
                name="one_open_departure_a_user",
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="departure_newest")]

    def __str__(self) -> str:
        return str(self.user)

    def get_absolute_url(self) -> str:
        """The page that tells how it goes and what went to whom."""
        return reverse("core:departure-detail", args=[self.pk])


class DepartureStep(models.Model):
    """One chunk of records of one kind for one receiver; moved and ticked off in one transaction."""

    departure = models.ForeignKey(Departure, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(_("kind"), max_length=60)
    number = models.PositiveIntegerField(_("number"))
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("goes to"), on_delete=models.PROTECT, related_name="+"
    )
    ids = models.JSONField(_("records"), default=list)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    moved = models.JSONField(_("moved"), default=list)
    #: [[number, label, reason], …] of what could not be handed over.
    refused = models.JSONField(_("not handed over"), default=list)

    class Meta:
        verbose_name = _("step of a departure")
        verbose_name_plural = _("steps of a departure")
        ordering = ["departure", "kind", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["departure", "kind", "number"], name="departure_step_is_made_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.departure_id} {self.kind} {self.number}"
