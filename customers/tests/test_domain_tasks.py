from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from core.errors import DomainError
from core.models import Notification, User
from core.tests.factories import UserFactory
from customers.choices import EventKind, TaskState
from customers.domain.customers import delete_customer
from customers.domain.tasks import (
    cancel_task,
    complete_task,
    create_task,
    reassign_task,
    reopen_task,
    reschedule_task,
    update_task,
)
from customers.models import Customer, Task

pytestmark = pytest.mark.django_db


def code_of(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_task_goes_to_the_owner_of_the_customer_who_is_told(
    customer: Customer, seller: User, manager: User, audit: Any
) -> None:
    task = create_task("Call", customer=customer, by=manager, due_on=date(2026, 3, 1))
    assert (task.owner, task.team, task.created_by) == (seller, seller.team, manager)
    message = Notification.objects.get(user=seller)
    assert (message.title, message.body) == ("Task for you: Call", "Given by Zhang Min.")
    assert len(audit(task)) == 1


def test_own_task_needs_no_message(seller: User) -> None:
    assert create_task("Call", by=seller).owner == seller
    assert not Notification.objects.exists()


def test_same_dedupe_returns_the_first_task(customer: Customer) -> None:
    first = create_task("Call", customer=customer, dedupe="warning-1")
    assert create_task("Call again", customer=customer, dedupe="warning-1") == first
    assert Task.objects.count() == 1
    assert Notification.objects.count() == 1


def test_task_refuses_inactive_owner_and_deleted_customer(customer: Customer, manager: User) -> None:
    assert code_of(create_task, "Call", owner=UserFactory(is_active=False), by=manager) == "owner_inactive"
    assert code_of(create_task, " ", by=manager) == "invalid"
    deleted = delete_customer(customer, by=manager)
    assert code_of(create_task, "Call", customer=deleted, by=manager) == "customer_deleted"


def test_complete_closes_the_task_and_tells_the_timeline(
    customer: Customer, seller: User, story: Any, audit: Any
) -> None:
    task = create_task("Call", customer=customer, by=seller, due_on=date(2026, 3, 1))
    now = timezone.now()
    done = complete_task(task, outcome=" reached them ", by=seller, at=now)
    assert (done.state, done.outcome, done.closed_at) == (TaskState.DONE, "reached them", now)
    [event] = story(customer)
    assert (event.kind, event.data) == (
        EventKind.TASK,
        {"action": "done", "title": "Call", "outcome": "reached them", "due_on": "2026-03-01"},
    )
    assert audit(task)[-1].changes == {"state": ["open", "done"]}


def test_second_click_is_refused(customer: Customer, seller: User, story: Any) -> None:
    task = create_task("Call", customer=customer, by=seller)
    complete_task(task, by=seller)
    assert code_of(complete_task, task, by=seller) == "already_done"
    assert code_of(cancel_task, task, by=seller) == "already_done"
    assert len(story(customer)) == 1


def test_cancelled_task_can_be_opened_again(seller: User) -> None:
    task = create_task("Call", by=seller)
    cancel_task(task, reason="Nobody there", by=seller)
    assert code_of(complete_task, task, by=seller) == "already_cancelled"
    opened = reopen_task(task, by=seller)
    assert (opened.state, opened.closed_at, opened.outcome) == (TaskState.OPEN, None, "")
    assert code_of(reopen_task, task, by=seller) == "already_open"


def test_closed_task_is_not_changed(seller: User) -> None:
    task = complete_task(create_task("Call", by=seller), by=seller)
    assert code_of(update_task, task, {"title": "X"}, by=seller) == "already_done"


def test_reassigned_task_tells_the_new_owner_and_changes_team(
    seller: User, manager: User, other_team: Any
) -> None:
    task = create_task("Call", by=seller)
    other = UserFactory(team=other_team)
    moved = reassign_task(task, other, by=manager)
    assert (moved.owner, moved.team) == (other, other_team)
    assert Notification.objects.filter(user=other).count() == 1
    assert code_of(reassign_task, task, UserFactory(is_active=False), by=manager) == "owner_inactive"


def test_reschedule_and_stale_update(seller: User, audit: Any) -> None:
    task = create_task("Call", by=seller)
    assert reschedule_task(task, date(2026, 5, 1), by=seller).due_on == date(2026, 5, 1)
    assert audit(task)[-1].changes == {"due_on": [None, "2026-05-01"]}
    assert code_of(update_task, task, {"title": "X"}, by=seller, version=1) == "stale"


def test_overdue_means_open_and_past_its_day(seller: User) -> None:
    late = create_task("Late", by=seller, due_on=date(2026, 1, 1))
    create_task("Today", by=seller, due_on=date(2026, 1, 2))
    complete_task(create_task("Done", by=seller, due_on=date(2026, 1, 1)), by=seller)
    assert list(Task.objects.overdue(date(2026, 1, 2))) == [late]
