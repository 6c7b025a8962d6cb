"""Orders and refunds, and their roll-ups by day and by customer."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.choices import Currency
from customers.choices import OrderKind, OrderState
from customers.models.base import Foreign, Recorded, Recyclable, external_identity
from customers.models.customers import Customer
from customers.models.products import Product
from customers.querysets import OrderDayQuerySet, OrderQuerySet, OrderTotalsQuerySet


class Order(Recorded, Recyclable, Foreign):
    """An order, or a refund with a negative amount."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="orders"
    )
    number = models.CharField(_("number"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=OrderKind, default=OrderKind.ORDER)
    state = models.CharField(_("state"), max_length=10, choices=OrderState, default=OrderState.CONFIRMED)
    ordered_on = models.DateField(_("date"))
    # The day on which the amount counts: a refund counts on the day of the order it gives back.
    counts_on = models.DateField(_("counts on"), editable=False)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.CNY)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    # Rate of the day of the order: base currency for one unit of `currency`.
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8, default=1, editable=False)
    amount_base = models.DecimalField(
        _("amount in base currency"), max_digits=16, decimal_places=2, editable=False
    )
    seats = models.PositiveIntegerField(
        _("seats"), null=True, blank=True, validators=[MaxValueValidator(1_000_000)]
    )
    refund_of = models.ForeignKey(
        "self",
        verbose_name=_("refund of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="refunds",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sold by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            *external_identity("order"),
            models.CheckConstraint(
                condition=models.Q(kind=OrderKind.ORDER, amount__gte=0, refund_of__isnull=True)
                | models.Q(kind=OrderKind.REFUND, amount__lte=0),
                name="order_amount_has_the_sign_of_its_kind",
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="order_rate_is_positive"),
            models.CheckConstraint(
                condition=models.Q(ordered_on__gte="1990-01-01", ordered_on__lt="2100-01-01"),
                name="order_date_is_sane",
            ),
        ]
        indexes = [
            # The roll-ups of a customer's day are recomputed from here.
            models.Index(fields=["customer", "counts_on"], name="order_of_customer_day"),
            # Sorts of the order list.
            models.Index(fields=["ordered_on", "id"], name="order_by_date"),
            models.Index(fields=["amount_base", "id"], name="order_by_amount"),
            models.Index(fields=["customer", "-ordered_on", "-id"], name="order_of_customer"),
            # The recycle bin is small; the list above it is not.
            models.Index(
                fields=["deleted_at", "id"],
                name="order_deleted",
                condition=models.Q(deleted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The page of the order."""
        return reverse("customers:order-detail", args=[self.pk])


class OrderLine(models.Model):
    """One position of an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(
        Product,
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="order_lines",
    )
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2, default=1)
    unit_price = models.DecimalField(_("unit price"), max_digits=14, decimal_places=2)
    discount = models.DecimalField(_("discount, %"), max_digits=5, decimal_places=2, default=0)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0), name="order_line_quantity_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(discount__gte=0, discount__lte=100), name="order_line_discount_is_percent"
            ),
        ]

    def __str__(self) -> str:
        return self.description or str(self.product)


class OrderDay(models.Model):
    """A customer's confirmed orders of one day in base currency, refunds netted."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="order_days")
    day = models.DateField(_("day"))
    orders = models.PositiveIntegerField(_("orders not given back in full"))
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)

    objects = OrderDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("day of orders")
        verbose_name_plural = _("days of orders")
        constraints = [models.UniqueConstraint(fields=["customer", "day"], name="one_row_a_customer_and_day")]
        # Windows over all customers (revenue of a month) read by day.
        indexes = [models.Index(fields=["day", "customer"], name="order_days_by_day")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.day}"


class OrderTotals(models.Model):
    """What the nightly run needs of a customer's orders: one row, recomputed from the days under lock.

    A purchase day is a day with at least one order that was not given back in full.
    """

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="totals"
    )
    first_day = models.DateField(_("first order"), null=True, blank=True)
    last_day = models.DateField(_("last order"), null=True, blank=True)
    purchase_days = models.PositiveIntegerField(_("purchase days"), default=0)
    orders = models.PositiveIntegerField(_("orders"), default=0)
    amount = models.DecimalField(_("turnover"), max_digits=18, decimal_places=2, default=0)
    # Turnover of the purchase days after the first: the spend that Gamma-Gamma is fitted to.
    repeat_amount = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    # Median days between purchase days; None below three purchase days.
    usual_gap = models.FloatField(_("usual days between orders"), null=True, blank=True)
    last_gap = models.PositiveIntegerField(null=True, blank=True)

    objects = OrderTotalsQuerySet.as_manager()

    class Meta:
        verbose_name = _("order totals")
        verbose_name_plural = _("order totals")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(purchase_days=0, first_day__isnull=True, last_day__isnull=True)
                | models.Q(purchase_days__gt=0, first_day__lte=models.F("last_day")),
                name="order_totals_have_days_when_they_have_orders",
            ),
        ]
        indexes = [
            models.Index(fields=["last_day", "customer"], name="totals_by_last_day"),
            models.Index(fields=["amount", "customer"], name="totals_by_amount"),
        ]

    def __str__(self) -> str:
        return str(self.customer_id)
