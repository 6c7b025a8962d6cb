"""The lists that may leave the house as files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet, Value
from django.utils.translation import gettext_lazy as _

from core.access import can
from core.exports import ExportColumn, ExportList, register_export
from core.mentions import plain
from customers import filters, segments, sorting
from customers.models import Contact, Customer, Interaction, Metrics, Order, Task


def _of(*path: str) -> Callable[[Any], Any]:
    """Return a reader of attributes that stops at what is not there."""

    def read(row: Any) -> Any:
        for name in path:
            row = getattr(row, name, None)
        return row

    return read


def _words(field: str) -> Callable[[Any], Any]:
    """Return a reader of a text in which colleagues may be mentioned."""
    return lambda row: plain(getattr(row, field))


def _label(field: str) -> Callable[[Any], Any]:
    """Return a reader of a choice's label."""
    return lambda row: getattr(row, f"get_{field}_display")()


def _figure(field: str) -> Callable[[Any], Any]:
    """Return a reader of a computed figure, empty for those who may not export figures."""
    return lambda row: getattr(getattr(row, "metrics", None), field, None) if row.shows_figures else None


def _segment(row: Any) -> Any:
    key = _figure("segment")(row)
    return dict(segments.names()).get(key, key)


def _customers(user: Any) -> QuerySet[Any]:
    rows: Any = Customer.objects.visible_to(user, "export")
    shown = can(user, "export", Metrics)
    return (  # type: ignore[no-any-return]
        rows.select_related("owner", "team", "parent", "metrics", "totals")
        .prefetch_related("tags")
        .annotate(shows_figures=Value(shown))
    )


CUSTOMERS = ExportList(
    key="customers.customer",
    title=_("Customers"),
    model=Customer,
    filterset_class=filters.CustomerFilterSet,
    rows=_customers,
    columns=[
        ExportColumn(_("Code"), _of("code")),
        ExportColumn(_("Name"), _of("name")),
        ExportColumn(_("Short name"), _of("short_name")),
        ExportColumn(_("Kind"), _label("kind")),
        ExportColumn(_("Unified social credit code"), _of("credit_code")),
        ExportColumn(_("Industry"), _label("industry")),
        ExportColumn(_("Size"), _label("size")),
        ExportColumn(_("Region"), _of("region")),
        ExportColumn(_("City"), _of("city")),
        ExportColumn(_("Address"), _of("address")),
        ExportColumn(_("Phone"), _of("phone")),
        ExportColumn(_("E-mail"), _of("email")),
        ExportColumn(_("Website"), _of("website")),
        ExportColumn(_("Source"), _label("source")),
        ExportColumn(_("Customer since"), _of("since")),
        ExportColumn(_("Part of"), _of("parent", "name")),
        ExportColumn(_("Owner"), _of("owner", "full_name")),
        ExportColumn(_("Team"), _of("team", "name")),
        ExportColumn(_("Tags"), lambda row: ", ".join(tag.name for tag in row.tags.all())),
        ExportColumn(_("Stage"), _label("stage")),
        ExportColumn(_("Tier"), _label("tier")),
        ExportColumn(_("Relationship"), _label("relationship")),
        ExportColumn(_("Last contact"), _of("last_contact_at")),
        ExportColumn(_("First order"), _of("totals", "first_day")),
        ExportColumn(_("Last order"), _of("totals", "last_day")),
        ExportColumn(_("Orders"), _of("totals", "orders")),
        ExportColumn(_("Turnover"), _of("totals", "amount")),
        ExportColumn(_("Turnover, 12 months"), _figure("amount_12m")),
        ExportColumn(_("Segment"), _segment),
        ExportColumn(_("Churn risk"), _figure("churn_risk")),
        ExportColumn(_("Chance that the customer is still active"), _figure("p_alive")),
        ExportColumn(_("CLV, 12 months"), _figure("clv_12m")),
        ExportColumn(_("Value at stake"), _figure("value_at_stake")),
        ExportColumn(_("Source system"), _of("source_system")),
        ExportColumn(_("External ID"), _of("external_id")),
        ExportColumn(_("Notes"), _of("notes")),
    ],
    sort_keys=sorting.CUSTOMER_SORTS,
    default_sort="name",
)

