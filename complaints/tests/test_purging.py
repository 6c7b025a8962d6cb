"""What cases protect in the recycle bin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.tests.factories import ComplaintFactory
from core.domain.recycling import chosen_rows, purge_due, purge_rows
from core.models import Organisation
from core.tests.factories import UserFactory
from customers.models import Contact, Customer, Person
from customers.tests.factories import CustomerFactory, PersonFactory

pytestmark = pytest.mark.django_db


def test_customers_with_cases_stay_and_cost_the_same_for_few_and_many() -> None:
    Organisation.load()
    Organisation.objects.update(recycle_days=30)
    later = timezone.now() + timedelta(days=31)

    def queries() -> int:
        ComplaintFactory(customer=CustomerFactory())
        Customer.objects.update(deleted_at=timezone.now())
        with CaptureQueriesContext(connection) as captured:
            assert purge_due(at=later) == {"purged": 0, "kept": Customer.objects.count()}
        return len(captured)

    first = queries()
    queries()
    assert queries() == first


def test_a_person_whom_a_case_names_outlives_the_customer() -> None:
    customer, admin = CustomerFactory(deleted_at=timezone.now()), UserFactory(is_superuser=True)
    people = [PersonFactory(name="In a case"), PersonFactory(name="In none")]
    for person in people:
        Contact.objects.create(customer=customer, person=person)
    ComplaintFactory(customer=CustomerFactory(), person=people[0])
    rows = chosen_rows(admin, [f"customers.customer:{customer.pk}"])
    assert purge_rows(rows, by=admin).done == 1
    assert list(Person.objects.all()) == people[:1]
