"""Whom to tell: deputies, the next lead above, managers, administrators; and what the case says of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from complaints.choices.cases import LevelAction, Recipient
from complaints.domain.compensation import propose
from complaints.domain.dispatching import dispatch_waiting
from complaints.domain.escalation import acknowledge_escalation, fire_due
from complaints.domain.moves import hear, take
from complaints.domain.registering import register_case
from complaints.domain.whom import whom_to_tell
from complaints.domain.work_orders import create_work_order
from complaints.models import Complaint, Escalation
from complaints.tests.factories import CalendarFactory, ComplaintFactory, QueueFactory, policy
from complaints.words import line_in_words
from core.models import Absence, Notification, Organisation, Team, User
from core.tests.factories import TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 2, 12, tzinfo=SHANGHAI)


def away(person: User, deputy: User) -> None:
    on = NOON.date()
    Absence.objects.create(
        user=person,
        deputy=deputy,
        starts_on=on - timedelta(days=1),
        ends_on=on + timedelta(days=1),
        by=person,
    )


@pytest.fixture
def boss() -> User:
    return UserFactory(full_name="Boss")


@pytest.fixture
def lead(team: Team, boss: User) -> User:
    team.parent, team.lead = TeamFactory(name="Above", lead=boss), UserFactory(full_name="Lead", team=team)
    team.save()
    return team.lead


def named(people) -> list[str]:
    return [person.full_name for person in people]


# ---- who ---------------------------------------------------------------------------------------------
def test_who_is_there_is_told_alone(team, lead):
    whom = whom_to_tell(team, [lead], at=NOON)
    assert (named(whom.people), whom.stood_in, whom.is_fallback) == (["Lead"], (), False)


def test_a_deputy_acts_for_somebody_absent_who_is_told_all_the_same(team, lead):
    deputy = UserFactory(full_name="Deputy")
    away(lead, deputy)
    whom = whom_to_tell(team, [lead], at=NOON)
    assert (named(whom.people), named(whom.there), whom.is_fallback) == (["Lead"], ["Deputy"], False)
    assert whom.stand_ins() == [{"absent": "Lead", "by": "Deputy"}]


@pytest.mark.parametrize("gone", ["left", "away"])
def test_without_a_deputy_who_is_there_the_next_lead_above_is_told_too(team, lead, boss, gone):
    deputy = UserFactory(full_name="Deputy", is_active=gone != "left")
    away(lead, deputy)
    if gone == "away":
        away(deputy, UserFactory())
    whom = whom_to_tell(team, [lead], at=NOON)
    assert (named(whom.people), named(whom.there), whom.is_fallback) == (["Lead", "Boss"], ["Boss"], True)
    assert whom.stand_ins() == [{"absent": "Lead", "by": "Boss"}]


def test_above_the_last_lead_come_managers_then_administrators(team, user_in):
    user_in("administrator", full_name="Chief")
    assert named(whom_to_tell(team, [None], at=NOON).people) == ["Chief"]
    user_in("manager", full_name="Manager")
    assert named(whom_to_tell(team, [None], at=NOON).people) == ["Manager"]


def test_a_lead_above_who_is_away_is_stood_in_for_by_the_lead_below(team, lead, boss):
    away(boss, UserFactory(is_active=False))
    whom = whom_to_tell(team, [boss], at=NOON)
    assert named(whom.there) == ["Lead"]


def test_who_may_not_have_it_is_passed_over(team, lead, boss):
    assert named(whom_to_tell(team, [lead], at=NOON, fits=lambda one: one != lead).people) == ["Boss"]


def test_where_there_is_nobody_nobody_is_told():
    whom = whom_to_tell(None, [None, UserFactory(is_active=False)], at=NOON)
    assert (whom.people, whom.is_fallback) == ((), True)


# ---- levels ------------------------------------------------------------------------------------------
@pytest.fixture
def case(lead: User, agent: User) -> Complaint:
    """Received on Monday at ten; its response is due at three."""
    CalendarFactory(is_default=True)
    policy()
    QueueFactory(is_default=True, team=agent.team)
    at = datetime(2026, 11, 2, 10, tzinfo=SHANGHAI)
    return take(register_case({"title": "Late", "received_at": at}, by=None, at=at), by=agent, at=at)


def fire(case: Complaint, **values: object) -> Escalation:
    Escalation.objects.filter(number__gt=1).delete()
    due = datetime(2026, 11, 2, 15, tzinfo=SHANGHAI)
    Escalation.objects.update(fire_at=due, recipient=Recipient.TEAM_LEAD, **values)
    fire_due(due)
    return case.escalations.get(number=1)


def test_a_level_for_an_absent_lead_says_who_stands_in_and_lets_them_take_it_up(case, lead, user_in):
    deputy = user_in("agent", full_name="Deputy")
    away(lead, deputy)
    level = fire(case)
    assert level.evidence["stood_in"] == [{"absent": "Lead", "by": "Deputy"}]
    line = case.entries.get(data__code="escalated")
    assert line_in_words(line.data).endswith("Told: Lead. Deputy stands in for Lead.")
    assert acknowledge_escalation(level, by=deputy).acknowledged_by == deputy


def test_a_case_is_handed_to_who_is_there(case, lead, user_in):
    deputy = user_in("agent", full_name="Deputy")
    away(lead, deputy)
    fire(case, action=LevelAction.REASSIGN)
    case.refresh_from_db()
    assert case.owner == deputy


# ---- everybody else who tells ------------------------------------------------------------------------
def told(kind: str) -> list[str]:
    rows = Notification.objects.filter(kind=kind).select_related("user").order_by("id")
    return [row.user.full_name for row in rows]


def test_what_the_customer_says_without_handler_and_lead_reaches_a_manager(user_in, team):
    user_in("manager", full_name="Manager")
    hear(ComplaintFactory(owner=None, state="new", team=team), "Hello?", by=None)
    assert told("case_heard") == ["Manager"]


def test_a_case_that_nobody_can_take_reaches_a_manager_without_a_lead(user_in, team):
    user_in("manager", full_name="Manager")
    QueueFactory(is_default=True, team=team, is_automatic=True)
    CalendarFactory(is_default=True)
    register_case({"title": "Late", "received_at": NOON}, by=None, at=NOON)
    dispatch_waiting(NOON + timedelta(hours=1))
    assert told("case_unassigned") == ["Manager"]


def test_a_compensation_that_the_lead_proposed_is_shown_to_another_manager(user_in, team, agent):
    manager, other = user_in("manager", full_name="Lead"), user_in("manager", full_name="Other")
    team.lead = manager
    team.save()
    case = ComplaintFactory(owner=agent, team=team, grade="minor")
    data = {"measure": "refund", "amount": Decimal(900), "currency": Organisation.load().base_currency}
    propose(case, data, by=manager)
    assert told("compensation_to_approve") == [other.full_name]
    line = case.entries.get(data__code="asked_to_decide")
    assert line_in_words(line.data) == "Asked to decide: Other. Other stands in for Lead."


def test_where_nobody_may_decide_the_case_says_so(team, agent):
    case = ComplaintFactory(owner=agent, team=team, grade="minor")
    data = {"measure": "refund", "amount": Decimal(900), "currency": Organisation.load().base_currency}
    propose(case, data, by=agent)
    line = case.entries.get(data__code="asked_to_decide")
    assert line_in_words(line.data) == "Asked to decide: nobody could be told."


def test_a_work_order_for_a_team_without_a_lead_reaches_its_manager(user_in, agent):
    other = TeamFactory(name="IT")
    user_in("manager", full_name="Manager", team=other)
    create_work_order(ComplaintFactory(owner=agent), "Repair", team=other, by=agent)
    assert told("work_order_given") == ["Manager"]
