"""Two writers at the same record over the API: the second is told, nothing is overwritten."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from core.domain.roles import give_role, grant_roles
from core.models import User
from core.tests.crowds import at_once
from core.tests.factories import UserFactory
from customers.domain.customers import update_customer
from customers.models import Customer
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def boss(db: Any) -> User:
    grant_roles()
    user: User = UserFactory()
    give_role(user, "administrator")
    return user


@pytest.mark.parametrize("operation", ["update", "delete"])
def test_an_item_that_waits_for_another_writer_is_stale_afterwards(boss: User, operation: str) -> None:
    row: Customer = CustomerFactory(city="Ningbo")
    client, written = Client(), Event()
    client.force_login(boss)

    def first() -> None:
        with transaction.atomic():
            update_customer(row, {"city": "Tianjin"}, by=boss)
            written.set()
            # The second reads the old version meanwhile and waits for the lock.
            Event().wait(0.7)

    def second() -> Any:
        assert written.wait(20)
        item = {"op": operation, "id": row.pk, "if_match": row.version, "data": {"city": "Harbin"}}
        url = "/api/v1/customers/bulk/"
        return client.post(url, {"items": [item]}, content_type="application/json").json()["results"][0]

    _done, result = at_once([first, second])
    assert (result["status"], result["error"]["code"]) == (409, "stale")
    stored = Customer.objects.get(pk=row.pk)
    assert (stored.city, stored.deleted_at) == ("Tianjin", None)
