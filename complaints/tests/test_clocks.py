"""Clocks of a case through its life, over a calendar with a lunch break."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from complaints.choices.cases import ClockKind, ClockState, EscalationState, State
from complaints.domain.assessing import regrade
from complaints.domain.escalation import fire_due
from complaints.domain.moves import answer, close, go_on, solve, take, wait_for_customer, withdraw
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.models import BusinessCalendar, Clock, Complaint, Escalation, Level, Pause, Policy
from complaints.tests.factories import CalendarFactory, QueueFactory, policy
from complaints.views.detail import shown_clocks
from complaints.views.ladder import clocks_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.fixture
def calendar() -> BusinessCalendar:
    return CalendarFactory(is_default=True)


@pytest.fixture
def person(user_in):
    return user_in("agent")


@pytest.fixture
def case(calendar: BusinessCalendar, person) -> Complaint:
    """Received on Monday at ten."""
    policy()
    QueueFactory(is_default=True, team=person.team)
    return register_case({"title": "Late start", "received_at": at(2, 10)}, by=None, at=at(2, 10))


def due(case: Complaint, kind: str) -> datetime:
    return Clock.objects.filter(complaint=case, kind=kind).latest("cycle", "turn").due_at


def test_targets_run_over_the_lunch_break(case):
    assert due(case, ClockKind.ACKNOWLEDGE) == at(2, 10, 30)
    assert due(case, ClockKind.RESPOND) == at(2, 15)
    assert due(case, ClockKind.SOLVE) == at(4, 10)
    assert due(case, ClockKind.STATUTORY) == datetime(2026, 12, 28, 10, tzinfo=SHANGHAI)


def test_next_due_is_the_earliest_running_clock(case, person):
    assert case.next_due_at == at(2, 10, 30)
    take(case, by=person, at=at(2, 10, 5))
    answer(case, "We look into it.", by=person, at=at(2, 10, 20))
    case.refresh_from_db()
    assert case.next_due_at == at(3, 10, 20)


def test_a_pause_is_a_hole_to_the_second_and_moves_only_clocks_that_wait(case, person):
    take(case, by=person, at=at(2, 10, 5))
    wait_for_customer(case, reason="Asked for the contract", by=person, at=at(2, 11, 0, 7))
    assert case.clocks.get(kind=ClockKind.SOLVE).state == ClockState.PAUSED
    assert case.clocks.get(kind=ClockKind.RESPOND).state == ClockState.RUNNING
    go_on(case, by=person, at=at(2, 13, 0, 10))
    # 59 minutes 53 seconds before lunch and ten seconds after it.
    assert due(case, ClockKind.SOLVE) == at(4, 11, 0, 3)
    assert due(case, ClockKind.RESPOND) == at(2, 15)


def test_what_was_late_stays_late_while_the_customer_is_waited_for(case, person):
    take(case, by=person, at=at(2, 10, 5))
    answer(case, "We look into it.", by=person, at=at(2, 10, 20))
    wait_for_customer(case, reason="Which day?", by=person, at=at(4, 12))
    case.refresh_from_db()
    assert case.next_due_at == at(3, 10, 20)
    assert list(Complaint.objects.overdue(at(5, 10))) == [case]
    shown = {one.clock.kind: (one.left, one.tone) for one in shown_clocks(case, clocks_of(case), at(5, 10))}
    assert shown[ClockKind.SOLVE] == ("paused, 2 h late", "bad")


def test_what_was_not_late_yet_gets_no_later_while_the_customer_is_waited_for(case, person):
    take(case, by=person, at=at(2, 10, 5))
    answer(case, "We look into it.", by=person, at=at(2, 10, 20))
    wait_for_customer(case, reason="Which day?", by=person, at=at(2, 11))
    case.refresh_from_db()
    assert not Complaint.objects.overdue(at(20, 10)).exists()
    shown = {one.clock.kind: (one.left, one.tone) for one in shown_clocks(case, clocks_of(case), at(20, 10))}
    assert shown[ClockKind.SOLVE] == ("paused", "")


def test_levels_of_a_paused_clock_wait_and_move_with_it(case, person):
    solve_level = Escalation.objects.create(
        complaint=case,
        clock=case.clocks.get(kind=ClockKind.SOLVE),
        number=9,
        offset=-60,
        recipient="owner",
        fire_at=at(4, 9),
    )
    take(case, by=person, at=at(2, 10, 5))
    wait_for_customer(case, reason="Asked", by=person, at=at(3, 9))
    solve_level.refresh_from_db()
    assert solve_level.fire_at is None
    go_on(case, by=person, at=at(3, 10))
    solve_level.refresh_from_db()
    assert solve_level.fire_at == at(4, 10)


def test_an_answer_meets_the_response_and_promises_an_update(case, person):
    take(case, by=person, at=at(2, 10, 5))
    answer(case, "We look into it.", by=person, at=at(2, 11))
    respond = case.clocks.get(kind=ClockKind.RESPOND)
    assert (respond.state, respond.met_at) == (ClockState.MET, at(2, 11))
    assert set(respond.escalations.values_list("state", flat=True)) == {EscalationState.CANCELLED}
    assert due(case, ClockKind.UPDATE) == at(3, 11)
    answer(case, "Still at it.", by=person, at=at(3, 10))
    assert list(
        case.clocks.filter(kind=ClockKind.UPDATE).order_by("turn").values_list("state", flat=True)
    ) == [
        ClockState.MET,
        ClockState.RUNNING,
    ]


def test_an_answer_while_the_customer_is_waited_for_promises_nothing_until_the_case_goes_on(case, person):
    Level.objects.create(policy=Policy.objects.get(), clock=ClockKind.UPDATE, number=1, recipient="owner")
    take(case, by=person, at=at(2, 10, 5))
    wait_for_customer(case, reason="Asked for the contract", by=person, at=at(2, 11))
    answer(case, "Which of the two contracts?", by=person, at=at(2, 14))
    update = case.clocks.get(kind=ClockKind.UPDATE)
    assert (update.state, update.escalations.get().fire_at) == (ClockState.PAUSED, None)
    case.refresh_from_db()
    assert case.next_due_at == due(case, ClockKind.STATUTORY)
    assert fire_due(at(5, 9)) == 0
    go_on(case, by=person, at=at(5, 10))
    # Nothing of the working day was used up: promised at two, the pause ran on from there to Thursday at ten.
    assert due(case, ClockKind.UPDATE) == at(6, 10)
    assert fire_due(at(6, 9)) == 0
    assert fire_due(at(6, 10, 1)) == 1


def test_a_solution_ends_every_clock(case, person):
    take(case, by=person, at=at(2, 10, 5))
    solve(case, "The lecturer comes on Friday.", decision="upheld", by=person, at=at(3, 9, 30))
    case.refresh_from_db()
    assert case.next_due_at is None
    assert not case.clocks.open().exists()
    assert not Escalation.objects.planned().exists()
    assert case.clocks.get(kind=ClockKind.SOLVE).met_at == at(3, 9, 30)


def test_reopening_goes_on_where_the_solution_clock_stood(case, person):
    take(case, by=person, at=at(2, 10, 5))
    solve(case, "Done.", decision="upheld", by=person, at=at(2, 16))
    close(case, by=person, at=at(2, 17))
    reopen(case, reason="Not content", by=person, at=at(5, 9))
    case.refresh_from_db()
    assert (case.state, case.cycle) == (State.WORKING, 2)
    # Closed from Monday 16:00 to Thursday 09:00: eighteen working hours of the calendar.
    assert due(case, ClockKind.SOLVE) == at(6, 12)
    assert due(case, ClockKind.RESPOND) == at(5, 14)


def test_regrading_begins_anew_from_the_start_and_keeps_the_pauses(case, person):
    take(case, by=person, at=at(2, 10, 5))
    wait_for_customer(case, reason="Asked", by=person, at=at(2, 14))
    go_on(case, by=person, at=at(2, 15))
    severe = policy(grade="severe", position=0)
    severe.targets.filter(clock=ClockKind.SOLVE).update(amount=1)
    # Before the other policy in place.
    type(severe).objects.exclude(pk=severe.pk).update(position=9)
    regrade(case, "severe", reason="The press called", by=person, at=at(2, 15, 30))
    assert due(case, ClockKind.SOLVE) == at(3, 11)
    assert case.clocks.get(kind=ClockKind.SOLVE).changes.latest("at", "id").reason == "regraded"


def test_a_withdrawn_case_never_escalates(case, person):
    withdraw(case, reason="The customer took it back", by=person, at=at(2, 10, 10))
    assert not Escalation.objects.planned().exists()
    assert not case.clocks.open().exists()
    assert not Pause.objects.filter(ended_at__isnull=True).exists()


def test_moments_are_stored_in_utc(case):
    assert due(case, ClockKind.RESPOND).astimezone(UTC) == datetime(2026, 11, 2, 7, tzinfo=UTC)