ORDERS = ExportList(
    key="customers.order",
    title=_("Orders"),
    model=Order,
    filterset_class=filters.OrderFilterSet,
    columns=[
        ExportColumn(_("Number"), _of("number")),
        ExportColumn(_("Date"), _of("ordered_on")),
        ExportColumn(_("Customer code"), _of("customer", "code")),
        ExportColumn(_("Customer"), _of("customer", "name")),
        ExportColumn(_("Kind"), _label("kind")),
        ExportColumn(_("State"), _label("state")),
        ExportColumn(_("Amount"), _of("amount")),
        ExportColumn(_("Currency"), _of("currency")),
        ExportColumn(_("Rate"), _of("rate")),
        ExportColumn(_("Amount in base currency"), _of("amount_base")),
        ExportColumn(_("Seats"), _of("seats")),
        ExportColumn(_("Refund of"), _of("refund_of", "number")),
        ExportColumn(_("Sold by"), _of("owner", "full_name")),
        ExportColumn(_("Note"), _of("note")),
        ExportColumn(_("Source system"), _of("source_system")),
        ExportColumn(_("External ID"), _of("external_id")),
    ],
    sort_keys=sorting.ORDER_SORTS,
    default_sort="-date",
)

INTERACTIONS = ExportList(
    key="customers.interaction",
    title=_("Interactions"),
    model=Interaction,
    filterset_class=filters.InteractionFilterSet,
    columns=[
        ExportColumn(_("When"), _of("occurred_at")),
        ExportColumn(_("Customer code"), _of("customer", "code")),
        ExportColumn(_("Customer"), _of("customer", "name")),
        ExportColumn(_("With"), _of("person", "name")),
        ExportColumn(_("Channel"), _label("channel")),
        ExportColumn(_("Began"), _label("direction")),
        ExportColumn(_("Summary"), _words("summary")),
        ExportColumn(_("Details"), _words("body")),
        ExportColumn(_("Minutes"), _of("minutes")),
        ExportColumn(_("By"), _of("by", "full_name")),
        ExportColumn(_("The customer expects"), _of("expectation")),
        ExportColumn(_("Expected by"), _of("expected_by")),
        ExportColumn(_("Next step"), _words("next_step")),
        ExportColumn(_("Next step on"), _of("next_step_on")),
    ],
    sort_keys=sorting.INTERACTION_SORTS,
    default_sort="-when",
)

TASKS = ExportList(
    key="customers.task",
    title=_("Tasks"),
    model=Task,
    filterset_class=filters.TaskFilterSet,
    columns=[
        ExportColumn(_("Title"), _of("title")),
        ExportColumn(_("Customer code"), _of("customer", "code")),
        ExportColumn(_("Customer"), _of("customer", "name")),
        ExportColumn(_("Owner"), _of("owner", "full_name")),
        ExportColumn(_("Team"), _of("team", "name")),
        ExportColumn(_("Due"), _of("due_on")),
        ExportColumn(_("Priority"), _label("priority")),
        ExportColumn(_("State"), _label("state")),
        ExportColumn(_("Closed"), _of("closed_at")),
        ExportColumn(_("Outcome"), _of("outcome")),
        ExportColumn(_("Note"), _of("note")),
    ],
    sort_keys=sorting.TASK_SORTS,
    default_sort="due",
)

CONTACTS = ExportList(
    key="customers.contact",
    title=_("Contacts"),
    model=Contact,
    filterset_class=filters.ContactFilterSet,
    columns=[
        ExportColumn(_("Name"), _of("person", "name")),
        ExportColumn(_("Customer code"), _of("customer", "code")),
        ExportColumn(_("Customer"), _of("customer", "name")),
        ExportColumn(_("Job title"), _of("title")),
        ExportColumn(_("Department"), _of("department")),
        ExportColumn(_("Role in decisions"), _label("role")),
        ExportColumn(_("Influence"), _label("influence")),
        ExportColumn(_("Attitude"), _label("attitude")),
        ExportColumn(_("Main contact"), _of("is_primary")),
        ExportColumn(_("Mobile"), _of("person", "mobile")),
        ExportColumn(_("E-mail"), _of("person", "email")),
        ExportColumn(_("WeChat"), _of("person", "wechat")),
        ExportColumn(_("Do not contact"), _of("person", "do_not_contact")),
        ExportColumn(_("Since"), _of("started_on")),
        ExportColumn(_("Until"), _of("ended_on")),
    ],
    sort_keys=sorting.CONTACT_SORTS,
    default_sort="name",
)


def register_exports() -> None:
    """Offer the lists; called when the app is ready."""
    for export in (CUSTOMERS, ORDERS, INTERACTIONS, TASKS, CONTACTS):
        register_export(export)
