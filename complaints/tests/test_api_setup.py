"""Handlers and business calendars over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.models import BusinessCalendar, Handler
from complaints.tests.factories import CalendarFactory, QueueFactory
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def administrator(user_in):
    return user_in("administrator")


@pytest.fixture
def client(administrator, client_of):
    return client_of(administrator)


def posted(client, path, data=None):
    return client.post(f"/api/v1/{path}/", data or {}, content_type=JSON)


def test_somebody_handles_cases_from_now_on(client, user_in):
    user, queue = user_in("agent"), QueueFactory()
    data = {"user": user.pk, "queues": [queue.pk], "skills": ["invoices", " fees ", "fees"], "cap": 9}
    made = posted(client, "handlers", data)
    assert (made.status_code, made.json()["skills"], made.json()["load"]) == (201, ["fees", "invoices"], 0)
    again = posted(client, "handlers", data)
    assert (again.status_code, again.json()["code"]) == (409, "handler_exists")


def test_what_is_left_out_stays(client, user_in):
    queue, handler = QueueFactory(), Handler.objects.create(user=user_in("agent"), skills=["fees"])
    handler.queues.add(queue)
    path = f"/api/v1/handlers/{handler.pk}/"
    changed = client.patch(path, {"cap": 3, "version": 1}, content_type=JSON).json()
    assert (changed["cap"], changed["queues"], changed["skills"]) == (3, [queue.pk], ["fees"])
    assert client.patch(path, {"cap": 4, "version": 1}, content_type=JSON).status_code == 409
    assert client.patch(path, {"cap": 501}, content_type=JSON).status_code == 400
    other = user_in("agent", username="other")
    assert client.patch(path, {"user": other.pk}, content_type=JSON).status_code == 400


def test_a_calendar_is_made_and_gets_hours(client):
    made = posted(
        client, "calendars", {"name": "Night", "time_zone": "Asia/Shanghai", "follows_china": False}
    )
    assert made.status_code == 201
    path, today = f"calendars/{made.json()['id']}", timezone.localdate()
    week = {"valid_from": str(today), "spans": [{"weekday": 0, "opens": "22:00", "closes": "06:00"}]}
    told = posted(client, f"{path}/hours", week).json()
    assert [(row["weekday"], row["opens"], row["closes"]) for row in told["hours"]] == [(0, "22:00", "06:00")]
    past = posted(client, f"{path}/hours", {**week, "valid_from": str(today - timedelta(days=2))})
    assert (past.status_code, past.json()["code"]) == (400, "in_the_past")
    span = {"weekday": 0, "opens": "23:00", "closes": "05:00"}
    both = {**week, "spans": [*week["spans"], span]}
    assert posted(client, f"{path}/hours", both).json()["code"] == "overlap"
    assert posted(client, f"{path}/hours", {**week, "version": 1}).status_code == 409


def test_zones_and_names_are_checked(client):
    refused = posted(client, "calendars", {"name": "X", "time_zone": "Asia/Nowhere"})
    assert (refused.status_code, set(refused.json()["errors"])) == (400, {"time_zone"})
    taken = CalendarFactory(name="Taken")
    refused = posted(client, "calendars", {"name": "Taken", "time_zone": "Asia/Shanghai"})
    assert refused.status_code in (400, 409)
    changed = client.patch(f"/api/v1/calendars/{taken.pk}/", {"name": "Free"}, content_type=JSON)
    assert (changed.status_code, changed.json()["name"]) == (200, "Free")


def test_holidays_are_entered_and_taken_away(client):
    calendar, day = CalendarFactory(), timezone.localdate() + timedelta(days=20)
    path = f"calendars/{calendar.pk}"
    data = {"day": str(day), "name": "Moving house", "spans": [{"opens": "09:00", "closes": "12:00"}]}
    told = posted(client, f"{path}/days", data).json()
    assert [(row["day"], row["name"], row["is_open"]) for row in told["days"]] == [
        (str(day), "Moving house", True)
    ]
    read = client.get(f"/api/v1/{path}/days/?year={day.year}").json()
    assert read["days"] == told["days"]
    assert posted(client, f"{path}/remove-day", {"day": str(day)}).json()["days"] == []
    assert posted(client, f"{path}/remove-day", {"day": str(day)}).status_code == 404
    past = {**data, "day": str(day - timedelta(days=400))}
    assert posted(client, f"{path}/days", past).json()["code"] == "in_the_past"


@pytest.mark.parametrize("year", ["x", "1", "99999"])
def test_years_are_years(client, year):
    path = f"/api/v1/calendars/{CalendarFactory().pk}/days/?year={year}"
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    ("role", "reads", "changes"),
    [
        ("agent", 200, 403), ("sales", 403, 403), ("trainer", 403, 403), ("manager", 200, 200),
        ("analyst", 200, 403), ("integration", 200, 403), ("administrator", 200, 200),
    ],
)  # fmt: skip
def test_who_sets_handlers(role, reads, changes, user_in, client_of):
    user = user_in(role)
    handler = Handler.objects.create(user=user)
    client = client_of(user)
    assert client.get("/api/v1/handlers/").status_code == reads
    answer = client.patch(f"/api/v1/handlers/{handler.pk}/", {"cap": 2}, content_type=JSON)
    assert answer.status_code == changes


def test_a_manager_sets_only_the_own_teams(user_in, client_of):
    far = Handler.objects.create(user=user_in("agent", team=TeamFactory()))
    client = client_of(user_in("manager"))
    assert client.patch(f"/api/v1/handlers/{far.pk}/", {"cap": 2}, content_type=JSON).status_code == 404


@pytest.mark.parametrize("role", ["agent", "sales", "trainer", "manager", "analyst", "integration"])
def test_only_administrators_set_calendars(role, user_in, client_of):
    calendar, client = CalendarFactory(), client_of(user_in(role))
    assert client.get(f"/api/v1/calendars/{calendar.pk}/days/").status_code == 200
    day = {"day": str(timezone.localdate()), "name": "Off"}
    week = {"valid_from": day["day"], "spans": [{"weekday": 0, "opens": "09:00", "closes": "10:00"}]}
    answers = [
        posted(client, "calendars", {"name": "New", "time_zone": "Asia/Shanghai"}),
        client.patch(f"/api/v1/calendars/{calendar.pk}/", {"name": "New"}, content_type=JSON),
        posted(client, f"calendars/{calendar.pk}/days", day),
        posted(client, f"calendars/{calendar.pk}/remove-day", {"day": day["day"]}),
        posted(client, f"calendars/{calendar.pk}/hours", week),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert not BusinessCalendar.objects.filter(name="New").exists()


@pytest.mark.parametrize("path", ["handlers", "calendars"])
def test_lists_cost_the_same_for_one_and_three(path, client, user_in):
    counts = []
    for number in range(3):
        CalendarFactory()
        Handler.objects.create(user=user_in("agent", username=f"agent-{number}")).queues.add(QueueFactory())
        client.get(f"/api/v1/{path}/")
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/api/v1/{path}/")
        counts.append(len(seen))
    assert counts[0] == counts[2]
