"""Products and their list prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.choices import AuditAction
from core.domain.audit import record
from core.domain.versions import ensure_fresh, locked
from core.errors import Conflict, DomainError
from core.models import User
from customers.domain.changes import ensure_known, ensure_valid, write_changes
from customers.models import OrderLine, Price, Product
from customers.rules import ensure_amount, ensure_day
from customers.standardise import half_width

PRODUCT_FIELDS = ("code", "name", "kind", "unit", "description", "is_active")


@transaction.atomic
def create_product(data: Mapping[str, Any], *, by: User | None) -> Product:
    """Put a product on the list. Refuses a code that is taken."""
    ensure_known(data, PRODUCT_FIELDS)
    product = Product(**_standardised(data), created_by=by)
    ensure_valid(product, {*data, "code", "name"})
    _ensure_code_is_free(product)
    try:
        with transaction.atomic():
            product.save(force_insert=True)
    except IntegrityError:
        _ensure_code_is_free(product)
        raise
    record(AuditAction.CREATED, by=by, subject=product)
    return product


def _standardised(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: half_width(value or "") if key in {"code", "name", "unit"} else value
        for key, value in data.items()
    }


def _ensure_code_is_free(product: Product) -> None:
    if Product.objects.filter(code=product.code).exclude(pk=product.pk).exists():
        raise Conflict(
            "code_taken", _("Another product has this code."), fields={"code": _("This code is taken.")}
        )


@transaction.atomic
def update_product(
    product: Product, data: Mapping[str, Any], *, by: User | None, version: int | None = None
) -> Product:
    """Write the fields that differ; taking a product off sale is `is_active` False. Refuses a taken code."""
    ensure_known(data, PRODUCT_FIELDS)
    stored = locked(product)
    ensure_fresh(stored, version)
    values = _standardised(data)
    if "code" in values:
        _ensure_code_is_free(Product(pk=stored.pk, code=values["code"]))
    write_changes(stored, values, by=by, at=timezone.now())
    return stored


@transaction.atomic
def delete_product(product: Product, *, by: User | None, version: int | None = None) -> None:
    """Remove a product that was never sold.

    Refuses one that stands in orders (take it off sale instead), and a stale `version`.
    """
    stored = locked(product)
    ensure_fresh(stored, version)
    if OrderLine.objects.filter(product=stored).exists():
        raise Conflict(
            "product_used",
            _("“%(name)s” stands in orders. Take it off sale instead.") % {"name": stored.name},
        )
    Product.objects.filter(pk=stored.pk).delete()
    record(AuditAction.DELETED, by=by, subject=stored)


@transaction.atomic
def set_price(
    product: Product, *, currency: str, amount: Decimal, valid_from: date, by: User | None
) -> Price:
    """Set the list price in this currency from a day on; the same day's price is replaced."""
    ensure_day(valid_from, "valid_from")
    ensure_amount(amount)
    if amount < 0:
        raise DomainError(
            "negative_amount", _("A price is not negative."), fields={"amount": _("This is negative.")}
        )
    stored = locked(product)
    price = Price.objects.filter(product=stored, currency=currency, valid_from=valid_from).first()
    old = price.amount if price is not None else None
    price = price or Price(product=stored, currency=currency, valid_from=valid_from)
    if old == amount:
        return price
    price.amount = amount
    ensure_valid(price, ["currency", "amount"])
    price.save()
    changes = {
        "amount": (old, amount),
        "currency": (currency, currency),
        "valid_from": (valid_from, valid_from),
    }
    record(AuditAction.CHANGED, by=by, subject=stored, changes=changes)
    return price


@transaction.atomic
def delete_price(price: Price, *, by: User | None) -> None:
    """Remove a list price; orders keep the price they were made with."""
    changes = {
        "amount": (price.amount, None),
        "currency": (price.currency, None),
        "valid_from": (price.valid_from, None),
    }
    record(AuditAction.CHANGED, by=by, subject=price.product, changes=changes)
    price.delete()
