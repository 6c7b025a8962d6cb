"""Which records of the package go to the recycle bin, and how they come back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.display import format_day
from core.models import User
from core.recycling import Recyclable, register_recyclable
from customers.domain.customers import restore_customer
from customers.domain.interactions import restore_interaction
from customers.domain.orders import restore_order
from customers.domain.persons import restore_person
from customers.models import Acquaintance, Customer, Interaction, Order, Person


def _lying(rows: Any) -> Any:
    return rows.filter(deleted_at__isnull=False)


def _below_live(rows: Any) -> Any:
    """What lies there by itself: what a deleted customer took along comes back with it."""
    return rows.filter(deleted_at__isnull=False, customer__deleted_at__isnull=True)


def _customer_back(row: Customer, by: User) -> Customer:
    return restore_customer(row, by=by)


def _order_back(row: Order, by: User) -> Order:
    return restore_order(row, by=by)


def _interaction_back(row: Interaction, by: User) -> Interaction:
    return restore_interaction(row, by=by)


def _person_back(row: Person, by: User) -> Person:
    return restore_person(row, by=by)


def _nothing_more(_row: Any) -> str:
    return ""


def _people_of(row: Customer) -> Any:
    """Whoever holds or held a place there: without another one, a talk or a case nobody knows them."""
    return Person.objects.filter(contacts__customer=row).distinct()


def register_recyclables() -> None:
    """Register customers, persons, orders and interactions."""
    register_recyclable(
        Recyclable(
            Customer, _("Customers"), "people", 10, "restore", lambda rows: rows.deleted(), _customer_back,
            lambda row: " · ".join(filter(None, [row.code, row.city])),
            along=_people_of,
        )
    )  # fmt: skip
    register_recyclable(
        Recyclable(
            Person,
            _("People"),
            "user",
            20,
            "change",
            _lying,
            _person_back,
            _nothing_more,
            ties=(Acquaintance,),
        )
    )
    register_recyclable(
        Recyclable(
            Order, _("Orders"), "sales", 30, "delete", _below_live, _order_back,
            lambda row: f"{row.customer.name} · {format_day(row.ordered_on)}", ("customer", "refund_of"),
        )
    )  # fmt: skip
    register_recyclable(
        Recyclable(
            Interaction, _("Interactions"), "chat", 40, "delete", _below_live, _interaction_back,
            lambda row: f"{row.customer.name} · {row.get_channel_display()}", ("customer",),
        )
    )  # fmt: skip
