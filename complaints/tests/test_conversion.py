"""Requests that become complaints, and complaints that become requests: what is kept and what changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.choices.cases import CaseKind, ClockKind, ClockState, EscalationState, State
from complaints.domain import moves
from complaints.domain.causes import create_cause, link_cause
from complaints.domain.compensation import move_on, propose
from complaints.domain.conversion import convert_case, obstacles, preview_conversion
from complaints.domain.escalation import fire_case
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.domain.work_orders import create_work_order
from complaints.models import Clock, Complaint, Escalation, Level, Policy, Queue, Target
from complaints.tests.factories import CalendarFactory, CategoryFactory, QueueFactory, policy, registered
from complaints.words import line_in_words
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Job, User
from core.tests.factories import TeamFactory, UserFactory
from customers.models import TimelineEvent
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
#: A Monday, ten in the morning in Shanghai.
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture
def queues(agent: User) -> dict[str, Queue]:
    """Both kinds set up: complaints answered in 4 working hours, requests in 8 with a ladder of their own."""
    CalendarFactory(is_default=True)
    policy()
    requests = Policy.objects.create(name="Requests", kind=CaseKind.REQUEST)
    Target.objects.create(policy=requests, clock=ClockKind.RESPOND, amount=8, unit="working_hours")
    Target.objects.create(policy=requests, clock=ClockKind.SOLVE, amount=5, unit="working_days")
    Level.objects.create(policy=requests, clock=ClockKind.RESPOND, number=1, offset=-120, recipient="owner")
    return {
        kind: QueueFactory(kind=kind, is_default=True, team=agent.team) for kind in ("complaint", "request")
    }


@pytest.fixture
def request_case(queues: dict[str, Queue], agent: User) -> Complaint:
    customer = CustomerFactory(owner=agent)
    made = register_case({"title": "A question", "kind": "request", "customer": customer}, by=None, at=MONDAY)
    return moves.take(made, by=agent, at=MONDAY)


def turned(case: Complaint, by: User, **values) -> Complaint:
    return convert_case(case, **{"category": None, "reason": "The customer complains", "by": by, **values})


# ---- what it becomes, and what is kept ---------------------------------------------------------------
def test_the_case_stays_the_same_with_another_number(request_case, queues, agent):
    before = request_case.number
    create_work_order(request_case, "Find a room", team=TeamFactory(), by=agent)
    entries = request_case.entries.count()
    case = turned(request_case, agent)
    assert (case.pk, case.kind, case.owner, case.state) == (request_case.pk, "complaint", agent, "working")
    assert (case.number[:2], case.former_number) == ("TS", before)
    assert (case.queue, case.grade) == (queues["complaint"], "minor")
    assert case.work_orders.count() == 1
    assert case.entries.count() == entries + 1


def test_log_audit_and_timeline_tell_it(request_case, agent):
    before = request_case.number
    case = turned(request_case, agent)
    line = case.entries.latest("pk")
    words = line_in_words(line.data)
    for part in (before, case.number, "The customer complains", "Minor"):
        assert part in words
    audit = AuditEntry.objects.about(case).first()
    assert (audit.changes["number"], audit.note) == ([before, case.number], "The customer complains")
    event = TimelineEvent.objects.filter(customer=case.customer).latest("pk")
    assert (event.data["action"], event.data["number"]) == ("converted", case.number)


def test_a_complaint_is_graded_by_the_rules(request_case, agent):
    Complaint.objects.filter(pk=request_case.pk).update(is_legal=True)
    case = turned(request_case, agent)
    assert (case.grade, case.priority, case.grade_evidence["rules"]) == ("severe", "urgent", ["legal"])


def test_turned_back_it_has_its_old_number_and_no_grade(request_case, agent):
    before = request_case.number
    complaint = turned(request_case, agent)
    case = turned(complaint, agent, reason="It was a question after all")
    assert (case.number, case.former_number, case.grade) == (before, complaint.number, "")
    third = turned(case, agent)
    assert (third.number, third.former_number) == (complaint.number, before)


def test_the_database_lets_no_two_cases_have_had_one_number(request_case, agent):
    turned(request_case, agent)
    other = registered(kind="request")
    former = Complaint.objects.get(pk=request_case.pk).former_number
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=other.pk).update(former_number=former)
    with pytest.raises(IntegrityError), transaction.atomic():
        Complaint.objects.filter(pk=other.pk).update(former_number=other.number)


def test_a_case_of_nobody_is_dispatched_in_its_new_queue(queues, agent):
    Queue.objects.filter(kind="complaint").update(is_automatic=True)
    case = registered(kind="request")
    turned(case, agent)
    job = Job.objects.filter(task="complaints.tasks.dispatch").latest("pk")
    assert job.payload == {"complaint_id": case.pk}


# ---- clocks -----------------------------------------------------------------------------------------
def test_clocks_count_from_the_beginning_and_the_old_ones_end_unjudged(request_case, agent):
    at = MONDAY + timedelta(hours=1)
    case = turned(request_case, agent, at=at)
    old = Clock.objects.filter(complaint=case, state=ClockState.CANCELLED)
    assert {(row.kind, row.met_at) for row in old} == {("respond", None), ("solve", None)}
    new = {row.kind: row for row in Clock.objects.running().filter(complaint=case)}
    assert set(new) == {"acknowledge", "respond", "solve", "statutory"}
    assert {row.started_at for row in new.values()} == {MONDAY}
    # Four working hours from ten: two before lunch, two after it.
    assert new["respond"].due_at == datetime(2026, 11, 23, 7, tzinfo=UTC)
    assert case.next_due_at == min(row.due_at for row in new.values())


def test_pauses_are_holes_in_the_new_clocks(request_case, agent):
    moves.wait_for_customer(request_case, reason="Asked", by=agent, at=MONDAY + timedelta(hours=1))
    moves.go_on(request_case, by=agent, at=MONDAY + timedelta(hours=2))
    case = turned(request_case, agent, at=MONDAY + timedelta(hours=2))
    solve = Clock.objects.running().get(complaint=case, kind="solve")
    # Two working days from Monday ten o'clock, and the hour that was waited.
    assert solve.due_at == datetime(2026, 11, 25, 3, tzinfo=UTC)


def test_a_case_that_waits_goes_on_waiting(request_case, agent):
    moves.wait_for_customer(request_case, reason="Asked", by=agent, at=MONDAY)
    case = turned(request_case, agent, at=MONDAY + timedelta(hours=1))
    assert case.state == State.WAITING
    assert Clock.objects.get(complaint=case, kind="solve", policy__kind="complaint").state == "paused"
    planned = Escalation.objects.planned().filter(complaint=case, clock__kind="solve")
    assert not planned.exclude(fire_at=None).exists()


def test_what_was_met_stays_met_and_is_not_asked_for_again(request_case, agent):
    moves.answer(request_case, "We look into it.", by=agent, at=MONDAY + timedelta(minutes=5))
    case = turned(request_case, agent, at=MONDAY + timedelta(hours=1))
    respond = Clock.objects.get(complaint=case, kind="respond")
    assert (respond.state, respond.policy.kind) == (ClockState.MET, "request")


def test_levels_that_fired_stay_and_do_not_fire_again(request_case, agent):
    late = MONDAY + timedelta(days=1)
    fire_case(request_case.pk, at=late)
    case = turned(request_case, agent, at=late)
    fired = Escalation.objects.filter(complaint=case, state=EscalationState.FIRED)
    assert [row.number for row in fired] == [1]
    assert fire_case(case.pk, at=late) == 2
    numbers = fired.order_by("fired_at", "pk").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3]


def test_levels_that_fired_for_a_former_promise_leave_the_next_one_its_ladder(queues, agent):
    for one in Policy.objects.all():
        Target.objects.get_or_create(
            policy=one, clock=ClockKind.UPDATE, defaults={"amount": 1, "unit": "working_days"}
        )
        Level.objects.create(policy=one, clock=ClockKind.UPDATE, number=1, recipient="owner")
    case = moves.take(registered(kind=CaseKind.REQUEST, received_at=MONDAY), by=agent, at=MONDAY)
    moves.answer(case, "Tomorrow.", by=agent, at=MONDAY)
    fire_case(case.pk, at=MONDAY + timedelta(days=1, minutes=1))
    case.refresh_from_db()
    moves.answer(case, "Still tomorrow.", by=agent, at=MONDAY + timedelta(days=1, minutes=5))
    case = turned(case, agent, at=MONDAY + timedelta(days=1, minutes=10))
    promise = Clock.objects.running().get(complaint=case, kind=ClockKind.UPDATE)
    assert list(promise.escalations.planned().values_list("number", flat=True)) == [1]


def test_levels_of_one_statutory_deadline_leave_the_other_its_ladder(queues, agent):
    for one in Policy.objects.all():
        for name in ("A", "B"):
            Target.objects.create(
                policy=one, clock=ClockKind.STATUTORY, amount=2 if name == "A" else 9, unit="weeks", name=name
            )
            Level.objects.create(
                policy=one, clock=ClockKind.STATUTORY, name=name, number=1, recipient="owner"
            )
    case = moves.take(registered(kind=CaseKind.REQUEST, received_at=MONDAY), by=agent, at=MONDAY)
    fire_case(case.pk, at=MONDAY + timedelta(weeks=3))
    case = turned(case, agent, at=MONDAY + timedelta(weeks=3))
    rows = Clock.objects.running().filter(complaint=case, kind=ClockKind.STATUTORY, name__in=["A", "B"])
    planned = {row.name: row.escalations.planned().count() for row in rows}
    assert planned == {"A": 0, "B": 1}


def test_levels_that_were_passed_over_stay_so(request_case, agent):
    late = MONDAY + timedelta(days=1)
    Escalation.objects.filter(complaint=request_case).update(state=EscalationState.PASSED)
    case = turned(request_case, agent, at=late)
    assert fire_case(case.pk, at=late) == 2
    fired = Escalation.objects.filter(complaint=case, state=EscalationState.FIRED)
    assert list(fired.order_by("number").values_list("number", flat=True)) == [2, 3]
    # Back again, later: what was passed over then stays so, what fired does not fire a second time.
    case = turned(case, agent, at=late + timedelta(minutes=5), reason="No complaint after all")
    assert fire_case(case.pk, at=late + timedelta(minutes=5)) == 0


def test_the_preview_says_what_comes_of_it_and_writes_nothing(request_case, agent):
    at = MONDAY + timedelta(hours=1)
    version, clocks = request_case.version, Clock.objects.count()
    preview = preview_conversion(request_case, category=None, at=at)
    request_case.refresh_from_db()
    assert (request_case.version, request_case.kind, Clock.objects.count()) == (version, "request", clocks)
    dues = {due.target.clock: due.due_at for due in preview.dues}
    case = turned(request_case, agent, at=at)
    assert dues == {row.kind: row.due_at for row in Clock.objects.running().filter(complaint=case)}
    assert (preview.case.grade, preview.case.queue) == (case.grade, case.queue)


# ---- refusals ---------------------------------------------------------------------------------------
def test_refused_without_a_reason_and_with_a_category_of_the_wrong_kind(request_case, agent):
    with pytest.raises(DomainError, match="Say why"):
        turned(request_case, agent, reason="  ")
    with pytest.raises(DomainError, match="category"):
        turned(request_case, agent, category=CategoryFactory(kind="request"))


def test_refused_for_what_has_ended_and_for_what_somebody_changed(request_case, agent):
    with pytest.raises(Conflict, match="changed since"):
        turned(request_case, agent, version=request_case.version - 1)
    moves.solve(request_case, "Done", by=agent)
    with pytest.raises(Conflict, match="not open"):
        turned(request_case, agent)


def test_a_complaint_with_a_compensation_stays_one_until_it_is_taken_back(request_case, agent, user_in):
    case = turned(request_case, agent)
    given = propose(case, {"measure": "apology", "amount": Decimal(0), "currency": "CNY"}, by=agent)
    with pytest.raises(Conflict) as refused:
        turned(case, agent)
    assert refused.value.code == "stays_a_complaint"
    assert "1 compensation is proposed" in refused.value.message
    move_on(given, "reversed", by=user_in("manager"), note="Not meant")
    assert turned(case, agent).kind == "request"


def test_a_complaint_that_was_decided_or_has_a_cause_stays_one(request_case, agent):
    case = turned(request_case, agent)
    link_cause(case, create_cause({"code": "room", "name_en": "Room double-booked"}, by=agent), by=agent)
    assert len(obstacles(case)) == 1
    moves.solve(case, "Done", decision="upheld", by=agent)
    case = reopen(case, reason="Not content", by=agent)
    assert len(obstacles(case)) == 2
    with pytest.raises(Conflict, match="Upheld"):
        turned(case, agent)


# ---- pages, search and API --------------------------------------------------------------------------
@pytest.fixture
def client(agent: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(agent)


def test_turning_over_by_clicks(client, request_case):
    url = reverse("complaints:complaint-convert", args=[request_case.pk])
    asked = client.get(url).content.decode()
    for words in ("Turn into a complaint", "Minor", "4 working hours", request_case.number):
        assert words in asked
    assert client.post(url, {"reason": ""}).status_code == 422
    response = client.post(url, {"reason": "She complains", "version": request_case.version})
    case = Complaint.objects.get(pk=request_case.pk)
    assert (response.status_code, case.kind) == (302, "complaint")
    assert f"formerly {case.former_number}" in client.get(case.get_absolute_url()).content.decode()


def test_whoever_was_second_sees_what_the_case_is_now(client, request_case, agent):
    url = reverse("complaints:complaint-convert", args=[request_case.pk])
    stale = {"reason": "She complains", "version": request_case.version - 1, "to": "complaint"}
    response = client.post(url, stale)
    text = response.content.decode()
    assert response.status_code == 422
    for words in ("was changed since", "She complains", f'name="version" value="{request_case.version}"'):
        assert words in text
    turned(request_case, agent)
    response = client.post(url, {**stale, "version": request_case.version})
    assert (response.status_code, response.url) == (302, request_case.get_absolute_url())
    assert Complaint.objects.get(pk=request_case.pk).kind == "complaint"


def test_the_page_says_why_a_complaint_stays_one(client, request_case, agent):
    case = turned(request_case, agent)
    propose(case, {"measure": "apology", "amount": Decimal(0), "currency": "CNY"}, by=agent)
    text = client.get(reverse("complaints:complaint-convert", args=[case.pk])).content.decode()
    assert "cannot become a service request" in text
    assert 'type="submit">Turn into a service request' not in text


def test_the_former_number_is_found_by_search_address_and_api(client, request_case, agent):
    before = request_case.number
    case = turned(request_case, agent)
    assert case.number in client.get(f"/complaints/?q={before}").content.decode()
    for number in (before, before.lower(), case.number):
        response = client.get(reverse("complaints:complaint-by-number", args=[number]))
        assert (response.status_code, response.url) == (302, case.get_absolute_url())
    found = client.get(f"/api/v1/complaints/?number={before}").json()["results"]
    assert [(row["id"], row["former_number"]) for row in found] == [(case.pk, before)]
    assert client.get("/api/v1/complaints/?number=FW-1").json()["results"] == []


def test_a_number_out_of_reach_is_no_address(client, request_case):
    away = UserFactory(team=TeamFactory())
    Complaint.objects.filter(pk=request_case.pk).update(owner=away, team=away.team, customer=None)
    response = client.get(reverse("complaints:complaint-by-number", args=[request_case.number]))
    assert response.status_code == 404


def test_only_who_grades_turns_over(request_case, user_in, client_of):
    url = reverse("complaints:complaint-convert", args=[request_case.pk])
    for role, status in (("sales", 403), ("trainer", 403), ("analyst", 403), ("manager", 200)):
        assert client_of(user_in(role)).get(url).status_code == status


def test_the_api_turns_over_and_refuses(client, request_case):
    url = f"/api/v1/complaints/{request_case.pk}/convert/"
    refused = client.post(url, {}, content_type="application/json")
    assert refused.status_code == 400
    done = client.post(url, {"reason": "She complains"}, content_type="application/json")
    assert (done.status_code, done.json()["kind"]) == (200, "complaint")
    assert timezone.now() > Complaint.objects.get(pk=request_case.pk).updated_at
