"""What the watch over satisfaction remembers: its limits, and which groups are down at the moment."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.choices.foresight import GroupKind
from complaints.querysets.cases import SettingQuerySet
from customers.models.base import Recorded


class SatisfactionPolicy(Recorded):
    """From where on a fall of satisfaction is warned of; one row, made when it is first asked for."""

    days = models.PositiveSmallIntegerField(
        _("days looked at"),
        default=30,
        validators=[MinValueValidator(7), MaxValueValidator(180)],
        help_text=_("The latest answers. For one customer it is three times as long."),
    )
    days_before = models.PositiveSmallIntegerField(
        _("days before that"),
        default=180,
        validators=[MinValueValidator(30), MaxValueValidator(730)],
        help_text=_("What is usual. For one customer it is three times as long."),
    )
    least_answers = models.PositiveSmallIntegerField(
        _("answers needed"), default=5, validators=[MinValueValidator(3), MaxValueValidator(200)]
    )
    least_before = models.PositiveSmallIntegerField(
        _("answers needed before"), default=10, validators=[MinValueValidator(5), MaxValueValidator(500)]
    )
    least_fall = models.DecimalField(
        _("points of 5 that count as a fall"),
        max_digits=2,
        decimal_places=1,
        default="0.5",
        validators=[MinValueValidator(0), MaxValueValidator(4)],
    )
    false_share = models.DecimalField(
        _("share of false warnings that is borne"),
        max_digits=4,
        decimal_places=3,
        default="0.010",
        validators=[MinValueValidator(Decimal("0.001")), MaxValueValidator(Decimal("0.2"))],
        help_text=_("Of one night's findings, over all groups looked at. Smaller: fewer warnings, later."),
    )

    objects = SettingQuerySet.as_manager()

    class Meta:
        verbose_name = _("limits of falling satisfaction")
        verbose_name_plural = _("limits of falling satisfaction")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> SatisfactionPolicy:
        """Return the row."""
        found: SatisfactionPolicy = cls.objects.get_or_create(pk=1)[0]
        return found


class SatisfactionFall(models.Model):
    """A group whose satisfaction fell. Until it recovered, the same fall is not warned of again."""

    group = models.CharField(_("group"), max_length=10, choices=GroupKind)
    key = models.CharField(max_length=40)
    episode = models.PositiveIntegerField(default=1)
    fallen_at = models.DateTimeField(_("fell"), default=timezone.now)
    recovered_at = models.DateTimeField(_("recovered"), null=True, blank=True)

    class Meta:
        verbose_name = _("fall of satisfaction")
        verbose_name_plural = _("falls of satisfaction")
        constraints = [
            models.UniqueConstraint(fields=["group", "key"], name="one_row_a_group_that_fell"),
            models.CheckConstraint(
                condition=models.Q(recovered_at__isnull=True)
                | models.Q(recovered_at__gte=models.F("fallen_at")),
                name="recovered_after_it_fell",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.key} #{self.episode}"
