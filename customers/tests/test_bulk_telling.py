"""Actions on many rows: each receiver hears of them once, whatever ends the job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.choices import BulkOutcome, JobState
from core.domain.bulk import asking, request_bulk, request_undo, running
from core.domain.jobs import (
    MAX_ATTEMPTS,
    JobCancelled,
    LeaseLost,
    claim_job,
    ending,
    request_cancel,
    retry_job,
    run_job,
    when_ended,
)
from core.models import BulkRun, Job, Notification, OutgoingMail, User
from core.tasks import body_of
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
    return [CustomerFactory(name=f"Bank {n}", owner=manager, team=manager.team) for n in range(3)]


@pytest.fixture
def given(manager: User, heir: User, three: list[Customer], monkeypatch: pytest.MonkeyPatch) -> BulkRun:
    """An action that gives three customers to the heir; its first attempt dies after the first of them."""
    monkeypatch.setattr(asking, "STEP", 1)
    run = ask(manager, "customers.customer", "owner", {"owner": heir.pk})
    with monkeypatch.context() as patch:
        patch.setattr(running, "progress", raises(RuntimeError))
        work(run)
    assert Job.objects.get(pk=run.job_id).state == JobState.PENDING
    assert told(heir) == []
    return run


def ask(by: User, key: str, action: str, data: dict[str, Any]) -> BulkRun:
    sent = QueryDict(mutable=True)
    for name, value in data.items():
        sent.setlist(name, [str(value)])
    return request_bulk(key, action, query="", ids=None, data=sent, by=by)


def raises(error: type[BaseException]) -> Callable[..., None]:
    def stops(*_args: Any) -> None:
        raise error

    return stops


def work(run: BulkRun) -> Job:
    """Let a worker take the job of the run, as if its time had come."""
    run.refresh_from_db()
    Job.objects.filter(pk=run.job_id).update(not_before=timezone.now() - timedelta(seconds=1))
    run_job(run.job_id, body_of=body_of)
    return Job.objects.get(pk=run.job_id)


def told(user: User) -> list[tuple[str, str]]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("kind", "title"))


ONE = ("customer_assigned", "Customers that are yours now: 1")
THREE = ("customer_assigned", "Customers that are yours now: 3")


def test_the_receiver_of_many_tasks_gets_one_message_and_one_mail(
    manager: User, heir: User, user_in: Callable[..., User]
) -> None:
    before = user_in("sales")
    for _n in range(4):
        Task.objects.create(title="Call", owner=before, team=before.team)
    run = ask(manager, "customers.task", "owner", {"owner": heir.pk})
    work(run)
    work(run)
    assert told(heir) == [("task_assigned", "Tasks for you: 4")]
    assert OutgoingMail.objects.filter(user=heir).count() == 1
    run.refresh_from_db()
    request_undo(run, by=manager)
    assert work(run).result == {BulkOutcome.UNDONE: 4}
    assert told(before) == [("task_assigned", "Tasks for you: 4")]
    assert told(heir) == [("task_assigned", "Tasks for you: 4")]
    assert OutgoingMail.objects.exclude(user=manager).count() == 2


def test_the_message_leads_to_the_rows_of_the_receiver(
    manager: User, heir: User, three: list[Customer], client_of: Callable[[User], Client]
) -> None:
    work(ask(manager, "customers.customer", "owner", {"owner": heir.pk}))
    message = Notification.objects.get(user=heir)
    assert message.title == "Customers that are yours now: 3"
    assert message.url == f"{reverse('customers:customer-list')}?owner={heir.pk}"
    assert client_of(heir).get(message.url).status_code == 200


def test_new_tasks_are_summed_up_for_each_owner(manager: User, heir: User, three: list[Customer]) -> None:
    Customer.objects.filter(pk__in=[three[0].pk, three[1].pk]).update(owner=heir)
    work(ask(manager, "customers.customer", "task", {"title": "Call them"}))
    assert Task.objects.filter(owner=heir).count() == 2
    assert told(heir) == [("task_assigned", "Tasks for you: 2")]
    assert not Notification.objects.filter(user=manager, kind="task_assigned").exists()
    assert Notification.objects.get(user=heir).url == f"{reverse('customers:task-list')}?owner={heir.pk}"


# ---- whatever ends the job --------------------------------------------------------------------------
@pytest.mark.parametrize(("error", "messages"), [(JobCancelled, 1), (LeaseLost, 0), (RuntimeError, 0)])
def test_who_got_rows_before_it_was_stopped_is_told(
    manager: User,
    heir: User,
    three: list[Customer],
    monkeypatch: pytest.MonkeyPatch,
    error: Any,
    messages: int,
) -> None:
    run = ask(manager, "customers.customer", "owner", {"owner": heir.pk})
    monkeypatch.setattr(running, "progress", raises(error))
    work(run)
    assert len(told(heir)) == messages


def test_what_is_given_after_a_stop_is_told_with_the_count_of_all(
    given: BulkRun, manager: User, heir: User
) -> None:
    job = request_cancel(Job.objects.get(pk=given.job_id), by=manager)
    assert told(heir) == [ONE]
    retry_job(job, by=manager)
    assert work(given).state == JobState.DONE
    assert told(heir) == [ONE, THREE]


def test_a_stop_after_the_worker_died_is_told(given: BulkRun, manager: User, heir: User) -> None:
    job = Job.objects.get(pk=given.job_id)
    past = timezone.now() - timedelta(hours=1)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, lease_until=past, lease_token="x")
    assert request_cancel(job, by=manager).state == JobState.CANCELLED
    assert told(heir) == [ONE]


@pytest.mark.parametrize("fields", [{"cancel_requested": True}, {"attempts": MAX_ATTEMPTS}])
def test_an_end_that_a_claim_finds_is_told(given: BulkRun, heir: User, fields: dict[str, Any]) -> None:
    Job.objects.filter(pk=given.job_id).update(not_before=timezone.now(), **fields)
    assert claim_job(given.job_id or 0, at=timezone.now() + timedelta(minutes=1), token="x") is None
    assert not Job.objects.get(pk=given.job_id).is_open
    assert told(heir) == [ONE]


def test_values_that_are_refused_later_end_it_and_are_told(given: BulkRun, heir: User, manager: User) -> None:
    BulkRun.objects.filter(pk=given.pk).update(values={"owner": ["0"]})
    assert work(given).state == JobState.FAILED
    assert told(heir) == [ONE]


def test_a_right_that_is_lost_meanwhile_does_not_silence_it(
    given: BulkRun, heir: User, manager: User
) -> None:
    manager.groups.clear()
    assert work(given).state == JobState.FAILED
    assert told(heir) == [ONE]


def test_a_job_ends_even_where_what_follows_fails(
    given: BulkRun, manager: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ending, "_last_words", {})
    when_ended("core.tasks.run_bulk", raises(RuntimeError))
    assert request_cancel(Job.objects.get(pk=given.job_id), by=manager).state == JobState.CANCELLED
    assert "What follows the end of job" in caplog.text
