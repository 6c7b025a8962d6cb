"""What cases protect in the recycle bin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.tests.factories import ComplaintFactory
from core.domain.recycling import purge_due
from core.models import Organisation
from customers.models import Customer
from customers.tests.factories import CustomerFactory

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
