"""Early warnings: something looks as if it will grow. Hints, never facts; each raised once."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.learning import ALERT_UNCLOSED, AlertKind, AlertState
from complaints.models.complaints import Complaint
from complaints.models.taxonomy import Category
from complaints.querysets.cases import BelowComplaint
from complaints.querysets.learning import AlertQuerySet
from core.models import Team
from customers.models import Customer
from customers.models.base import Recorded


class Alert(Recorded):
    """One early warning. `key` names what was seen and when, so that it is raised once.

    `followed_by` is the severe complaint that came within thirty days, if one did: whether the warning
    was right is known only then, and `looked_at` says that it was looked up.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=AlertKind)
    key = models.CharField(max_length=120, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=AlertState, default=AlertState.OPEN)
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="alerts",
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    team = models.ForeignKey(
        Team, verbose_name=_("team"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    complaint = models.ForeignKey(
        Complaint,
        verbose_name=_("case"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="alerts",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    evidence = models.JSONField(default=dict, blank=True)
    raised_at = models.DateTimeField(_("raised"), default=timezone.now)
    closed_at = models.DateTimeField(_("settled"), null=True, blank=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=500, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True, editable=False)
    followed_by = models.ForeignKey(
        Complaint, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("early warning")
        verbose_name_plural = _("early warnings")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ALERT_UNCLOSED, closed_at__isnull=True)
                | (~Q(state__in=ALERT_UNCLOSED) & Q(closed_at__isnull=False)),
                name="settled_alert_says_when",
            ),
        ]
        indexes = [models.Index(fields=["raised_at", "id"], name="alert_by_raised")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        """The page of the warning."""
        return reverse("complaints:alert-detail", args=[self.pk])


class CallScore(models.Model):
    """How angry a telephone system found a call, 0 to 1; its own number makes it arrive once."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="call_scores")
    source_system = models.CharField(_("source system"), max_length=60)
    external_id = models.CharField(_("external ID"), max_length=120)
    anger = models.FloatField(_("anger"), validators=[MinValueValidator(0), MaxValueValidator(1)])
    at = models.DateTimeField(_("when"), default=timezone.now)

    objects = BelowComplaint.as_manager()

    class Meta:
        verbose_name = _("score of a call")
        verbose_name_plural = _("scores of calls")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["source_system", "external_id"], name="call_score_arrives_once"),
            models.CheckConstraint(condition=Q(anger__gte=0, anger__lte=1), name="call_score_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.anger:.2f}"


class TextMark(models.Model):
    """How far what customers said was looked at for anger; one row.

    Lines of the log up to `entry` are done. From `next_at` on, so much later that no line before it can still
    appear, the mark moves to `next_entry`.
    """

    entry = models.PositiveBigIntegerField(default=0)
    next_entry = models.PositiveBigIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mark of texts")
        verbose_name_plural = _("marks of texts")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_mark_of_texts"),
            models.CheckConstraint(condition=Q(entry__lte=models.F("next_entry")), name="text_mark_goes_on"),
        ]

    def __str__(self) -> str:
        return str(self.entry)
