"""Actions on many cases: the new handler hears of them once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.http import QueryDict

from complaints.domain.dispatching import dispatch
from complaints.domain.moves import solve, take, wait_for_customer
from complaints.models import Complaint, Entry, Handler, Queue
from complaints.tests.factories import CategoryFactory, ComplaintFactory, QueueFactory
from core.choices import BulkOutcome
from core.domain.bulk import request_bulk, request_undo
from core.domain.jobs import run_job
from core.errors import DomainError
from core.models import BulkRun, Job, Notification, Team, User
from core.tasks import body_of
from core.tests.factories import TeamFactory, UserFactory

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


def test_a_withdrawal_is_taken_back_silently_and_what_waited_waits_again(
    manager: User, three: list[Complaint], user_in: Callable[..., User]
) -> None:
    handler = user_in("agent", team=manager.team)
    Complaint.objects.filter(pk=three[0].pk).update(owner=handler)
    three[0].refresh_from_db()
    wait_for_customer(three[0], reason="A copy of the invoice", by=manager)
    run = asked("withdraw", "reason=Spam", manager, *three)
    assert work(run) == {BulkOutcome.CHANGED: 3}
    request_undo(run, by=manager)
    assert work(run) == {BulkOutcome.UNDONE: 3}
    assert states(three) == ["waiting", "working", "working"]
    assert titles(handler) == []


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


def asked_for_all(action: str, data: str, *, by: User) -> BulkRun:
    """Do the action to every case, and return the run."""
    run = request_bulk("complaints.complaint", action, query="", ids=None, data=QueryDict(data), by=by)
    assert set(work(run)) == {BulkOutcome.CHANGED}
    run.refresh_from_db()
    return run


def taken_back(run: BulkRun, *, by: User) -> dict[str, int]:
    request_undo(run, by=by)
    return work(run)


def test_a_case_that_nobody_had_goes_back_into_its_queue(user_in: Callable[..., User], team: Team) -> None:
    manager, agent = user_in("manager"), user_in("agent", team=TeamFactory())
    case = ComplaintFactory(owner=None, team=team, state="new", queue=QueueFactory(team=team))
    run = asked_for_all("owner", f"owner={agent.pk}", by=manager)
    case.refresh_from_db()
    assert (case.owner, case.team, case.state) == (agent, agent.team, "working")
    assert taken_back(run, by=manager) == {BulkOutcome.UNDONE: 1}
    case.refresh_from_db()
    assert (case.owner, case.team, case.state) == (None, team, "new")


def test_the_case_gets_its_team_back_and_not_that_of_its_handler(
    user_in: Callable[..., User], team: Team
) -> None:
    manager, agent, other = user_in("manager"), user_in("agent"), TeamFactory(parent=team)
    case = ComplaintFactory(owner=user_in("agent"), team=other)
    run = asked_for_all("owner", f"owner={agent.pk}", by=manager)
    case.refresh_from_db()
    assert case.team == team
    assert taken_back(run, by=manager) == {BulkOutcome.UNDONE: 1}
    case.refresh_from_db()
    assert case.team == other


def test_a_case_that_went_on_since_keeps_its_handler(user_in: Callable[..., User], team: Team) -> None:
    manager, agent = user_in("manager"), user_in("agent")
    case = ComplaintFactory(owner=None, team=team, state="new")
    run = asked_for_all("owner", f"owner={agent.pk}", by=manager)
    case.refresh_from_db()
    wait_for_customer(case, reason="Asked for the bill", by=agent)
    assert taken_back(run, by=manager) == {BulkOutcome.KEPT: 1}
    case.refresh_from_db()
    assert (case.owner, case.state) == (agent, "waiting")


@pytest.fixture
def other_queue(bare: None, team: Team) -> Queue:
    """An automatic queue of another team, with somebody who gets its cases."""
    west = TeamFactory()
    queue = QueueFactory(is_automatic=True, team=west)
    Handler.objects.create(user=UserFactory(team=west), cap=9).queues.add(queue)
    return queue


def test_a_move_is_taken_back_though_the_queue_gave_the_case_to_somebody(
    user_in: Callable[..., User], team: Team, other_queue: Queue
) -> None:
    manager, agent = user_in("manager"), user_in("agent")
    first = QueueFactory(team=team)
    case = ComplaintFactory(owner=agent, team=team, queue=first, state="waiting", customer=None)
    run = asked_for_all("queue", f"queue={other_queue.pk}&reason=Theirs", by=manager)
    case.refresh_from_db()
    assert dispatch(case) is not None
    assert taken_back(run, by=manager) == {BulkOutcome.UNDONE: 1}
    case.refresh_from_db()
    assert (case.queue, case.owner, case.team, case.state) == (first, agent, team, "waiting")
    assert titles(agent) == ["Cases that are yours now: 1"]


def test_a_moved_case_that_somebody_took_stays_there(
    user_in: Callable[..., User], team: Team, other_queue: Queue
) -> None:
    manager = user_in("manager")
    case = ComplaintFactory(owner=user_in("agent"), team=team, queue=QueueFactory(team=team))
    run = asked_for_all("queue", f"queue={other_queue.pk}&reason=Theirs", by=manager)
    case.refresh_from_db()
    taker = user_in("agent", team=other_queue.team)
    take(case, by=taker)
    assert taken_back(run, by=manager) == {BulkOutcome.KEPT: 1}
    case.refresh_from_db()
    assert (case.queue, case.owner) == (other_queue, taker)


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
