"""A dozen complaints of one week whose figures were worked out by hand; the table stands in the tests.

Open Monday to Friday, nine to noon and one to six, in Shanghai; Monday is the 2nd of November 2026.
Acknowledged within 30 working minutes, answered within 4 working hours, solved within 2 working days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from complaints.choices.solving import CallBackState
from complaints.domain import moves
from complaints.domain.compensation import move_on, propose
from complaints.domain.merging import merge
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.models import BusinessCalendar, CallBack, Category, Complaint, Policy, Queue
from complaints.tests.factories import CalendarFactory, CategoryFactory, QueueFactory, policy
from core.models import User
from customers.tests.factories import CustomerFactory

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


#: When the figures are computed: Friday noon, two and a half weeks later.
COMPUTED = at(20, 12)


def set_up(person: User) -> None:
    """Nothing but one calendar, one queue of the person's team, and one policy."""
    Policy.objects.all().delete()
    Category.objects.all().delete()
    Queue.objects.all().delete()
    BusinessCalendar.objects.all().delete()
    CalendarFactory(is_default=True)
    QueueFactory(is_default=True, team=person.team)
    policy()


def received(person: User, moment: datetime, **values: Any) -> Complaint:
    """A general complaint that the person handles from the first minute."""
    values.setdefault("customer", CustomerFactory(owner=person, team=person.team))
    case = register_case({"title": "Late start", "received_at": moment, **values}, by=None, at=moment)
    return moves.take(case, by=person, at=moment)


def closed(case: Complaint, person: User, solved: datetime, end: datetime, decision: str) -> Complaint:
    """Solve and close."""
    moves.solve(case, "Put right.", decision=decision, by=person, at=solved)
    return moves.close(case, by=person, at=end)


def called_back(case: Complaint, *, is_accepted: bool, score: int, at: datetime) -> None:
    """Note that the call-back of the last cycle was answered."""
    CallBack.objects.filter(complaint=case, cycle=case.cycle).update(
        state=CallBackState.DONE, is_accepted=is_accepted, result_score=score, done_at=at, updated_at=at
    )


def a_dozen(person: User) -> Mapping[str, Complaint]:
    """Make the cases, by letter."""
    fees = CategoryFactory(code="fees")
    invoice = CategoryFactory(code="invoice", parent_code="fees")
    cases = {name: received(person, at(2, 10), category=invoice) for name in "ABCD"}
    cases["E"] = received(person, at(20, 11, 50))
    cases["F"] = received(person, at(9, 10), category=fees)
    cases |= {name: received(person, at(2, 10)) for name in "GHIJ"}
    cases["K"] = received(person, at(2, 10), kind="request")
    cases["L"] = received(person, at(2, 10), is_safety=True, intake="email")
    _straight(cases, person)
    _crooked(cases, person)
    return {name: Complaint.objects.get(pk=case.pk) for name, case in cases.items()}


def _straight(cases: Mapping[str, Complaint], person: User) -> None:
    moves.acknowledge(cases["A"], by=person, at=at(2, 10, 20))
    moves.answer(cases["A"], "We look.", by=person, at=at(2, 11))
    called_back(
        closed(cases["A"], person, at(3, 11), at(3, 12), "upheld"), is_accepted=True, score=5, at=at(4, 9)
    )
    moves.acknowledge(cases["B"], by=person, at=at(2, 11))
    moves.answer(cases["B"], "We look.", by=person, at=at(2, 16))
    closed(cases["B"], person, at(4, 10), at(4, 12), "rejected")
    moves.answer(cases["C"], "We look.", by=person, at=at(2, 10, 30))
    moves.wait_for_customer(cases["C"], reason="Which day?", by=person, at=at(2, 13))
    moves.go_on(cases["C"], by=person, at=at(3, 13))
    closed(cases["C"], person, at(4, 16), at(4, 17), "partly")
    moves.answer(cases["L"], "We look.", by=person, at=at(2, 10, 20))
    Complaint.objects.filter(pk=cases["L"].pk).update(level=2)
    _pay(cases["L"], person)
    ended = closed(cases["L"], person, at(3, 10), at(3, 11), "goodwill")
    called_back(ended, is_accepted=False, score=2, at=at(4, 9))


def _crooked(cases: Mapping[str, Complaint], person: User) -> None:
    moves.answer(cases["F"], "We look.", by=person, at=at(9, 10, 10))
    moves.wait_for_customer(cases["F"], reason="Which day?", by=person, at=at(9, 11))
    moves.answer(cases["G"], "We look.", by=person, at=at(2, 10, 15))
    closed(cases["G"], person, at(2, 12), at(2, 12), "upheld")
    reopen(cases["G"], reason="Not done.", by=person, at=at(12, 10))
    moves.answer(cases["G"], "We look again.", by=person, at=at(12, 11))
    closed(cases["G"], person, at(12, 12), at(12, 12), "upheld")
    merge(cases["H"], cases["D"], by=person, at=at(2, 10, 10))
    moves.withdraw(cases["I"], reason="Taken back.", by=person, at=at(2, 10, 20))
    moves.withdraw(cases["J"], reason="Taken back.", by=person, at=at(3, 10))
    moves.solve(cases["K"], "Sent.", by=person, at=at(2, 11))


def _pay(case: Complaint, person: User) -> None:
    values = {
        "measure": "refund", "amount": Decimal(300), "currency": "CNY", "cost_team": person.team, "note": "",
    }  # fmt: skip
    row = propose(case, values, by=person, at=at(2, 15))
    for state in ("offered", "accepted", "paid"):
        row = move_on(row, state, by=person, at=at(2, 16))
