"""Who sees which cases: handlers and their managers, who owns the customer, who has work to do for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.models import Complaint, Entry, WorkOrder
from complaints.tests.factories import ComplaintFactory
from core.models import Team, User
from core.tests.factories import TeamFactory, UserFactory
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]


def seen(user: User, action: str = "view") -> set[int]:
    return set(Complaint.objects.visible_to(user, action).values_list("pk", flat=True))


def test_a_colleague_of_the_handler_sees_a_case_and_a_stranger_does_not(agent, user_in):
    case = ComplaintFactory(owner=UserFactory(team=agent.team), customer=None)
    assert seen(agent) == {case.pk}
    assert seen(user_in("agent", team=TeamFactory())) == set()


def test_a_manager_sees_the_teams_below(user_in):
    manager = user_in("manager")
    below = TeamFactory(parent=manager.team)
    case = ComplaintFactory(owner=UserFactory(team=below), customer=None)
    assert seen(manager) == {case.pk}


def test_who_owns_the_customer_sees_and_may_change_its_cases(user_in):
    sales = user_in("sales")
    case = ComplaintFactory(customer=CustomerFactory(owner=sales))
    assert seen(sales) == seen(sales, "change") == {case.pk}


def test_a_case_of_nobody_is_seen_by_the_team_of_its_queue(agent):
    case = ComplaintFactory(owner=None, state="new", team=agent.team, customer=None)
    assert seen(agent) == {case.pk}


def work_order(case: Complaint, team: Team) -> WorkOrder:
    return WorkOrder.objects.create(
        complaint=case, number=f"{case.number}-1", title="Find a room", team=team, due_at=timezone.now()
    )


def test_who_has_a_work_order_sees_the_case_and_changes_nothing(agent):
    case = ComplaintFactory(customer=None)
    work_order(case, agent.team)
    assert seen(agent) == {case.pk}
    assert seen(agent, "change") == set()
    assert WorkOrder.objects.visible_to(agent, "change").count() == 1


def test_lines_are_seen_with_their_case(agent, user_in):
    case = ComplaintFactory(owner=agent)
    Entry.objects.create(complaint=case, kind="note", body="Room B", at=timezone.now() - timedelta(hours=1))
    assert Entry.objects.visible_to(agent).count() == 1
    assert Entry.objects.visible_to(user_in("agent", team=TeamFactory())).count() == 0
    assert Entry.objects.visible_to(user_in("analyst")).count() == 1
