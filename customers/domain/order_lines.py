"""Positions of an order: what each comes to, and all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.errors import DomainError
from customers.domain.changes import ensure_known, ensure_valid
from customers.models import Order, OrderLine, Price, Product
from customers.rules import ensure_amount

LINE_FIELDS = ("product", "description", "quantity", "unit_price", "discount")
_CENT = Decimal("0.01")


def build_lines(lines: Sequence[Mapping[str, Any]], *, currency: str, on: date) -> list[OrderLine]:
    """Return unsaved lines with their amounts; a price left out is the list price of `on`.

    Refuses products that are not on sale, lines without product and description, missing prices and
    values out of range; field errors are named `lines.<place>.<field>`.
    """
    return [_line(place, data, currency, on) for place, data in enumerate(lines)]


def _line(place: int, data: Mapping[str, Any], currency: str, on: date) -> OrderLine:
    ensure_known(data, LINE_FIELDS)
    product: Product | None = data.get("product")
    description = data.get("description") or ""
    if product is None and not description:
        raise _line_error(place, "description", _("Name a product or describe the position."))
    if product is not None and not product.is_active:
        raise _line_error(place, "product", _("“%(product)s” is no longer on sale.") % {"product": product})
    price = data.get("unit_price")
    if price is None:
        price = _list_price(place, product, currency, on)
    quantity, discount = Decimal(data.get("quantity", 1)), Decimal(data.get("discount") or 0)
    line = OrderLine(
        product=product,
        description=description,
        quantity=quantity,
        unit_price=Decimal(price),
        discount=discount,
    )
    _ensure_line(place, line)
    line.amount = (quantity * line.unit_price * (100 - discount) / 100).quantize(_CENT, ROUND_HALF_UP)
    ensure_amount(line.amount, f"lines.{place}.unit_price")
    return line


def _list_price(place: int, product: Product | None, currency: str, on: date) -> Decimal:
    found = None if product is None else Price.objects.in_force(product, currency, on)
    if found is None:
        raise _line_error(place, "unit_price", _("There is no list price in this currency: enter the price."))
    return found


def _ensure_line(place: int, line: OrderLine) -> None:
    if not 0 <= line.discount <= 100:
        raise _line_error(place, "discount", _("The discount lies between 0 and 100 %."))
    if line.quantity <= 0:
        raise _line_error(place, "quantity", _("The quantity must be above 0."))
    if line.unit_price < 0:
        raise _line_error(place, "unit_price", _("A price is not negative."))
    try:
        ensure_valid(line, ["description", "quantity", "unit_price", "discount"])
    except DomainError as error:
        field, text = next(iter(error.fields.items()))
        raise _line_error(place, field, text) from error


def _line_error(place: int, field: str, text: str) -> DomainError:
    return DomainError(
        "line_invalid",
        _("Line %(line)d: %(text)s") % {"line": place + 1, "text": text},
        fields={f"lines.{place}.{field}": text},
    )


def sum_of(lines: Sequence[OrderLine], stated: Decimal | None) -> Decimal:
    """Return what the lines come to. Refuses a stated amount that says something else."""
    total = sum((line.amount for line in lines), Decimal(0))
    if stated is not None and stated != total:
        raise DomainError(
            "amount_differs",
            _("The lines come to %(total)s.") % {"total": f"{total:,}"},
            fields={"amount": _("The amount differs from the sum of the lines.")},
        )
    return total


def replace_lines(order: Order, lines: Sequence[OrderLine]) -> None:
    """Put these lines in the place of the order's lines."""
    order.lines.all().delete()
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)


def lines_as_text(lines: Sequence[OrderLine]) -> list[str]:
    """Return the lines as the audit table holds them."""
    return [f"{line} × {line.quantity.normalize():f} = {line.amount}" for line in lines]
