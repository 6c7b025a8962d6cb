from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.errors import DomainError
from core.models import User
from customers.domain.orders import create_order
from customers.domain.products import create_product, delete_price, delete_product, set_price, update_product
from customers.models import Customer, Price, Product

pytestmark = pytest.mark.django_db


def code_of(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_product_codes_are_unique(manager: User, audit: Any) -> None:
    product = create_product({"code": " A-1 ", "name": "Sales ＡＢＣ"}, by=manager)
    assert (product.code, product.name) == ("A-1", "Sales ABC")
    assert code_of(create_product, {"code": "A-1", "name": "X"}, by=manager) == "code_taken"
    other = create_product({"code": "A-2", "name": "X"}, by=manager)
    assert code_of(update_product, other, {"code": "A-1"}, by=manager) == "code_taken"
    assert update_product(other, {"is_active": False}, by=manager, version=1).version == 2
    assert code_of(update_product, other, {"name": "Y"}, by=manager, version=1) == "stale"
    assert len(audit(other)) == 2


def test_list_price_is_the_last_one_in_force(manager: User, audit: Any) -> None:
    product = create_product({"code": "A", "name": "A"}, by=manager)
    for day, amount in ((date(2026, 1, 1), 100), (date(2026, 7, 1), 120)):
        set_price(product, currency="CNY", amount=Decimal(amount), valid_from=day, by=manager)
    price = Price.objects.in_force
    assert price(product, "CNY", date(2025, 12, 31)) is None
    assert price(product, "CNY", date(2026, 6, 30)) == 100
    assert price(product, "CNY", date(2026, 7, 1)) == 120
    assert price(product, "USD", date(2026, 7, 1)) is None
    replaced = set_price(
        product, currency="CNY", amount=Decimal(130), valid_from=date(2026, 7, 1), by=manager
    )
    assert Price.objects.count() == 2
    assert audit(product)[-1].changes["amount"] == ["120", "130"]
    delete_price(replaced, by=manager)
    assert price(product, "CNY", date(2026, 7, 1)) == 100


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": Decimal(-1)}, "negative_amount"),
        ({"amount": Decimal("0.001")}, "amount_too_fine"),
        ({"currency": "XXX"}, "invalid"),
        ({"valid_from": date(1800, 1, 1)}, "date_out_of_range"),
    ],
)
def test_price_refuses(manager: User, fields: dict[str, Any], code: str) -> None:
    product = create_product({"code": "A", "name": "A"}, by=manager)
    good = {"currency": "CNY", "amount": Decimal(1), "valid_from": date(2026, 1, 1)}
    assert code_of(set_price, product, **{**good, **fields}, by=manager) == code


def test_sold_product_stays(customer: Customer, manager: User) -> None:
    product = create_product({"code": "A", "name": "A"}, by=manager)
    create_order(customer, {}, lines=[{"product": product, "unit_price": Decimal(5)}], by=manager)
    assert code_of(delete_product, product, by=manager) == "product_used"
    unsold = create_product({"code": "B", "name": "B"}, by=manager)
    delete_product(unsold, by=manager)
    assert code_of(delete_product, unsold, by=manager) == "gone"
    assert list(Product.objects.all()) == [product]
