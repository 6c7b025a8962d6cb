"""Corrected facts take priority, queue and deadlines with them; and a case moves to another queue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from complaints.choices.cases import AssignReason, ClockKind, ClockState, EscalationState, State
from complaints.domain.assessing import set_priority
from complaints.domain.escalation import fire_due
from complaints.domain.moves import solve, take, wait_for_customer
from complaints.domain.queueing import move_to_queue
from complaints.domain.registering import register_case
from complaints.domain.tiers import follow_change
from complaints.domain.updating import update_case
from complaints.models import Clock, Complaint, Entry, Pause
from complaints.tests.factories import CalendarFactory, CategoryFactory, QueueFactory, policy, registered
from complaints.words import line_in_words
from core.domain.bulk import request_bulk, request_undo, run_bulk, undo_bulk
from core.errors import DomainError
from core.models import AuditEntry, BulkRun, Job, User
from core.tests.factories import TeamFactory
from customers.choices import Axis
from customers.domain.axes import move_axis
from customers.models import Customer, TimelineEvent
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def strategic():
    """A strategic customer, whose complaints are answered within one working hour."""
    CalendarFactory(is_default=True)
    policy(position=5)
    faster = policy(tier="strategic", position=1)
    faster.targets.filter(clock=ClockKind.RESPOND).update(amount=1)
    return CustomerFactory(tier="strategic")


def received(**values: object) -> Complaint:
    return register_case({"title": "Late start", "received_at": at(2, 10), **values}, by=None, at=at(2, 10))


def last_line(case: Complaint) -> str:
    return line_in_words(case.entries.filter(kind="system").latest("id").data)


def code_of(verb: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        verb()
    return refused.value.code


# ---- corrected facts --------------------------------------------------------------------------------
def test_linking_a_strategic_customer_takes_priority_and_deadlines_along(strategic, agent):
    case = received()
    assert case.priority == "low"
    case = update_case(case, {"customer": strategic}, by=agent, at=at(2, 10, 30))
    assert case.priority == "normal"
    respond = case.clocks.get(kind=ClockKind.RESPOND)
    assert (respond.due_at, respond.changes.latest("id").reason) == (at(2, 11), "facts")
    assert last_line(case).startswith("Facts were corrected. Priority: Low → Normal. Deadlines by the policy")
    # One line for the facts, one for what followed.
    assert AuditEntry.objects.about(case).count() == 3


def test_a_customer_reads_once_of_a_case_that_is_linked(strategic, agent):
    case, other = received(), CustomerFactory()
    for customer in (strategic, other, None, strategic):
        case = update_case(case, {"customer": customer}, by=agent, at=at(2, 11))
    assert [event.data["action"] for event in TimelineEvent.objects.filter(customer=strategic)] == ["linked"]
    assert TimelineEvent.objects.filter(customer=other).count() == 1


def test_of_the_levels_that_are_past_by_the_new_deadline_only_the_last_fires(strategic, agent):
    case = take(received(), by=agent, at=at(2, 10, 5))
    update_case(case, {"customer": strategic}, by=agent, at=at(2, 13, 30))
    assert fire_due(at(2, 13, 30)) == 1
    assert list(case.escalations.filter(state=EscalationState.PASSED).values_list("number", flat=True)) == [1]


def test_a_priority_that_somebody_set_stays(strategic, agent):
    case = set_priority(received(), "urgent", by=agent)
    assert update_case(case, {"customer": strategic}, by=agent, at=at(2, 11)).priority == "urgent"


def test_other_facts_move_nothing(strategic, agent):
    case = received(customer=strategic)
    lines = case.entries.count()
    policy(tier="strategic", position=0)
    update_case(case, {"title": "Another title"}, by=agent, at=at(2, 11))
    assert case.entries.count() == lines
    assert case.clocks.get(kind=ClockKind.RESPOND).due_at == at(2, 11)


def test_a_category_brings_a_case_that_nobody_handles_into_its_queue(agent):
    QueueFactory(is_default=True)
    queue = QueueFactory(is_automatic=True, name_en="Billing")
    case = update_case(registered(), {"category": CategoryFactory(queue=queue)}, by=agent)
    assert (case.queue, case.team) == (queue, queue.team)
    assert Job.objects.filter(task="complaints.tasks.dispatch").count() == 1
    assert last_line(case) == "Facts were corrected. Queue: Billing."


def test_who_handles_a_case_keeps_it_whatever_its_category(agent):
    queue = QueueFactory(is_default=True)
    case = take(registered(), by=agent)
    case = update_case(case, {"category": CategoryFactory(queue=QueueFactory())}, by=agent)
    assert (case.queue, case.owner, case.team) == (queue, agent, agent.team)


def test_a_category_without_a_queue_leaves_a_case_where_a_colleague_put_it(agent):
    usual, own, chosen = QueueFactory(is_default=True), QueueFactory(), QueueFactory()
    plain = CategoryFactory()
    case = update_case(registered(queue=chosen), {"category": plain}, by=agent)
    assert case.queue == chosen
    case = registered(category=CategoryFactory(queue=own))
    assert case.queue == own
    assert update_case(case, {"category": plain}, by=agent).queue == usual


def test_a_solved_case_keeps_what_it_was_treated_by(strategic, agent):
    case = take(received(), by=agent, at=at(2, 10, 5))
    solve(case, "Done.", decision="upheld", by=agent, at=at(2, 11))
    case = update_case(case, {"customer": strategic}, by=agent, at=at(2, 12))
    assert (case.priority, case.clocks.open().count()) == ("low", 0)


# ---- another queue ----------------------------------------------------------------------------------
@pytest.fixture
def case(agent) -> Complaint:
    CalendarFactory(is_default=True)
    policy()
    QueueFactory(is_default=True, team=agent.team, name_en="Front desk")
    return take(received(), by=agent, at=at(2, 10, 5))


def test_a_moved_case_waits_in_the_other_queue_for_somebody(case, agent):
    queue = QueueFactory(is_automatic=True, name_en="Billing")
    moved = move_to_queue(case, queue, reason="About an invoice", by=agent, at=at(2, 11))
    assert (moved.queue, moved.team, moved.owner, moved.state) == (queue, queue.team, None, State.NEW)
    last = moved.assignments.latest("id")
    assert (last.owner, last.reason, last.evidence) == (
        None, AssignReason.MOVED, {"reason": "About an invoice"},
    )  # fmt: skip
    assert last_line(moved) == "Moved to the queue “Billing”. About an invoice"
    assert AuditEntry.objects.about(moved).first().note == "About an invoice"
    assert Job.objects.filter(task="complaints.tasks.dispatch").count() == 1


def test_clocks_follow_the_calendar_of_the_other_queue(case, agent):
    mornings = CalendarFactory()
    mornings.hours.filter(opens__hour=13).delete()
    move_to_queue(case, QueueFactory(calendar=mornings), reason="Theirs", by=agent, at=at(2, 11))
    # Two hours of Monday morning, two of Tuesday's.
    assert case.clocks.get(kind=ClockKind.RESPOND).due_at == at(3, 11)


def test_a_waiting_case_goes_on_when_it_is_moved(case, agent):
    wait_for_customer(case, reason="Asked", by=agent, at=at(2, 10, 30))
    move_to_queue(case, QueueFactory(), reason="Theirs", by=agent, at=at(2, 11))
    assert not Pause.objects.filter(ended_at__isnull=True).exists()
    assert not case.clocks.filter(state=ClockState.PAUSED).exists()


def test_moving_is_refused_without_a_reason_into_the_same_into_another_kind_and_after_the_end(case, agent):
    other = QueueFactory()
    assert code_of(lambda: move_to_queue(case, other, reason=" ", by=agent)) == "reason_needed"
    assert code_of(lambda: move_to_queue(case, case.queue, reason="x", by=agent)) == "same_queue"
    for wrong in (QueueFactory(kind="request"), QueueFactory(is_active=False)):
        assert code_of(lambda queue=wrong: move_to_queue(case, queue, reason="x", by=agent)) == "bad_queue"
    solve(case, "Done.", decision="upheld", by=agent)
    assert code_of(lambda: move_to_queue(case, other, reason="x", by=agent)) == "case_ended"


@pytest.fixture
def client(agent: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(agent)


def test_moving_by_its_form_leads_away_from_a_case_that_one_no_longer_sees(case, client):
    near, far = QueueFactory(team=case.team), QueueFactory(team=TeamFactory())
    url = reverse("complaints:complaint-queue", args=[case.pk])
    assert url in client.get(case.get_absolute_url()).content.decode()
    assert str(case.queue) not in client.get(url).content.decode().split("<select")[1].split("</select")[0]
    assert client.post(url, {"queue": near.pk, "reason": ""}).status_code == 422
    kept = client.post(url, {"queue": near.pk, "reason": "Theirs"})
    assert (kept.status_code, kept.url) == (302, case.get_absolute_url())
    left = client.post(url, {"queue": far.pk, "reason": "Theirs"})
    assert (left.status_code, left.url) == (302, reverse("complaints:complaint-list"))


def test_who_may_not_change_a_case_moves_none(case, user_in, client_of):
    url = reverse("complaints:complaint-queue", args=[case.pk])
    assert client_of(user_in("trainer")).get(url).status_code == 403
    away = user_in("agent")
    User.objects.filter(pk=away.pk).update(team=TeamFactory())
    away.refresh_from_db()
    assert client_of(away).get(url).status_code == 404


def test_the_api_moves_and_refuses(case, client):
    url = f"/api/v1/complaints/{case.pk}/move-to-queue/"
    queue = QueueFactory(team=case.team)
    assert client.post(url, {"queue": queue.pk}, content_type="application/json").status_code == 400
    data = {"queue": queue.pk, "reason": "Theirs"}
    done = client.post(url, data, content_type="application/json")
    assert (done.status_code, done.json()["queue"], done.json()["owner"]) == (200, queue.pk, None)
    assert client.post(url, data, content_type="application/json").status_code == 409


def test_many_cases_are_moved_at_once_and_back(case, agent):
    before, queue = case.queue, QueueFactory(team=case.team)
    data = QueryDict(f"queue={queue.pk}&reason=Theirs")
    run = request_bulk("complaints.complaint", "queue", query="", ids=[case.pk], data=data, by=agent)
    assert run_bulk(run.pk)["changed"] == 1
    request_undo(BulkRun.objects.get(pk=run.pk), by=agent)
    undo_bulk(run.pk)
    case.refresh_from_db()
    assert (case.queue, case.owner, case.state) == (before, agent, State.WORKING)


# ---- the tier of the customer -----------------------------------------------------------------------
def move_tier(customer: Customer, tier: str, by: User) -> None:
    move_axis(customer, Axis.TIER, tier, reason="The year was good.", by=by)


def test_open_cases_follow_the_tier_of_their_customer(strategic, agent):
    customer = CustomerFactory(tier="potential")
    case, ended = received(customer=customer), received(customer=customer)
    solve(ended, "Done", decision="upheld", by=agent, at=at(2, 10, 5))
    assert (case.priority, case.clocks.get(kind=ClockKind.RESPOND).due_at) == ("low", at(2, 15))
    move_tier(customer, "strategic", agent)
    case.refresh_from_db()
    respond = case.clocks.get(kind=ClockKind.RESPOND)
    assert (case.priority, respond.due_at, respond.policy.tier) == ("normal", at(2, 11), "strategic")
    assert respond.changes.latest("id").reason == "tier"
    assert last_line(case).startswith(
        "The tier of the customer is “Strategic” now. Priority: Low → Normal. Deadlines by the policy"
    )
    before = ended.priority
    ended.refresh_from_db()
    assert (ended.priority, ended.entries.filter(data__code="refitted").exists()) == (before, False)


def test_a_priority_that_somebody_set_stays_when_the_tier_moves(strategic, agent):
    customer = CustomerFactory(tier="potential")
    case = set_priority(received(customer=customer), "high", by=agent)
    move_tier(customer, "strategic", agent)
    case.refresh_from_db()
    assert case.priority == "high"
    assert case.clocks.get(kind=ClockKind.RESPOND).policy.tier == "strategic"


def test_another_axis_and_a_tier_that_changes_nothing_leave_no_line(agent):
    customer = CustomerFactory(tier="potential", stage="growth")
    case = registered(customer=customer)
    lines = case.entries.count()
    move_axis(customer, Axis.STAGE, "decline", reason="No order for long.", by=agent)
    assert case.entries.count() == lines


def test_many_cases_follow_in_a_job_and_each_once(strategic, agent):
    customer = CustomerFactory(tier="potential")
    cases = [received(customer=customer) for _n in range(7)]
    move_tier(customer, "strategic", agent)
    cases[0].refresh_from_db()
    assert cases[0].priority == "low"
    job = Job.objects.get(task="complaints.tasks.follow_tier")
    assert (follow_change(job.payload["change_id"]), follow_change(job.payload["change_id"])) == (7, 0)
    lines = Entry.objects.filter(data__code="refitted")
    assert (lines.count(), lines.values("complaint").distinct().count()) == (7, 7)
    tiers = Clock.objects.open().filter(complaint__in=cases).values_list("policy__tier", flat=True)
    assert set(tiers) == {"strategic"}
