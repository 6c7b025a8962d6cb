"""What lies in the demo company's recycle bin: a customer entered twice, and an order by mistake."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.models import User
from customers.domain.customers import create_customer, delete_customer
from customers.domain.order_states import delete_order
from customers.domain.orders import create_order
from customers.models import Customer


def make_bin(users: dict[str, User], *, today: date) -> None:
    """Enter both and delete them again."""
    seller, manager = users["sales"], users["manager"]
    known = Customer.objects.live().filter(owner=seller).order_by("pk").first()
    if known is None:
        return
    twice = create_customer({"name": f"{known.name}（重复录入）", "city": known.city}, by=seller)
    delete_customer(twice, by=manager)
    values = {"ordered_on": today, "amount": Decimal(5200), "state": "draft", "note": "下错客户，作废"}
    delete_order(create_order(known, values, by=seller), by=manager)
