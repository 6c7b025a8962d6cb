"""Actions on many rows: the whole result, each row by its verb, resumed after a kill, taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from core.choices import BulkOutcome, BulkState
from core.domain.bulk import (
    asking,
    counts_of,
    request_bulk,
    request_undo,
    run_bulk,
    running,
    undo_bulk,
    undoing,
)
from core.errors import DomainError
from core.models import AuditEntry, BulkRow, BulkRun, Job, User
from core.tests.factories import TeamFactory
from customers import bulk
from customers.domain.customers import update_customer
from customers.domain.tasks import create_task
from customers.models import Customer, Tag, Task
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
KEY = "customers.customer"


@pytest.fixture
def manager(user_in: Callable[..., User]) -> User:
    return user_in("manager")


@pytest.fixture
def three(manager: User) -> list[Customer]:
    return [
        CustomerFactory(name=f"Bank {n}", owner=manager, team=manager.team, city="Ningbo") for n in range(3)
    ]


def ask(
    by: User, action: str, data: dict[str, Any], *, query: str = "", ids: list[int] | None = None
) -> BulkRun:
    sent = QueryDict(mutable=True)
    for name, value in data.items():
        sent.setlist(name, value if isinstance(value, list) else [str(value)])
    return request_bulk(KEY, action, query=query, ids=ids, data=sent, by=by)


def test_the_whole_result_is_changed_and_nothing_else(manager: User, three: list[Customer]) -> None:
    other = CustomerFactory(name="Elsewhere", owner=manager, team=manager.team, city="Shanghai")
    run = ask(manager, "fields", {"set_region": "set", "region": "Zhejiang"}, query="city=Ningbo")
    late = CustomerFactory(name="Late", owner=manager, team=manager.team, city="Ningbo")
    assert run.expected == 3
    assert run_bulk(run.pk) == {BulkOutcome.CHANGED: 3}
    found = dict(Customer.objects.values_list("name", "region"))
    assert found == {
        "Bank 0": "Zhejiang",
        "Bank 1": "Zhejiang",
        "Bank 2": "Zhejiang",
        other.name: "",
        late.name: "",
    }
    assert AuditEntry.objects.filter(subject_type=KEY, action="changed").count() == 3


def test_clearing_is_not_leaving_alone(manager: User, three: list[Customer]) -> None:
    Customer.objects.update(region="Zhejiang", industry="banking")
    run = ask(manager, "fields", {"set_city": "-", "industry": ""}, ids=[three[0].pk])
    run_bulk(run.pk)
    three[0].refresh_from_db()
    assert (three[0].city, three[0].region, three[0].industry) == ("", "Zhejiang", "banking")


def test_undo_restores_what_is_still_as_the_action_left_it(manager: User, three: list[Customer]) -> None:
    run = ask(manager, "fields", {"set_city": "set", "city": "Hangzhou"}, query="city=Ningbo")
    run_bulk(run.pk)
    update_customer(three[1], {"city": "Wenzhou"}, by=manager)
    run.refresh_from_db()
    request_undo(run, by=manager)
    assert undo_bulk(run.pk) == {BulkOutcome.UNDONE: 2, BulkOutcome.KEPT: 1}
    assert list(Customer.objects.order_by("name").values_list("city", flat=True)) == [
        "Ningbo",
        "Wenzhou",
        "Ningbo",
    ]
    run.refresh_from_db()
    assert run.state == BulkState.UNDONE
    with pytest.raises(DomainError):
        request_undo(run, by=manager)


@pytest.mark.parametrize("action", ["owner", "team"])
def test_who_handed_customers_to_another_team_takes_them_back(
    manager: User, three: list[Customer], user_in: Callable[..., User], action: str
) -> None:
    west = TeamFactory()
    heir, seller = user_in("sales", team=west), user_in("sales")
    Customer.objects.update(owner=seller)
    run = ask(manager, action, {"owner": heir.pk} if action == "owner" else {"team": west.pk})
    run_bulk(run.pk)
    assert set(Customer.objects.values_list("team", flat=True)) == {west.pk}
    update_customer(Customer.objects.get(pk=three[1].pk), {"team": TeamFactory()}, by=None)
    run.refresh_from_db()
    request_undo(run, by=manager)
    assert undo_bulk(run.pk) == {BulkOutcome.UNDONE: 2, BulkOutcome.KEPT: 1}
    for row in (three[0], three[2]):
        row.refresh_from_db()
        assert (row.owner, row.team) == (seller, manager.team)


def test_a_former_owner_does_not_bring_another_team(
    manager: User, three: list[Customer], user_in: Callable[..., User]
) -> None:
    seller, heir = user_in("sales"), user_in("sales")
    Customer.objects.update(owner=seller)
    run = ask(manager, "owner", {"owner": heir.pk})
    run_bulk(run.pk)
    User.objects.filter(pk=seller.pk).update(team=TeamFactory())
    run.refresh_from_db()
    request_undo(run, by=manager)
    assert undo_bulk(run.pk) == {BulkOutcome.UNDONE: 3}
    assert set(Customer.objects.values_list("owner", "team")) == {(seller.pk, manager.team_id)}


def test_who_changes_a_record_during_the_undo_is_not_overwritten(
    manager: User, three: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(manager, "fields", {"set_city": "set", "city": "Hangzhou"}, ids=[three[0].pk])
    run_bulk(run.pk)
    run.refresh_from_db()
    request_undo(run, by=manager)
    columns = bulk._columns

    def changed_meanwhile(row: Customer) -> dict[str, Any]:
        found = columns(row)
        update_customer(Customer.objects.get(pk=row.pk), {"city": "Wenzhou"}, by=manager)
        return found

    monkeypatch.setattr(bulk, "_columns", changed_meanwhile)
    assert undo_bulk(run.pk) == {BulkOutcome.KEPT: 1}
    three[0].refresh_from_db()
    assert three[0].city == "Hangzhou"  # what the test wrote went with the refused undo


def test_what_left_the_reach_by_other_hands_is_not_touched(manager: User, three: list[Customer]) -> None:
    run = ask(manager, "fields", {"set_city": "set", "city": "Hangzhou"})
    run_bulk(run.pk)
    update_customer(three[0], {"team": TeamFactory(), "owner": None}, by=None)
    run.refresh_from_db()
    request_undo(run, by=manager)
    assert undo_bulk(run.pk) == {BulkOutcome.UNDONE: 2, BulkOutcome.KEPT: 1}


def test_tasks_given_to_another_team_are_taken_back(manager: User, user_in: Callable[..., User]) -> None:
    task = create_task("Call them", owner=manager, by=manager)
    heir = user_in("sales", team=TeamFactory())
    data = QueryDict(f"owner={heir.pk}")
    run = request_bulk("customers.task", "owner", query="", ids=[task.pk], data=data, by=manager)
    assert run_bulk(run.pk) == {BulkOutcome.CHANGED: 1}
    run.refresh_from_db()
    request_undo(run, by=manager)
    assert undo_bulk(run.pk) == {BulkOutcome.UNDONE: 1}
    task.refresh_from_db()
    assert (task.owner, task.team) == (manager, manager.team)


def test_a_killed_run_goes_on_where_it_was(
    manager: User, three: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "STEP", 1)
    run = ask(manager, "task", {"title": "Call them"}, ids=[row.pk for row in three])
    step, done = running._Worker.step, []

    def dies(worker: Any, values: Any) -> int:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(step(worker, values))
        return done[-1]

    monkeypatch.setattr(running._Worker, "step", dies)
    with pytest.raises(KeyboardInterrupt):
        run_bulk(run.pk)
    monkeypatch.setattr(running._Worker, "step", step)
    assert run_bulk(run.pk) == {BulkOutcome.CHANGED: 3}
    assert Task.objects.filter(title="Call them").count() == 3
    assert run_bulk(run.pk) == {BulkOutcome.CHANGED: 3}
    assert Task.objects.filter(title="Call them").count() == 3


def test_rows_out_of_reach_are_not_touched(
    manager: User, three: list[Customer], user_in: Callable[..., User]
) -> None:
    foreign = CustomerFactory(
        name="Foreign", owner=user_in("sales", team=TeamFactory()), team=TeamFactory(), city="Ningbo"
    )
    run = ask(manager, "fields", {"set_city": "-"}, ids=[three[0].pk, foreign.pk])
    assert run_bulk(run.pk) == {BulkOutcome.CHANGED: 1}
    foreign.refresh_from_db()
    assert foreign.city == "Ningbo"


def test_a_right_that_is_lost_meanwhile_stops_the_action(manager: User, three: list[Customer]) -> None:
    run = ask(manager, "fields", {"set_city": "-"}, query="city=Ningbo")
    manager.groups.clear()
    with pytest.raises(DomainError):
        run_bulk(run.pk)
    assert set(Customer.objects.values_list("city", flat=True)) == {"Ningbo"}


def test_a_right_that_is_lost_on_the_way_stops_the_action(
    manager: User, three: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "STEP", 1)
    run = ask(manager, "fields", {"set_city": "-"}, query="city=Ningbo")
    monkeypatch.setattr(running, "progress", lambda *_args: manager.groups.clear())
    with pytest.raises(DomainError):
        run_bulk(run.pk)
    assert sorted(Customer.objects.values_list("city", flat=True)) == ["", "Ningbo", "Ningbo"]


def test_who_changes_teams_on_the_way_reaches_no_more_rows(
    manager: User, three: list[Customer], monkeypatch: pytest.MonkeyPatch, user_in: Callable[..., User]
) -> None:
    Customer.objects.update(owner=user_in("sales"))
    monkeypatch.setattr(asking, "STEP", 1)
    run, elsewhere = ask(manager, "fields", {"set_city": "-"}, query="city=Ningbo"), TeamFactory()
    moves = User.objects.filter(pk=manager.pk)
    monkeypatch.setattr(running, "progress", lambda *_args: moves.update(team=elsewhere))
    assert run_bulk(run.pk) == {BulkOutcome.CHANGED: 1, BulkOutcome.REFUSED: 2}


def test_a_right_that_is_lost_on_the_way_stops_the_taking_back(
    manager: User, three: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(manager, "fields", {"set_city": "-"}, query="city=Ningbo")
    run_bulk(run.pk)
    run.refresh_from_db()
    request_undo(run, by=manager)
    monkeypatch.setattr(undoing, "STEP", 1)
    monkeypatch.setattr(undoing, "progress", lambda *_args: manager.groups.clear())
    with pytest.raises(DomainError):
        undo_bulk(run.pk)
    assert sorted(Customer.objects.values_list("city", flat=True)) == ["", "", "Ningbo"]


def test_what_a_verb_refuses_stands_beside_the_row(
    manager: User, three: list[Customer], user_in: Callable[..., User]
) -> None:
    gone = user_in("sales", is_active=False)
    with pytest.raises(DomainError):  # nobody chooses who cannot sign in
        ask(manager, "owner", {"owner": gone.pk}, ids=[three[0].pk])
    heir = user_in("sales")
    run = ask(manager, "owner", {"owner": heir.pk}, ids=[three[0].pk])
    User.objects.filter(pk=heir.pk).update(is_active=False)
    with pytest.raises(DomainError):
        run_bulk(run.pk)
    assert Customer.objects.get(pk=three[0].pk).owner == manager


def test_owner_and_tags_and_deletion_have_a_way_back(
    manager: User, three: list[Customer], user_in: Callable[..., User]
) -> None:
    heir, vip = user_in("sales"), Tag.objects.create(name="VIP")
    ids = [row.pk for row in three]
    runs = [
        ask(manager, "owner", {"owner": heir.pk}, ids=ids),
        ask(manager, "tag", {"tags": [str(vip.pk)]}, ids=ids),
        ask(manager, "move", {"target": "tier:core", "reason": "Grows"}, ids=ids),
    ]
    for run in runs:
        assert run_bulk(run.pk) == {BulkOutcome.CHANGED: 3}
    deletion = ask(manager, "delete", {}, ids=ids)
    assert run_bulk(deletion.pk) == {BulkOutcome.CHANGED: 3}
    assert Customer.objects.live().count() == 0
    for run in [deletion, *reversed(runs)]:
        run.refresh_from_db()
        request_undo(run, by=manager)
        assert undo_bulk(run.pk) == {BulkOutcome.UNDONE: 3}
    for customer in Customer.objects.live():
        assert (customer.owner, customer.tier, customer.tags.count()) == (manager, "potential", 0)


@pytest.mark.parametrize(("action", "left"), [("tag", ["New", "Old", "VIP"]), ("untag", ["New"])])
def test_a_tag_given_while_a_row_waits_stays(action: str, left: list[str], manager: User) -> None:
    customer = CustomerFactory(owner=manager, team=manager.team)
    update_customer(customer, {}, by=manager, tags=["Old"] if action == "tag" else ["Old", "VIP"])
    row = Customer.objects.prefetch_related("tags").get(pk=customer.pk)
    chosen = [Tag.objects.get_or_create(name=name)[0] for name in ("VIP", "Old")]
    update_customer(customer, {}, by=manager, tags=[*(tag.name for tag in row.tags.all()), "New"])
    effect = bulk._tag(row, chosen, manager, add=action == "tag")
    names = set(Customer.objects.get(pk=customer.pk).tags.values_list("name", flat=True))
    assert sorted(names) == left
    assert effect is not None
    assert effect.old["changed"] == (["VIP"] if action == "tag" else ["Old", "VIP"])
    assert bulk._tag(row, chosen, manager, add=action == "tag") is None
    assert bulk._undo_tag(row, effect.old, {}, manager)
    assert "New" in set(customer.tags.values_list("name", flat=True))


def test_the_form_asks_first_and_one_form_makes_one_run(
    manager: User, three: list[Customer], client_of: Callable[[User], Client]
) -> None:
    client = client_of(manager)
    address = reverse("core:bulk-start", args=[KEY, "fields"])
    asked = client.post(address, {"everything": "1", "query": "city=Ningbo"})
    assert asked.context["count"] == 3
    assert not BulkRun.objects.exists()
    sent = {"everything": "1", "query": "city=Ningbo", "confirmed": "1", "once": "abc", "set_city": "-"}
    for _click in range(2):
        assert client.post(address, sent).status_code == 302
    run = BulkRun.objects.get()
    assert Job.objects.filter(task="core.tasks.run_bulk").count() == 1
    assert client.get(run.get_absolute_url()).status_code == 200


def test_who_may_not_do_it_is_not_offered_it(
    three: list[Customer], user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    sales, run = user_in("sales"), None
    client = client_of(sales)
    page = client.get("/customers/").content.decode()
    assert reverse("core:bulk-start", args=[KEY, "fields"]) in page
    assert reverse("core:bulk-start", args=[KEY, "delete"]) not in page
    assert (
        client.post(reverse("core:bulk-start", args=[KEY, "delete"]), {"everything": "1"}).status_code == 404
    )
    run = ask(user_in("manager"), "fields", {"set_city": "-"}, ids=[three[0].pk])
    assert client.get(run.get_absolute_url()).status_code == 404
    assert client.post(reverse("core:bulk-undo", args=[run.pk])).status_code == 404


def test_many_rows_are_deleted_only_after_their_number_was_typed(
    manager: User, client_of: Callable[[User], Client]
) -> None:
    for number in range(101):
        CustomerFactory(name=f"Many {number}", owner=manager, team=manager.team)
    client, address = client_of(manager), reverse("core:bulk-start", args=[KEY, "delete"])
    sent = {"everything": "1", "query": "", "confirmed": "1", "once": "x"}
    assert client.post(address, sent).status_code == 422
    assert client.post(address, {**sent, "typed": "100"}).status_code == 422
    assert client.post(address, {**sent, "typed": "101"}).status_code == 302


def test_a_stopped_action_can_be_taken_back(manager: User, three: list[Customer]) -> None:
    run = ask(manager, "fields", {"set_city": "-"}, ids=[three[0].pk])
    run_bulk(run.pk)
    BulkRun.objects.filter(pk=run.pk).update(state=BulkState.RUNNING)
    Job.objects.filter(pk=run.job_id).update(state="cancelled")
    run = BulkRun.objects.select_related("job").get(pk=run.pk)
    request_undo(run, by=manager)
    undo_bulk(run.pk)
    assert counts_of(run) == {BulkOutcome.UNDONE: 1}
    assert BulkRow.objects.get().outcome == BulkOutcome.UNDONE
