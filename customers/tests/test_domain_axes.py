from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.errors import DomainError
from core.models import User
from customers.choices import EventKind
from customers.domain.axes import move_axis
from customers.domain.customers import delete_customer
from customers.models import AxisChange, Customer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("axis", "new"), [("stage", "growth"), ("tier", "strategic"), ("relationship", "partnership")]
)
def test_move_by_hand_keeps_value_date_reason_and_history(
    customer: Customer, seller: User, story: Any, audit: Any, axis: str, new: str
) -> None:
    old = getattr(customer, axis)
    change = move_axis(customer, axis, new, reason=" Second programme bought ", by=seller)
    customer.refresh_from_db()
    assert (getattr(customer, axis), customer.version) == (new, 2)
    assert getattr(customer, f"{axis}_since") == date.today()
    assert (change.old, change.new, change.reason, change.by) == (old, new, "Second programme bought", seller)
    [event] = story(customer)
    assert event.kind == EventKind.STAGE
    assert event.data == {
        "axis": axis, "old": old, "new": new, "reason": "Second programme bought", "rule": "", "evidence": {},
    }  # fmt: skip
    assert [line.changes for line in audit(customer)] == [{axis: [old, new]}]


def test_move_by_rule_keeps_its_evidence(customer: Customer) -> None:
    change = move_axis(
        customer, "stage", "decline", reason="", by=None, rule="silent", evidence={"days": 200}
    )
    assert (change.rule, change.evidence, change.by) == ("silent", {"days": 200}, None)


@pytest.mark.parametrize(
    ("axis", "new", "reason", "code"),
    [
        ("stage", "prospect", "why not", "same_value"),
        ("stage", "growth", "  ", "reason_missing"),
        ("stage", "growth", "x" * 501, "reason_too_long"),
        ("stage", "nirvana", "why", "unknown_value"),
        ("colour", "red", "why", "unknown_value"),
    ],
)
def test_move_refuses(customer: Customer, seller: User, axis: str, new: str, reason: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        move_axis(customer, axis, new, reason=reason, by=seller)
    assert caught.value.code == code
    assert not AxisChange.objects.exists()


def test_second_identical_move_is_refused(customer: Customer, seller: User) -> None:
    stale = Customer.objects.get(pk=customer.pk)
    move_axis(customer, "stage", "growth", reason="bought", by=seller)
    with pytest.raises(DomainError) as caught:
        move_axis(stale, "stage", "growth", reason="bought", by=seller)
    assert caught.value.code == "same_value"


def test_move_refuses_a_customer_in_the_recycle_bin(customer: Customer, manager: User) -> None:
    delete_customer(customer, by=manager)
    with pytest.raises(DomainError) as caught:
        move_axis(customer, "stage", "growth", reason="bought", by=manager)
    assert caught.value.code == "customer_deleted"
