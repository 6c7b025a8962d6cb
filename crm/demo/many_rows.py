"""The demo company's actions on many rows: one with a way back, one that some rows refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.http import QueryDict

from core.domain.bulk.asking import request_bulk
from core.models import BulkRun, User
from crm.demo.jobs import speaking, work_off
from customers.choices import TaskState
from customers.models import Customer, Task


def make_many_rows(users: dict[str, User], *, today: date, at: datetime) -> None:
    """Change how some customers want to be reached, and put off tasks of which two are closed already."""
    manager, lead = users["manager"], users["xu"]
    customers = Customer.objects.visible_to(lead).exclude(preferred_channel="wechat").order_by("pk")
    run = _request("customers.customer", "fields", _keys(customers, 12), "preferred_channel=wechat", lead)
    _work_off(run, at - timedelta(days=2))
    tasks = Task.objects.visible_to(manager, "change").order_by("pk")
    keys = _keys(tasks.open(), 6) + _keys(tasks.filter(state=TaskState.DONE), 2)
    day = today + timedelta(days=10)
    _work_off(
        _request("customers.task", "due", keys, f"due_on={day.isoformat()}", manager), at - timedelta(hours=6)
    )


def _keys(rows: object, most: int) -> list[int]:
    found: list[int] = list(rows.values_list("pk", flat=True)[:most])  # type: ignore[attr-defined]
    return found


def _request(key: str, action: str, ids: list[int], data: str, by: User) -> BulkRun:
    with speaking(by):
        return request_bulk(key, action, query="", ids=ids, data=QueryDict(data), by=by)


def _work_off(run: BulkRun, at: datetime) -> None:
    if run.job is not None:
        work_off(run.job, asked=at)
    BulkRun.objects.filter(pk=run.pk).update(created_at=at, finished_at=at + timedelta(seconds=3))
