"""The recycle bin: what each person sees there, takes out of it, and what goes for good."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.choices import AuditAction
from core.domain import recycling
from core.domain.recycling import Asked, Place, chosen_rows, list_bin, purge_due, purge_rows, restore_rows
from core.models import AuditEntry, Organisation, RecordChange, User
from core.tests.factories import TeamFactory
from customers.domain.contacts import add_contact, end_contact, link_people
from customers.domain.customers import delete_customer
from customers.domain.interactions import delete_interaction, record_interaction
from customers.domain.orders import create_order, delete_order
from customers.models import Customer, Interaction, Order, Person
from customers.tests.factories import CustomerFactory, PersonFactory

pytestmark = pytest.mark.django_db
BIN, RESTORE, PURGE = "core:recycle-bin", "core:recycle-restore", "core:recycle-purge"


@pytest.fixture
def manager(user_in: Callable[..., User]) -> User:
    return user_in("manager")


@pytest.fixture
def admin(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


@pytest.fixture
def shop(manager: User) -> Customer:
    return CustomerFactory(name="Shop", owner=manager, team=manager.team)


def a_call(customer: Customer, by: User, summary: str = "A call") -> Interaction:
    data = {"channel": "phone", "summary": summary, "occurred_at": timezone.now()}
    return record_interaction(customer, data, by=by)


def names(user: User, **asked: Any) -> list[str]:
    return [str(one.row) for one in list_bin(user, Asked(**asked))[0]]


@pytest.fixture
def binned(shop: Customer, manager: User) -> dict[str, Any]:
    """A customer, an order and an interaction of a live one, deleted in this order."""
    gone = delete_customer(CustomerFactory(name="Gone", owner=manager, team=manager.team), by=manager)
    order = delete_order(create_order(shop, {"amount": 900}, by=manager), by=manager)
    call = delete_interaction(a_call(shop, manager), by=manager)
    return {"customer": gone, "order": order, "call": call}


# ---- seeing -----------------------------------------------------------------------------------------
def test_everything_of_every_kind_the_last_deleted_first(binned: dict[str, Any], manager: User) -> None:
    assert names(manager) == ["A call", binned["order"].number, "Gone"]
    assert names(manager, kind="customers.order") == [binned["order"].number]
    assert names(manager, since=timezone.now()) == []
    assert names(manager, until=timezone.now(), by=manager)[-1] == "Gone"


def test_each_sees_what_they_may_restore(
    binned: dict[str, Any], shop: Customer, user_in: Callable[..., User]
) -> None:
    sales = user_in("sales")
    assert names(sales) == ["A call"]
    assert names(user_in("manager", team=TeamFactory())) == []
    assert names(user_in("trainer")) == []


def test_what_a_deleted_customer_took_along_is_not_listed(
    binned: dict[str, Any], shop: Customer, manager: User
) -> None:
    delete_customer(shop, by=manager)
    assert names(manager) == ["Shop", "Gone"]


def test_pages_follow_one_another(shop: Customer, manager: User) -> None:
    moment = timezone.now()
    for number in range(3):
        CustomerFactory(name=f"C{number}", owner=manager, team=manager.team, deleted_at=moment)
        call = a_call(shop, manager, f"I{number}")
        Interaction.objects.filter(pk=call.pk).update(deleted_at=moment)
    seen: list[str] = []
    after = None
    while True:
        rows, after = list_bin(manager, Asked(), after=after, limit=2)
        seen += [str(one.row) for one in rows]
        if after is None:
            break
    assert seen == ["C2", "C1", "C0", "I2", "I1", "I0"]


def test_the_page_shows_who_and_when_and_costs_the_same_for_many(
    binned: dict[str, Any], manager: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(manager)
    client.get(reverse(BIN))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(BIN)).status_code == 200
        return len(captured)

    few = queries()
    page = client.get(reverse(BIN)).content.decode()
    assert manager.display_name in page
    assert "Delete for good" not in page
    for number in range(3):
        CustomerFactory(name=f"More {number}", owner=manager, team=manager.team, deleted_at=timezone.now())
    assert queries() == few


@pytest.mark.skipif(connection.vendor != "sqlite", reason="other planners read a small table as a whole")
@pytest.mark.parametrize("after", [None, Place(timezone.now(), 1, 5)])
def test_no_page_reads_a_whole_table(binned: dict[str, Any], admin: User, after: Place | None) -> None:
    with CaptureQueriesContext(connection) as captured:
        list_bin(admin, Asked(), after=after, limit=2)
    asked = [one["sql"] for one in captured if "ORDER BY" in one["sql"]]
    assert len(asked) == 4
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            steps = [row[3] for row in cursor.fetchall()]
            assert re.search(r"INDEX (\w+_deleted|customer_binned)\b", steps[0]), steps
            assert not any(step.startswith(("SCAN", "USE TEMP")) for step in steps[1:]), steps


@pytest.mark.parametrize("query", ["?after=x", "?kind=nothing", "?since=x", "?after=20260101T000000.0-9-x"])
def test_what_is_not_understood_is_refused(
    query: str, manager: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(manager).get(reverse(BIN) + query).status_code == 400


# ---- taking out -------------------------------------------------------------------------------------
def test_ticked_rows_come_back_and_what_cannot_says_why(
    binned: dict[str, Any], manager: User, client_of: Callable[[User], Client]
) -> None:
    CustomerFactory(credit_code="91330200000000001X")
    Customer.objects.filter(pk=binned["customer"].pk).update(credit_code="91330200000000001X")
    ids = [f"customers.{name}:{binned[key].pk}" for name, key in KEYS]
    response = client_of(manager).post(reverse(RESTORE), {"ids": ids}, follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert told[0] == "2 records are back."
    assert told[1].startswith("Gone: ")
    assert names(manager) == ["Gone"]
    assert AuditEntry.objects.filter(action=AuditAction.RESTORED).count() == 2


KEYS = (("customer", "customer"), ("order", "order"), ("interaction", "call"))


def test_rows_out_of_reach_are_not_found(
    binned: dict[str, Any], user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    other = client_of(user_in("manager", team=TeamFactory()))
    key = f"customers.customer:{binned['customer'].pk}"
    assert other.post(reverse(RESTORE), {"ids": [key]}).status_code == 400
    for wrong in ("x", "customers.customer:", "customers.customer:9" + "9" * 30, "core.user:1"):
        assert other.post(reverse(RESTORE), {"ids": [wrong]}).status_code == 400
    assert Customer.objects.deleted().count() == 1


def test_a_person_comes_back(admin: User) -> None:
    person = PersonFactory(name="Li", deleted_at=timezone.now())
    rows = chosen_rows(admin, [f"customers.person:{person.pk}"])
    assert restore_rows(rows, by=admin).done == 1
    assert Person.objects.live().filter(pk=person.pk).exists()
    assert restore_rows(rows, by=admin).refused == [("Li", "“Li” is not in the recycle bin.")]


def test_the_api_restores(
    binned: dict[str, Any], manager: User, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(manager)
    address = f"/api/v1/customers/{binned['customer'].pk}/restore/"
    assert client_of(user_in("sales")).post(address).status_code == 403
    assert client_of(user_in("manager", team=TeamFactory())).post(address).status_code == 404
    assert client.post(address).json()["name"] == "Gone"
    assert client.post(address).json()["code"] == "not_deleted"
    assert client.post(f"/api/v1/orders/{binned['order'].pk}/restore/").status_code == 200
    assert client.post(f"/api/v1/interactions/{binned['call'].pk}/restore/").status_code == 200
    assert names(manager) == []


# ---- for good ---------------------------------------------------------------------------------------
def test_administrators_are_asked_and_then_it_is_gone(
    binned: dict[str, Any], admin: User, client_of: Callable[[User], Client]
) -> None:
    client, key = client_of(admin), f"customers.customer:{binned['customer'].pk}"
    asked = client.post(reverse(PURGE), {"ids": [key]})
    assert "Gone" in asked.content.decode()
    assert Customer.objects.filter(pk=binned["customer"].pk).exists()
    client.post(reverse(PURGE), {"ids": [key], "confirmed": "1"})
    assert not Customer.objects.filter(pk=binned["customer"].pk).exists()
    line = AuditEntry.objects.filter(action=AuditAction.DELETED, actor=admin).get()
    assert (line.subject_id, line.note) == (binned["customer"].pk, "Deleted for good from the recycle bin")


def test_only_administrators_delete_for_good(
    binned: dict[str, Any], manager: User, client_of: Callable[[User], Client]
) -> None:
    rows = list_bin(manager, Asked())[0]
    with pytest.raises(PermissionDenied):
        purge_rows(rows, by=manager)
    sent = {"ids": [one.key for one in rows], "confirmed": "1"}
    assert client_of(manager).post(reverse(PURGE), sent).status_code == 403
    assert len(names(manager)) == 3


def test_what_others_need_stays_and_what_hangs_on_it_alone_goes(shop: Customer, admin: User) -> None:
    a_call(shop, admin)
    create_order(shop, {"amount": 900}, by=admin)
    delete_customer(shop, by=admin)
    rows = chosen_rows(admin, [f"customers.customer:{shop.pk}"])
    result = purge_rows(rows, by=admin)
    assert (result.done, result.refused) == (0, [("Shop", "Other records still need it: orders.")])
    Order.objects.all().delete()
    assert purge_rows(rows, by=admin).done == 1
    assert not Interaction.objects.exists()
    assert RecordChange.objects.filter(kind="customers.interaction").exists()


def test_the_nightly_job_purges_what_is_old_enough_and_only_when_asked(
    binned: dict[str, Any], manager: User
) -> None:
    now = timezone.now()
    later = now + timedelta(days=31)
    assert purge_due(at=later) == {"purged": 0, "kept": 0}
    Organisation.load()
    Organisation.objects.update(recycle_days=30)
    assert purge_due(at=now) == {"purged": 0, "kept": 0}
    assert purge_due(at=later) == {"purged": 3, "kept": 0}
    assert purge_due(at=later) == {"purged": 0, "kept": 0}
    assert names(manager) == []
    assert AuditEntry.objects.filter(note="After 30 days in the recycle bin", actor=None).count() == 3


def test_what_others_protect_costs_the_nightly_job_nothing(
    shop: Customer, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Organisation.load()
    Organisation.objects.update(recycle_days=30)
    head = CustomerFactory(name="Head")
    CustomerFactory(name="Branch", parent=head)
    CustomerFactory(name="Twin", merged_into=head, deleted_at=timezone.now())
    create_order(shop, {"amount": 900}, by=manager)
    Customer.objects.filter(pk__in=[shop.pk, head.pk]).update(deleted_at=timezone.now())
    tried: list[Any] = []
    monkeypatch.setattr(recycling, "purge_record", lambda _kind, row, **_more: tried.append(row))
    assert purge_due(at=timezone.now() + timedelta(days=31)) == {"purged": 0, "kept": 2}
    assert tried == []


def test_what_protected_another_lets_it_go_in_the_same_night(shop: Customer, manager: User) -> None:
    Organisation.load()
    Organisation.objects.update(recycle_days=30)
    order = create_order(shop, {"amount": 900}, by=manager)
    refund = create_order(shop, {"amount": -900, "kind": "refund", "refund_of": order}, by=manager)
    Order.objects.filter(pk__in=[order.pk, refund.pk]).update(deleted_at=timezone.now())
    Customer.objects.filter(pk=shop.pk).update(parent=CustomerFactory(name="Head"))
    Customer.objects.filter(name="Head").update(deleted_at=timezone.now())
    assert purge_due(at=timezone.now() + timedelta(days=31)) == {"purged": 2, "kept": 1}
    assert [str(one) for one in Customer.objects.all()] == ["Shop", "Head"]


def test_people_of_a_purged_customer_go_unless_another_record_knows_them(shop: Customer, admin: User) -> None:
    people = {name: PersonFactory(name=name) for name in ("Alone", "Former", "Elsewhere", "Called", "Apart")}
    for name in ("Alone", "Former", "Elsewhere", "Called"):
        add_contact(shop, people[name], by=admin)
    end_contact(shop.contacts.get(person=people["Former"]), by=admin)
    other = CustomerFactory(name="Other")
    add_contact(other, people["Elsewhere"], by=admin)
    for customer, name in ((shop, "Alone"), (other, "Called")):
        call = a_call(customer, admin)
        Interaction.objects.filter(pk=call.pk).update(person=people[name])
    link_people(people["Alone"], people["Apart"], by=admin)
    delete_customer(shop, by=admin)
    rows = chosen_rows(admin, [f"customers.customer:{shop.pk}"])
    assert purge_rows(rows, by=admin).done == 1
    assert sorted(str(one) for one in Person.objects.all()) == ["Apart", "Called", "Elsewhere"]
    gone = AuditEntry.objects.filter(action=AuditAction.DELETED, subject_type="customers.person")
    assert {line.subject_id for line in gone} == {people["Alone"].pk, people["Former"].pk}
    assert RecordChange.objects.filter(kind="customers.person", object_id=people["Alone"].pk).exists()


def test_the_number_of_days_is_set_with_the_organisation(
    admin: User, client_of: Callable[[User], Client]
) -> None:
    organisation = Organisation.load()
    sent = {
        "name": organisation.name,
        "base_currency": organisation.base_currency,
        "time_zone": organisation.time_zone,
        "second_factor": organisation.second_factor,
        "recycle_days": "90",
        "keep_run_days": "30",
    }
    client = client_of(admin)
    assert client.post(reverse("core:organisation"), sent).status_code == 302
    assert (Organisation.load().recycle_days, Organisation.load().keep_run_days) == (90, 30)
    assert client.post(reverse("core:organisation"), {**sent, "keep_run_days": "1"}).status_code == 422
    assert client.post(reverse("core:organisation"), {**sent, "recycle_days": "1"}).status_code == 422
    assert "90 days" in client.get(reverse(BIN)).content.decode()
