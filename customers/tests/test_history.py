from __future__ import annotations

from datetime import date
from decimal import Decimal

from customers.history import shown_changes
from customers.models import Order, Person


def test_values_are_shown_as_their_columns_are_read() -> None:
    changes = {
        "state": ["draft", "confirmed"],
        "ordered_on": ["2026-01-01", "2026-02-01"],
        "amount": ["5", "10.5"],
        "seats": [None, 3],
        "lines": [[], ["A × 1", "B × 2"]],
        "unheard_of": ["x", "y"],
    }
    shown = [(line.label, line.old, line.new) for line in shown_changes("customers.order", changes)]
    assert shown == [
        ("State", "Draft", "Confirmed"),
        ("Date", date(2026, 1, 1), date(2026, 2, 1)),
        ("Amount", Decimal("5"), Decimal("10.5")),
        ("Seats", None, 3),
        ("Lines", None, "A × 1, B × 2"),
        ("Unheard of", "x", "y"),
    ]


def test_truth_values_are_words() -> None:
    [line] = shown_changes(Person, {"do_not_contact": [False, True]})
    assert (line.old, line.new) == ("No", "Yes")


def test_unknown_models_and_broken_values_are_shown_raw() -> None:
    assert shown_changes("nothing.here", {"a": [1, 2]})[0].new == 2
    assert shown_changes(Order, {"amount": ["many", "5"]})[0].old == "many"
