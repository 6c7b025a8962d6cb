"""Churn warnings: who is about to leave, why, what is at stake, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.choices import UNCLOSED, DismissReason, RiskLevel, SuggestedAction, WarningState
from analytics.querysets import WarningMoveQuerySet, WarningQuerySet
from customers.models import Customer, Task


class ChurnWarning(models.Model):
    """One warning about one customer.

    `evidence` is what the rule saw when the warning was raised and never changes; risk, reasons and
    value at stake are those of `as_of`, the last run that looked at it.
    """

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="warnings"
    )
    opened_on = models.DateField(_("raised"))
    as_of = models.DateField(_("as of"))
    state = models.CharField(_("state"), max_length=10, choices=WarningState, default=WarningState.OPEN)
    risk = models.FloatField(_("churn risk"))
    level = models.CharField(_("risk level"), max_length=4, choices=RiskLevel)
    value_at_stake = models.DecimalField(_("value at stake"), max_digits=16, decimal_places=2)
    stake_low = models.DecimalField(max_digits=16, decimal_places=2)
    stake_high = models.DecimalField(max_digits=16, decimal_places=2)
    window_days = models.PositiveSmallIntegerField(_("window W, days"))
    # [{"code": …, "params": {…}, "weight": points or null}], put into words by `reasons.py`.
    reasons = models.JSONField(_("reasons"), default=list)
    suggested_action = models.CharField(_("suggested action"), max_length=20, choices=SuggestedAction)
    evidence = models.JSONField(_("evidence"), default=dict)
    looks_lost = models.BooleanField(_("proposed as lost"), default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    task = models.ForeignKey(
        Task, verbose_name=_("task"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    opened_at = models.DateTimeField(_("raised at"), default=timezone.now)
    contacted_at = models.DateTimeField(_("contacted"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("closed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    dismiss_reason = models.CharField(_("reason"), max_length=12, choices=DismissReason, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = WarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("churn warning")
        verbose_name_plural = _("churn warnings")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state__in=UNCLOSED), name="customer_has_one_unclosed_warning"
            ),
            models.UniqueConstraint(fields=["customer", "opened_on"], name="one_warning_a_customer_and_day"),
            models.CheckConstraint(
                condition=Q(risk__gte=0, risk__lte=1), name="warning_risk_is_a_probability"
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNCLOSED, closed_at__isnull=True)
                | (~Q(state__in=UNCLOSED) & Q(closed_at__isnull=False)),
                name="warning_is_closed_when_its_state_says_so",
            ),
            models.CheckConstraint(
                condition=Q(state=WarningState.DISMISSED) & ~Q(dismiss_reason="")
                | ~Q(state=WarningState.DISMISSED) & Q(dismiss_reason=""),
                name="dismissed_warning_has_a_reason",
            ),
        ]
        indexes = [
            # Sorts of the list.
            models.Index(fields=["value_at_stake", "id"], name="warning_by_stake"),
            models.Index(fields=["risk", "id"], name="warning_by_risk"),
            models.Index(fields=["opened_on", "id"], name="warning_by_day"),
            # My day and the table by owner read only what is open; there is far more that is closed.
            models.Index(
                fields=["owner", "-value_at_stake"],
                name="warning_unclosed_of_owner",
                condition=Q(state__in=UNCLOSED),
            ),
            models.Index(fields=["closed_at"], name="warning_by_close", condition=Q(closed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.customer)

    def get_absolute_url(self) -> str:
        """The page of the warning."""
        return reverse("analytics:warning-detail", args=[self.pk])

    @property
    def is_unclosed(self) -> bool:
        """True while somebody still has to act."""
        return self.state in UNCLOSED


class WarningMove(models.Model):
    """One step in the life of a warning: by whom, when, and why."""

    warning = models.ForeignKey(ChurnWarning, on_delete=models.CASCADE, related_name="moves")
    old = models.CharField(_("from"), max_length=10, choices=WarningState, blank=True)
    new = models.CharField(_("to"), max_length=10, choices=WarningState)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=12, choices=DismissReason, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    evidence = models.JSONField(_("evidence"), default=dict)

    objects = WarningMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a warning")
        verbose_name_plural = _("steps of warnings")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.warning_id}: {self.old} → {self.new}"
