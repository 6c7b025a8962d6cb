"""Real customer records for tests, written straight to the tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import factory

from core.tests.factories import SearchableFactory, UserFactory
from customers.models import Contact, Customer, Metrics, Order, OrderTotals, Person, Product


class CustomerFactory(SearchableFactory):
    class Meta:
        model = Customer
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"T-{n:06d}")
    name = factory.Sequence(lambda n: f"Customer {n}")
    owner = factory.SubFactory(UserFactory)
    team = factory.SelfAttribute("owner.team")

    @factory.post_generation
    def rows(self, create: bool, extracted: object, **kwargs: object) -> None:
        if create:
            Metrics.objects.get_or_create(customer=self)
            OrderTotals.objects.get_or_create(customer=self)


class PersonFactory(SearchableFactory):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"Person {n}")


class ContactFactory(SearchableFactory):
    class Meta:
        model = Contact

    customer = factory.SubFactory(CustomerFactory)
    person = factory.SubFactory(PersonFactory)


class ProductFactory(SearchableFactory):
    class Meta:
        model = Product

    code = factory.Sequence(lambda n: f"P-{n}")
    name = factory.Sequence(lambda n: f"Course {n}")


class OrderFactory(SearchableFactory):
    """A confirmed order; roll-ups are not refreshed (call `refresh_rollups`)."""

    class Meta:
        model = Order

    customer = factory.SubFactory(CustomerFactory)
    number = factory.Sequence(lambda n: f"SO-{n:06d}")
    ordered_on = date(2026, 1, 15)
    counts_on = factory.SelfAttribute("ordered_on")
    amount = Decimal("1000.00")
    amount_base = factory.SelfAttribute("amount")
