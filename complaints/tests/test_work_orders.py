"""Work orders: due in working time, told of in time, and ended with their case."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from complaints.choices.cases import ClockKind, WorkState
from complaints.domain.merging import merge, unmerge
from complaints.domain.moves import close, go_on, solve, take, wait_for_customer, withdraw
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.domain.work_orders import create_work_order, move_work_order
from complaints.domain.work_reminders import remind_of_work_orders
from complaints.models import Complaint, Policy, Target, WorkOrder
from complaints.tests.factories import CalendarFactory, QueueFactory, policy
from complaints.words import line_in_words
from core.errors import Conflict
from core.models import AuditEntry, Notification, Team, User
from core.tests.factories import TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def case(agent) -> Complaint:
    """Received on Friday at ten; the solution is due on Tuesday at ten."""
    CalendarFactory(is_default=True)
    policy()
    QueueFactory(is_default=True, team=agent.team)
    return take(received(), by=agent, at=at(6, 10, 5))


def received() -> Complaint:
    return register_case({"title": "Late start", "received_at": at(6, 10)}, by=None, at=at(6, 10))


@pytest.fixture
def rooms() -> Team:
    team = TeamFactory(name="Rooms", lead=UserFactory(full_name="Lead"))
    team.lead.team = team
    team.lead.save()
    return team


@pytest.fixture
def worker(rooms) -> User:
    return UserFactory(full_name="Worker", team=rooms)


@pytest.fixture
def order(case, rooms, worker, agent) -> WorkOrder:
    return create_work_order(case, "Find a room", team=rooms, owner=worker, by=agent, at=at(6, 10))


def told(kind: str) -> list[str]:
    return list(
        Notification.objects.filter(kind=kind).order_by("id").values_list("user__full_name", flat=True)
    )


# ---- when it is due ---------------------------------------------------------------------------------
def test_half_of_the_working_time_is_no_half_of_the_weekend(order):
    # Friday at ten to Tuesday at ten are sixteen working hours.
    assert order.due_at == at(9, 10)


def test_without_a_solution_clock_it_is_due_in_two_working_days(case, rooms, agent):
    case.clocks.filter(kind=ClockKind.SOLVE).delete()
    assert create_work_order(case, "Call", team=rooms, by=agent, at=at(6, 11)).due_at == at(10, 11)


def test_it_keeps_its_distance_from_the_solution_in_working_time(case, order, agent):
    wait_for_customer(case, reason="Asked", by=agent, at=at(6, 11))
    go_on(case, by=agent, at=at(9, 12))
    # Nine working hours were paused: the solution is due on Wednesday at eleven.
    assert case.clocks.get(kind=ClockKind.SOLVE).due_at == at(11, 11)
    order.refresh_from_db()
    assert order.due_at == at(10, 11)


def test_a_time_of_its_own_stays(case, rooms, agent):
    own = create_work_order(case, "Call", team=rooms, by=agent, due_at=at(9, 17), at=at(6, 11))
    wait_for_customer(case, reason="Asked", by=agent, at=at(6, 11))
    go_on(case, by=agent, at=at(9, 12))
    own.refresh_from_db()
    assert own.due_at == at(9, 17)


def test_where_no_working_time_is_left_it_is_due_with_the_solution(case, rooms, agent):
    Target.objects.filter(policy=Policy.objects.get()).update(amount=1)
    case.clocks.filter(kind=ClockKind.SOLVE).update(due_at=at(7, 12))
    assert create_work_order(case, "Call", team=rooms, by=agent, at=at(7, 10)).due_at == at(7, 12)


# ---- who is told ------------------------------------------------------------------------------------
def test_whoever_does_it_is_told_once_before_and_the_lead_once_after(order):
    # Four working hours before Monday at ten: Friday at two in the afternoon... less the hour of Monday.
    assert remind_of_work_orders(at(6, 14, 59)) == {"soon": 0, "late": 0}
    assert remind_of_work_orders(at(6, 15)) == {"soon": 1, "late": 0}
    assert remind_of_work_orders(at(6, 16)) == {"soon": 0, "late": 0}
    assert remind_of_work_orders(at(9, 10, 1)) == {"soon": 0, "late": 1}
    assert remind_of_work_orders(at(10, 10)) == {"soon": 0, "late": 0}
    assert (told("work_order_soon"), told("work_order_late")) == (["Worker"], ["Lead"])


def test_one_that_nobody_accepted_is_told_to_the_lead(case, rooms, agent):
    create_work_order(case, "Find a room", team=rooms, by=agent, at=at(6, 10))
    remind_of_work_orders(at(6, 16))
    assert told("work_order_soon") == ["Lead"]


def test_what_was_given_with_little_time_or_is_done_is_not_told_of(case, rooms, worker, order, agent):
    create_work_order(
        case, "At once", team=rooms, owner=worker, by=agent, due_at=at(6, 13), at=at(6, 11)
    )  # fmt: skip
    move_work_order(order, WorkState.DONE, by=worker, outcome="Room 3", at=at(6, 11))
    assert remind_of_work_orders(at(6, 11, 30)) == {"soon": 0, "late": 0}
    assert remind_of_work_orders(at(6, 13, 1)) == {"soon": 0, "late": 1}


# ---- the end of its case ----------------------------------------------------------------------------
def test_what_is_open_is_called_off_when_its_case_ends(case, order, agent):
    withdraw(case, reason="Settled", by=agent, at=at(6, 12))
    order.refresh_from_db()
    assert (order.state, order.ended_at, order.outcome_shown) == (
        WorkState.CANCELLED, at(6, 12), "The case has ended.",
    )  # fmt: skip
    line = case.entries.get(data__code="work_order_cancelled")
    assert line_in_words(line.data) == f"Work order {order.number} cancelled. The case has ended."
    assert AuditEntry.objects.about(order).first().changes == {"state": ["open", "cancelled"]}
    assert told("work_order_called_off") == ["Worker"]


def test_a_solution_leaves_work_to_be_done_and_closing_ends_it(case, order, agent):
    solve(case, "You get another room.", decision="upheld", by=agent, at=at(6, 12))
    order.refresh_from_db()
    assert order.state == WorkState.OPEN
    close(case, by=agent, at=at(6, 13))
    order.refresh_from_db()
    assert order.state == WorkState.CANCELLED


def test_what_was_called_off_is_not_opened_again_before_its_case(case, order, agent, worker):
    withdraw(case, reason="Settled", by=agent, at=at(6, 12))
    with pytest.raises(Conflict) as refused:
        move_work_order(order, WorkState.OPEN, by=worker)
    assert refused.value.code == "case_ended"


@pytest.mark.parametrize("state", [WorkState.OPEN, WorkState.ACCEPTED])
def test_work_of_a_case_that_ended_is_not_taken_up_by_who_saw_it_before(state, case, order, agent, worker):
    stale = WorkOrder.objects.select_related("complaint").get(pk=order.pk)
    close(solve(case, "Another room", decision="upheld", by=agent, at=at(6, 12)), by=agent, at=at(6, 13))
    with pytest.raises(Conflict) as refused:
        move_work_order(stale, state, by=worker)
    assert refused.value.code == "case_ended"
    order.refresh_from_db()
    assert order.state == WorkState.CANCELLED


def test_the_page_reopens_work_only_once_its_case_is_open(case, order, agent, worker, user_in, client_of):
    move_work_order(order, WorkState.DONE, by=worker, outcome="Room 3", at=at(6, 11))
    withdraw(case, reason="Settled", by=agent, at=at(6, 12))
    client, path = client_of(agent), reverse("complaints:work-order-reopen", args=[order.pk])
    client.post(path)
    order.refresh_from_db()
    assert order.state == WorkState.DONE
    reopen(case, reason="It was not", by=agent, at=at(6, 13))
    client.post(path)
    order.refresh_from_db()
    assert order.state == WorkState.OPEN


def test_whoever_saw_the_work_before_the_merge_goes_on_with_it(case, order, agent, worker):
    stale = WorkOrder.objects.select_related("complaint").get(pk=order.pk)
    merge(case, take(received(), by=agent, at=at(6, 10, 6)), by=agent, at=at(6, 12))
    assert move_work_order(stale, WorkState.ACCEPTED, by=worker).owner == worker


def test_work_goes_on_in_the_case_that_a_merged_one_went_into(case, order, agent):
    other = take(received(), by=agent, at=at(6, 10, 6))
    merge(case, other, by=agent, at=at(6, 12))
    order.refresh_from_db()
    assert (order.complaint, order.state) == (other, WorkState.OPEN)
    line = other.entries.get(data__code="work_order_here")
    assert line_in_words(line.data) == f"Work order {order.number} goes on in this case: Find a room"
    unmerge(case, by=agent, at=at(6, 13))
    order.refresh_from_db()
    assert order.complaint == other


def test_a_case_that_was_merged_and_taken_out_gives_numbers_after_its_last_one(case, order, rooms, agent):
    other = take(received(), by=agent, at=at(6, 10, 6))
    merge(case, other, by=agent, at=at(6, 12))
    unmerge(case, by=agent, at=at(6, 13))
    here = create_work_order(case, "Find another room", team=rooms, by=agent, at=at(6, 14))
    there = create_work_order(other, "Tell the lecturer", team=rooms, by=agent, at=at(6, 14))
    assert (order.number, here.number) == (f"{case.number}-1", f"{case.number}-2")
    assert there.number == f"{other.number}-1"


def test_what_is_done_stays_and_what_is_open_is_carried_over_and_both_keep_their_place(
    case, order, rooms, agent
):
    move_work_order(order, WorkState.DONE, by=agent, outcome="Room 12", at=at(6, 11))
    second = create_work_order(case, "Find a projector", team=rooms, by=agent, at=at(6, 11))
    other = take(received(), by=agent, at=at(6, 10, 6))
    merge(case, other, by=agent, at=at(6, 12))
    unmerge(case, by=agent, at=at(6, 13))
    third = create_work_order(case, "Find a screen", team=rooms, by=agent, at=at(6, 14))
    assert [one.number for one in (order, second, third)] == [f"{case.number}-{place}" for place in (1, 2, 3)]


# ---- my day -----------------------------------------------------------------------------------------
def test_my_day_shows_own_work_and_what_the_team_has_still_to_accept(
    case, order, rooms, agent, user_in, client_of
):
    me = user_in("agent", team=rooms)
    due = {"by": agent, "due_at": at(30, 9), "at": at(6, 11)}
    create_work_order(case, "Nobody's yet", team=rooms, **due)
    mine = create_work_order(case, "Mine", team=agent.team, owner=me, **due)
    url = reverse("complaints:work-order-panel")
    text = client_of(me).get(url).content.decode()
    assert ("Mine" in text, "Nobody&#x27;s yet" in text, "Find a room" in text) == (True, True, False)
    assert url in client_of(me).get("/").content.decode()
    move_work_order(mine, WorkState.DONE, by=me, outcome="Done")
    WorkOrder.objects.exclude(pk=mine.pk).delete()
    assert client_of(me).get(url).content.decode().strip() == ""
