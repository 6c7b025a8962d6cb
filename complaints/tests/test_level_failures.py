"""Levels that cannot be carried out: tried a few times, set aside, told once, tried again by hand."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.choices.cases import ClockKind, EscalationState, LevelAction, MetBy, Recipient, State
from complaints.domain.escalation import acknowledge_escalation, fire_due, tell_waiting
from complaints.domain.level_failures import MOST_TRIES, WAITS, tell_of_failed_level, try_again
from complaints.domain.moves import answer, take, withdraw
from complaints.domain.rebasing import rebase_clocks
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.models import Complaint, Escalation, Level, QuietHours
from complaints.readiness import check_escalation
from complaints.tests.factories import CalendarFactory, QueueFactory, policy
from complaints.tests.test_escalation import at, fired
from complaints.words import line_in_words
from core import notices
from core.errors import Conflict
from core.models import AuditEntry, Job, Notification, User
from core.readiness import Condition
from core.tasks import run_job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]


@pytest.fixture
def manager(user_in) -> User:
    return user_in("manager")


@pytest.fixture
def case(manager, agent) -> Complaint:
    """Its first level tells by a kind of message of its own, so that this one alone can fail."""
    CalendarFactory(is_default=True)
    policy()
    Level.objects.filter(number=1).update(by_mail=False)
    manager.team.lead = manager
    manager.team.save()
    QueueFactory(is_default=True, team=manager.team)
    made = register_case({"title": "Late start", "received_at": at(2, 10)}, by=None, at=at(2, 10))
    return take(made, by=agent, at=at(2, 10, 5))


@pytest.fixture
def broken(monkeypatch):
    """Nobody can be told of first levels."""
    monkeypatch.delitem(notices._kinds, "case_reminder")


def scans(begins: datetime, times: int = MOST_TRIES) -> datetime:
    """Scan once for each try, when its wait is over; return the last moment."""
    moment = begins
    for wait in (*WAITS[: times - 1], timedelta(0)):
        fire_due(moment)
        moment += wait
    return moment


def level(case: Complaint, number: int = 1) -> Escalation:
    found: Escalation = case.escalations.get(number=number)
    return found


def test_a_failed_try_leaves_nothing_behind_and_waits_for_the_next(case, broken):
    assert fire_due(at(2, 14)) == 0
    row = level(case)
    assert (row.state, row.tries, row.retry_at) == (EscalationState.PLANNED, 1, at(2, 14, 1))
    assert not case.entries.filter(data__code="escalated").exists()
    fire_due(at(2, 14) + timedelta(seconds=59))
    assert level(case).tries == 1
    fire_due(at(2, 14, 1))
    assert (level(case).tries, level(case).retry_at) == (2, at(2, 14, 3))


def test_after_the_last_try_it_is_set_aside_and_not_tried_any_more(case, broken):
    end = scans(at(2, 14))
    row = level(case)
    assert (row.tries, row.set_aside_at, row.retry_at) == (MOST_TRIES, end, None)
    assert "case_reminder" in row.error
    fire_due(at(2, 14, 59))
    assert level(case).tries == MOST_TRIES


def test_one_that_works_again_fires_once(case, monkeypatch):
    kind = notices._kinds["case_reminder"]
    monkeypatch.delitem(notices._kinds, "case_reminder")
    scans(at(2, 14), times=2)
    monkeypatch.setitem(notices._kinds, "case_reminder", kind)
    assert fire_due(at(2, 14, 5)) == 1
    assert fire_due(at(2, 14, 6)) == 0
    row = level(case)
    assert (row.state, row.tries, row.retry_at, row.error) == (EscalationState.FIRED, 0, None, "")
    assert case.entries.filter(data__code="escalated").count() == 1


def test_levels_after_it_wait_for_its_tries_and_fire_in_order_when_it_is_set_aside(case, broken):
    begins = at(3, 9)  # all three are past
    assert fire_due(begins) == 0
    assert fired(case) == []
    end = scans(begins + WAITS[0], times=MOST_TRIES)
    assert level(case).set_aside_at is not None
    assert fired(case) == [2, 3]
    assert fire_due(end + timedelta(hours=1)) == 0


def test_another_case_and_another_clock_do_not_wait(case, broken, agent):
    other = register_case({"title": "Other", "received_at": at(2, 10)}, by=None, at=at(2, 10))
    other.escalations.filter(number=1).delete()
    fire_due(at(3, 9))
    assert fired(other) == [2, 3]


def test_who_manages_is_told_once(case, broken, user_in, manager):
    chief = user_in("administrator")
    scans(at(2, 14))
    job = Job.objects.get(task="complaints.tasks.tell_of_failed_level")
    run_job(job.pk)
    tell_of_failed_level(level(case).pk)
    tell_of_failed_level(level(case).pk)
    told = Notification.objects.filter(kind="case_level_failed")
    assert {row.user for row in told} == {chief, manager}
    assert told.count() == 2
    line = case.entries.get(data__code="level_failed")
    assert line_in_words(line.data).startswith("Level 1 (First response) could not be carried out. Told: ")


def test_readiness_names_the_case(case, broken):
    scans(at(2, 14))
    finding = check_escalation(at(2, 14, 45))
    assert finding.condition == Condition.WARNING
    assert (finding.figures, case.number in finding.text) == ({"late": 0, "set_aside": 1}, True)


def test_it_is_tried_again_by_hand_and_fires_once(case, manager, agent, monkeypatch):
    kind = notices._kinds["case_reminder"]
    monkeypatch.delitem(notices._kinds, "case_reminder")
    scans(at(2, 14))
    with pytest.raises(Conflict) as refused:
        try_again(level(case), by=agent)
    assert refused.value.code == "not_yours"
    monkeypatch.setitem(notices._kinds, "case_reminder", kind)
    try_again(level(case), by=manager, at=at(2, 14, 30))
    with pytest.raises(Conflict) as refused:
        try_again(level(case), by=manager, at=at(2, 14, 30))
    assert refused.value.code == "not_set_aside"
    assert fire_due(at(2, 14, 31)) == 1
    assert fired(case) == [1]
    assert AuditEntry.objects.filter(note__contains="level_tried_again").count() == 1


def test_one_that_fails_again_is_told_again(case, manager, broken):
    scans(at(2, 14))
    try_again(level(case), by=manager, at=at(2, 14, 30))
    scans(at(2, 14, 31))
    assert Job.objects.filter(task="complaints.tasks.tell_of_failed_level").count() == 2


def test_a_message_after_quiet_hours_is_not_tried_for_ever(case, manager, agent, monkeypatch):
    QuietHours.objects.create(grade=case.grade, quiet_from=time(13), quiet_to=time(14, 30))
    kind = notices._kinds["case_reminder"]
    fire_due(at(2, 14))
    assert level(case).tell_at == at(2, 14, 30)
    monkeypatch.delitem(notices._kinds, "case_reminder")
    moment = at(2, 14, 30)
    for wait in (*WAITS, timedelta(0)):
        assert tell_waiting(moment) == 0
        moment += wait
    row = level(case)
    assert (row.state, row.tell_at, row.set_aside_at) == (EscalationState.FIRED, None, moment)
    monkeypatch.setitem(notices._kinds, "case_reminder", kind)
    try_again(row, by=manager, at=at(2, 15))
    assert (tell_waiting(at(2, 15)), tell_waiting(at(2, 15))) == (1, 0)
    assert Notification.objects.filter(user=agent, kind="case_reminder").count() == 1
    assert level(case).tries == 0


def test_the_page_shows_it_and_has_the_button_for_managers_only(case, manager, agent, broken, client_of):
    scans(at(2, 14))
    address = reverse("complaints:escalation-retry", args=[level(case).pk])
    page = client_of(manager).get(case.get_absolute_url()).content.decode()
    assert "Could not be carried out" in page and address in page
    own = client_of(agent).get(case.get_absolute_url()).content.decode()
    assert "Could not be carried out" in own and address not in own and level(case).error not in own
    assert client_of(manager).post(address).status_code == 302
    assert level(case).set_aside_at is None


def test_a_solved_case_that_waits_for_its_letter_changes_hands_no_more(case, manager):
    """It was tried for ever: who may have the case is asked of open cases only."""
    clock = case.clocks.get(kind=ClockKind.RESPOND)
    Complaint.objects.filter(pk=case.pk).update(state=State.SOLVED, solved_at=timezone.now())
    type(clock).objects.filter(pk=clock.pk).update(kind=ClockKind.STATUTORY, met_by=MetBy.LETTER)
    hands_over = {"action": LevelAction.REASSIGN, "recipient": Recipient.PERSON, "person": manager}
    case.escalations.filter(number=2).update(**hands_over)
    fire_due(at(2, 15))
    assert level(case, 2).evidence["action"] == LevelAction.NOTIFY


def test_a_level_that_waits_for_its_next_try_is_not_passed_over_by_a_changed_policy(case, monkeypatch):
    Level.objects.exclude(number=1).delete()
    case.escalations.exclude(number=1).delete()
    kind = notices._kinds["case_reminder"]
    monkeypatch.delitem(notices._kinds, "case_reminder")
    fire_due(at(3, 9))
    assert level(case).retry_at is not None
    rebase_clocks(case, at=at(3, 9) + timedelta(seconds=30), pass_over=True)
    monkeypatch.setitem(notices._kinds, "case_reminder", kind)
    assert level(case).state == EscalationState.PLANNED
    assert (fire_due(at(3, 9, 1)), fired(case)) == (1, [1])


def untold(case) -> Escalation:
    """Its first level fired, and nobody could be told."""
    values = {"state": EscalationState.FIRED, "fired_at": at(2, 14), "tries": MOST_TRIES}
    case.escalations.filter(number=1).update(**values, set_aside_at=at(2, 14, 30))
    return level(case)


def test_what_was_taken_up_all_the_same_asks_nothing_of_anybody(case, manager, client_of):
    row = untold(case)
    address = reverse("complaints:escalation-retry", args=[row.pk])
    assert address in client_of(manager).get(case.get_absolute_url()).content.decode()
    acknowledge_escalation(row, by=manager, at=at(2, 14, 40))
    assert check_escalation(at(2, 14, 45)).figures["set_aside"] == 0
    with pytest.raises(Conflict):
        try_again(row, by=manager)
    assert address not in client_of(manager).get(case.get_absolute_url()).content.decode()


def test_what_was_answered_meanwhile_asks_nothing_of_anybody(case, agent):
    untold(case)
    assert list(Escalation.objects.set_aside()) == [level(case)]
    answer(case, "Here it is.", by=agent, at=at(2, 14, 40))
    assert not Escalation.objects.set_aside().exists()


def test_a_case_that_goes_on_begins_anew_with_the_tries_of_its_levels(case, agent, broken):
    scans(at(2, 14))
    withdraw(case, reason="By mistake", by=agent, at=at(2, 14, 40))
    reopen(case, reason="Not withdrawn", by=agent, at=at(2, 14, 41))
    row = level(case)
    assert (row.state, row.tries, row.set_aside_at, row.error) == (EscalationState.PLANNED, 0, None, "")
