"""Actions on many cases: the new handler hears of them once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import QueryDict

from complaints.models import Complaint
from complaints.tests.factories import ComplaintFactory
from core.choices import BulkOutcome
from core.domain.bulk import request_bulk, request_undo
from core.domain.jobs import run_job
from core.models import BulkRun, Job, Notification, User
from core.tasks import body_of

pytestmark = pytest.mark.django_db


def test_the_new_handler_of_many_cases_gets_one_message(user_in: Callable[..., User]) -> None:
    manager, agent, before = user_in("manager"), user_in("agent"), user_in("agent")
    for _n in range(2):
        ComplaintFactory(owner=before, team=before.team, state="working")
    data = QueryDict(f"owner={agent.pk}")
    run = request_bulk("complaints.complaint", "owner", query="", ids=None, data=data, by=manager)
    assert work(run) == {BulkOutcome.CHANGED: 2}
    assert titles(agent) == ["Cases that are yours now: 2"]
    run.refresh_from_db()
    request_undo(run, by=manager)
    assert work(run) == {BulkOutcome.UNDONE: 2}
    assert titles(before) == ["Cases that are yours now: 2"]
    assert set(Complaint.objects.values_list("owner", flat=True)) == {before.pk}


def work(run: BulkRun) -> dict[str, int]:
    """Let a worker do the job of the run; return what became of the rows."""
    run.refresh_from_db()
    job = Job.objects.get(pk=run.job_id)
    run_job(job.pk, body_of=body_of)
    job.refresh_from_db()
    result: dict[str, int] = job.result
    return result


def titles(user: User) -> list[str]:
    rows = Notification.objects.filter(user=user, kind="case_assigned")
    return list(rows.values_list("title", flat=True))
