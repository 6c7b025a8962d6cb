"""What is sold, and for how much."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from customers.choices import ProductKind
from customers.models.base import Recorded
from customers.querysets import PriceQuerySet, ProductQuerySet


class Product(Recorded):
    """A course, programme or service on the price list."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=15, choices=ProductKind, default=ProductKind.OPEN_COURSE)
    unit = models.CharField(_("unit"), max_length=30, blank=True, help_text=_("Seat, day, class …"))
    description = models.TextField(_("description"), blank=True)
    is_active = models.BooleanField(_("on sale"), default=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["name", "id"], name="product_by_name")]

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """The list price of a product in one currency from a day on."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.CNY)
    amount = models.DecimalField(_("price"), max_digits=14, decimal_places=2)
    valid_from = models.DateField(_("valid from"))

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["currency", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "currency", "valid_from"],
                name="one_price_a_day",
                violation_error_message=_("There is a price from this day already."),
            ),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="price_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.amount} {self.currency}"
