"""Actions on many cases: the new handler hears of them once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.http import QueryDict

from complaints.domain.moves import solve
from complaints.models import Complaint, Entry
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from core.choices import BulkOutcome
from core.domain.bulk import request_bulk, request_undo
from core.domain.jobs import run_job
from core.errors import DomainError
from core.models import BulkRun, Job, Notification, User
from core.tasks import body_of
from core.tests.factories import TeamFactory

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


def asked(action: str, values: str, by: User, *cases: Complaint) -> BulkRun:
    ids = [case.pk for case in cases]
    return request_bulk("complaints.complaint", action, query="", ids=ids, data=QueryDict(values), by=by)


@pytest.fixture
def manager(user_in: Callable[..., User]) -> User:
    return user_in("manager")


@pytest.fixture
def three(manager: User) -> list[Complaint]:
    """Three open cases of the manager's team, each in the hands of the manager."""
    return [ComplaintFactory(owner=manager, team=manager.team, state="working") for _n in range(3)]


def states(cases: list[Complaint]) -> list[str]:
    return [Complaint.objects.get(pk=case.pk).state for case in cases]


def test_many_cases_get_a_category_and_back(manager: User, three: list[Complaint]) -> None:
    before, category = CategoryFactory(), CategoryFactory()
    Complaint.objects.filter(pk=three[0].pk).update(category=before)
    Complaint.objects.filter(pk=three[1].pk).update(category=category)
    run = asked("category", f"category={category.pk}", manager, *three)
    assert work(run) == {BulkOutcome.CHANGED: 2, BulkOutcome.SAME: 1}
    assert set(Complaint.objects.values_list("category", flat=True)) == {category.pk}
    request_undo(run, by=manager)
    assert work(run) == {BulkOutcome.UNDONE: 2, BulkOutcome.SAME: 1}
    found = [Complaint.objects.get(pk=case.pk).category_id for case in three]
    assert found == [before.pk, category.pk, None]


def test_a_category_of_the_other_kind_is_refused_with_its_reason(
    manager: User, three: list[Complaint]
) -> None:
    run = asked("category", f"category={CategoryFactory(kind='request').pk}", manager, *three)
    assert work(run) == {BulkOutcome.REFUSED: 3}
    assert all(row.reason for row in run.rows.all())


def test_many_cases_are_merged_into_one_and_taken_out(manager: User, three: list[Complaint]) -> None:
    run = asked("merge", f"into={three[0].number}", manager, *three)
    assert work(run) == {BulkOutcome.CHANGED: 2, BulkOutcome.SAME: 1}
    assert states(three) == ["working", "merged", "merged"]
    request_undo(run, by=manager)
    assert work(run) == {BulkOutcome.UNDONE: 2, BulkOutcome.SAME: 1}
    assert states(three) == ["working", "working", "working"]


def test_nothing_is_merged_into_a_case_that_one_may_not_change(manager: User, three: list[Complaint]) -> None:
    foreign = ComplaintFactory(team=TeamFactory())
    with pytest.raises(DomainError) as refused:
        asked("merge", f"into={foreign.number}", manager, *three)
    assert refused.value.code == "invalid"


def test_many_cases_are_withdrawn_with_a_reason_and_go_on_again(
    manager: User, three: list[Complaint]
) -> None:
    solve(three[2], "Done", decision="upheld", by=manager)
    with pytest.raises(DomainError):
        asked("withdraw", "reason=", manager, *three)
    run = asked("withdraw", "reason=Spam", manager, *three)
    assert work(run) == {BulkOutcome.CHANGED: 3}
    assert states(three) == ["withdrawn"] * 3
    line = three[0].entries.get(data__code="withdrawn")
    assert line.data["params"]["reason"] == "Spam"
    request_undo(run, by=manager)
    assert work(run) == {BulkOutcome.UNDONE: 2, BulkOutcome.KEPT: 1}
    assert states(three) == ["working", "working", "withdrawn"]


def test_solved_cases_are_closed_and_open_ones_refused(manager: User, three: list[Complaint]) -> None:
    solve(three[0], "Done", decision="upheld", by=manager)
    run = asked("close", "reason=Nobody objected", manager, *three)
    assert work(run) == {BulkOutcome.CHANGED: 1, BulkOutcome.REFUSED: 2}
    assert states(three) == ["closed", "working", "working"]
    assert three[0].entries.get(data__code="closed").data["params"]["reason"] == "Nobody objected"


def test_many_cases_get_the_same_note(manager: User, three: list[Complaint]) -> None:
    run = asked("note", "body=The server was down", manager, *three)
    assert work(run) == {BulkOutcome.CHANGED: 3}
    assert Entry.objects.filter(kind="note", body="The server was down").count() == 3


def test_who_may_not_change_cases_is_offered_nothing(
    user_in: Callable[..., User], three: list[Complaint]
) -> None:
    with pytest.raises((DomainError, PermissionDenied)):
        asked("withdraw", "reason=Spam", user_in("analyst"), *three)


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
