from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.errors import DomainError
from core.models import User
from customers.choices import EventKind
from customers.domain.customers import delete_customer
from customers.domain.interactions import (
    delete_interaction,
    plan_next_step,
    record_interaction,
    restore_interaction,
    update_interaction,
)
from customers.models import Customer, Interaction, Task
from customers.tests.factories import ContactFactory, PersonFactory

pytestmark = pytest.mark.django_db


def code_of(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_record_tells_the_timeline_and_moves_the_last_contact(
    customer: Customer, seller: User, story: Any, audit: Any
) -> None:
    person = ContactFactory(customer=customer).person
    at = timezone.now() - timedelta(hours=3)
    data = {
        "summary": "Asked for dates",
        "occurred_at": at,
        "person": person,
        "channel": "visit",
        "minutes": 40,
    }
    interaction = record_interaction(customer, data, by=seller)
    customer.refresh_from_db()
    assert customer.last_contact_at == at
    assert (interaction.by, interaction.created_by) == (seller, seller)
    [event] = story(customer)
    assert (event.kind, event.at, event.actor) == (EventKind.INTERACTION, at, seller)
    assert event.data == {
        "channel": "visit", "direction": "outbound", "summary": "Asked for dates", "body": "", "minutes": 40,
        "expectation": "", "expected_by": None, "next_step": "", "next_step_on": None, "person": person.name,
        "done_by": "Li Wei",
    }  # fmt: skip
    assert len(audit(interaction)) == 1


def test_older_interactions_and_notes_leave_the_last_contact(customer: Customer, seller: User) -> None:
    now = timezone.now()
    record_interaction(customer, {"summary": "a", "occurred_at": now - timedelta(days=1)}, by=seller)
    record_interaction(customer, {"summary": "b", "occurred_at": now - timedelta(days=9)}, by=seller)
    record_interaction(customer, {"summary": "c", "occurred_at": now, "channel": "note"}, by=seller)
    customer.refresh_from_db()
    assert customer.last_contact_at == now - timedelta(days=1)


def test_follow_up_makes_one_task_of_the_next_step(customer: Customer, seller: User) -> None:
    data = {"summary": "Call", "next_step": "Send the offer", "next_step_on": date(2026, 9, 1)}
    interaction = record_interaction(customer, data, by=seller, follow_up=True)
    plan_next_step(interaction, by=seller)
    task = Task.objects.get()
    assert (task.title, task.due_on, task.owner, task.customer) == (
        "Send the offer",
        date(2026, 9, 1),
        seller,
        customer,
    )


def test_record_refuses(customer: Customer, seller: User, manager: User) -> None:
    later = timezone.now() + timedelta(days=1)
    assert (
        code_of(record_interaction, customer, {"summary": "x", "occurred_at": later}, by=seller)
        == "in_future"
    )
    assert code_of(record_interaction, customer, {"summary": ""}, by=seller) == "invalid"
    stranger = PersonFactory()
    assert (
        code_of(record_interaction, customer, {"summary": "x", "person": stranger}, by=seller)
        == "person_elsewhere"
    )
    assert (
        code_of(record_interaction, customer, {"summary": "x"}, by=seller, follow_up=True)
        == "next_step_missing"
    )
    record_interaction(customer, {"summary": "x", "source_system": "cti", "external_id": "1"}, by=seller)
    again = {"summary": "x", "source_system": "cti", "external_id": "1"}
    assert code_of(record_interaction, customer, again, by=seller) == "duplicate"
    delete_customer(customer, by=manager)
    assert code_of(record_interaction, customer, {"summary": "x"}, by=seller) == "customer_deleted"
    assert Interaction.objects.count() == 1


def test_update_corrects_the_timeline_and_keeps_both_in_the_audit(
    customer: Customer, seller: User, story: Any, audit: Any
) -> None:
    interaction = record_interaction(customer, {"summary": "Cal"}, by=seller)
    at = timezone.now() - timedelta(days=2)
    changed = update_interaction(interaction, {"summary": "Call", "occurred_at": at}, by=seller, version=1)
    [event] = story(customer)
    assert (event.data["summary"], event.at) == ("Call", at)
    assert audit(interaction)[-1].changes["summary"] == ["Cal", "Call"]
    customer.refresh_from_db()
    assert customer.last_contact_at == at
    assert changed.version == 2
    assert code_of(update_interaction, interaction, {"summary": "X"}, by=seller, version=1) == "stale"


def test_delete_takes_the_text_from_the_timeline_and_restore_brings_it_back(
    customer: Customer, manager: User, story: Any, audit: Any
) -> None:
    interaction = record_interaction(customer, {"summary": "Call"}, by=manager)
    delete_interaction(interaction, by=manager)
    assert story(customer)[0].data == {"channel": "phone", "deleted": True, "deleted_by": "Zhang Min"}
    customer.refresh_from_db()
    assert customer.last_contact_at is None
    assert code_of(delete_interaction, interaction, by=manager) == "already_deleted"
    assert code_of(update_interaction, interaction, {"summary": "X"}, by=manager) == "already_deleted"
    restore_interaction(interaction, by=manager)
    assert story(customer)[0].data["summary"] == "Call"
    assert code_of(restore_interaction, interaction, by=manager) == "not_deleted"
    assert [line.action for line in audit(interaction)] == ["created", "deleted", "restored"]
