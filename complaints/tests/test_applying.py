"""A changed policy applied to open cases: what moves, who is told, and that a job does each case once."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from complaints.choices.cases import ClockKind, Unit
from complaints.choices.grading import ApplyState
from complaints.domain import applying
from complaints.domain.applying import apply_policy, cases_of, fingerprint, fitting_first, run_applying
from complaints.domain.applying_preview import preview_of
from complaints.domain.assessing import regrade
from complaints.domain.benches import policy_for
from complaints.domain.escalation import fire_due
from complaints.domain.moves import acknowledge, answer, go_on, solve, take, wait_for_customer
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.models import (
    Category,
    ClockChange,
    Complaint,
    Entry,
    Escalation,
    Level,
    Policy,
    PolicyApplying,
    Target,
)
from complaints.tasks import apply_policy as apply_task
from complaints.tests.factories import CalendarFactory, CategoryFactory, QueueFactory, policy
from complaints.words import line_in_words
from core.domain.jobs import JobCancelled, request_cancel, run_job
from core.errors import Conflict
from core.models import AuditEntry, Job
from core.tests.factories import TeamFactory
from customers.tests.factories import CustomerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def admin(user_in):
    return user_in("administrator")


@pytest.fixture
def ours(agent) -> Policy:
    """Answered in 4 working hours, with levels an hour before, then, and two hours after."""
    CalendarFactory(is_default=True)
    QueueFactory(is_default=True, team=agent.team)
    return policy()


def received(moment: datetime, **values) -> Complaint:
    return register_case({"title": "Late start", "received_at": moment, **values}, by=None, at=moment)


def set_target(
    policy: Policy, clock: str, amount: int, unit: str = Unit.WORKING_HOURS, name: str = ""
) -> None:
    Target.objects.update_or_create(
        policy=policy, clock=clock, name=name, defaults={"amount": amount, "unit": unit}
    )


def applied(policy: Policy, by, moment: datetime) -> PolicyApplying:
    with time_machine.travel(moment, tick=False):
        row = apply_policy(policy, by=by)
        run_applying(row.pk)
    row.refresh_from_db()
    return row


def due(case: Complaint, kind: str) -> datetime:
    return case.clocks.filter(kind=kind).latest("cycle", "turn").due_at


def ladder(case: Complaint, kind: str = ClockKind.RESPOND) -> dict[int, str]:
    rows = Escalation.objects.filter(complaint=case, clock__kind=kind).exclude(state="cancelled")
    return dict(rows.values_list("number", "state"))


# ---- what moves -------------------------------------------------------------------------------------
def test_due_times_move_from_the_beginning_and_the_ledger_says_why(ours, admin):
    case = received(at(2, 10))
    set_target(ours, ClockKind.RESPOND, 8)
    row = applied(ours, admin, at(2, 11))
    assert (row.state, row.expected, row.moved, row.same) == (ApplyState.DONE, 1, 1, 0)
    assert due(case, ClockKind.RESPOND) == at(3, 10)
    change = ClockChange.objects.filter(clock__complaint=case).latest("id")
    assert (change.reason, change.old_due, change.new_due, change.by) == (
        "policy_applied", at(2, 15), at(3, 10), admin,
    )  # fmt: skip
    told = line_in_words(Entry.objects.get(complaint=case, data__code="policy_applied").data)
    assert told.startswith(f"Policy “{ours.name}” applied. First response ")
    assert AuditEntry.objects.about(case).filter(note__startswith="Policy applied", actor=admin).count() == 1
    assert AuditEntry.objects.about(ours).filter(action="ran").count() == 1


def test_a_case_that_the_policy_leaves_as_it_was_gets_no_line(ours, admin):
    case = received(at(2, 10))
    row = applied(ours, admin, at(2, 11))
    assert (row.moved, row.same) == (0, 1)
    assert not Entry.objects.filter(complaint=case, data__code="policy_applied").exists()


def test_applying_twice_changes_nothing_more(ours, admin):
    received(at(2, 10))
    set_target(ours, ClockKind.RESPOND, 1)
    applied(ours, admin, at(2, 13, 30))
    before = list(Escalation.objects.order_by("clock", "number").values_list("clock", "number", "state"))
    assert applied(ours, admin, at(2, 13, 31)).same == 1
    after = list(Escalation.objects.order_by("clock", "number").values_list("clock", "number", "state"))
    assert before == after


def test_pauses_count_and_a_waiting_case_goes_on_waiting(ours, admin, agent):
    case = received(at(2, 10))
    take(case, by=agent, at=at(2, 10, 5))
    wait_for_customer(case, reason="Asked", by=agent, at=at(2, 11))
    set_target(ours, ClockKind.SOLVE, 16)
    applied(ours, admin, at(3, 11))
    assert case.clocks.get(kind=ClockKind.SOLVE).state == "paused"
    go_on(case, by=agent, at=at(4, 11))
    assert due(case, ClockKind.SOLVE) == at(6, 10)  # two days of eight hours, and two that it waited


def test_what_was_met_stays_met_and_what_happened_is_not_asked_again(ours, admin, agent):
    Target.objects.filter(policy=ours, clock=ClockKind.ACKNOWLEDGE).delete()
    case = received(at(2, 10))
    acknowledge(case, by=agent, at=at(2, 10, 10))
    set_target(ours, ClockKind.ACKNOWLEDGE, 1)
    applied(ours, admin, at(2, 12))
    assert not case.clocks.filter(kind=ClockKind.ACKNOWLEDGE).exists()


def test_a_reopened_case_keeps_its_cycle(ours, admin, agent):
    case = received(at(2, 10))
    take(case, by=agent, at=at(2, 10, 5))
    solve(case, "Done", by=agent, decision="upheld", at=at(2, 11))
    reopen(case, reason="Not done", by=agent, at=at(3, 9))
    set_target(ours, ClockKind.RESPOND, 2)
    applied(ours, admin, at(3, 10))
    clock = case.clocks.get(kind=ClockKind.RESPOND, cycle=2)
    assert (clock.started_at, clock.due_at) == (at(3, 9), at(3, 11))


def test_a_deadline_that_is_asked_for_no_more_is_called_off(ours, admin):
    case = received(at(2, 10))
    Target.objects.filter(policy=ours, clock=ClockKind.STATUTORY).delete()
    applied(ours, admin, at(2, 11))
    assert case.clocks.get(kind=ClockKind.STATUTORY).state == "cancelled"


# ---- which cases ------------------------------------------------------------------------------------
def test_cases_are_those_that_it_fits_first_and_those_under_it(ours, admin, agent):
    here = received(at(2, 10))
    solved = received(at(2, 10))
    take(solved, by=agent, at=at(2, 11))
    solve(solved, "Done", by=agent, decision="upheld", at=at(2, 12))
    first = policy(name="Strategic", tier="strategic", position=0)
    Policy.objects.filter(pk=ours.pk).update(position=5)
    ours.refresh_from_db()
    there = received(at(2, 10), customer=CustomerFactory(tier="strategic"))
    assert set(cases_of(ours)) == {here}
    assert set(cases_of(first)) == {there}
    Policy.objects.filter(pk=first.pk).update(is_active=False)
    first.refresh_from_db()
    assert set(cases_of(first)) == {there}  # under it still
    assert set(cases_of(ours)) == {here, there}
    applied(first, admin, at(2, 11))
    assert set(there.clocks.values_list("policy", flat=True)) == {ours.pk}


def branch() -> tuple[Category, Category, Category]:
    """A category, one below it, and another that has nothing to do with them."""
    parent = CategoryFactory(code="fees")
    return parent, CategoryFactory(code="fees.refund", parent_code="fees"), CategoryFactory(code="room")


def test_a_policy_for_a_category_holds_for_those_below_it(ours, admin):
    parent, child, other = branch()
    ours.category_code = "fees"
    ours.save()
    general = policy()
    cases = [received(at(2, 10), category=row) for row in (parent, child, other, None)]
    expected = [ours, ours, general, general]
    assert [policy_for(case) for case in cases] == expected
    assert [clock.policy for case in cases for clock in case.clocks.filter(kind="solve")] == expected
    assert set(cases_of(ours)) == set(cases[:2])
    assert set(cases_of(general)) == set(cases[2:])
    assert preview_of(ours, user=admin, at=at(2, 11)).ways["same"] == preview_of_clocks(cases[:2])


def preview_of_clocks(cases: list[Complaint]) -> int:
    return sum(case.clocks.filter(state="running").count() for case in cases)


@pytest.mark.parametrize(
    ("places", "first"),
    [((0, 0, 0), "near"), ((0, 1, 1), "ours"), ((1, 0, 1), "far"), ((2, 2, 1), "near"), ((1, 1, 2), "far")],
)
def test_the_first_place_holds_and_at_the_same_place_the_nearest_category(ours, places, first):
    _parent, child, _other = branch()
    far, near = policy(category_code="fees"), policy(category_code="fees.refund")
    rows = {"ours": ours, "far": far, "near": near}
    for row, place in zip(rows.values(), places, strict=True):
        row.position = place
        row.save()
    case = received(at(2, 10), category=child)
    assert policy_for(case) == rows[first]
    fits = {name for name, row in rows.items() if Complaint.objects.filter(fitting_first(row)).exists()}
    assert fits == {first}


def test_applying_puts_the_cases_below_a_category_under_its_policy(ours, admin):
    _parent, child, _other = branch()
    case = received(at(2, 10), category=child)
    near = policy(category_code="fees")
    set_target(near, ClockKind.RESPOND, 2)
    preview = preview_of(near, user=admin, at=at(2, 10, 30))
    assert (preview.total, preview.fits, preview.ways["earlier"]) == (1, 1, 1)
    applied(near, admin, at(2, 10, 30))
    assert due(case, ClockKind.RESPOND) == at(2, 12)


def test_a_policy_without_open_cases_is_not_applied(ours, admin):
    with pytest.raises(Conflict) as refused:
        apply_policy(ours, by=admin)
    assert refused.value.code == "nothing_open"


def test_a_policy_that_was_changed_since_the_preview_is_not_applied(ours, admin):
    received(at(2, 10))
    seen = fingerprint(ours)
    Level.objects.filter(policy=ours, number=3).update(offset=60)
    with pytest.raises(Conflict) as refused:
        apply_policy(ours, by=admin, seen=seen)
    assert refused.value.code == "policy_changed"
    assert apply_policy(ours, by=admin, seen=fingerprint(ours)).state == ApplyState.RUNNING


# ---- who is told ------------------------------------------------------------------------------------
def test_what_becomes_overdue_by_it_tells_people_once(ours, admin):
    case = received(at(2, 9))  # due at two
    set_target(ours, ClockKind.RESPOND, 30, Unit.WORKING_MINUTES)
    applied(ours, admin, at(2, 11, 45))  # due since half past nine: all three levels are past
    assert ladder(case) == {1: "passed", 2: "passed", 3: "planned"}
    assert fire_due(at(2, 11, 46)) == 1
    assert ladder(case) == {1: "passed", 2: "passed", 3: "fired"}


def test_levels_to_come_fire_in_their_time(ours, admin):
    case = received(at(2, 9))
    set_target(ours, ClockKind.RESPOND, 1)
    applied(ours, admin, at(2, 10, 30))  # due at ten; level 3 at noon
    assert ladder(case) == {1: "passed", 2: "planned", 3: "planned"}
    assert fire_due(at(2, 10, 31)) == 1
    assert ladder(case) == {1: "passed", 2: "fired", 3: "planned"}


def test_what_was_overdue_before_tells_nobody_again(ours, admin):
    case = received(at(2, 9))
    fire_due(at(2, 17))
    assert ladder(case) == {1: "fired", 2: "fired", 3: "fired"}
    Level.objects.create(policy=ours, clock=ClockKind.RESPOND, number=4, offset=180, recipient="lead_above")
    set_target(ours, ClockKind.RESPOND, 1)
    applied(ours, admin, at(2, 17))
    assert ladder(case) == {1: "fired", 2: "fired", 3: "fired", 4: "passed"}
    assert fire_due(at(2, 18)) == 0


def test_what_was_missed_in_an_outage_is_still_told_once(ours, admin):
    case = received(at(2, 9))  # overdue since two, and no scan came
    applied(ours, admin, at(2, 17))
    assert ladder(case) == {1: "passed", 2: "passed", 3: "planned"}


def test_a_level_that_was_passed_over_comes_back_when_it_lies_ahead_again(ours, admin):
    case = received(at(2, 9))
    set_target(ours, ClockKind.RESPOND, 1)
    applied(ours, admin, at(2, 10, 30))
    assert ladder(case)[1] == "passed"
    set_target(ours, ClockKind.RESPOND, 8)
    applied(ours, admin, at(2, 10, 31))
    assert ladder(case) == {1: "planned", 2: "planned", 3: "planned"}


def test_regrading_keeps_what_was_passed_over(ours, admin):
    case = received(at(2, 9))
    set_target(ours, ClockKind.RESPOND, 30, Unit.WORKING_MINUTES)
    applied(ours, admin, at(2, 11, 45))
    regrade(case, "severe", reason="The press", by=admin, at=at(2, 11, 50))
    assert ladder(case) == {1: "passed", 2: "passed", 3: "planned"}


# ---- the preview ------------------------------------------------------------------------------------
def test_the_preview_tells_what_then_happens(ours, admin, agent):
    with time_machine.travel(at(3, 11), tick=False):
        fresh, waiting, answered = received(at(3, 10)), received(at(2, 15)), received(at(2, 9))
        take(waiting, by=agent, at=at(2, 15, 5))
        wait_for_customer(waiting, reason="Asked", by=agent, at=at(2, 16))
        take(answered, by=agent, at=at(2, 9, 5))
        answer(answered, "We look into it", by=agent, at=at(2, 9, 30))
        set_target(ours, ClockKind.RESPOND, 1)
        set_target(ours, ClockKind.SOLVE, 5, Unit.WORKING_DAYS)
        Target.objects.filter(policy=ours, clock=ClockKind.STATUTORY).delete()
        set_target(ours, ClockKind.STATUTORY, 7, Unit.CALENDAR_DAYS, "SAMR")
        found = preview_of(ours, user=admin, at=at(3, 11))
        cases = [fresh, waiting, answered]
        before = {
            row.pk: row.due_at
            for case in cases
            for row in case.clocks.filter(state__in=["running", "paused"])
        }
        apply_and_run(ours, admin)
    after = {row.pk: row for case in cases for row in case.clocks.all()}
    moved = [(before[pk], after[pk]) for pk in before]
    ended = sum(row.state == "cancelled" for _old, row in moved)
    assert (found.total, found.fits, found.looked_at) == (3, 3, 3)
    assert found.ways["ends"] == ended == 3
    started = [row for pk, row in after.items() if pk not in before and row.state == "running"]
    assert found.ways["starts"] == len(started) == 3
    lasting = [(old, row.due_at, row.state) for old, row in moved if row.state == "running"]
    assert found.ways["earlier"] == sum(new < old for old, new, _state in lasting) == 2
    # Of the waiting one what was stored is from before its pause: the preview compares with the pause.
    assert found.ways["later"] == 3
    assert found.late_at_once == sum(old > at(3, 11) >= new for old, new, _state in lasting) == 1
    assert found.fingerprint == fingerprint(ours)


def apply_and_run(policy: Policy, by) -> None:
    run_applying(apply_policy(policy, by=by).pk)


def test_the_preview_shows_examples_in_reach_only(ours, admin, agent, user_in):
    received(at(2, 10))
    set_target(ours, ClockKind.RESPOND, 8)
    stranger = user_in("agent", team=TeamFactory())
    assert len(preview_of(ours, user=admin, at=at(2, 11)).examples) == 1
    assert preview_of(ours, user=stranger, at=at(2, 11)).examples == ()


def test_the_preview_needs_as_many_queries_for_three_cases_as_for_one(ours, admin):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            preview_of(ours, user=admin, at=at(2, 11))
        return len(queries)

    received(at(2, 10))
    count()
    one = count()
    received(at(2, 10))
    received(at(2, 10))
    assert count() == one


# ---- the job ----------------------------------------------------------------------------------------
def test_two_who_ask_get_one_job(ours, admin, user_in):
    received(at(2, 10))
    first = apply_policy(ours, by=admin)
    second = apply_policy(ours, by=user_in("administrator"))
    assert (first.pk, first.job_id) == (second.pk, second.job_id)
    assert Job.objects.filter(task="complaints.tasks.apply_policy").count() == 1


def test_the_job_ends_with_its_counts(ours, admin):
    received(timezone.now())
    row = apply_policy(ours, by=admin)
    run_job(row.job_id, body_of=lambda name: apply_task)
    row.refresh_from_db()
    assert (row.state, row.job.state, row.job.result) == (
        "done", "done", {"changed": 0, "same": 1, "skipped": 0},
    )  # fmt: skip


def test_a_killed_job_goes_on_where_it_was_and_does_no_case_twice(ours, admin, monkeypatch):
    cases = [received(at(2, 10)) for _n in range(4)]
    set_target(ours, ClockKind.RESPOND, 8)
    row = apply_policy(ours, by=admin)
    real, calls = applying._rebase, []

    def dies(case, **kwargs):
        calls.append(case.pk)
        if len(calls) == 3:
            real(case, **kwargs)
            raise SystemExit  # between the case and its commit
        return real(case, **kwargs)

    monkeypatch.setattr(applying, "_rebase", dies)
    with pytest.raises(SystemExit):
        run_applying(row.pk)
    row.refresh_from_db()
    assert (row.state, row.moved, row.last_case) == ("running", 2, cases[1].pk)
    assert run_applying(row.pk) == {"changed": 4, "same": 0, "skipped": 0}
    assert Entry.objects.filter(data__code="policy_applied").count() == 4
    assert run_applying(row.pk) == {"changed": 4, "same": 0, "skipped": 0}


def test_a_case_that_ends_meanwhile_is_skipped(ours, admin, agent, monkeypatch):
    case = received(at(2, 10))
    set_target(ours, ClockKind.RESPOND, 8)
    row = apply_policy(ours, by=admin)
    take(case, by=agent, at=at(2, 11))
    real = applying._next_cases

    def then_solved(asked):
        found = real(asked)
        if found:
            solve(case, "Done", by=agent, decision="upheld", at=at(2, 12))
        return found

    monkeypatch.setattr(applying, "_next_cases", then_solved)
    assert run_applying(row.pk) == {"changed": 0, "same": 0, "skipped": 1}


def test_a_case_that_comes_meanwhile_has_the_policy_already(ours, admin):
    received(at(2, 10))
    row = apply_policy(ours, by=admin)
    received(at(2, 11))
    assert sum(run_applying(row.pk).values()) == 1


def test_a_cancelled_job_leaves_the_rest_and_lets_somebody_ask_anew(ours, admin, monkeypatch):
    for _n in range(2):
        received(at(2, 10))
    set_target(ours, ClockKind.RESPOND, 8)
    row = apply_policy(ours, by=admin)

    def stopped(*args):
        raise JobCancelled

    monkeypatch.setattr(applying, "progress", stopped)
    run_job(row.job_id, body_of=lambda name: apply_task)
    monkeypatch.undo()
    row.refresh_from_db()
    assert (row.job.state, row.moved) == ("cancelled", 1)
    again = apply_policy(ours, by=admin)
    row.refresh_from_db()
    assert (row.state, again.pk == row.pk) == ("stopped", False)
    assert run_applying(again.pk) == {"changed": 1, "same": 1, "skipped": 0}
    assert run_applying(row.pk) == {"changed": 1, "same": 0, "skipped": 0}  # a late retry does nothing more


def test_a_job_that_waits_may_be_cancelled(ours, admin):
    received(at(2, 10))
    row = apply_policy(ours, by=admin)
    request_cancel(row.job, by=admin)
    assert apply_policy(ours, by=admin).pk != row.pk
