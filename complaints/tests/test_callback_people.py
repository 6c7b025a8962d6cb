"""Who calls back and when: who is there and works, told at once and again when it is late."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from complaints.choices.cases import State
from complaints.domain.callback_answers import Answer, note_attempt, settle
from complaints.domain.callbacks import plan, remind_of_late
from complaints.models import BusinessCalendar, CalendarHours, CallBack, Complaint, Handler
from complaints.tests.factories import CalendarFactory, ComplaintFactory
from core.errors import DomainError
from core.models import Absence, Notification, User
from core.tests.factories import TeamFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday, the 6th a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def case(agent) -> Complaint:
    CalendarFactory(is_default=True)
    return ComplaintFactory(owner=agent, team=agent.team, state=State.SOLVED, solved_at=at(2, 10))


@pytest.fixture
def caller(user_in) -> User:
    return called("First", user_in)


def called(name: str, user_in, **values) -> User:
    person = user_in("agent", full_name=name)
    Handler.objects.create(user=person, **values)
    return person


def away(person: User, deputy: User) -> None:
    Absence.objects.create(
        user=person, deputy=deputy, starts_on=at(3, 0).date(), ends_on=at(3, 0).date(), by=person
    )


def told() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind="callback").select_related("user").order_by("id")
    return [(row.user.full_name, row.title.partition(":")[0]) for row in rows]


# ---- who ---------------------------------------------------------------------------------------------
def test_who_calls_is_told_and_the_handler_is_kept(case, caller, agent):
    made = plan(case, at(2, 10))
    assert (made.owner, made.handler, made.due_at) == (caller, agent, at(3, 10))
    assert told() == [("First", "To call back")]
    plan(case, at(2, 11))
    assert len(told()) == 1


def test_who_is_away_on_the_day_does_not_call(case, caller, user_in, agent):
    second = called("Second", user_in)
    away(caller, agent)
    assert plan(case, at(2, 10)).owner == second


def test_who_does_not_work_on_the_day_does_not_call(case, user_in):
    mondays = BusinessCalendar.objects.create(name="Mondays", time_zone="Asia/Shanghai")
    CalendarHours.objects.create(
        calendar=mondays, weekday=0, opens=time(9), closes=time(18), valid_from=at(1, 0).date()
    )
    called("Mondays only", user_in, calendar=mondays)
    second = called("Second", user_in)
    assert plan(case, at(2, 10)).owner == second


def test_without_a_colleague_the_lead_calls_and_for_an_absent_one_the_deputy(case, user_in, team):
    team.lead, deputy = user_in("manager"), user_in("agent", full_name="Deputy")
    team.save()
    away(team.lead, deputy)
    assert plan(case, at(2, 10)).owner == deputy


def test_where_nobody_calls_whoever_keeps_the_house_is_told(case, user_in):
    user_in("administrator", full_name="Chief")
    assert plan(case, at(2, 10)).owner is None
    assert told() == [("Chief", "Nobody calls back")]


# ---- when --------------------------------------------------------------------------------------------
def test_after_a_friday_the_next_attempt_waits_for_monday(case, caller):
    made = plan(case, at(5, 20))
    moved = note_attempt(made, "no_answer", by=caller, at=at(6, 20))
    assert moved.due_at == at(9, 9)


def test_late_is_told_once_for_each_time_it_was_due(case, caller):
    made = plan(case, at(2, 10))
    Notification.objects.all().delete()
    assert remind_of_late(at(3, 9, 59)) == 0
    assert (remind_of_late(at(3, 10)), remind_of_late(at(3, 11))) == (1, 0)
    assert told() == [("First", "Call-back is late")]
    moved = note_attempt(made, "no_answer", by=caller, at=at(3, 12))
    assert moved.late_told_at is None
    assert (remind_of_late(moved.due_at), len(told())) == (1, 2)


def test_what_is_settled_is_not_told(case, caller):
    settle(plan(case, at(2, 10)), Answer(is_accepted=True), by=caller, at=at(3, 9))
    assert remind_of_late(at(4, 10)) == 0


# ---- not about the own case --------------------------------------------------------------------------
def test_whoever_gave_the_solution_does_not_rate_it_after_handing_the_case_over(case, caller, agent, user_in):
    made = plan(case, at(2, 10))
    Complaint.objects.filter(pk=case.pk).update(owner=user_in("agent"))
    with pytest.raises(DomainError) as refusal:
        settle(CallBack.objects.get(pk=made.pk), Answer(is_accepted=True), by=agent)
    assert refusal.value.code == "own_case"


def test_the_database_holds_that_nobody_calls_about_the_own_case(case, caller, agent):
    made = plan(case, at(2, 10))
    for values in ({"owner": agent}, {"done_by": agent}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CallBack.objects.filter(pk=made.pk).update(**values)


def test_who_noted_the_answer_is_kept_and_the_api_says_so(case, caller, client_of):
    made = plan(case, at(2, 10))
    settle(made, Answer(is_accepted=True), by=caller, at=made.due_at - timedelta(hours=1))
    shown = client_of(caller).get(f"/api/v1/call-backs/{made.pk}/").json()
    assert (shown["done_by"], shown["handler"]) == (caller.pk, case.owner_id)


@pytest.mark.parametrize("verb", ["settle", "attempt"])
def test_who_saw_the_case_for_the_call_alone_goes_on_to_the_list(case, caller, client_of, verb):
    made = plan(case, at(2, 10))
    CallBack.objects.filter(pk=made.pk).update(attempts_made=9)
    User.objects.filter(pk=caller.pk).update(team=TeamFactory())
    address = reverse(f"complaints:callback-{verb}", args=[made.pk])
    data = {"is_accepted": "1", "result": "no_answer", "token": uuid4()}
    answer = client_of(User.objects.get(pk=caller.pk)).post(address, data)
    assert (answer.status_code, answer.headers.get("Location")) == (302, reverse("complaints:callback-list"))
