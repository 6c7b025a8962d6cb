"""Levels that fire: once, in order, for whom they are meant, and never for what has ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from complaints.choices.cases import ClockKind, EscalationState, LevelAction, Recipient, State
from complaints.domain.crises import move_crisis
from complaints.domain.escalation import acknowledge_escalation, fire_due
from complaints.domain.moves import answer, solve, take, wait_for_customer, withdraw
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.models import Complaint, Crisis, Escalation, Level
from complaints.tests.factories import CalendarFactory, QueueFactory, policy
from core.errors import Conflict
from core.models import AuditEntry, Notification, OutgoingMail, Team, User
from core.tests.factories import TeamFactory, UserFactory
from customers.models import TimelineEvent
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def lead(team: Team) -> User:
    """Lead of the handling team; the team above has one, too."""
    above = TeamFactory(name="Above", lead=UserFactory(full_name="Boss"))
    team.parent, team.lead = above, UserFactory(full_name="Lead", team=team)
    team.save()
    return team.lead


@pytest.fixture
def case(lead: User, agent: User) -> Complaint:
    """Received on Monday at ten, taken by the agent; the response is due at three."""
    CalendarFactory(is_default=True)
    policy()
    QueueFactory(is_default=True, team=agent.team)
    made = register_case({"title": "Late start", "received_at": at(2, 10)}, by=None, at=at(2, 10))
    return take(made, by=agent, at=at(2, 10, 5))


def fired(case: Complaint) -> list[int]:
    rows = Escalation.objects.filter(complaint=case, state=EscalationState.FIRED)
    return list(rows.order_by("fired_at", "fire_at").values_list("number", flat=True))


def told() -> list[str]:
    rows = Notification.objects.filter(kind__startswith="case_escalated").order_by("id")
    return [row.user.full_name for row in rows]


def test_nothing_fires_before_its_time(case):
    assert fire_due(at(2, 13, 59)) == 0
    assert fired(case) == []


def test_a_level_fires_at_its_time_and_only_once(case, agent):
    assert fire_due(at(2, 14)) == 1
    assert fire_due(at(2, 14)) == 0
    assert fire_due(at(2, 14, 30)) == 0
    assert fired(case) == [1]
    assert told() == [agent.full_name]
    case.refresh_from_db()
    assert case.level == 1


def test_levels_missed_in_an_outage_fire_in_order(case, agent):
    assert fire_due(at(3, 9)) == 3
    assert fired(case) == [1, 2, 3]
    assert told() == [agent.full_name, "Lead", "Boss"]


def test_a_level_says_how_late_it_was_and_leaves_its_traces(case):
    fire_due(at(2, 15, 10))
    level = case.escalations.get(number=2)
    assert (level.evidence["late"], level.evidence["told"], level.evidence["fallback"]) == (
        600,
        ["Lead"],
        False,
    )
    entry = case.entries.get(data__code="escalated", data__params__level=2)
    assert entry.data["params"]["told"] == ["Lead"]


def test_an_answer_calls_the_ladder_off(case, agent):
    fire_due(at(2, 14))
    answer(case, "We look into it.", by=agent, at=at(2, 14, 30))
    assert fire_due(at(4, 9)) == 0
    assert fired(case) == [1]


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN, State.SOLVED])
def test_what_has_ended_never_escalates(case, state):
    ended = None if state == State.SOLVED else at(2, 11)
    Complaint.objects.filter(pk=case.pk).update(state=state, ended_at=ended)
    fire_due(at(4, 9))
    assert fired(case) == []
    assert not Escalation.objects.planned().filter(fire_at__lte=at(4, 9)).exists()


def test_a_withdrawn_case_has_no_ladder(case, agent):
    withdraw(case, reason="Settled", by=agent, at=at(2, 11))
    assert fire_due(at(4, 9)) == 0


def test_a_paused_clock_does_not_escalate(case, agent):
    Escalation.objects.create(
        complaint=case,
        clock=case.clocks.get(kind=ClockKind.SOLVE),
        number=1,
        recipient=Recipient.OWNER,
        fire_at=at(4, 10),
    )
    answer(case, "We look into it.", by=agent, at=at(2, 11))
    wait_for_customer(case, reason="Asked", by=agent, at=at(2, 12))
    assert fire_due(at(9, 9)) == 0


def test_a_new_cycle_may_fire_once_more(case, agent):
    fire_due(at(2, 14))
    solve(case, "Done", decision="upheld", by=agent, at=at(2, 14, 30))
    reopen(case, reason="Not content", by=None, at=at(3, 9))
    assert fire_due(at(3, 18)) == 3
    assert fired(case) == [1, 1, 2, 3]


def test_without_a_lead_the_lead_above_is_told(case, team):
    Team.objects.filter(pk=team.pk).update(lead=None)
    fire_due(at(2, 15))
    assert case.escalations.get(number=2).evidence["told"] == ["Boss"]


def test_without_anybody_managers_then_administrators_are_told(case, team, user_in):
    Team.objects.update(lead=None)
    chief = user_in("administrator", full_name="Chief")
    fire_due(at(2, 15))
    assert case.escalations.get(number=2).evidence == {
        "told": [str(chief)],
        "stood_in": [],
        "fallback": True,
        "action": "notify",
        "due_at": "2026-11-02T07:00:00+00:00",
        "late": 0,
    }


def only(**values: object) -> None:
    """Leave one level of the response clock, fired at its due time."""
    Level.objects.all().delete()
    Escalation.objects.filter(number__gt=1).delete()
    Escalation.objects.update(fire_at=at(2, 15), offset=0, **values)


def test_a_level_may_hand_the_case_over(case, lead):
    only(action=LevelAction.REASSIGN, recipient=Recipient.TEAM_LEAD)
    fire_due(at(2, 15))
    case.refresh_from_db()
    assert case.owner == lead
    assert case.assignments.latest("id").reason == "escalation"


def test_a_level_may_raise_the_grade_one_step(case):
    only(action=LevelAction.RAISE_GRADE)
    assert case.grade == "minor"
    fire_due(at(2, 15))
    case.refresh_from_db()
    assert (case.grade, case.escalations.get(number=1).evidence["action"]) == ("general", "raise_grade")


def test_a_severe_complaint_is_told_of_only(case):
    only(action=LevelAction.RAISE_GRADE)
    Complaint.objects.filter(pk=case.pk).update(grade="severe", was_severe=True)
    fire_due(at(2, 15))
    assert case.escalations.get(number=1).evidence["action"] == "notify"


def test_summoning_the_crisis_team_reaches_managers_and_administrators(case, user_in, agent):
    only(action=LevelAction.SUMMON_CRISIS, recipient=Recipient.OWNER)
    user_in("manager", full_name="Manager")
    user_in("administrator", full_name="Chief")
    fire_due(at(2, 15))
    assert told() == [agent.full_name, "Manager", "Chief"]


def test_a_crisis_that_was_rejected_is_proposed_again_by_the_ladder_of_the_next_cycle(case, agent, user_in):
    for rows in (Level.objects.all(), Escalation.objects.all()):
        rows.update(action=LevelAction.SUMMON_CRISIS)
    fire_due(at(2, 14))
    move_crisis(Crisis.objects.get(), "dismissed", by=user_in("manager"), note="One case only")
    solve(case, "Done", decision="upheld", by=agent, at=at(2, 14, 30))
    reopen(case, reason="Not content", by=None, at=at(3, 9))
    assert (fire_due(at(3, 18)), fire_due(at(3, 18))) == (3, 0)
    assert list(Crisis.objects.order_by("pk").values_list("state", flat=True)) == ["dismissed", "proposed"]
    assert [one.affected.count() for one in Crisis.objects.all()] == [1, 1]


def test_the_owner_of_the_customer_may_be_told(lead, agent):
    CalendarFactory(is_default=True)
    made = policy()
    made.levels.all().delete()
    Level.objects.create(policy=made, clock="respond", number=1, recipient=Recipient.CUSTOMER_OWNER)
    customer = CustomerFactory(owner=UserFactory(full_name="Sales", team=agent.team))
    register_case({"title": "Late", "customer": customer, "received_at": at(2, 10)}, by=None, at=at(2, 10))
    fire_due(at(2, 15))
    assert told() == ["Sales"]
    assert TimelineEvent.objects.filter(customer=customer).latest("id").data["action"] == "escalated"


def test_a_reminder_is_not_mailed(case):
    Escalation.objects.update(by_mail=False)
    fire_due(at(2, 14))
    assert Notification.objects.get(kind="case_reminder").title.startswith("Escalated, level 1")
    assert not OutgoingMail.objects.filter(kind="case_reminder").exists()


# ---- taken up ---------------------------------------------------------------------------------------
def test_who_was_told_takes_it_up_once(case, lead):
    fire_due(at(2, 15))
    level = case.escalations.get(number=2)
    taken = acknowledge_escalation(level, by=lead, at=at(2, 15, 5))
    assert (taken.acknowledged_by, taken.acknowledged_at) == (lead, at(2, 15, 5))
    assert AuditEntry.objects.about(case).filter(note__contains="escalation_taken").count() == 1
    with pytest.raises(Conflict):
        acknowledge_escalation(level, by=lead, at=at(2, 15, 6))


def test_a_stranger_takes_nothing_up(case, user_in):
    fire_due(at(2, 15))
    with pytest.raises(Conflict) as refused:
        acknowledge_escalation(case.escalations.get(number=2), by=user_in("agent"))
    assert refused.value.code == "not_told"


def test_a_manager_calls_a_false_alarm(case, user_in):
    fire_due(at(2, 15))
    level = acknowledge_escalation(case.escalations.get(number=2), by=user_in("manager"), was_wrong=True)
    assert level.was_wrong


def test_a_planned_level_is_not_taken_up(case, user_in):
    with pytest.raises(Conflict):
        acknowledge_escalation(case.escalations.get(number=2), by=user_in("manager"))


def test_many_cases_are_gone_through_in_parts(case, agent, monkeypatch):
    monkeypatch.setattr("complaints.domain.escalation.BATCH", 2)
    for _n in range(5):
        register_case({"title": "Late", "received_at": at(2, 10)}, by=None, at=at(2, 10))
    assert fire_due(at(2, 14)) == 6
    assert fire_due(at(2, 14) + timedelta(seconds=1)) == 0
