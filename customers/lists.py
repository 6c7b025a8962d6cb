"""The lists of the package: columns, built-in views, what may be done to many rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.access import can
from core.lists import Column, ListDefinition, Preset, register_list
from core.mentions import plain
from customers import filters, segments, sorting
from customers.bulk import CUSTOMER_ACTIONS, TASK_ACTIONS
from customers.models import Contact, Customer, Interaction, Metrics, Order, Person, Task


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
    """Return a reader of a computed figure."""
    return _of("metrics", field)


def _nothing(row: Any) -> None:
    """The page draws this column itself."""


def _has_team(user: Any) -> bool:
    return bool(user.team_id)


def _segment(row: Any) -> Any:
    key = _figure("segment")(row)
    return dict(segments.names()).get(key, key)


def _customers(user: Any) -> QuerySet[Any]:
    rows: Any = Customer.objects.visible_to(user, "export")
    return rows.select_related(  # type: ignore[no-any-return]
        "owner", "team", "parent", "metrics", "totals"
    ).prefetch_related("tags")


CUSTOMERS = ListDefinition(
    key="customers.customer",
    title=_("Customers"),
    model=Customer,
    filterset_class=filters.CustomerFilterSet,
    rows=_customers,
    columns=[
        Column("code", _("Code"), _of("code")),
        Column("name", _("Name"), _of("name"), sort="name"),
        Column("short_name", _("Short name"), _of("short_name")),
        Column("kind", _("Kind"), _label("kind")),
        Column("credit_code", _("Unified social credit code"), _of("credit_code")),
        Column("industry", _("Industry"), _label("industry")),
        Column("size", _("Size"), _label("size")),
        Column("region", _("Region"), _of("region")),
        Column("city", _("City"), _of("city")),
        Column("address", _("Address"), _of("address"), on_page=False),
        Column("phone", _("Phone"), _of("phone"), sensitive="phone", sensitive_model=Customer),
        Column("email", _("E-mail"), _of("email"), sensitive="email", sensitive_model=Customer),
        Column("website", _("Website"), _of("website")),
        Column("source", _("Source"), _label("source")),
        Column("since", _("Customer since"), _of("since")),
        Column("parent", _("Part of"), _of("parent", "name")),
        Column("owner", _("Owner"), _of("owner", "full_name")),
        Column("team", _("Team"), _of("team", "name")),
        Column("tags", _("Tags"), lambda row: ", ".join(tag.name for tag in row.tags.all())),
        Column("stage", _("Stage"), _label("stage")),
        Column("tier", _("Tier"), _label("tier")),
        Column("relationship", _("Relationship"), _label("relationship")),
        Column("last_contact", _("Last contact"), _of("last_contact_at"), sort="contact"),
        Column("first_order", _("First order"), _of("totals", "first_day"), model=Order),
        Column("last_order", _("Last order"), _of("totals", "last_day"), sort="last_order", model=Order),
        Column("orders", _("Orders"), _of("totals", "orders"), is_number=True, model=Order),
        Column("turnover", _("Turnover"), _of("totals", "amount"), is_number=True, model=Order),
        Column(
            "amount_12m",
            _("Turnover, 12 months"),
            _figure("amount_12m"),
            sort="amount",
            is_number=True,
            model=Metrics,
        ),
        Column("segment", _("Segment"), _segment, model=Metrics),
        Column("risk", _("Churn risk"), _figure("churn_risk"), sort="risk", model=Metrics),
        Column(
            "p_alive",
            _("Chance that the customer is still active"),
            _figure("p_alive"),
            is_number=True,
            model=Metrics,
        ),
        Column("clv_12m", _("CLV, 12 months"), _figure("clv_12m"), sort="clv", is_number=True, model=Metrics),
        Column(
            "stake",
            _("Value at stake"),
            _figure("value_at_stake"),
            sort="stake",
            is_number=True,
            model=Metrics,
        ),
        Column("created", _("Created"), _of("created_at"), sort="created"),
        # Drawn by the page alone.
        Column("rhythm", _("Order rhythm, 14 months"), _nothing, model=Order, in_file=False),
        Column(
            "silent",
            _("Silent / usual"),
            _nothing,
            sort="last_order",
            is_number=True,
            model=Order,
            in_file=False,
        ),
        Column("next", _("Next action"), _nothing, in_file=False),
        Column("source_system", _("Source system"), _of("source_system")),
        Column("external_id", _("External ID"), _of("external_id")),
        Column("notes", _("Notes"), _of("notes"), on_page=False),
    ],
    sort_keys=sorting.CUSTOMER_SORTS,
    default_sort="name",
    url_name="customers:customer-list",
    default_columns=("name", "tier", "stage", "rhythm", "silent", "risk", "stake", "next", "owner"),
    presets=(
        Preset("all", _("All")),
        Preset("mine", _("Mine"), {"owner": ["@me"]}),
        Preset("team", _("My team"), {"team": ["@my-team"]}, when=_has_team),
        Preset("risk", _("At risk"), {"risk": ["high"]}, when=lambda user: can(user, "view", Metrics)),
        Preset("core", _("Core and strategic"), {"tier": ["strategic", "core"]}),
        Preset("new", _("New this month"), {"created_since": ["@this-month"]}),
    ),
    actions=CUSTOMER_ACTIONS,
)

ORDERS = ListDefinition(
    key="customers.order",
    title=_("Orders"),
    model=Order,
    filterset_class=filters.OrderFilterSet,
    columns=[
        Column("number", _("Number"), _of("number"), sort="number"),
        Column("ordered_on", _("Date"), _of("ordered_on"), sort="date"),
        Column("customer_code", _("Customer code"), _of("customer", "code")),
        Column("customer", _("Customer"), _of("customer", "name")),
        Column("kind", _("Kind"), _label("kind")),
        Column("state", _("State"), _label("state")),
        Column("amount", _("Amount"), _of("amount"), sort="amount", is_number=True),
        Column("currency", _("Currency"), _of("currency")),
        Column("rate", _("Rate"), _of("rate"), is_number=True),
        Column("amount_base", _("Amount in base currency"), _of("amount_base"), is_number=True),
        Column("seats", _("Seats"), _of("seats"), is_number=True),
        Column("refund_of", _("Refund of"), _of("refund_of", "number")),
        Column("owner", _("Sold by"), _of("owner", "full_name")),
        Column("note", _("Note"), _of("note")),
        Column("source_system", _("Source system"), _of("source_system")),
        Column("external_id", _("External ID"), _of("external_id")),
    ],
    sort_keys=sorting.ORDER_SORTS,
    default_sort="-date",
    url_name="customers:order-list",
    default_columns=("number", "customer", "ordered_on", "state", "seats", "amount", "owner"),
    presets=(
        Preset("all", _("All")),
        Preset("quarter", _("This quarter"), {"from": ["@this-quarter"]}),
        Preset("drafts", _("Drafts"), {"state": ["draft"]}),
        Preset("refunds", _("Refunds"), {"kind": ["refund"]}),
        Preset("cancelled", _("Cancelled"), {"state": ["cancelled"]}),
    ),
)

INTERACTIONS = ListDefinition(
    key="customers.interaction",
    title=_("Interactions"),
    model=Interaction,
    filterset_class=filters.InteractionFilterSet,
    columns=[
        Column("occurred_at", _("When"), _of("occurred_at"), sort="when"),
        Column("customer_code", _("Customer code"), _of("customer", "code")),
        Column("customer", _("Customer"), _of("customer", "name")),
        Column("person", _("With"), _of("person", "name")),
        Column("channel", _("Channel"), _label("channel")),
        Column("direction", _("Began"), _label("direction")),
        Column("summary", _("Summary"), _words("summary")),
        Column("body", _("Details"), _words("body"), on_page=False),
        Column("minutes", _("Minutes"), _of("minutes"), is_number=True),
        Column("by", _("By"), _of("by", "full_name")),
        Column("expectation", _("The customer expects"), _of("expectation")),
        Column("expected_by", _("Expected by"), _of("expected_by")),
        Column("next_step", _("Next step"), _words("next_step")),
        Column("next_step_on", _("Next step on"), _of("next_step_on")),
    ],
    sort_keys=sorting.INTERACTION_SORTS,
    default_sort="-when",
    url_name="customers:interaction-list",
    default_columns=("occurred_at", "customer", "channel", "person", "summary", "next_step", "by"),
    presets=(
        Preset("all", _("All")),
        Preset("mine", _("By me"), {"by": ["@me"]}),
        Preset("week", _("This week"), {"from": ["@this-week"]}),
    ),
)

TASKS = ListDefinition(
    key="customers.task",
    title=_("Tasks"),
    model=Task,
    filterset_class=filters.TaskFilterSet,
    columns=[
        Column("title", _("Title"), _of("title")),
        Column("customer_code", _("Customer code"), _of("customer", "code")),
        Column("customer", _("Customer"), _of("customer", "name")),
        Column("owner", _("Owner"), _of("owner", "full_name")),
        Column("team", _("Team"), _of("team", "name")),
        Column("due_on", _("Due"), _of("due_on"), sort="due"),
        Column("priority", _("Priority"), _label("priority")),
        Column("state", _("State"), _label("state")),
        Column("closed_at", _("Closed"), _of("closed_at")),
        Column("outcome", _("Outcome"), _of("outcome")),
        Column("action", _("Action"), _nothing, in_file=False),
        Column("note", _("Note"), _of("note")),
    ],
    sort_keys=sorting.TASK_SORTS,
    default_sort="due",
    url_name="customers:task-list",
    default_columns=("title", "customer", "due_on", "state", "owner", "action"),
    presets=(
        Preset("mine", _("Mine"), {"owner": ["@me"], "state": ["open"]}),
        Preset("team", _("My team"), {"team": ["@my-team"], "state": ["open"]}, when=_has_team),
        Preset("overdue", _("Overdue"), {"overdue": ["true"]}),
        Preset("done", _("Done"), {"state": ["done"]}),
        Preset("all", _("All")),
    ),
    actions=TASK_ACTIONS,
)

CONTACTS = ListDefinition(
    key="customers.contact",
    title=_("Contacts"),
    model=Contact,
    filterset_class=filters.ContactFilterSet,
    columns=[
        Column("person", _("Name"), _of("person", "name")),
        Column("customer_code", _("Customer code"), _of("customer", "code")),
        Column("customer", _("Customer"), _of("customer", "name")),
        Column("title", _("Job title"), _of("title")),
        Column("department", _("Department"), _of("department")),
        Column("role", _("Role in decisions"), _label("role")),
        Column("influence", _("Influence"), _label("influence")),
        Column("attitude", _("Attitude"), _label("attitude")),
        Column("is_primary", _("Main contact"), _of("is_primary")),
        Column("mobile", _("Mobile"), _of("person", "mobile"), sensitive="mobile", sensitive_model=Person),
        Column("email", _("E-mail"), _of("person", "email"), sensitive="email", sensitive_model=Person),
        Column("wechat", _("WeChat"), _of("person", "wechat"), sensitive="wechat", sensitive_model=Person),
        Column("do_not_contact", _("Do not contact"), _of("person", "do_not_contact")),
        Column("started_on", _("Since"), _of("started_on")),
        Column("ended_on", _("Until"), _of("ended_on")),
    ],
    sort_keys=sorting.CONTACT_SORTS,
    default_sort="name",
)


def register_lists() -> None:
    """Offer the lists; called when the app is ready."""
    for definition in (CUSTOMERS, ORDERS, INTERACTIONS, TASKS, CONTACTS):
        register_list(definition)
