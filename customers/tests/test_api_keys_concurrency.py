"""Two requests at once with one key: the second is told to wait, and never an error."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from core.domain.roles import give_role, grant_roles
from core.models import IdempotentRequest, User
from core.tests.crowds import at_once
from core.tests.factories import UserFactory
from customers.models import Customer

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_key_whose_first_request_runs_on_answers_still_running(db: Any) -> None:
    grant_roles()
    boss: User = UserFactory()
    give_role(boss, "administrator")
    client, begun, answered = Client(), Event(), Event()
    client.force_login(boss)

    def first() -> None:
        with transaction.atomic():
            IdempotentRequest.objects.create(user=boss, key="k1", digest="-")
            begun.set()
            assert answered.wait(20)

    def second() -> Any:
        assert begun.wait(20)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = 300")
            return client.post(
                "/api/v1/customers/", {"name": "Port"}, content_type="application/json",
                headers={"Idempotency-Key": "k1"},
            )  # fmt: skip
        finally:
            answered.set()

    _done, answer = at_once([first, second])
    assert (answer.status_code, answer.json()["code"]) == (409, "still_running")
    assert not Customer.objects.exists()
