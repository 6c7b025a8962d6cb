"""What may be done with the records of the package, whoever asks. Rights of people are in `rights.py`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from core.access import can, holds, reach_of
from core.errors import Conflict, DomainError
from core.lent import NOTHING, lent_to
from core.models import User
from core.roles import Reach
from customers.choices import ORDER_MOVES, TASK_MOVES, OrderKind, OrderState
from customers.models import Customer, Order, Person, Task

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
    if by is None or _reaches(by, "view", Customer, customer, lent=False):
        return False
    return _reaches(by, "view", Customer, customer)


def ensure_may_add(model: type[Model], customer: Customer, *, by: User | None) -> None:
    """Refuse a new record below a customer that is lent for other things than that."""
    if by is not None and is_only_lent(by, customer) and not _reaches(by, "add", model, customer):
        text = _("This customer is shared with you: you cannot add to it.")
        raise DomainError("only_lent", text, fields={"customer": text}, status=403)


def ensure_not_taken(old: Customer, new: Customer, *, by: User | None) -> None:
    """Refuse to move something from a customer that is lent to one that is the person's own."""
    if is_only_lent(by, old) and not is_only_lent(by, new):
        text = _("What belongs to a customer that is only lent to you stays there.")
        raise DomainError("only_lent", text, fields={"customer": text}, status=403)


def ensure_not_borrowed(person: Person, customer: Customer, *, by: User | None) -> None:
    """Refuse to tie a person, reached only through what is lent, to a customer of one's own."""
    if by is None or reach_of(by, Person) in {None, Reach.ALL} or lent_to(by) == NOTHING:
        return
    if is_only_lent(by, customer):
        return
    rows = Person.objects.filter(pk=person.pk)
    if rows.in_reach(by).exists() and not rows.reached(by, "view", lent_for="").exists():
        text = _("This person belongs to a customer that is only lent to you.")
        raise DomainError("only_lent", text, fields={"person": text}, status=403)


def _reaches(by: User, action: str, model: type[Model], customer: Customer, *, lent: bool = True) -> bool:
    owner, team = customer.owner_id, customer.team_id
    return holds(by, action, model, owner_id=owner, team_id=team, root_id=customer.pk, lent=lent)


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
