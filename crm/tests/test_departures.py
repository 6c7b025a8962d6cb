"""Somebody leaves: whatever a person is responsible for is registered, and goes over in one job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from complaints.domain.calendars import default_calendar, working_calendar
from complaints.models import (
    CallBack,
    Cause,
    Crisis,
    CrisisStep,
    Handler,
    Level,
)
from complaints.sla import add_working_days
from complaints.tests.factories import ComplaintFactory, QueueFactory, policy
from complaints.tests.learning import alert, improvement
from core.domain.departures import arrange_departure, run_departure, today_here
from core.models import Absence, AuditEntry, Departure, DepartureStep, SavedView, User
from core.responsibilities import responsibilities
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

#: Names of columns that say who is responsible.
NAMES = {"owner", "deputy", "lead", "handler"}
#: Columns of such a name that nobody is responsible by, and why.
NO_RESPONSIBILITY = {
    "complaints.Assignment.owner": "history: who was given the case, and when",
    "complaints.Designation.handler": "history: who handled the case when it was proposed",
    "complaints.ConductObjection.handler": "history: who handled the case when it was decided",
    "complaints.CallBack.handler": "history: who handled the case when it was solved, and never calls",
    "complaints.Compensation.handler": "history: who handled the case when it was approved",
    "complaints.CaseFact.owner": "a figure, computed anew from the case",
    "analytics.CaseTally.owner": "a figure, computed anew from the facts",
}


@pytest.fixture
def boss(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


@pytest.fixture
def leaver(user_in: Callable[..., User]) -> User:
    return user_in("agent", full_name="Leaving Lee")


@pytest.fixture
def heir(user_in: Callable[..., User]) -> User:
    return user_in("agent", full_name="Next Nia")


def next_working_day() -> datetime:
    """Return a moment on which colleagues call, whatever day the test runs on."""
    now = timezone.now()
    return add_working_days(now, 1, working_calendar(default_calendar(), since=now))


def leave(leaver: User, boss: User, heir: User) -> Departure:
    plan = {"": {"way": "one", "users": [heir.pk]}}
    departure = arrange_departure(leaver, last_day=today_here(), plan=plan, by=boss)
    run_departure(departure.pk)
    return departure


def test_every_column_that_says_who_is_responsible_is_registered_or_exempt() -> None:
    registered = [field for kind in responsibilities() for field in kind.fields]
    named = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is User and field.name in NAMES
    }
    assert len(registered) == len(set(registered))
    assert set(registered) & set(NO_RESPONSIBILITY) == set()
    assert named - set(registered) - set(NO_RESPONSIBILITY) == set()
    assert set(NO_RESPONSIBILITY) - named == set()


def test_every_registered_column_exists() -> None:
    for kind in responsibilities():
        for name in kind.fields:
            label, _dot, field = name.rpartition(".")
            assert apps.get_model(label)._meta.get_field(field).related_model is User


def _crisis(owner: User, **values: Any) -> Crisis:
    made: Crisis = Crisis.objects.create(**{"title": "Outage", "owner": owner, **values})
    return made


def test_what_is_learned_from_cases_goes_over(boss: User, leaver: User, heir: User) -> None:
    now = timezone.now()
    crisis = _crisis(leaver)
    rows = [
        Cause.objects.create(code="invoice", name_en="Invoices", owner=leaver),
        Cause.objects.create(code="room", name_en="Rooms", owner=leaver, state="returned", fixed_at=now),
        improvement(leaver),
        crisis,
        CrisisStep.objects.create(crisis=crisis, texts={"en": "Call"}, owner=leaver, due_at=now),
        alert("one", leaver),
    ]
    kept = [
        Cause.objects.create(code="old", name_en="Old", owner=leaver, state="fixed", fixed_at=now),
        improvement(leaver, state="closed", done_on=now.date()),
        CrisisStep.objects.create(
            crisis=crisis, position=1, texts={"en": "Done"}, owner=leaver, due_at=now, done_at=now
        ),
    ]
    leave(leaver, boss, heir)
    for row in rows:
        row.refresh_from_db()
        assert row.owner == heir
        line = AuditEntry.objects.about(row).latest("pk")
        assert (line.changes["owner"], line.note) == (["Leaving Lee", "Next Nia"], "Leaving Lee leaves")
    for row in kept:
        row.refresh_from_db()
        assert row.owner == leaver


def test_call_backs_go_over_but_not_to_who_handles_the_case(boss: User, leaver: User, heir: User) -> None:
    now = timezone.now()
    other, own = (
        CallBack.objects.create(complaint=ComplaintFactory(owner=who), cycle=1, owner=leaver, due_at=now)
        for who in (boss, heir)
    )
    leave(leaver, boss, heir)
    other.refresh_from_db()
    own.refresh_from_db()
    assert (other.owner, own.owner) == (heir, None)


def test_who_gets_a_case_does_not_call_about_it(
    boss: User, leaver: User, heir: User, user_in: Callable[..., User]
) -> None:
    colleague = user_in("agent", full_name="Calling Cai")
    for person in (leaver, heir, colleague):
        Handler.objects.create(user=person)
    case = ComplaintFactory(owner=leaver, state="solved", solved_at=timezone.now(), team=leaver.team)
    due = CallBack.objects.create(
        complaint=case, cycle=1, owner=heir, handler=leaver, due_at=next_working_day()
    )
    settled = CallBack.objects.create(
        complaint=case, cycle=2, owner=heir, handler=leaver, due_at=timezone.now(), state="cancelled"
    )
    leave(leaver, boss, heir)
    for row in (case, due, settled):
        row.refresh_from_db()
    # The leaver has fewer call-backs than anybody, and is not asked.
    assert (case.owner, due.owner, settled.owner) == (heir, colleague, heir)
    line = AuditEntry.objects.about(due).latest("pk")
    assert line.changes["owner"] == ["Next Nia", "Calling Cai"]


def test_the_team_that_gets_a_case_calls_about_it(
    boss: User, leaver: User, heir: User, user_in: Callable[..., User]
) -> None:
    User.objects.filter(pk=heir.pk).update(team=TeamFactory())
    heir.refresh_from_db()
    former, colleague = user_in("agent"), user_in("agent", team=heir.team)
    for person in (former, colleague):
        Handler.objects.create(user=person)
    case = ComplaintFactory(owner=leaver, state="solved", solved_at=timezone.now(), team=leaver.team)
    due = CallBack.objects.create(
        complaint=case, cycle=1, owner=heir, handler=leaver, due_at=next_working_day()
    )
    leave(leaver, boss, heir)
    due.refresh_from_db()
    assert due.owner == colleague


def test_a_call_back_never_comes_to_who_handled_the_case(
    boss: User, leaver: User, heir: User, user_in: Callable[..., User]
) -> None:
    colleague = user_in("agent")
    for person in (heir, colleague):
        Handler.objects.create(user=person)
    # Somebody else handles it by now.
    case = ComplaintFactory(owner=boss, team=leaver.team)
    rows = [
        CallBack.objects.create(
            complaint=case, cycle=cycle, owner=leaver, handler=heir, due_at=next_working_day()
        )
        for cycle in (1, 2)
    ]
    leave(leaver, boss, heir)
    for row in rows:
        row.refresh_from_db()
        assert row.owner == colleague


def test_queues_go_to_who_handles_cases(boss: User, leaver: User, heir: User) -> None:
    first, second = QueueFactory(), QueueFactory()
    leaving = Handler.objects.create(user=leaver, skills=["fr", "vip"])
    leaving.queues.add(first, second)
    taking = Handler.objects.create(user=heir, skills=["vip"])
    taking.queues.add(first)
    leave(leaver, boss, heir)
    leaving.refresh_from_db()
    taking.refresh_from_db()
    assert (leaving.is_active, taking.skills) == (False, ["vip", "fr"])
    assert set(taking.queues.all()) == {first, second}


def test_queues_stay_where_the_receiver_handles_no_cases(boss: User, leaver: User, heir: User) -> None:
    leaving = Handler.objects.create(user=leaver)
    leaving.queues.add(QueueFactory())
    departure = leave(leaver, boss, heir)
    leaving.refresh_from_db()
    assert leaving.is_active
    refused = DepartureStep.objects.filter(departure=departure, kind="complaints.queues").first()
    assert refused is not None
    assert refused.refused[0][2] == "no_handler"


def test_ladders_name_the_receiver(boss: User, leaver: User, heir: User) -> None:
    made = policy()
    Level.objects.filter(policy=made, number=1).update(recipient="person", person=leaver)
    leave(leaver, boss, heir)
    assert Level.objects.get(policy=made, number=1).person == heir
    assert AuditEntry.objects.about(made).filter(note__contains="Leaving Lee leaves").count() == 1


def _away(user: User, deputy: User, *, days: int = 3) -> Absence:
    today = timezone.localdate()
    made: Absence = Absence.objects.create(
        user=user, deputy=deputy, starts_on=today, ends_on=today + timedelta(days=days), by=user
    )
    return made


def test_standing_in_goes_over(boss: User, leaver: User, heir: User, user_in: Callable[..., User]) -> None:
    colleague = user_in("agent")
    ok, own = _away(colleague, leaver), _away(heir, leaver)
    leave(leaver, boss, user_in("agent"))
    ok.refresh_from_db()
    assert ok.deputy != leaver
    own.refresh_from_db()
    assert own.deputy == ok.deputy


def test_who_is_away_does_not_stand_in(
    boss: User, leaver: User, heir: User, user_in: Callable[..., User]
) -> None:
    row, own = _away(user_in("agent"), leaver), _away(heir, leaver)
    leave(leaver, boss, heir)
    row.refresh_from_db()
    own.refresh_from_db()
    assert (row.deputy, own.deputy) == (leaver, leaver)


def test_shared_views_go_over_under_a_free_name(boss: User, leaver: User, heir: User) -> None:
    def view(owner: User, scope: str, name: str = "Mine") -> SavedView:
        made: SavedView = SavedView.objects.create(
            list_key="customers.customer", name=name, owner=owner, scope=scope
        )
        return made

    public, private = view(leaver, "public"), view(leaver, "private", "Own")
    view(heir, "private", "mine")
    leave(leaver, boss, heir)
    public.refresh_from_db()
    private.refresh_from_db()
    assert (public.owner, public.name) == (heir, "Mine (2)")
    assert private.owner == leaver
