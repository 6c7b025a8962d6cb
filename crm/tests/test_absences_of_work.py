"""What is told for a deputy opens for the deputy: work that the absent person owns is lent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.models import ChurnWarning
from complaints.models import Cause, Complaint, Crisis, WorkOrder
from complaints.tests.factories import ComplaintFactory
from complaints.tests.learning import alert, improvement
from core.access_explained import explainer_of
from core.domain.absences import Period, arrange_absence
from core.models import User
from core.notices import all_kinds
from core.tests.factories import TeamFactory
from customers.models import Task
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def a_case(owner: User) -> Complaint:
    made: Complaint = ComplaintFactory(owner=owner, team=owner.team, customer=None)
    return made


def a_work_order(owner: User) -> WorkOrder:
    case = ComplaintFactory(owner=None, team=TeamFactory(), state="new", customer=None)
    made: WorkOrder = WorkOrder.objects.create(
        complaint=case,
        number=f"{case.number}-1",
        title="Find a room",
        team=owner.team,
        owner=owner,
        due_at=timezone.now(),
    )
    return made


def a_warning(owner: User) -> ChurnWarning:
    today = timezone.localdate()
    made: ChurnWarning = ChurnWarning.objects.create(
        customer=CustomerFactory(owner=owner), owner=owner, opened_on=today, as_of=today, risk=0.8,
        level="high", value_at_stake=900, stake_low=1, stake_high=2, window_days=90, suggested_action="call",
    )  # fmt: skip
    return made


#: Kind → what it is about, as the person owns it.
SUBJECTS: dict[str, Callable[[User], Model]] = {
    **{
        kind: a_case
        for kind in (
            "case_assigned", "case_heard", "case_reopened", "case_withdrawn", "case_noted",
            "case_mail_failed", "work_order_ended", "case_reminder", "case_escalated",
            "case_escalated_urgent",
        )
    },
    **{
        kind: a_work_order
        for kind in ("work_order_given", "work_order_soon", "work_order_late", "work_order_called_off")
    },
    "cause_returned": lambda owner: Cause.objects.create(code="c", name_en="Invoices", owner=owner),
    **{
        kind: lambda owner: Crisis.objects.create(title="Outage", owner=owner)
        for kind in ("crisis", "crisis_step")
    },
    "complaint_alert": lambda owner: alert("a", owner),
    "improvement_due": improvement,
    "churn_warnings": a_warning,
    "customer_assigned": lambda owner: CustomerFactory(owner=owner),
    **{
        kind: lambda owner: Task.objects.create(title="Call", owner=owner, team=owner.team)
        for kind in ("task_assigned", "task_due", "task_overdue")
    },
}  # fmt: skip
#: Told to whoever leads or approves, not to an owner: it opens to a deputy who holds that right there.
NOT_OWNED = {
    "case_unassigned", "compensation_to_approve", "letter_to_approve", "designation_to_decide", "mails_held",
}  # fmt: skip


@pytest.fixture
def away(user_in: Callable[..., User]) -> User:
    return user_in("manager", full_name="Li Wei", team=TeamFactory(name="South China"))


@pytest.fixture
def deputy(user_in: Callable[..., User]) -> User:
    return user_in("manager", full_name="Wang Fang", team=TeamFactory(name="North China"))


def stand_in(away: User, deputy: User) -> None:
    today = timezone.localdate()
    period = Period(today, today + timedelta(days=3))
    arrange_absence(away, period, deputy=deputy, by=User.objects.get(pk=away.pk), today=today)


def sees(user: User, row: Model, action: str = "view") -> bool:
    manager: Any = type(row)._default_manager
    return bool(manager.visible_to(User.objects.get(pk=user.pk), action).filter(pk=row.pk).exists())


def test_every_kind_for_deputies_is_tried() -> None:
    assert {kind.key for kind in all_kinds() if kind.for_deputy} == set(SUBJECTS) | NOT_OWNED


@pytest.mark.parametrize("kind", sorted(SUBJECTS))
def test_what_is_told_for_a_deputy_opens_for_the_deputy(kind: str, away: User, deputy: User) -> None:
    row = SUBJECTS[kind](away)
    stand_in(away, deputy)
    assert sees(deputy, row)


@pytest.mark.parametrize("maker", [a_work_order, improvement, lambda owner: alert("a", owner)])
def test_it_is_lent_for_work_and_for_as_long_as_it_lasts(
    maker: Callable[[User], Model], away: User, deputy: User, user_in: Callable[..., User]
) -> None:
    row = maker(away)
    assert not sees(deputy, row)
    stand_in(away, deputy)
    assert sees(deputy, row, "change")
    assert not sees(deputy, row, "export")
    analyst = user_in("sales", team=TeamFactory())
    assert not sees(analyst, row)
    away.absences.update(starts_on=timezone.localdate() + timedelta(days=2))
    assert not sees(deputy, row)


def test_the_deputy_reads_the_case_of_a_work_order_and_changes_nothing_of_it(
    away: User, deputy: User, client_of: Callable[[User], Client]
) -> None:
    order = a_work_order(away)
    case = order.complaint
    assert not sees(deputy, case)
    stand_in(away, deputy)
    assert sees(deputy, case)
    assert not sees(deputy, case, "change")
    assert not sees(deputy, case, "assign")
    assert client_of(deputy).get(order.get_absolute_url()).status_code == 200
    said = explainer_of(case).explain(User.objects.get(pk=deputy.pk), "view")
    assert "They stand in for somebody who has a work order for it." in [str(one) for one in said.reasons]


def test_lists_of_the_deputy_show_the_work(
    away: User, deputy: User, client_of: Callable[[User], Client]
) -> None:
    order = a_work_order(away)
    stand_in(away, deputy)
    page = client_of(deputy).get(reverse("complaints:work-order-list"), {"owner": away.pk})
    assert order.title in page.content.decode()
