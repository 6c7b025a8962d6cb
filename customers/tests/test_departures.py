"""Customers and tasks of somebody who leaves: in chunks, once, to whom the plan says, whatever is killed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.choices import AuditAction, DepartureState
from core.domain import departures
from core.domain.departures import arrange_departure, run_departure, today_here
from core.models import AuditEntry, Departure, Notification, User
from core.tests.factories import TeamFactory
from customers.domain.tasks import create_task
from customers.models import Customer, Task, TimelineEvent
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db

Maker = Callable[..., User]


@pytest.fixture
def boss(user_in: Maker) -> User:
    return user_in("administrator")


@pytest.fixture
def leaver(user_in: Maker) -> User:
    return user_in("sales", full_name="Leaving Lee")


def arrange(leaver: User, boss: User, *users: User, way: str = "one", **kinds: User) -> Departure:
    plan = {"": {"way": way, "users": [user.pk for user in users]}}
    return arrange_departure(leaver, last_day=today_here(), plan=plan, by=boss)


def test_customers_and_open_tasks_go_over_with_their_lines(boss: User, leaver: User, user_in: Maker) -> None:
    receiver = user_in("sales", team=TeamFactory(name="South"), full_name="Next Nia")
    customer = CustomerFactory(owner=leaver)
    task = create_task("Call", customer=customer, owner=leaver, by=leaver)
    departure = arrange(leaver, boss, receiver)
    assert run_departure(departure.pk) == {"handed_over": 2, "not_handed_over": 0}
    customer.refresh_from_db()
    task.refresh_from_db()
    assert (customer.owner, customer.team, customer.version) == (receiver, receiver.team, 2)
    assert task.owner == receiver
    line = AuditEntry.objects.about(customer).filter(action=AuditAction.CHANGED).get()
    assert line.changes["owner"] == ["Leaving Lee", "Next Nia"]
    assert line.note == "Leaving Lee leaves"
    assert TimelineEvent.objects.filter(customer=customer, kind="changed").count() == 1
    assert Notification.objects.filter(user=receiver, kind="core.records_handed_over").count() == 1


def test_a_killed_run_goes_on_and_moves_nothing_twice(
    boss: User, leaver: User, user_in: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = user_in("sales")
    for _n in range(5):
        CustomerFactory(owner=leaver)
    monkeypatch.setattr(departures, "CHUNK", 2)
    departure = arrange(leaver, boss, receiver)
    steps: list[int] = []
    real = departures.run_step

    def dies_after_two(*args: object) -> bool:
        if len(steps) == 2:
            raise KeyboardInterrupt
        steps.append(1)
        return real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as killed:
        killed.setattr(departures, "run_step", dies_after_two)
        with pytest.raises(KeyboardInterrupt):
            run_departure(departure.pk)
    assert Customer.objects.filter(owner=receiver).count() == 4
    leaver.refresh_from_db()
    assert leaver.is_active
    assert run_departure(departure.pk)["handed_over"] == 5
    moves = AuditEntry.objects.filter(subject_type="customers.customer", action=AuditAction.CHANGED)
    assert moves.count() == 5
    assert set(Customer.objects.values_list("version", flat=True)) == {2}


def test_a_chunk_is_done_once(boss: User, leaver: User, user_in: Maker) -> None:
    CustomerFactory(owner=leaver)
    departure = arrange(leaver, boss, user_in("sales"))
    departures._begin(departure)
    step = departure.steps.get()
    assert [departures.run_step(departure, step) for _n in range(2)] == [True, False]


def test_what_changed_hands_meanwhile_is_left_alone(boss: User, leaver: User, user_in: Maker) -> None:
    receiver, third = user_in("sales"), user_in("sales")
    kept, moved = CustomerFactory(owner=leaver), CustomerFactory(owner=leaver)
    departure = arrange(leaver, boss, receiver)
    departures._begin(departure)
    Customer.objects.filter(pk=kept.pk).update(owner=third)
    assert run_departure(departure.pk) == {"handed_over": 1, "not_handed_over": 1}
    assert Customer.objects.get(pk=kept.pk).owner == third
    assert departure.steps.get().refused == [[kept.pk, "", "changed"]]
    assert Customer.objects.get(pk=moved.pk).owner == receiver


def test_what_comes_during_the_run_goes_over_too(
    boss: User, leaver: User, user_in: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = user_in("sales")
    CustomerFactory(owner=leaver)
    departure = arrange(leaver, boss, receiver)
    real = departures._switch_off

    def late_customer(given: Departure) -> None:
        CustomerFactory(owner=leaver)
        real(given)

    monkeypatch.setattr(departures, "_switch_off", late_customer)
    assert run_departure(departure.pk)["handed_over"] == 2
    assert not Customer.objects.filter(owner=leaver).exists()


def test_evenly_and_by_team(boss: User, leaver: User, user_in: Maker) -> None:
    first, second, lead = (user_in("sales") for _n in range(3))
    led = TeamFactory(name="Led", lead=lead)
    for _n in range(4):
        CustomerFactory(owner=leaver)
    for _n in range(3):
        CustomerFactory(owner=leaver, team=led)
    shared = departures.shares(leaver, {"": {"way": "spread", "users": [first.pk, second.pk]}}, by=boss)
    assert sorted(len(ids) for ids in shared["customers.customers"].values()) == [3, 4]
    by_team = departures.shares(leaver, {"": {"way": "team", "users": [first.pk, second.pk]}}, by=boss)
    assert {pk: len(ids) for pk, ids in by_team["customers.customers"].items()} == {
        first.pk: 2,
        second.pk: 2,
        lead.pk: 3,
    }


def test_a_manager_moves_what_is_in_reach_only(user_in: Maker, leaver: User) -> None:
    manager, receiver = user_in("manager"), user_in("sales")
    inside = CustomerFactory(owner=leaver)
    outside = CustomerFactory(owner=leaver, team=TeamFactory(name="Elsewhere"))
    departure = arrange(leaver, manager, receiver)
    run_departure(departure.pk)
    assert Customer.objects.get(pk=inside.pk).owner == receiver
    assert Customer.objects.get(pk=outside.pk).owner == leaver


def test_five_thousand_customers_take_few_statements(boss: User, leaver: User, user_in: Maker) -> None:
    receiver = user_in("sales")
    Customer.objects.bulk_create(
        Customer(code=f"L-{n}", name=f"Customer {n}", owner=leaver, team=leaver.team) for n in range(5_000)
    )
    departure = arrange(leaver, boss, receiver)
    with CaptureQueriesContext(connection) as captured:
        assert run_departure(departure.pk)["handed_over"] == 5_000
    assert len(captured) < 25 * 25 + 100
    assert Customer.objects.filter(owner=receiver).count() == 5_000


def test_the_page_previews_and_then_does_it(
    boss: User, leaver: User, user_in: Maker, client_of: Callable[[User], Client]
) -> None:
    receiver = user_in("sales", full_name="Next Nia")
    CustomerFactory(owner=leaver)
    Task.objects.create(title="Open", owner=leaver)
    client, url = client_of(boss), reverse("core:user-leave", args=[leaver.pk])
    assert "Customers owned" in client.get(url).content.decode()
    data = {"last_day": today_here().isoformat(), "users": [receiver.pk], "way": "one"}
    preview = client.post(url, data)
    assert not Departure.objects.exists()
    assert "Next Nia" in preview.content.decode()
    done = client.post(url, data | {"confirm": "1"})
    departure = Departure.objects.get()
    assert done["Location"] == departure.get_absolute_url()
    run_departure(departure.pk)
    departure.refresh_from_db()
    assert departure.state == DepartureState.DONE
    report = client.get(departure.get_absolute_url()).content.decode()
    for text in ("Customers owned", "Open tasks", "Next Nia"):
        assert text in report


def test_the_page_refuses_people_out_of_reach(user_in: Maker, client_of: Callable[[User], Client]) -> None:
    stranger = user_in("sales", team=TeamFactory(name="Elsewhere"))
    client = client_of(user_in("manager"))
    assert client.get(reverse("core:user-leave", args=[stranger.pk])).status_code == 404
    assert client_of(user_in("sales")).get(reverse("core:user-leave", args=[stranger.pk])).status_code == 403
