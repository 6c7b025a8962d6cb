"""What the side navigation counts for a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from complaints.choices.cases import EscalationState, State
from complaints.models import Clock, Complaint, Escalation
from complaints.tests.factories import ComplaintFactory
from core.models import User
from core.navigation import entries_for
from customers.models import Task

pytestmark = pytest.mark.django_db


def counts(user: User, rf: Any) -> dict[str, int]:
    request = rf.get("/")
    request.user = user
    return {entry["key"]: entry["count"] for entry in entries_for(request) if entry["count"]}


def escalated(case: Complaint, to: User) -> Escalation:
    now = timezone.now()
    clock = Clock.objects.create(
        complaint=case, kind="respond", started_at=now, due_at=now, amount=1, unit="working_hours"
    )
    level = Escalation.objects.create(
        complaint=case, clock=clock, number=1, fire_at=now, state=EscalationState.FIRED, fired_at=now
    )
    level.told.add(to)
    return level


def test_a_case_that_is_late_and_escalated_counts_once(agent, rf):
    late = ComplaintFactory(owner=agent, next_due_at=timezone.now() - timedelta(minutes=1))
    escalated(late, agent)

    assert counts(agent, rf) == {"complaints": 1}


def test_what_was_escalated_to_one_counts_until_it_is_taken_up(agent, rf):
    level = escalated(ComplaintFactory(), agent)
    assert counts(agent, rf) == {"complaints": 1}

    Escalation.objects.filter(pk=level.pk).update(acknowledged_at=timezone.now())
    assert counts(agent, rf) == {}


def test_neither_others_cases_nor_what_is_not_late_nor_ended_ones(agent, rf):
    past, ahead = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)
    ComplaintFactory(next_due_at=past)
    ComplaintFactory(owner=agent, next_due_at=ahead)
    ComplaintFactory(owner=agent, next_due_at=past, state=State.CLOSED, ended_at=past)

    assert counts(agent, rf) == {}


def test_all_counts_are_one_query(agent, rf, django_assert_num_queries):
    ComplaintFactory(owner=agent, next_due_at=timezone.now() - timedelta(minutes=1))
    Task.objects.create(title="Call", owner=agent, team=agent.team, due_on=timezone.localdate())
    counts(agent, rf)

    with django_assert_num_queries(1):
        assert counts(agent, rf) == {"complaints": 1, "tasks": 1}
