"""Customers, people and products that rows of declared targets name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model, Q
from django.db.models.functions import Lower

from core.imports.declared import DeclaredSession, Plan
from core.imports.fields import TargetField
from core.imports.parsing import Row
from customers import standardise
from customers.imports.finding import CustomerFinder, Match
from customers.imports.finding import Reference as Named
from customers.imports.order_fields import FIELDS as ORDER_FIELDS
from customers.imports.people import People
from customers.models import Contact, Product

#: Columns that name the customer of a row; the first that is filled and known decides.
CUSTOMER_FIELDS: tuple[TargetField, ...] = tuple(
    field for field in ORDER_FIELDS if field.key.startswith("customer_")
)
CUSTOMER_KEYS = tuple(field.key for field in CUSTOMER_FIELDS)
_COLUMNS = {key.removeprefix("customer_"): key for key in CUSTOMER_KEYS}
_SHOWN = 5


class CustomerReference:
    """The customer below whom a row stands: by code, number, credit code or name, among those in reach."""

    def __init__(self, session: DeclaredSession, within: type[Model], *, is_required: bool = True) -> None:
        source = str(session.options.get("source_system") or "file")
        self._finder = CustomerFinder(session.by, source, within=within)
        self._is_required = is_required

    def load(self, plans: Sequence[Plan]) -> None:
        """Fetch everything the rows could mean."""
        self._finder.load([customer_named(plan.row.values) for plan in plans])

    def fill(self, plan: Plan) -> None:
        """Put the customer into the plan, or say why there is none."""
        row = plan.row
        if row.faults or not any(key in row.values for key in CUSTOMER_KEYS):
            return
        match = self._finder.find(customer_named(row.values), fields=_COLUMNS)
        if match.is_undone:
            match = Match(fault="in_recycle_bin", field=match.field)
        if match.fault in {"unknown_code", "unknown_customer"} or (
            not match.fault and match.customer is None
        ):
            field = match.field or next(key for key in CUSTOMER_KEYS if key in row.values)
            row.refuse("no_such_customer", field)
        elif match.fault:
            row.refuse(match.fault, match.field, codes=match.codes)
        else:
            plan.values["customer"] = match.customer


def customer_named(values: Mapping[str, Any]) -> Named:
    """Return how a row names its customer."""
    return Named(
        external_id=values.get("customer_external_id", ""),
        code=values.get("customer_code", "").upper(),
        credit_code=values.get("customer_credit_code", ""),
        name=values.get("customer_name", ""),
    )


class PersonReference:
    """A person by name, mobile or e-mail among the contacts of the row's customer."""

    def __init__(self, field: str) -> None:
        self._field = field
        self._places: dict[int, list[Contact]] = {}

    def load(self, plans: Sequence[Plan]) -> None:
        """Fetch the contacts of the customers that rows with a person name."""
        named = [plan for plan in plans if plan.row.values.get(self._field) and "customer" in plan.values]
        ids = sorted({plan.values["customer"].pk for plan in named})
        self._places = defaultdict(list)
        rows = Contact.objects.filter(customer__in=ids, person__deleted_at__isnull=True)
        for place in rows.select_related("person") if ids else ():
            self._places[place.customer_id].append(place)

    def fill(self, plan: Plan) -> None:
        """Put the person into the plan, or refuse the row."""
        text, customer = plan.row.values.get(self._field), plan.values.get("customer")
        if not text or customer is None or plan.row.faults:
            return
        keys = {text, standardise.phone(text), standardise.email(text)} - {""}
        places = [
            place
            for place in self._places.get(customer.pk, [])
            if keys & {place.person.name, place.person.mobile, place.person.email}
        ]
        people = {place.person_id: place.person for place in places}
        if len(people) == 1:
            plan.values[self._field] = next(iter(people.values()))
        elif people:
            plan.row.refuse("ambiguous_person", self._field)
        else:
            names = [place.person.name for place in self._places.get(customer.pk, [])]
            plan.row.refuse_name("unknown_person", self._field, text, names)


class UserReference:
    """Somebody on the staff by login name, e-mail or full name."""

    def __init__(self, session: DeclaredSession, field: str) -> None:
        self._people, self._field = People(session.by), field

    def load(self, plans: Sequence[Plan]) -> None:
        """Everybody is known after the first question."""

    def fill(self, plan: Plan) -> None:
        """Put the user into the plan, or refuse the row with names that come near."""
        if text := plan.row.values.get(self._field):
            user = self._people.user(plan.row, self._field, text)
            if user is not None:
                plan.values[self._field] = user


class TeamReference:
    """A team by its name, among those in reach."""

    def __init__(self, session: DeclaredSession, field: str) -> None:
        self._people, self._field = People(session.by), field

    def load(self, plans: Sequence[Plan]) -> None:
        """Every team is known after the first question."""

    def fill(self, plan: Plan) -> None:
        """Put the team into the plan, or refuse the row."""
        if text := plan.row.values.get(self._field):
            team = self._people.team(plan.row, self._field, text)
            if team is not None:
                plan.values[self._field] = team


def known_products(rows: Sequence[Row], field: str = "product") -> dict[str, list[Product]]:
    """Return the products that the rows name, by code and by name, in any case; a code goes before a name."""
    named = {row.values[field].lower() for row in rows if field in row.values}
    found: dict[str, list[Product]] = defaultdict(list)
    if not named:
        return found
    products = Product.objects.annotate(low_code=Lower("code"), low_name=Lower("name"))
    by_code = {}
    for product in products.filter(Q(low_code__in=named) | Q(low_name__in=named)).order_by("pk"):
        found[product.name.lower()].append(product)
        by_code[product.code.lower()] = [product]
    return {**found, **by_code}


def refuse_product(row: Row, found: Sequence[Product], names: Iterable[str]) -> None:
    """Refuse a product that nobody sells, or that is several, naming the candidates."""
    if found:
        codes = ", ".join(product.code for product in found[:_SHOWN])
        row.refuse("ambiguous_product", "product", candidates=codes)
    else:
        row.refuse_name("unknown_product", "product", row.values["product"], names)
