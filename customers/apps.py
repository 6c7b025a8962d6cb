"""Customers: who they are and what we do with them."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Customers, contacts, interactions, products, orders, tasks and their computed figures."""

    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Offer pages in the navigation, lists for export and import, and hold the base currency."""
        from core.domain.rates import base_currency_locks
        from core.domain.sequence import follow_changes_of
        from core.help import register_topics
        from customers.access_explained import register_explainers
        from customers.files import register_files
        from customers.help_topics import TOPICS
        from customers.imports.registration import register_targets
        from customers.lists import register_lists
        from customers.notices import register_kinds
        from customers.recycling import register_recyclables
        from customers.responsibilities import register_responsibilities
        from customers.search_types import register_search
        from customers.shares import register_shares

        register_navigation()
        register_search()
        register_kinds()
        register_lists()
        register_targets()
        follow_changes_of(*followed_models())
        follow_customers()
        register_responsibilities()
        register_topics(TOPICS, group=_("Customers"))
        register_histories()
        register_shares()
        register_explainers()
        register_files()
        register_recyclables()
        base_currency_locks.append(amounts_are_stored)
        post_migrate.connect(_ensure_schedules, sender=self, dispatch_uid="customers.ensure_schedules")


def _ensure_schedules(**kwargs: Any) -> None:
    from core.domain.schedules import ensure_schedule

    ensure_schedule(
        "customers.remind-of-tasks",
        title=_("Remind people of tasks that are due or overdue"),
        task="customers.tasks.remind_of_tasks",
        every_seconds=3_600,
    )


def register_histories() -> None:
    """Let records of the package show who changed what."""
    from core.record_history import register_history
    from customers.models import Contact, Customer, Interaction, Order, Person, Product, Task

    for model in (Customer, Person, Contact, Order, Interaction, Task, Product):
        register_history(model)


def register_navigation() -> None:
    """Add the entries of the side navigation."""
    from core.navigation import Entry, SettingsCard, register, register_settings_card

    sees = {name: (f"customers.{name}", "view") for name in ("customer", "task", "order")}
    register(Entry("customers", _("Customers"), "customers:customer-list", "people", 10, sees["customer"]))
    register(Entry("tasks", _("Tasks"), "customers:task-list", "task", 15, sees["task"], tasks_due))
    register_settings_card(
        SettingsCard(
            "tags",
            _("Tags"),
            _("Words that people put on customers: named anew, or taken away."),
            "customers:tag-list",
            "tag",
            10,
            ("customers.tag", "change"),
        )
    )
    register_settings_card(
        SettingsCard(
            "products",
            _("Price list"),
            _("Courses and services, and what they cost from which day on."),
            "customers:product-list",
            "product",
            20,
            ("customers.product", "change"),
        )
    )
    register(Entry("orders", _("Sales"), "customers:order-list", "sales", 20, sees["order"]))


def tasks_due(user: Any) -> Any:
    """Return the user's own tasks that are due today or late."""
    from django.utils import timezone

    from customers.models import Task

    return Task.objects.open().filter(owner=user, due_on__lte=timezone.localdate())


def amounts_are_stored() -> bool:
    """Tell whether amounts in the base currency exist, so that another one would make them wrong."""
    from customers.models import Order

    return Order.objects.exists()


def followed_models() -> tuple[Any, ...]:
    """Return the kinds of records whose changes other systems follow."""
    from customers.models import Contact, Customer, Interaction, Order, Person, Product, Task

    return Customer, Person, Contact, Interaction, Order, Product, Task


def follow_customers() -> None:
    """Let what belongs to a customer change places with it."""
    from core.domain.sequence import follow_below
    from customers.models import Contact, Customer, Interaction, Order, Person, Task

    for model in (Order, Contact, Interaction, Task):
        follow_below(Customer, model, "customer")
    # A place is what lets somebody see a person.
    follow_below(Contact, Person, "contacts", always=True)
