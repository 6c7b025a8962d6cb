"""What administrators decide about scoring: segment maps, and one policy."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.choices import PurchaseModelKey, RfmWindow, Uses
from analytics.querysets import PolicyQuerySet, SegmentMapQuerySet

_NOT_NEGATIVE = MinValueValidator(Decimal(0))
_SHARE = [_NOT_NEGATIVE, MaxValueValidator(Decimal(1))]


class Edited(models.Model):
    """Who changed a setting last, and how often it was changed (for lost-update checks)."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("changed by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        abstract = True


class SegmentMap(Edited):
    """Which segment each RFM cell belongs to. No standard exists, so it is data that people edit."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=100)
    uses = models.CharField(_("scores used"), max_length=3, choices=Uses, default=Uses.RF)
    # {"54": "champions"} or {"545": "champions"}; `domain.segment_maps` keeps every cell filled.
    cells = models.JSONField(_("cells"), default=dict)
    is_active = models.BooleanField(_("in use"), default=False)

    objects = SegmentMapQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment map")
        verbose_name_plural = _("segment maps")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="one_segment_map_is_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScoringPolicy(Edited):
    """How customers are scored and when they are warned about. There is exactly one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    model = models.CharField(
        _("purchase model"), max_length=10, choices=PurchaseModelKey, default=PurchaseModelKey.MBG_NBD
    )
    discount_per_month = models.DecimalField(
        _("discount per month"), max_digits=6, decimal_places=4, default=Decimal("0.0100"), validators=_SHARE
    )
    margin_share = models.DecimalField(
        _("margin share"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("1.0000"),
        validators=_SHARE,
        help_text=_("1 shows turnover; 0.35 shows a margin of 35% of turnover."),
    )
    rfm_window = models.CharField(
        _("orders that count for F and M"), max_length=3, choices=RfmWindow, default=RfmWindow.ALL
    )
    window_percentile = models.FloatField(
        _("share of gaps inside the window"),
        default=0.85,
        validators=[MinValueValidator(0.5), MaxValueValidator(0.99)],
        help_text=_("W is the number of days within which this share of all gaps between orders ended."),
    )
    window_min = models.PositiveSmallIntegerField(
        _("shortest window, days"), default=30, validators=[MinValueValidator(7)]
    )
    window_max = models.PositiveSmallIntegerField(
        _("longest window, days"), default=365, validators=[MaxValueValidator(1095)]
    )
    risk_high = models.FloatField(
        _("high risk from"), default=0.7, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    risk_mid = models.FloatField(
        _("medium risk from"), default=0.4, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    min_risk = models.FloatField(
        _("warn from a risk of"), default=0.5, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    min_stake = models.DecimalField(
        _("warn from a value at stake of"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[_NOT_NEGATIVE],
        help_text=_("Empty: the fifth of customers with the most at stake."),
    )
    min_purchase_days = models.PositiveSmallIntegerField(
        _("purchase days before a warning"), default=3, validators=[MinValueValidator(2)]
    )
    silence_factor = models.FloatField(
        _("silent for how many usual gaps"),
        default=1.5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
    )
    lost_after_windows = models.FloatField(
        _("lost after how many windows of silence"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("Customers silent for longer get no new warning; open ones are proposed as lost."),
    )
    max_new_per_owner = models.PositiveSmallIntegerField(
        _("new warnings per owner and night"), default=20, validators=[MinValueValidator(1)]
    )

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("scoring policy")
        verbose_name_plural = _("scoring policy")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="scoring_policy_is_one_row"),
            models.CheckConstraint(
                condition=Q(window_min__lte=F("window_max")),
                name="window_limits_are_in_order",
                violation_error_message=_("The shortest window is longer than the longest."),
            ),
            models.CheckConstraint(
                condition=Q(risk_mid__lte=F("risk_high")),
                name="risk_levels_are_in_order",
                violation_error_message=_("Medium risk begins above high risk."),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> ScoringPolicy:
        """Return the one row, made with its defaults on first use."""
        found: ScoringPolicy = cls.objects.get_or_create(pk=1)[0]
        return found
