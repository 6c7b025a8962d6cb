"""Actions on many rows: rows as they were at the asking, ways back that fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import BulkOutcome, BulkState
from core.domain.bulk import (
    asking,
    has_ended,
    request_bulk,
    request_undo,
    run_bulk,
    undo_bulk,
    undoing,
)
from core.errors import Conflict, DomainError
from core.models import BulkRow, BulkRun, BulkSlice, Job, User
from core.tests.factories import TeamFactory
from customers.models import Customer, Task
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(user_in: Callable[..., User]) -> User:
    return user_in("manager")


@pytest.fixture
def heir(user_in: Callable[..., User]) -> User:
    return user_in("sales")


@pytest.fixture
def three(manager: User) -> list[Customer]:
    made = [{"name": f"Bank {n}", "owner": manager, "team": manager.team, "city": "Ningbo"} for n in range(3)]
    return [CustomerFactory(**one) for one in made]


def task_of(owner: User, **fields: Any) -> Task:
    made: Task = Task.objects.create(title="Call", owner=owner, team=owner.team, **fields)
    return made


def ask(by: User, key: str, action: str, data: dict[str, Any], **chosen: Any) -> BulkRun:
    sent = QueryDict(mutable=True)
    for name, value in data.items():
        sent.setlist(name, [str(value)])
    return request_bulk(key, action, query=chosen.get("query", ""), ids=chosen.get("ids"), data=sent, by=by)


def undo(run: BulkRun, *, by: User) -> dict[str, int]:
    run.refresh_from_db()
    request_undo(run, by=by)
    return undo_bulk(run.pk)


# ---- which rows are meant ---------------------------------------------------------------------------
def test_what_matches_later_is_left_alone_and_what_matched_is_changed(
    manager: User, three: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "STEP", 2)
    elsewhere = CustomerFactory(name="Elsewhere", owner=manager, team=manager.team, city="Shanghai")
    run = ask(
        manager, "customers.customer", "fields", {"set_region": "set", "region": "East"}, query="city=Ningbo"
    )
    Customer.objects.filter(pk=elsewhere.pk).update(city="Ningbo")
    Customer.objects.filter(pk=three[2].pk).update(city="Shanghai")
    assert run_bulk(run.pk) == {BulkOutcome.CHANGED: 3}
    assert set(Customer.objects.filter(region="East")) == set(three)
    assert run.expected == 3


def test_a_word_for_a_day_means_the_day_of_asking(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    today = timezone.localdate()
    mine = [task_of(manager, due_on=today + timedelta(days=n)) for n in (0, 1)]
    run = ask(manager, "customers.task", "priority", {"priority": "high"}, query="due_to=@today")
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert run_bulk(run.pk) == {BulkOutcome.CHANGED: 1}
    assert list(Task.objects.filter(priority="high")) == [mine[0]]


def test_rows_are_kept_in_slices_until_the_run_has_ended(
    manager: User, three: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "STEP", 2)
    run = ask(manager, "customers.customer", "fields", {"set_city": "-"})
    keys = sorted(row.pk for row in three)
    assert list(run.slices.order_by("number").values_list("ids", flat=True)) == [keys[:2], keys[2:]]
    run_bulk(run.pk)
    assert not BulkSlice.objects.exists()


def test_a_row_that_is_gone_meanwhile_is_named(manager: User, three: list[Customer]) -> None:
    doomed = task_of(manager)
    run = ask(manager, "customers.task", "complete", {})
    Task.objects.filter(pk=doomed.pk).delete()
    assert run_bulk(run.pk) == {BulkOutcome.REFUSED: 1}
    assert BulkRow.objects.get().label == str(doomed.pk)


def test_too_many_rows_are_refused(
    manager: User, three: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "MOST_ROWS", 2)
    with pytest.raises(DomainError) as refused:
        ask(manager, "customers.customer", "fields", {"set_city": "-"})
    assert refused.value.code == "too_many_rows"
    assert not BulkRun.objects.exists()


def test_asking_costs_the_same_for_few_rows_and_for_many(
    manager: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(120):
        CustomerFactory(name=f"Many {number}", owner=manager, team=manager.team)
    with django_assert_max_num_queries(14):
        ask(manager, "customers.customer", "fields", {"set_city": "-"})
    assert BulkSlice.objects.count() == 3


# ---- ways back that fail ----------------------------------------------------------------------------
def test_a_former_team_that_is_gone_keeps_the_row(manager: User, three: list[Customer]) -> None:
    gone, new = TeamFactory(), TeamFactory()
    Customer.objects.filter(pk=three[0].pk).update(team=gone)
    manager.groups.clear()
    User.objects.filter(pk=manager.pk).update(is_superuser=True)
    boss = User.objects.get(pk=manager.pk)
    run = ask(boss, "customers.customer", "team", {"team": new.pk})
    assert run_bulk(run.pk) == {BulkOutcome.CHANGED: 3}
    gone.delete()
    assert undo(run, by=boss) == {BulkOutcome.UNDONE: 2, BulkOutcome.KEPT: 1}
    kept = BulkRow.objects.get(outcome=BulkOutcome.KEPT)
    assert (kept.object_id, kept.reason) == (three[0].pk, "What it held before is gone: team.")
    run.refresh_from_db()
    assert run.state == BulkState.UNDONE


def test_a_way_back_whose_job_was_set_aside_is_asked_for_again(
    manager: User, three: list[Customer], client_of: Callable[[User], Client]
) -> None:
    run = ask(manager, "customers.customer", "fields", {"set_city": "-"})
    run_bulk(run.pk)
    run.refresh_from_db()
    run = request_undo(run, by=manager)
    with pytest.raises(Conflict):
        request_undo(run, by=manager)
    Job.objects.filter(pk=run.job_id).update(state="failed", attempts=5)
    stored = BulkRun.objects.select_related("job").get(pk=run.pk)
    assert has_ended(stored)
    assert client_of(manager).post(reverse("core:bulk-undo", args=[run.pk])).status_code == 302
    assert Job.objects.get(pk=run.job_id).state == "pending"
    assert undo_bulk(run.pk) == {BulkOutcome.UNDONE: 3}
    assert set(Customer.objects.values_list("city", flat=True)) == {"Ningbo"}


def test_a_killed_way_back_goes_on_where_it_was(
    manager: User, three: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(manager, "customers.customer", "fields", {"set_city": "-"})
    run_bulk(run.pk)
    run.refresh_from_db()
    request_undo(run, by=manager)
    monkeypatch.setattr(undoing, "STEP", 1)

    def dies(*_args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(undoing, "progress", dies)
    with pytest.raises(KeyboardInterrupt):
        undo_bulk(run.pk)
    assert BulkRow.objects.filter(outcome=BulkOutcome.UNDONE).count() == 1
    monkeypatch.setattr(undoing, "progress", lambda *_args: None)
    assert undo_bulk(run.pk) == {BulkOutcome.UNDONE: 3}
