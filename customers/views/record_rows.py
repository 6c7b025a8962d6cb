"""What the record page reads of a customer, in as few queries as it can."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    Count,
    F,
    IntegerField,
    JSONField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpRequest
from django.utils.dateparse import parse_date

from customers.models import Contact, Customer, Interaction, Order, Tag, Task
from customers.views.base import user_of


def counted(rows: QuerySet[Customer], request: HttpRequest) -> QuerySet[Customer]:
    """Add the numbers on the tabs, each of what the person may see, in the same query."""
    user = user_of(request)
    return rows.annotate(
        contact_count=_number(Contact.objects.visible_to(user).current()),
        order_count=_number(Order.objects.visible_to(user)),
        task_count=_number(Task.objects.visible_to(user).open()),
        branch_count=_number(Customer.objects.visible_to(user), "parent"),
        next_task_row=Subquery(_soonest_task(Task.objects.visible_to(user))),
        tag_rows=Subquery(_tags()),
    )


class JsonList(Aggregate):
    """The values of a group as one JSON list."""

    function = "JSONB_AGG"
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite has another name for it."""
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **context)


def _tags() -> QuerySet[Any]:
    """The tags of the outer customer, as one JSON list."""
    own = Tag.objects.filter(customers=OuterRef("pk")).order_by().values("customers")
    return own.annotate(rows=JsonList(JSONObject(pk="pk", name="name"))).values("rows")  # type: ignore[no-any-return]


def _soonest_task(rows: QuerySet[Task]) -> QuerySet[Any]:
    """The open task of the outer customer that is due first, as one JSON value."""
    shown = JSONObject(pk="pk", title="title", due_on="due_on", owner_id="owner", owner="owner__full_name")
    own = rows.filter(customer=OuterRef("pk")).open().soonest_first()  # type: ignore[attr-defined]
    return own.values_list(shown)[:1]  # type: ignore[no-any-return]


def next_task(customer: Customer) -> dict[str, Any] | None:
    """Return what `counted` read of the next task, its day as a day."""
    row: dict[str, Any] | None = customer.next_task_row  # type: ignore[attr-defined]
    return {**row, "due_on": parse_date(row["due_on"]) if row["due_on"] else None} if row else None


def _number(rows: QuerySet[Any], path: str = "customer") -> Coalesce:
    below = rows.filter(**{path: OuterRef("pk")}).order_by().values(path)
    return Coalesce(Subquery(below.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def open_tasks(request: HttpRequest, customer: Customer) -> QuerySet[Task]:
    """Open tasks of the customer that the person may see, soonest first."""
    rows: QuerySet[Task] = (
        Task.objects.visible_to(user_of(request)).filter(customer=customer).select_related("owner")
    )
    return rows.open().soonest_first()  # type: ignore[attr-defined, no-any-return]


def key_people(request: HttpRequest, customer: Customer, *, current: bool = True) -> QuerySet[Contact]:
    """Places at the customer, the most influential first, each with the last contact."""
    rows = Contact.objects.visible_to(user_of(request)).filter(customer=customer).select_related("person")
    if current:
        rows = rows.current()
    said = Interaction.objects.live().filter(customer=OuterRef("customer"), person=OuterRef("person"))
    weight = influence_weight()
    return rows.annotate(  # type: ignore[no-any-return]
        last_contact=Subquery(said.order_by("-occurred_at").values("occurred_at")[:1]), weight=weight
    ).order_by(F("ended_on").asc(nulls_first=True), "-is_primary", "weight", "person__name", "pk")


def influence_weight() -> Any:
    """Order high before medium before low."""
    places = [
        When(influence=value, then=Value(place)) for place, value in enumerate(("high", "medium", "low"))
    ]
    return Case(*places, default=Value(9), output_field=IntegerField())
