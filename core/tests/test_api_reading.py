"""Users, teams, absences, rates, schedules and audit lines over the API: who reads what of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from core.choices import AuditAction
from core.domain.absences import Period, arrange_absence
from core.domain.audit import record
from core.domain.tokens import make_token
from core.models import AuditEntry, ExchangeRate, Schedule, Team, User
from core.tests.factories import TeamFactory, UserFactory

pytestmark = pytest.mark.django_db

API = "/api/v1/"
#: What a colleague gets to know of a user, and nothing beside it.
OF_A_USER = {
    "id", "username", "full_name", "email", "title", "team", "roles", "is_active", "is_service",
    "date_joined", "version",
}  # fmt: skip


@pytest.fixture
def chief(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


def with_token(user: User, *scopes: str) -> Client:
    now = timezone.now()
    _token, secret = make_token(
        user, name="ERP", expires_at=now + timedelta(days=1), scopes=list(scopes), by=user, at=now
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})


def results(client: Client, resource: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"{API}{resource}/", query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def ids(client: Client, resource: str, **query: Any) -> list[int]:
    return [row["id"] for row in results(client, resource, **query)]


# ---- users and teams --------------------------------------------------------------------------------
def test_a_colleague_gets_what_the_page_of_a_user_shows(
    user_in: Callable[..., User], client_of: Callable[[User], Client], team: Team
) -> None:
    agent = user_in("agent")
    shown = UserFactory(full_name="李伟", title="客户经理", team=team)

    answer = client_of(agent).get(f"{API}users/{shown.pk}/").json()

    assert set(answer) == OF_A_USER
    assert (answer["full_name"], answer["title"], answer["team"], answer["roles"]) == (
        "李伟",
        "客户经理",
        team.pk,
        [],
    )
    assert client_of(agent).get(f"{API}users/{agent.pk}/").json()["roles"] == ["agent"]


def test_no_field_of_a_user_tells_how_they_sign_in(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    agent = user_in("agent")
    client = client_of(agent)
    for name in ("password", "session_epoch", "last_login", "second_factor"):
        assert client.get(f"{API}users/", {"fields": name}).status_code == 400
    assert client.get(f"{API}users/", {"sort": "last"}).status_code == 400


def test_users_are_filtered_and_sorted_as_on_the_page(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("sales"))
    below = TeamFactory(name="Below")
    first, second = UserFactory(username="a-one", team=below), UserFactory(username="b-two", team=below)
    gone = UserFactory(username="c-gone", team=below, is_active=False)

    assert ids(client, "users", team=below.pk, sort="-login") == [gone.pk, second.pk, first.pk]
    assert ids(client, "users", team=below.pk, active="false") == [gone.pk]
    assert results(client, "users", team=below.pk, active="true", sort="login", fields="username") == [
        {"username": "a-one"},
        {"username": "b-two"},
    ]


def test_teams_make_a_tree(user_in: Callable[..., User], client_of: Callable[[User], Client]) -> None:
    lead = user_in("manager")
    east = TeamFactory(name="East", lead=lead)
    shanghai = TeamFactory(name="Shanghai", parent=east)
    client = client_of(user_in("integration"))

    assert results(client, "teams", parent=east.pk) == [
        {"id": shanghai.pk, "name": "Shanghai", "parent": east.pk, "lead": None}
    ]
    assert ids(client, "teams", lead=lead.pk) == [east.pk]
    assert ids(client, "teams", name="shang") == [shanghai.pk]


def test_nothing_is_written(chief: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(chief)
    for resource in ("users", "teams", "absences", "exchange-rates", "schedules", "audit-entries"):
        assert client.post(f"{API}{resource}/", {}, content_type="application/json").status_code == 405
        url = f"{API}{resource}/1/"
        assert client.patch(url, {}, content_type="application/json").status_code == 405
        assert client.delete(url).status_code == 405


# ---- tokens -----------------------------------------------------------------------------------------
def test_search_finds_users_for_a_token_that_may_read_them(chief: User) -> None:
    shown = UserFactory(full_name="Xu Qing")
    found = {"q": "Xu Qing"}

    reading = with_token(chief, "search:read", "users:read").get(f"{API}search/", found).json()["results"]
    assert [(row["type"], row["id"]) for row in reading] == [("user", shown.pk)]
    for scopes in (["search:read"], ["search:read", "users:write", "teams:read"]):
        assert with_token(chief, *scopes).get(f"{API}search/", found).json()["results"] == []


def test_a_token_needs_the_scope_of_the_resource(chief: User) -> None:
    client = with_token(chief, "users:read")
    assert client.get(f"{API}users/").status_code == 200
    for resource in ("teams", "absences", "exchange-rates", "schedules", "audit-entries"):
        assert client.get(f"{API}{resource}/").status_code == 403


# ---- absences ---------------------------------------------------------------------------------------
def test_absences_are_ones_own_and_those_of_the_teams_of_a_manager(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    agent, manager = user_in("agent"), user_in("manager")
    stranger = user_in("agent", team=TeamFactory(name="Elsewhere"))
    today = timezone.localdate()
    week = Period(today, today + timedelta(days=6))
    own = arrange_absence(agent, week, deputy=manager, by=agent, today=today, note="Leave")
    other = arrange_absence(stranger, week, deputy=user_in("sales"), by=stranger, today=today)

    assert results(client_of(agent), "absences", fields="id,user,deputy,note") == [
        {"id": own.pk, "user": agent.pk, "deputy": manager.pk, "note": "Leave"}
    ]
    assert ids(client_of(manager), "absences") == [own.pk]
    assert client_of(manager).get(f"{API}absences/{other.pk}/").status_code == 404
    assert ids(client_of(agent), "absences", on=today.isoformat(), deputy=manager.pk) == [own.pk]
    assert ids(client_of(agent), "absences", on=(today + timedelta(days=7)).isoformat()) == []


# ---- rates and schedules ----------------------------------------------------------------------------
def test_rates_keep_every_digit(user_in: Callable[..., User], client_of: Callable[[User], Client]) -> None:
    rate = ExchangeRate.objects.create(
        currency="JPY", valid_from=date(2026, 1, 1), rate=Decimal("0.04876543")
    )
    client = client_of(user_in("analyst"))

    assert results(client, "exchange-rates", currency="JPY") == [
        {"id": rate.pk, "currency": "JPY", "valid_from": "2026-01-01", "rate": "0.04876543"}
    ]
    assert client_of(user_in("agent")).get(f"{API}exchange-rates/").status_code == 403


def test_a_schedule_says_when_and_not_with_what(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    schedule = Schedule.objects.create(
        key="core.test",
        title="Seal audit lines",
        task="core.tasks.seal_audit",
        daily_at=time(4, 30),
        payload={"secret": 1},
        is_enabled=False,
    )
    person = user_in("manager")
    person.language = "zh-hans"
    person.save()

    (shown,) = results(client_of(person), "schedules", is_enabled="false")

    with translation.override("zh-hans"):
        assert (shown["id"], shown["daily_at"], shown["title"]) == (schedule.pk, "04:30", str(schedule))
    assert "secret" not in str(shown)
    assert client_of(user_in("agent")).get(f"{API}schedules/").status_code == 403


# ---- audit lines ------------------------------------------------------------------------------------
def test_audit_lines_are_for_administrators(
    chief: User, user_in: Callable[..., User], client_of: Callable[[User], Client], team: Team
) -> None:
    entry = record(AuditAction.CHANGED, by=chief, subject=team, changes={"name": ("Old", "New")})
    asked = {"subject_type": "core.team", "subject_id": team.pk, "action": "changed"}

    (shown,) = results(client_of(chief), "audit-entries", **asked)

    assert (shown["id"], shown["actor"], shown["changes"]) == (entry.pk, chief.pk, {"name": ["Old", "New"]})
    for role in ("agent", "manager", "analyst", "integration"):
        assert client_of(user_in(role)).get(f"{API}audit-entries/").status_code == 403


def test_an_old_line_is_in_no_list_of_the_last_days_and_found_by_its_number(
    chief: User, client_of: Callable[[User], Client]
) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    entry = AuditEntry.objects.create(at=long_ago, actor=chief, action=AuditAction.RAN, note="long ago")
    client = client_of(chief)

    assert entry.pk not in ids(client, "audit-entries", action="ran")
    assert ids(client, "audit-entries", action="ran", period="all") == [entry.pk]
    assert client.get(f"{API}audit-entries/{entry.pk}/").json()["note"] == "long ago"
    assert client.get(f"{API}audit-entries/", {"q": "x", "period": "all"}).status_code == 400


# ---- how often the database is asked ----------------------------------------------------------------
def some_rows(by: User, number: int) -> None:
    """One more row of each kind."""
    user = UserFactory(full_name=f"Person {number}")
    user.groups.set(by.groups.all())
    deputy, today = UserFactory(), timezone.localdate()
    arrange_absence(user, Period(today, today), deputy=deputy, by=by, today=today)
    ExchangeRate.objects.create(currency="USD", valid_from=date(2026, 1, number), rate=7)
    Schedule.objects.create(key=f"core.test{number}", title="T", task="t", every_seconds=60)


@pytest.mark.parametrize(
    "name",
    ["user-list", "team-list", "absence-list", "exchangerate-list", "schedule-list", "auditentry-list"],
)
def test_one_and_three_rows_cost_the_same_queries(
    chief: User, client_of: Callable[[User], Client], name: str
) -> None:
    client, costs = client_of(chief), []
    for number in (1, 2, 3):
        some_rows(chief, number)
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as captured:
            assert len(client.get(reverse(name)).json()["results"]) >= number
        costs.append(len(captured))
    assert costs[0] == costs[2]
