"""Parents and branches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max, Min, Sum
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.models import Counter, User
from customers.models import Customer
from customers.rules import ensure_live

#: Deeper trees than this do not exist; the bound keeps a damaged one from being walked for ever.
_DEEPEST = 50


@dataclass(frozen=True)
class FamilyTotals:
    """Sums over a customer and all live branches below it that the reader may see."""

    customers: int
    orders: int
    amount: Decimal
    amount_12m: Decimal
    clv_12m: Decimal | None
    first_day: date | None
    last_day: date | None


def family_ids(customer: Customer) -> list[int]:
    """Return the ids of the customer and of all live branches below it: one query a level."""
    found, level = [customer.pk], [customer.pk]
    for _depth in range(_DEEPEST):
        below = Customer.objects.live().filter(parent__in=level).values_list("pk", flat=True)
        level = sorted(set(below) - set(found))
        if not level:
            break
        found.extend(level)
    return found


def family_totals(customer: Customer, *, user: User | None = None) -> FamilyTotals:
    """Return the orders of the customer and its branches, added up; of what `user` may see when given."""
    rows = Customer.objects.filter(pk__in=family_ids(customer))
    if user is not None:
        rows = rows.visible_to(user)
    sums = rows.aggregate(
        orders=Sum("totals__orders"),
        amount=Sum("totals__amount"),
        amount_12m=Sum("metrics__amount_12m"),
        clv_12m=Sum("metrics__clv_12m"),
        first_day=Min("totals__first_day"),
        last_day=Max("totals__last_day"),
    )
    zero = Decimal(0)
    return FamilyTotals(
        customers=rows.count(),
        orders=sums["orders"] or 0,
        amount=round(sums["amount"] or zero, 2),
        amount_12m=round(sums["amount_12m"] or zero, 2),
        clv_12m=sums["clv_12m"],
        first_day=sums["first_day"],
        last_day=sums["last_day"],
    )


def ensure_no_circle(customer: Customer, parent: Customer | None) -> None:
    """Refuse a parent that is the customer itself, lies below it, or is in the recycle bin.

    Moves of the tree wait for one another: two of them at once could close a circle that neither sees.
    """
    if parent is None:
        return
    Counter.objects.get_or_create(name="customer tree")
    Counter.objects.select_for_update().get(name="customer tree")
    ensure_live(parent)
    above: int | None = parent.pk
    for _depth in range(_DEEPEST):
        if above is None:
            return
        if above == customer.pk:
            break
        above = Customer.objects.filter(pk=above).values_list("parent_id", flat=True).first()
    raise DomainError(
        "parent_circle",
        _("“%(parent)s” belongs to “%(customer)s” itself.")
        % {"parent": parent.name, "customer": customer.name},
        fields={"parent": _("A customer cannot be part of its own branch.")},
    )
