"""Somebody leaves: what the platform itself hands over, and who may arrange it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import AuditAction, DepartureState
from core.domain.departures import (
    arrange_departure,
    call_off_departure,
    holdings,
    leavers_of,
    run_departure,
    start_due_departures,
    today_here,
)
from core.domain.tokens import make_token
from core.errors import Conflict, DomainError
from core.models import ApiToken, AuditEntry, Departure, Job, Notification, Team, User
from core.tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

Maker = Callable[..., User]


@pytest.fixture
def admin(user_in: Maker) -> User:
    return user_in("administrator")


@pytest.fixture
def leaver(user_in: Maker) -> User:
    return user_in("sales", full_name="Leaving Lee")


def plan_for(*users: User, way: str = "one") -> dict[str, object]:
    return {"": {"way": way, "users": [user.pk for user in users]}}


def test_teams_tokens_and_the_login_in_one_job(admin: User, leaver: User, user_in: Maker) -> None:
    receiver, team = user_in("manager"), TeamFactory(name="Led", lead=leaver)
    now = timezone.now()
    make_token(
        leaver,
        name="mine",
        scopes=["*:read"],
        expires_at=now + timedelta(days=5),
        by=leaver,
        at=now,
    )
    departure = arrange_departure(leaver, last_day=today_here(), plan=plan_for(receiver), by=admin)
    assert Job.objects.get(dedupe=f"departure-{departure.pk}").task == "core.tasks.run_departure"
    assert run_departure(departure.pk) == {"handed_over": 1, "not_handed_over": 0}
    departure.refresh_from_db()
    leaver.refresh_from_db()
    assert (departure.state, leaver.is_active) == (DepartureState.DONE, False)
    assert Team.objects.get(pk=team.pk).lead == receiver
    assert not ApiToken.objects.usable(now).exists()
    told = Notification.objects.get(user=receiver)
    assert told.title == "You took over 1 records from Leaving Lee"
    line = AuditEntry.objects.about(team).filter(action=AuditAction.CHANGED).get()
    assert (line.actor, line.changes) == (admin, {"lead": ["Leaving Lee", receiver.full_name]})
    run_departure(departure.pk)
    assert Notification.objects.filter(user=receiver).count() == 1


def test_a_second_click_finds_the_first(admin: User, leaver: User) -> None:
    arrange_departure(leaver, last_day=date(2099, 1, 1), plan={}, by=admin)
    with pytest.raises(Conflict, match="arranged already"):
        arrange_departure(leaver, last_day=date(2099, 1, 1), plan={}, by=admin)
    assert Departure.objects.count() == 1


def test_a_day_to_come_waits_and_may_be_called_off(admin: User, leaver: User) -> None:
    departure = arrange_departure(leaver, last_day=today_here() + timedelta(days=3), plan={}, by=admin)
    assert start_due_departures(at=timezone.now()) == 0
    assert start_due_departures(at=timezone.now() + timedelta(days=5)) == 1
    call_off_departure(departure, by=admin)
    assert run_departure(departure.pk) == {"handed_over": 0, "not_handed_over": 0}
    leaver.refresh_from_db()
    assert leaver.is_active
    with pytest.raises(Conflict):
        call_off_departure(departure, by=admin)


def test_who_may_not_be_given_anything(admin: User, leaver: User) -> None:
    TeamFactory(lead=leaver)
    for bad in (leaver, UserFactory(is_active=False), UserFactory(is_service=True)):
        with pytest.raises(DomainError) as refused:
            arrange_departure(leaver, last_day=today_here(), plan=plan_for(bad), by=admin)
        assert refused.value.code == "bad_receiver"
    with pytest.raises(DomainError) as refused:
        arrange_departure(leaver, last_day=today_here(), plan={}, by=admin)
    assert refused.value.code == "no_receiver"


def test_a_receiver_who_left_meanwhile_gets_nothing(admin: User, leaver: User, user_in: Maker) -> None:
    receiver, team = user_in("manager"), TeamFactory(lead=leaver)
    departure = arrange_departure(leaver, last_day=today_here(), plan=plan_for(receiver), by=admin)
    User.objects.filter(pk=receiver.pk).update(is_active=False)
    counts = run_departure(departure.pk)
    assert counts["handed_over"] == 0
    assert departure.steps.first().refused == [[team.pk, "", "receiver"]]
    assert Team.objects.get(pk=team.pk).lead == leaver


def test_managers_arrange_it_for_their_own_people_only(user_in: Maker, leaver: User) -> None:
    manager = user_in("manager")
    stranger = user_in("sales", team=TeamFactory(name="Elsewhere"))
    for person in (stranger, user_in("administrator"), manager):
        with pytest.raises(DomainError):
            arrange_departure(person, last_day=date(2099, 1, 1), plan={}, by=manager)
    assert arrange_departure(leaver, last_day=date(2099, 1, 1), plan={}, by=manager).user == leaver


def test_others_may_not_arrange_it(user_in: Maker, leaver: User) -> None:
    from django.core.exceptions import PermissionDenied

    for role in ("sales", "agent", "trainer", "analyst", "integration"):
        with pytest.raises(PermissionDenied):
            arrange_departure(leaver, last_day=date(2099, 1, 1), plan={}, by=user_in(role))


@pytest.fixture
def without_arranger(admin: User, leaver: User, user_in: Maker) -> tuple[Departure, User]:
    """Return a departure whose arranger left first, after its job, and the administrator who remains."""
    other, team = user_in("administrator"), TeamFactory(lead=leaver)
    departure = arrange_departure(leaver, last_day=today_here(), plan=plan_for(admin), by=admin)
    User.objects.filter(pk=admin.pk).update(is_active=False)
    for _attempt in range(2):
        with pytest.raises(DomainError, match="Call it off"):
            run_departure(departure.pk)
    assert Team.objects.get(pk=team.pk).lead == leaver
    return departure, other


def test_an_arranger_who_left_stops_the_handing_over_and_not_the_leaving(
    leaver: User, without_arranger: tuple[Departure, User]
) -> None:
    departure, other = without_arranger
    leaver.refresh_from_db()
    departure.refresh_from_db()
    assert (leaver.is_active, departure.state) == (False, DepartureState.PLANNED)
    told = Notification.objects.get()
    assert (told.user, told.title) == (other, "Nobody hands over what Leaving Lee held")
    assert told.url == departure.get_absolute_url()


def test_the_handing_over_is_arranged_anew_by_somebody_else(
    leaver: User, without_arranger: tuple[Departure, User]
) -> None:
    departure, other = without_arranger
    call_off_departure(departure, by=other)
    anew = arrange_departure(leaver, last_day=today_here(), plan=plan_for(other), by=other)
    assert run_departure(anew.pk) == {"handed_over": 1, "not_handed_over": 0}
    assert Team.objects.filter(lead=other).count() == 1
    # Once handed over there is nothing to arrange any more.
    assert not leavers_of(other).filter(pk=leaver.pk).exists()


def test_calling_off_says_that_the_login_stays_switched_off(
    client_of: Callable[[User], Client], without_arranger: tuple[Departure, User]
) -> None:
    departure, other = without_arranger
    page = client_of(other).get(reverse("core:departure-cancel", args=[departure.pk])).text
    assert "stays switched off" in page and "may go on signing in" not in page


def test_who_was_switched_off_without_a_departure_has_left(admin: User, user_in: Maker) -> None:
    gone = user_in("sales", is_active=False)
    assert not leavers_of(admin).filter(pk=gone.pk).exists()


def test_holdings_leave_out_what_nobody_holds(admin: User, leaver: User) -> None:
    TeamFactory(lead=leaver)
    assert [(found.kind.key, found.held, found.movable) for found in holdings(leaver, by=admin)] == [
        ("core.teams", 1, 1)
    ]
