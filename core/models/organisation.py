"""The one organisation of this installation, and its exchange rates."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import BrandColour, Currency, FactorPolicy
from core.querysets import ExchangeRateQuerySet


class Organisation(models.Model):
    """Settings that hold for everybody. There is exactly one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=150, default="Perennial")
    base_currency = models.CharField(_("base currency"), max_length=3, choices=Currency, default=Currency.CNY)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai")
    colour = models.CharField(_("colour"), max_length=10, choices=BrandColour, default=BrandColour.PINE)
    # Names the picture in `BrandLogo`; empty without one. A new picture has a new address.
    logo_digest = models.CharField(max_length=64, blank=True, editable=False)
    # Another text after each change of the lists to pick from: processes compare it with what they know.
    picklists_state = models.CharField(max_length=32, blank=True, editable=False)
    second_factor = models.CharField(
        _("second factor"), max_length=10, choices=FactorPolicy, default=FactorPolicy.OFF
    )
    # Empty: what lies there stays until somebody deletes it for good.
    recycle_days = models.PositiveSmallIntegerField(
        _("days in the recycle bin"),
        null=True,
        blank=True,
        validators=[MinValueValidator(7), MaxValueValidator(3_650)],
    )
    # Files of imports and the values before and after actions on many rows hold data of people.
    keep_run_days = models.PositiveSmallIntegerField(
        _("days for which imports and actions on many rows can be looked into"),
        default=180,
        validators=[MinValueValidator(7), MaxValueValidator(3_650)],
    )
    is_demo = models.BooleanField(_("holds demo data"), default=False, editable=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisation")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="organisation_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(recycle_days__isnull=True) | models.Q(recycle_days__range=(7, 3_650)),
                name="organisation_recycle_days_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(keep_run_days__range=(7, 3_650)),
                name="organisation_keep_run_days_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def load(cls) -> Organisation:
        """Return the one row, made with its defaults on first use."""
        found: Organisation = cls.objects.get_or_create(pk=1)[0]
        return found


class BrandLogo(models.Model):
    """The logo of the house, as it was drawn anew when it was uploaded: a PNG of some kilobytes.

    Apart from the organisation, which every request reads; in the database, so that a backup has it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    digest = models.CharField(max_length=64)
    picture = models.BinaryField()

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logos")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="logo_is_one_row")]

    def __str__(self) -> str:
        return self.digest[:12]


class ExchangeRate(models.Model):
    """What one unit of a currency is worth in the base currency from a day on."""

    currency = models.CharField(_("currency"), max_length=3, choices=Currency)
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(
        _("rate"), max_digits=18, decimal_places=8, help_text=_("Units of the base currency for one unit.")
    )

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["currency", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "valid_from"], name="one_rate_a_currency_and_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.valid_from}: {self.rate}"
