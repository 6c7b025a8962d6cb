"""What may be done with the records of the package, whoever asks. Rights of people are in `rights.py`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.access import can, holds
from core.errors import Conflict, DomainError
from core.models import User
from customers.choices import ORDER_MOVES, TASK_MOVES, OrderKind, OrderState
from customers.models import Customer, Order, Task

#: No single order is larger; a hundred of them still fit into the sums of one day.
MAX_AMOUNT = Decimal("999999999999.99")
#: Orders outside these days are typing errors.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)


def is_live(customer: Customer) -> bool:
    """Tell whether the customer may be worked with: neither in the recycle bin nor merged."""
    return customer.deleted_at is None and customer.merged_into_id is None


def ensure_live(customer: Customer) -> None:
    """Refuse work on a customer that is merged or in the recycle bin."""
    if customer.merged_into_id is not None:
        raise Conflict(
            "customer_merged", _("“%(name)s” was merged into another customer.") % {"name": customer.name}
        )
    if customer.deleted_at is not None:
        raise Conflict(
            "customer_deleted",
            _("“%(name)s” is in the recycle bin. Restore it first.") % {"name": customer.name},
        )


def can_be_owner(user: User) -> bool:
    """Tell whether records and tasks may be given to the user."""
    return user.is_active


def ensure_can_be_owner(user: User | None) -> None:
    """Refuse an owner who can no longer sign in."""
    if user is not None and not can_be_owner(user):
        raise DomainError(
            "owner_inactive",
            _("%(name)s can no longer sign in.") % {"name": user},
            fields={"owner": _("Choose somebody who can sign in.")},
        )


def can_hand_over(by: User | None, owner: User | None) -> bool:
    """Tell whether `by` may make `owner` (None: some team) responsible: oneself, or whom one may assign."""
    return by is None or (owner is not None and owner.pk == by.pk) or can(by, "assign", Customer)


def is_only_lent(by: User | None, customer: Customer) -> bool:
    """Tell whether `by` reaches the customer only because it was shared, or for somebody absent."""
    if by is None:
        return False

    def reaches(*, lent: bool) -> bool:
        owner, team = customer.owner_id, customer.team_id
        return holds(by, "change", Customer, owner_id=owner, team_id=team, root_id=customer.pk, lent=lent)

    return not reaches(lent=False) and reaches(lent=True)


def can_move_order(order: Order, state: str) -> bool:
    """Tell whether the order may go to `state`."""
    return order.deleted_at is None and state in ORDER_MOVES[order.state]


def can_be_refunded(order: Order) -> bool:
    """Tell whether money of this order may be given back."""
    return order.kind == OrderKind.ORDER and order.state == OrderState.CONFIRMED and order.deleted_at is None


def can_move_task(task: Task, state: str) -> bool:
    """Tell whether the task may go to `state`."""
    return state in TASK_MOVES[task.state]


def ensure_day(day: Any, field: str) -> None:
    """Refuse dates that only a typing error explains."""
    if not isinstance(day, date) or not FIRST_DAY <= day <= LAST_DAY:
        raise DomainError(
            "date_out_of_range",
            _("The date must lie between 1990 and 2099."),
            fields={field: _("Between 1990-01-01 and 2099-12-31.")},
        )


def ensure_amount(amount: Decimal, field: str = "amount") -> None:
    """Refuse what no order amounts to: not a number, parts of a cent, or more than the sums can hold."""
    if not amount.is_finite():
        raise DomainError(
            "amount_not_a_number", _("The amount is not a number."), fields={field: _("Enter a number.")}
        )
    if abs(amount) > MAX_AMOUNT:
        raise DomainError(
            "amount_too_large",
            _("The amount is larger than %(most)s.") % {"most": f"{MAX_AMOUNT:,}"},
            fields={field: _("This is too large.")},
        )
    if amount != round(amount, 2):
        raise DomainError(
            "amount_too_fine",
            _("Amounts have at most two decimals."),
            fields={field: _("At most two decimals.")},
        )
