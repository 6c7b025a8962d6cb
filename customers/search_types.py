"""The records of the package that search finds, and what of them is searched.

Long texts (notes, details of interactions) are not: their pieces would outnumber everything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.display import format_day, format_money
from core.search.actions import Action, register_action
from core.search.results import Found, register_recent
from core.search.terms import code_terms, name_terms, phone_terms, text_terms
from core.search.types import Searched, SearchType, Through, joined, register_type
from customers.models import Contact, Customer, Interaction, Order, Person, Product, Task
from customers.standardise import CHINESE_FORMS


def _task_url(row: Task) -> str:
    return f"{reverse('customers:task-list')}?{urlencode({'q': row.title})}"


def _of_customer(row: Any) -> str:
    return reverse("customers:customer-detail", args=[row.customer_id])


_BY_CUSTOMER = (Through("customer", "customer"),)

TYPES = (
    SearchType(
        key="customer",
        number=1,
        model=Customer,
        label=_("Customers"),
        icon="org",
        fields=(
            Searched("name", _("Name"), name_terms(CHINESE_FORMS)),
            Searched("short_name", _("Short name"), name_terms()),
            Searched("code", _("Code"), code_terms),
            Searched("external_id", _("External ID"), code_terms),
            Searched("credit_code", _("Credit code"), code_terms),
            Searched("phone", _("Phone"), phone_terms),
            Searched("email", _("E-mail"), code_terms),
        ),
        subtitle=lambda row: joined(row.code, row.city, row.get_tier_display()),
        list_url="customers:customer-list",
        order=10,
    ),
    SearchType(
        key="person",
        number=2,
        model=Person,
        label=_("People"),
        icon="people",
        fields=(
            Searched("name", _("Name"), name_terms()),
            Searched("mobile", _("Mobile"), phone_terms),
            Searched("email", _("E-mail"), code_terms),
            Searched("wechat", _("WeChat"), code_terms),
        ),
        url=lambda row: reverse("customers:person-detail", args=[row.pk]),
        list_url="customers:people-list",
        order=20,
    ),
    SearchType(
        key="order",
        number=4,
        model=Order,
        label=_("Orders"),
        icon="sales",
        fields=(
            Searched("number", _("Number"), code_terms),
            Searched("external_id", _("External ID"), code_terms),
            Searched("note", _("Note"), text_terms),
        ),
        subtitle=lambda row: joined(
            row.customer.name, format_day(row.ordered_on), format_money(row.amount, row.currency)
        ),
        list_url="customers:order-list",
        select_related=("customer",),
        through=_BY_CUSTOMER,
        order=30,
    ),
    SearchType(
        key="task",
        number=5,
        model=Task,
        label=_("Tasks"),
        icon="task",
        fields=(Searched("title", _("Title"), text_terms),),
        subtitle=lambda row: joined(
            row.customer and row.customer.name, row.get_state_display(), row.due_on and format_day(row.due_on)
        ),
        select_related=("customer",),
        url=_task_url,
        list_url="customers:task-list",
        through=_BY_CUSTOMER,
        order=40,
    ),
    SearchType(
        key="interaction",
        number=6,
        model=Interaction,
        label=_("Interactions"),
        icon="chat",
        fields=(
            Searched("summary", _("Summary"), text_terms),
            Searched("next_step", _("Next step"), text_terms),
        ),
        subtitle=lambda row: joined(row.customer.name, format_day(row.occurred_at)),
        url=_of_customer,
        list_url="customers:interaction-list",
        select_related=("customer",),
        through=_BY_CUSTOMER,
        order=50,
    ),
    SearchType(
        key="product",
        number=3,
        model=Product,
        label=_("Products"),
        icon="product",
        fields=(Searched("name", _("Name"), name_terms()), Searched("code", _("Code"), code_terms)),
        subtitle=lambda row: joined(row.code, row.get_kind_display()),
        url=lambda row: reverse("customers:product-detail", args=[row.pk]),
        list_url="customers:product-list",
        order=60,
    ),
    SearchType(
        key="contact",
        number=7,
        model=Contact,
        label=_("Contacts"),
        icon="people",
        fields=(
            Searched("title", _("Job title"), text_terms),
            Searched("department", _("Department"), text_terms),
        ),
        through=(Through("customer", "customer"), Through("person", "person", sensitive=True)),
        listed=False,
    ),
)


ACTIONS = (
    Action(
        "customer-new",
        _("New customer"),
        "customers:customer-create",
        "plus",
        ("customers.customer", "add"),
        _("add customer, create customer"),
        often=True,
    ),
    Action(
        "order-new",
        _("New order"),
        "customers:order-create",
        "plus",
        ("customers.order", "add"),
        _("add order, create order, enter sale"),
        often=True,
    ),
    Action(
        "task-new",
        _("New task"),
        "customers:task-create",
        "plus",
        ("customers.task", "add"),
        _("add task, create task, reminder"),
        often=True,
    ),
    Action(
        "product-new",
        _("New product"),
        "customers:product-create",
        "plus",
        ("customers.product", "add"),
        _("add product, new course"),
    ),
    Action(
        "customer-import",
        _("Import customers"),
        "core:import-create",
        "upload",
        ("customers.customer", "import"),
        _("upload customers"),
        ("customers.customer",),
    ),
    Action(
        "order-import",
        _("Import orders"),
        "core:import-create",
        "upload",
        ("customers.order", "import"),
        _("upload orders"),
        ("customers.order",),
    ),
    Action(
        "people",
        _("People"),
        "customers:people-list",
        "people",
        ("customers.person", "view"),
        _("contacts, persons"),
    ),
    Action(
        "interactions",
        _("Interactions"),
        "customers:interaction-list",
        "chat",
        ("customers.interaction", "view"),
        _("calls, visits, talks"),
    ),
    Action(
        "products",
        _("Products and prices"),
        "customers:product-list",
        "product",
        ("customers.product", "view"),
        _("courses, price list"),
    ),
    Action(
        "at-risk",
        _("Customers at risk"),
        "customers:customer-list",
        "warn",
        ("customers.metrics", "view"),
        _("about to leave, churn"),
        query="?risk=high",
    ),
)


def recent_customers(user: Any, ids: Sequence[int]) -> list[Found]:
    """Return those of the customers that the person opened last and may still see."""
    rows = Customer.objects.visible_to(user).in_bulk(ids) if ids else {}
    return [Found(TYPES[0], rows[pk]) for pk in ids if pk in rows]


def register_search() -> None:
    """Register types, actions, and what was opened last."""
    from customers.views.recent import recent_ids

    for kind in TYPES:
        register_type(kind)
    for action in ACTIONS:
        register_action(action)
    register_recent("customers", lambda request: recent_customers(request.user, recent_ids(request)))
