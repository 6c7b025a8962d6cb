"""What the nightly run finds out: the fitted model, and the figures that dashboards read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.choices import Period, PurchaseModelKey
from analytics.querysets import KpiQuerySet, ModelFitQuerySet
from core.models import Team
from customers.models import Tag


class ModelFit(models.Model):
    """The model fitted as of one day, and what is known about how good it is.

    `parameters` is empty where there were too few data; `a` and `b` are absent where no drop-out shows.
    """

    as_of = models.DateField(_("as of"), unique=True)
    model = models.CharField(_("purchase model"), max_length=10, choices=PurchaseModelKey)
    n = models.PositiveIntegerField(_("customers with orders"))
    repeaters = models.PositiveIntegerField(_("customers with repeat orders"))
    is_fitted = models.BooleanField(_("fitted"))
    dropout_visible = models.BooleanField(_("drop-out can be seen"), default=False)
    parameters = models.JSONField(_("parameters"), default=dict)
    covariance = models.JSONField(default=list)
    log_likelihood = models.FloatField(_("log-likelihood"), null=True, blank=True)
    spend = models.JSONField(_("spend model"), default=dict)
    window_days = models.PositiveSmallIntegerField(_("window W, days"), null=True, blank=True)
    # Backtest, correlation of frequency and value, ranges of the RFM scores, thresholds used.
    diagnostics = models.JSONField(_("diagnostics"), default=dict)

    objects = ModelFitQuerySet.as_manager()

    class Meta:
        verbose_name = _("fitted model")
        verbose_name_plural = _("fitted models")
        ordering = ["-as_of"]

    def __str__(self) -> str:
        return f"{self.get_model_display()} {self.as_of:%Y-%m-%d}"


class KpiValue(models.Model):
    """One figure on one day for one scope; the only thing a dashboard reads.

    `scope` is "all", "team:3" (that team and those below), "tag:5" or "team:3+tag:5"; `team` and `tag`
    say the same as keys. `key` tells bars of one chart apart. `before` is the same figure of the period
    before, `change_low` to `change_high` the 95 % interval of the change.
    """

    kpi = models.CharField(_("figure"), max_length=30)
    on = models.DateField(_("as of"))
    period = models.CharField(_("period"), max_length=4, choices=Period, blank=True)
    scope = models.CharField(_("scope"), max_length=50, default="all")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(_("part"), max_length=40, blank=True)
    value = models.FloatField(_("value"), null=True, blank=True)
    n = models.PositiveIntegerField("n", default=0)
    low = models.FloatField(_("lower limit"), null=True, blank=True)
    high = models.FloatField(_("upper limit"), null=True, blank=True)
    before = models.FloatField(_("period before"), null=True, blank=True)
    change_low = models.FloatField(null=True, blank=True)
    change_high = models.FloatField(null=True, blank=True)

    objects = KpiQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [
            # Its index also serves the dashboard: one scope, one day, all figures.
            models.UniqueConstraint(
                fields=["scope", "on", "kpi", "period", "key"], name="kpi_value_is_one_row"
            ),
        ]
        indexes = [
            # Sparklines: one figure over the days.
            models.Index(fields=["scope", "kpi", "period", "on"], name="kpi_over_time"),
        ]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.kpi} {self.scope}"
