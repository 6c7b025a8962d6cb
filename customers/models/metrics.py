"""Computed figures of each customer: stored here so that lists sort by them, computed by analytics."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.customers import Customer
from customers.querysets import MetricsQuerySet


class Figures(models.Model):
    """The figures that the current row and each monthly snapshot share."""

    as_of = models.DateField(_("as of"), null=True, blank=True)
    purchase_days = models.PositiveIntegerField(_("purchase days"), default=0)
    recency_days = models.PositiveIntegerField(_("days since the last order"), null=True, blank=True)
    amount_12m = models.DecimalField(_("turnover, 12 months"), max_digits=16, decimal_places=2, default=0)
    amount_prev_12m = models.DecimalField(
        _("turnover, 12 months before"), max_digits=16, decimal_places=2, default=0
    )
    amount_total = models.DecimalField(_("turnover, all time"), max_digits=18, decimal_places=2, default=0)
    orders_12m = models.PositiveIntegerField(_("purchase days, 12 months"), default=0)
    r = models.PositiveSmallIntegerField(_("recency score"), null=True, blank=True)
    f = models.PositiveSmallIntegerField(_("frequency score"), null=True, blank=True)
    m = models.PositiveSmallIntegerField(_("monetary score"), null=True, blank=True)
    segment = models.CharField(_("segment"), max_length=40, blank=True)
    usual_gap = models.FloatField(_("usual days between orders"), null=True, blank=True)
    p_alive = models.FloatField(_("chance that the customer is still active"), null=True, blank=True)
    expected_orders_12m = models.FloatField(_("expected orders, 12 months"), null=True, blank=True)
    clv_12m = models.DecimalField(_("CLV, 12 months"), max_digits=16, decimal_places=2, null=True, blank=True)
    clv_36m = models.DecimalField(_("CLV, 36 months"), max_digits=16, decimal_places=2, null=True, blank=True)
    clv_12m_low = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    clv_12m_high = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    churn_risk = models.FloatField(_("churn risk"), null=True, blank=True)
    risk_level = models.CharField(_("risk level"), max_length=4, blank=True)
    value_at_stake = models.DecimalField(
        _("value at stake"), max_digits=16, decimal_places=2, null=True, blank=True
    )

    class Meta:
        abstract = True


class Metrics(Figures):
    """One row per customer, made with it. Empty figures: not computed yet, or nothing to compute from."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="metrics"
    )

    objects = MetricsQuerySet.as_manager()

    class Meta:
        verbose_name = _("metrics of a customer")
        verbose_name_plural = _("metrics of customers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(churn_risk__isnull=True) | models.Q(churn_risk__gte=0, churn_risk__lte=1),
                name="churn_risk_is_a_probability",
            ),
            models.CheckConstraint(
                condition=models.Q(p_alive__isnull=True) | models.Q(p_alive__gte=0, p_alive__lte=1),
                name="p_alive_is_a_probability",
            ),
        ]
        indexes = [
            # Sorts of the customer list, and the cells of the RFM map.
            models.Index(fields=["value_at_stake", "customer"], name="metrics_by_stake"),
            models.Index(fields=["churn_risk", "customer"], name="metrics_by_risk"),
            models.Index(fields=["clv_12m", "customer"], name="metrics_by_clv"),
            models.Index(fields=["amount_12m", "customer"], name="metrics_by_amount"),
            models.Index(fields=["r", "f", "m"], name="metrics_by_cell"),
            models.Index(fields=["segment"], name="metrics_by_segment"),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)


class MonthlySnapshot(Figures):
    """A customer's figures at the end of a month, and the axes of that day; this month's changes nightly."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="snapshots")
    month = models.DateField(_("month"), help_text=_("First day of the month."))
    stage = models.CharField(_("stage"), max_length=12, blank=True)
    tier = models.CharField(_("tier"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("monthly snapshot")
        verbose_name_plural = _("monthly snapshots")
        constraints = [
            models.UniqueConstraint(fields=["customer", "month"], name="one_snapshot_a_customer_and_month")
        ]
        indexes = [models.Index(fields=["month", "segment"], name="snapshot_by_segment")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month:%Y-%m}"
