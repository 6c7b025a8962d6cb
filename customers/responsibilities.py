"""What a user may be responsible for in this package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.responsibilities import Responsibility, register_responsibility
from customers.choices import TaskState
from customers.domain.handing_over import hand_over_customers, hand_over_tasks
from customers.models import Customer, Order, Task


def register_responsibilities() -> None:
    """Register customers, open tasks and, as history, orders."""
    register_responsibility(
        Responsibility(
            "customers.customers",
            _("Customers owned"),
            10,
            lambda user: Customer.objects.live().filter(owner=user),
            _("The receiver owns them."),
            hand_over=hand_over_customers,
            action="assign",
            team_path="team",
            fields=("customers.Customer.owner",),
        )
    )
    register_responsibility(
        Responsibility(
            "customers.tasks",
            _("Open tasks"),
            20,
            lambda user: Task.objects.filter(owner=user, state=TaskState.OPEN),
            _("The receiver does them."),
            hand_over=hand_over_tasks,
            team_path="team",
            fields=("customers.Task.owner",),
        )
    )
    register_responsibility(
        Responsibility(
            "customers.orders",
            _("Orders sold"),
            60,
            lambda user: Order.objects.live().filter(owner=user),
            _("They keep who sold them."),
            fields=("customers.Order.owner",),
        )
    )
