"""Imports taken back: old values return, made records go, what somebody touched since stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied

from core.domain.imports import can_undo, run_undo, start_undo, undoing
from core.domain.jobs import JobCancelled
from core.errors import Conflict
from core.models import AuditEntry, ImportRun, User
from core.tasks import run_job
from core.tests.imports import begun, counts, faults, imported, undone
from customers.domain.customers import update_customer
from customers.domain.interactions import record_interaction
from customers.domain.orders import update_order
from customers.models import Contact, Customer, Order, OrderDay, OrderTotals, Person

CUSTOMERS, ORDERS = "customers.customer", "customers.order"
FILE = (
    "客户编号,客户名称,等级,阶段,城市,标签,联系人,手机\n"
    "1,东方银行,核心,成长期,上海,重点,王伟,13800000001\n"
    "2,华信保险,潜力,,北京,,李娜,13800000002\n"
)
CHANGED = (
    "客户编号,客户名称,等级,阶段,城市,标签,联系人,手机\n"
    "1,东方银行总行,战略,成熟期,广州,老客户,王伟,13900000001\n"
    "2,华信保险,潜力,,北京,,赵六,13900000009\n"
)
HISTORY = "customer id,order no,date,amount,seats\n" + "".join(
    f"{n % 3},N{n},2026-01-{n % 20 + 1:02d},{n}.50,{n}\n" for n in range(1, 25)
)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "BATCH", 5)


def state() -> dict[str, list]:
    """What customers, their people and tags are, without when and how often they were written."""
    customers = Customer.objects.live().order_by("pk")
    columns = ("code", "name", "name_key", "tier", "stage", "city", "owner", "team", "external_id")
    return {
        "customers": list(customers.values_list(*columns)),
        "tags": sorted(customers.exclude(tags=None).values_list("pk", "tags__name")),
        "people": list(Person.objects.live().order_by("pk").values_list("name", "mobile", "email")),
        "places": list(Contact.objects.order_by("pk").values_list("customer", "person", "is_primary")),
    }


def sums() -> list:
    live = OrderTotals.objects.filter(customer__deleted_at__isnull=True).order_by("pk")
    days = OrderDay.objects.order_by("customer", "day")
    return [list(live.values_list()), list(days.values_list("customer", "day", "orders", "amount"))]


def test_changed_customers_get_their_old_values(manager: User) -> None:
    imported(CUSTOMERS, FILE, manager)
    before = state()
    run = imported(CUSTOMERS, CHANGED, manager)
    assert counts(run) == {"updated": 2}
    assert state() != before

    run = undone(run, manager)

    assert (run.state, run.counts["undone"], run.counts["left"]) == ("undone", 2, 0)
    assert state() == before
    line = AuditEntry.objects.filter(action="imported").latest("pk")
    assert (line.actor, line.note) == (manager, "customers.customer: undone 2, left 0")


def test_made_customers_go_to_the_recycle_bin_and_come_back_with_the_file(manager: User) -> None:
    run = undone(imported(CUSTOMERS, FILE, manager), manager)
    assert run.counts["undone"] == 2
    assert not Customer.objects.live().exists()
    assert Customer.objects.deleted().count() == 2

    again = imported(CUSTOMERS, CHANGED, manager)
    assert counts(again) == {"created": 2}
    names = set(Customer.objects.live().values_list("name", flat=True))
    assert names == {"东方银行总行", "华信保险"}
    assert counts(imported(CUSTOMERS, CHANGED, manager)) == {"duplicate": 2}
    assert undone(again, manager).counts == {**again.counts, "undone": 2, "left": 0}


def test_customers_in_the_bin_for_another_reason_stay_there(manager: User) -> None:
    from customers.domain.customers import delete_customer

    imported(CUSTOMERS, FILE, manager)
    delete_customer(Customer.objects.get(external_id="1"), by=manager)

    assert faults(imported(CUSTOMERS, FILE, manager)) == {2: ["in_recycle_bin"]}


def test_what_somebody_changed_or_used_since_is_named_and_left(manager: User, seller: User) -> None:
    text = FILE + "3,瑞丰科技,,,,,,\n4,金桥教育,,,,,,\n"
    run = imported(CUSTOMERS, text, manager)
    update_customer(Customer.objects.get(external_id="1"), {"city": "杭州"}, by=seller)
    record_interaction(Customer.objects.get(external_id="3"), {"summary": "call"}, by=seller)

    run = undone(run, manager)

    assert (run.counts["undone"], run.counts["left"]) == (2, 2)
    assert dict(run.lines.values_list("line", "undone")) == {
        2: "changed_since",
        3: "done",
        4: "in_use",
        5: "done",
    }
    assert set(Customer.objects.live().values_list("external_id", flat=True)) == {"1", "3"}


def test_customer_with_two_contacts_in_the_file_is_taken_back_whole(manager: User) -> None:
    text = "客户编号,客户名称,联系人,手机\n1,东方银行,王伟,13800000001\n1,东方银行,李娜,13800000002\n"
    run = imported(CUSTOMERS, text, manager)
    assert counts(run) == {"created": 1, "updated": 1}

    assert undone(run, manager).counts["left"] == 0
    assert not Customer.objects.live().exists()


def test_undo_of_orders_restores_the_roll_ups_row_by_row(manager: User) -> None:
    imported(ORDERS, HISTORY, manager)
    before = sums()
    text = HISTORY.replace("2026-01-1", "2026-02-1").replace(".50", ".75")
    text += "".join(f"{n % 5},M{n},2026-03-{n + 1:02d},{n}00,\n" for n in range(1, 12))
    text += "1,X1,2026-03-01,900,\n"
    run = imported(ORDERS, text, manager)
    assert run.counts["updated"] == 24
    assert run.counts["created"] == 12
    assert run.counts["new_customers"] == 2
    assert sums() != before

    run = undone(run, manager)

    assert (run.counts["undone"], run.counts["left"]) == (36, 0)
    assert sums() == before
    assert Customer.objects.live().count() == 3


def test_orders_taken_back_come_in_again(manager: User) -> None:
    first = imported(ORDERS, HISTORY, manager)
    before = sums()
    undone(first, manager)
    assert not Order.objects.filter(deleted_at__isnull=True).exists()
    assert not OrderDay.objects.exists()

    again = imported(ORDERS, HISTORY, manager)
    assert counts(again)["created"] == 24
    assert sums() == before
    assert counts(imported(ORDERS, HISTORY, manager)) == {"duplicate": 24}


def test_refunds_of_the_file_go_with_their_orders(manager: User) -> None:
    text = (
        "customer id,order no,date,amount,refund of\n"
        "1,A,2026-01-05,100,\n1,R,2026-01-06,40,A\n1,B,2026-01-07,10,\n"
    )
    run = imported(ORDERS, text, manager)
    assert faults(run) == {}

    assert undone(run, manager).counts["left"] == 0
    assert not Order.objects.filter(deleted_at__isnull=True).exists()
    assert not OrderDay.objects.exists()


def test_order_changed_since_stays(manager: User) -> None:
    run = imported(ORDERS, HISTORY, manager)
    update_order(Order.objects.get(external_id="N5"), {"note": "checked"}, by=manager)

    run = undone(run, manager)
    assert (run.counts["undone"], run.counts["left"]) == (23, 1)
    assert run.lines.get(undone="changed_since").object_id == Order.objects.get(external_id="N5").pk


def test_cancelled_order_is_confirmed_again(manager: User) -> None:
    head = "customer id,order no,date,amount,state\n"
    imported(ORDERS, head + "1,A,2026-01-05,100,confirmed\n", manager)
    before = sums()
    run = imported(ORDERS, head + "1,A,2026-01-05,100,cancelled\n", manager)
    assert counts(run) == {"updated": 1}

    undone(run, manager)
    assert Order.objects.get().state == "confirmed"
    assert sums() == before


# ---- asked for, killed, doubled, stopped ------------------------------------------------------------
def test_undo_runs_as_a_job_once(manager: User) -> None:
    run = imported(CUSTOMERS, FILE, manager)
    job = start_undo(run, by=manager)
    with pytest.raises(Conflict):
        start_undo(run, by=manager)
    run_job(job.pk)
    run.refresh_from_db()
    job.refresh_from_db()

    assert (run.state, job.state, job.result) == ("undone", "done", {"undone": 2, "left": 0})
    assert run_undo(run.pk, run.attempt) == {}
    with pytest.raises(Conflict):
        start_undo(run, by=manager)


class Killed(BaseException):
    """What `kill -9` looks like from inside."""


@pytest.mark.parametrize("target", [CUSTOMERS, ORDERS])
@pytest.mark.parametrize("ending", [Killed, JobCancelled])
def test_undo_that_was_ended_goes_on(
    manager: User, monkeypatch: pytest.MonkeyPatch, target: str, ending: type[BaseException]
) -> None:
    text = (
        HISTORY if target == ORDERS else "客户编号,客户名称\n" + "".join(f"{n},客户{n}\n" for n in range(24))
    )
    run = imported(target, text, manager)
    start_undo(run, by=manager)
    calls = []

    def step(*args: object) -> None:
        calls.append(args)
        if len(calls) == 2:
            raise ending

    monkeypatch.setattr(undoing, "progress", step)
    with pytest.raises(ending):
        run_undo(run.pk, run.attempt)
    run.refresh_from_db()
    assert run.counts["undone"] == 10
    assert run.state == ("undoing" if ending is Killed else "undo_stopped")

    if ending is JobCancelled:
        start_undo(run, by=manager)
    run_undo(run.pk, run.attempt)
    run.refresh_from_db()
    assert (run.state, run.counts["undone"], run.counts["left"]) == ("undone", 24, 0)
    assert not (
        Order.objects.filter(deleted_at=None) if target == ORDERS else Customer.objects.live()
    ).exists()


def test_second_worker_takes_nothing_back_twice(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = imported(ORDERS, HISTORY, manager)
    start_undo(run, by=manager)
    started: list[bool] = []

    def second(*args: object) -> None:
        if not started:
            started.append(True)
            run_undo(run.pk, run.attempt)

    monkeypatch.setattr(undoing, "progress", second)
    run_undo(run.pk, run.attempt)
    run.refresh_from_db()

    assert (run.state, run.counts["undone"]) == ("undone", 24)


def test_who_may_undo(manager: User, seller: User, user_in: Callable[..., User]) -> None:
    run = imported(CUSTOMERS, FILE, manager)
    admin = user_in("administrator")

    assert can_undo(run, manager)
    assert can_undo(run, admin)
    assert not ImportRun.objects.visible_to(seller, "change").filter(pk=run.pk).exists()
    with pytest.raises(PermissionDenied):
        start_undo(run, by=user_in("agent"))


def test_right_lost_before_the_undo_runs_stops_it(manager: User) -> None:
    run = imported(CUSTOMERS, FILE, manager)
    job = start_undo(run, by=manager)
    manager.groups.clear()
    run_job(job.pk)
    run.refresh_from_db()

    assert run.state == "undo_stopped"
    assert "may no longer import" in run.error
    assert Customer.objects.live().count() == 2


def test_nothing_to_undo_before_the_import(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    assert not can_undo(run, manager)
    with pytest.raises(Conflict):
        start_undo(run, by=manager)
