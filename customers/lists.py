"""The lists of the package: columns, built-in views, what may be done to many rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.access import can
from core.lists import Column, ListDefinition, Preset, has_team, label, of, register_list
from core.mentions import plain
from core.models import Organisation
from customers import filters, segments, sorting
from customers.bulk import CUSTOMER_ACTIONS, TASK_ACTIONS
from customers.models import Contact, Customer, Interaction, Metrics, Order, Person, Price, Product, Task


def _words(field: str) -> Callable[[Any], Any]:
    """Return a reader of a text in which colleagues may be mentioned."""
    return lambda row: plain(getattr(row, field))


def _figure(field: str) -> Callable[[Any], Any]:
    """Return a reader of a computed figure."""
    return of("metrics", field)


def _nothing(row: Any) -> None:
    """The page draws this column itself."""


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
        Column("code", _("Code"), of("code")),
        Column("name", _("Name"), of("name"), sort="name"),
        Column("short_name", _("Short name"), of("short_name")),
        Column("kind", _("Kind"), label("kind")),
        Column("credit_code", _("Unified social credit code"), of("credit_code")),
        Column("industry", _("Industry"), label("industry")),
        Column("size", _("Size"), label("size")),
        Column("region", _("Region"), of("region")),
        Column("city", _("City"), of("city")),
        Column("address", _("Address"), of("address"), on_page=False),
        Column("phone", _("Phone"), of("phone"), sensitive="phone", sensitive_model=Customer),
        Column("email", _("E-mail"), of("email"), sensitive="email", sensitive_model=Customer),
        Column("website", _("Website"), of("website")),
        Column("source", _("Source"), label("source")),
        Column("since", _("Customer since"), of("since")),
        Column("parent", _("Part of"), of("parent", "name")),
        Column("owner", _("Owner"), of("owner", "full_name")),
        Column("team", _("Team"), of("team", "name")),
        Column("tags", _("Tags"), lambda row: ", ".join(tag.name for tag in row.tags.all())),
        Column("stage", _("Stage"), label("stage")),
        Column("tier", _("Tier"), label("tier")),
        Column("relationship", _("Relationship"), label("relationship")),
        Column("last_contact", _("Last contact"), of("last_contact_at"), sort="contact"),
        Column("first_order", _("First order"), of("totals", "first_day"), model=Order),
        Column("last_order", _("Last order"), of("totals", "last_day"), sort="last_order", model=Order),
        Column("orders", _("Orders"), of("totals", "orders"), is_number=True, model=Order),
        Column("turnover", _("Turnover"), of("totals", "amount"), is_number=True, model=Order),
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
        Column("created", _("Created"), of("created_at"), sort="created"),
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
        Column("source_system", _("Source system"), of("source_system")),
        Column("external_id", _("External ID"), of("external_id")),
        Column("notes", _("Notes"), of("notes"), on_page=False),
    ],
    sort_keys=sorting.CUSTOMER_SORTS,
    default_sort="name",
    url_name="customers:customer-list",
    default_columns=("name", "tier", "stage", "rhythm", "silent", "risk", "stake", "next", "owner"),
    presets=(
        Preset("all", _("All")),
        Preset("mine", _("Mine"), {"owner": ["@me"]}),
        Preset("team", _("My team"), {"team": ["@my-team"]}, when=has_team),
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
        Column("number", _("Number"), of("number"), sort="number"),
        Column("ordered_on", _("Date"), of("ordered_on"), sort="date"),
        Column("customer_code", _("Customer code"), of("customer", "code")),
        Column("customer", _("Customer"), of("customer", "name")),
        Column("kind", _("Kind"), label("kind")),
        Column("state", _("State"), label("state")),
        Column("amount", _("Amount"), of("amount"), sort="amount", is_number=True),
        Column("currency", _("Currency"), of("currency")),
        Column("rate", _("Rate"), of("rate"), is_number=True),
        Column("amount_base", _("Amount in base currency"), of("amount_base"), is_number=True),
        Column("seats", _("Seats"), of("seats"), is_number=True),
        Column("refund_of", _("Refund of"), of("refund_of", "number")),
        Column("owner", _("Sold by"), of("owner", "full_name")),
        Column("note", _("Note"), of("note")),
        Column("source_system", _("Source system"), of("source_system")),
        Column("external_id", _("External ID"), of("external_id")),
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
        Column("occurred_at", _("When"), of("occurred_at"), sort="when"),
        Column("customer_code", _("Customer code"), of("customer", "code")),
        Column("customer", _("Customer"), of("customer", "name")),
        Column("person", _("With"), of("person", "name")),
        Column("channel", _("Channel"), label("channel")),
        Column("direction", _("Began"), label("direction")),
        Column("summary", _("Summary"), _words("summary")),
        Column("body", _("Details"), _words("body"), on_page=False),
        Column("minutes", _("Minutes"), of("minutes"), is_number=True),
        Column("by", _("By"), of("by", "full_name")),
        Column("expectation", _("The customer expects"), of("expectation")),
        Column("expected_by", _("Expected by"), of("expected_by")),
        Column("next_step", _("Next step"), _words("next_step")),
        Column("next_step_on", _("Next step on"), of("next_step_on")),
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
        Column("title", _("Title"), of("title")),
        Column("customer_code", _("Customer code"), of("customer", "code")),
        Column("customer", _("Customer"), of("customer", "name")),
        Column("owner", _("Owner"), of("owner", "full_name")),
        Column("team", _("Team"), of("team", "name")),
        Column("due_on", _("Due"), of("due_on"), sort="due"),
        Column("priority", _("Priority"), label("priority")),
        Column("state", _("State"), label("state")),
        Column("closed_at", _("Closed"), of("closed_at")),
        Column("outcome", _("Outcome"), of("outcome")),
        Column("action", _("Action"), _nothing, in_file=False),
        Column("note", _("Note"), of("note")),
    ],
    sort_keys=sorting.TASK_SORTS,
    default_sort="due",
    url_name="customers:task-list",
    default_columns=("title", "customer", "due_on", "state", "owner", "action"),
    presets=(
        Preset("mine", _("Mine"), {"owner": ["@me"], "state": ["open"]}),
        Preset("team", _("My team"), {"team": ["@my-team"], "state": ["open"]}, when=has_team),
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
        Column("person", _("Name"), of("person", "name")),
        Column("customer_code", _("Customer code"), of("customer", "code")),
        Column("customer", _("Customer"), of("customer", "name")),
        Column("title", _("Job title"), of("title")),
        Column("department", _("Department"), of("department")),
        Column("role", _("Role in decisions"), label("role")),
        Column("influence", _("Influence"), label("influence")),
        Column("attitude", _("Attitude"), label("attitude")),
        Column("is_primary", _("Main contact"), of("is_primary")),
        Column("mobile", _("Mobile"), of("person", "mobile"), sensitive="mobile", sensitive_model=Person),
        Column("email", _("E-mail"), of("person", "email"), sensitive="email", sensitive_model=Person),
        Column("wechat", _("WeChat"), of("person", "wechat"), sensitive="wechat", sensitive_model=Person),
        Column("do_not_contact", _("Do not contact"), of("person", "do_not_contact")),
        Column("started_on", _("Since"), of("started_on")),
        Column("ended_on", _("Until"), of("ended_on")),
    ],
    sort_keys=sorting.CONTACT_SORTS,
    default_sort="name",
)


def persons_of(user: Any, action: str = "view") -> Any:
    """Return the persons with the places in reach where they work now, as `places`."""
    places = Contact.objects.visible_to(user).current().select_related("customer").order_by("pk")
    rows: Any = Person.objects.visible_to(user, action)
    return rows.prefetch_related(Prefetch("contacts", queryset=places, to_attr="places"))


PERSONS = ListDefinition(
    key="customers.person",
    title=_("People"),
    model=Person,
    filterset_class=filters.PersonFilterSet,
    rows=lambda user: persons_of(user, "export"),
    columns=[
        Column("name", _("Name"), of("name"), sort="name"),
        Column("salutation", _("Salutation"), of("salutation")),
        Column("places", _("Works at"), lambda row: ", ".join(place.customer.name for place in row.places)),
        Column("titles", _("Job title"), lambda row: ", ".join(p.title for p in row.places if p.title)),
        Column("mobile", _("Mobile"), of("mobile"), sensitive="mobile", sensitive_model=Person),
        Column("email", _("E-mail"), of("email"), sensitive="email", sensitive_model=Person),
        Column("wechat", _("WeChat"), of("wechat"), sensitive="wechat", sensitive_model=Person),
        Column("birthday", _("Birthday"), of("birthday"), sensitive="birthday", sensitive_model=Person),
        Column("do_not_contact", _("Do not contact"), of("do_not_contact")),
        Column("created_at", _("Created"), of("created_at"), sort="created"),
    ],
    sort_keys=sorting.PERSON_SORTS,
    default_sort="name",
    url_name="customers:people-list",
    default_columns=("name", "places", "titles", "mobile", "email"),
)


def products_of(user: Any, action: str = "view", *, base: str = "") -> Any:
    """Return the products with the list price in base currency that holds today, as `price`."""
    base = base or Organisation.load().base_currency
    prices = Price.objects.filter(product=OuterRef("pk"), currency=base, valid_from__lte=timezone.localdate())
    rows = Product.objects.visible_to(user, action)
    return rows.annotate(price=Subquery(prices.order_by("-valid_from").values("amount")[:1]))


PRODUCTS = ListDefinition(
    key="customers.product",
    title=_("Price list"),
    model=Product,
    filterset_class=filters.ProductFilterSet,
    rows=lambda user: products_of(user, "export"),
    columns=[
        Column("name", _("Product"), of("name"), sort="name"),
        Column("code", _("Code"), of("code"), sort="code"),
        Column("kind", _("Kind"), label("kind")),
        Column("unit", _("Unit"), of("unit")),
        Column("price", _("List price today"), of("price"), is_number=True),
        Column("is_active", _("On sale"), of("is_active")),
        Column("description", _("Description"), of("description")),
    ],
    sort_keys=sorting.PRODUCT_SORTS,
    default_sort="name",
    url_name="customers:product-list",
    default_columns=("name", "code", "kind", "unit", "price", "is_active"),
)


def register_lists() -> None:
    """Offer the lists; called when the app is ready."""
    for definition in (CUSTOMERS, ORDERS, INTERACTIONS, TASKS, CONTACTS, PERSONS, PRODUCTS):
        register_list(definition)
