"""Quiet hours by grade: levels fire on time, messages wait for the opening."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from complaints.choices.cases import ClockKind, ClockState, LevelAction
from complaints.domain import escalation
from complaints.domain.escalation import acknowledge_escalation, fire_due, tell_waiting
from complaints.domain.moves import answer, assign, take, wait_for_customer, withdraw
from complaints.domain.quiet_hours import seed_quiet_hours, set_quiet_hours, speaks_at
from complaints.domain.registering import register_case
from complaints.models import Complaint, Escalation, QuietHours
from complaints.tests.factories import CalendarFactory, QueueFactory, policy
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification, OutgoingMail, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")
JSON = "application/json"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def nights():
    seed_quiet_hours()
    return QuietHours.objects.get(grade="minor")


@pytest.fixture
def case(nights, agent) -> Complaint:
    """A minor complaint whose first level fires at ten in the evening."""
    CalendarFactory(is_default=True)
    policy()
    QueueFactory(is_default=True, team=agent.team)
    made = register_case({"title": "Late start", "received_at": at(2, 10)}, by=None, at=at(2, 10))
    Escalation.objects.exclude(number=1).delete()
    Escalation.objects.update(fire_at=at(2, 22))
    return take(made, by=agent, at=at(2, 10))


def told() -> int:
    return Notification.objects.filter(kind__startswith="case_escalated").count()


@pytest.mark.parametrize(
    ("grade", "moment", "opens"),
    [
        ("minor", at(2, 20, 59), at(2, 20, 59)),
        ("minor", at(2, 21), at(3, 8)),
        ("minor", at(3, 7, 59), at(3, 8)),
        ("minor", at(3, 8), at(3, 8)),
        ("", at(2, 23), at(3, 8)),
        ("general", at(2, 23), at(2, 23)),
        ("severe", at(2, 23), at(2, 23)),
    ],
)
def test_minor_complaints_are_quiet_at_night_and_grave_ones_are_not(nights, grade, moment, opens):
    assert speaks_at(Complaint(grade=grade), moment) == opens


def test_only_the_days_that_are_named_begin_quiet_hours(nights, user_in):
    set_quiet_hours(nights, {"quiet_days": "4"}, by=user_in("administrator"))
    assert speaks_at(Complaint(grade="minor"), at(2, 23)) == at(2, 23)
    assert speaks_at(Complaint(grade="minor"), at(6, 23)) == at(7, 8)


def test_a_level_fires_on_time_and_its_message_waits(case, agent):
    assert fire_due(at(2, 22)) == 1
    level = case.escalations.get()
    assert (level.fired_at, level.tell_at, told()) == (at(2, 22), at(3, 8), 0)
    assert level.evidence["told"] == [agent.full_name]
    assert tell_waiting(at(3, 7, 59)) == 0
    assert (tell_waiting(at(3, 8)), told()) == (1, 1)
    assert OutgoingMail.objects.filter(kind="case_escalated").count() == 1
    level.refresh_from_db()
    assert level.tell_at is None
    assert (tell_waiting(at(3, 9)), told()) == (0, 1)


def test_a_level_that_goes_through_is_told_at_once(case):
    Escalation.objects.update(through_quiet_hours=True)
    fire_due(at(2, 22))
    assert (told(), case.escalations.get().tell_at) == (1, None)


def test_the_crisis_team_is_summoned_at_night(case, user_in):
    Escalation.objects.update(action=LevelAction.SUMMON_CRISIS)
    user_in("manager")
    fire_due(at(2, 22))
    assert told() == 2


def test_a_case_that_is_handed_over_at_night_wakes_nobody(case, team, user_in):
    team.lead = user_in("agent")
    team.save()
    Escalation.objects.update(action=LevelAction.REASSIGN, recipient="team_lead")
    Notification.objects.all().delete()
    fire_due(at(2, 22))
    case.refresh_from_db()
    assert (case.owner, Notification.objects.count()) == (team.lead, 0)
    tell_waiting(at(3, 8))
    assert Notification.objects.get().title.startswith("Escalated and handed to you")


def test_a_grade_that_was_just_raised_counts(case, user_in):
    general = QuietHours.objects.get(grade="general")
    set_quiet_hours(general, {"quiet_from": time(22), "quiet_to": time(6)}, by=user_in("administrator"))
    Escalation.objects.update(action=LevelAction.RAISE_GRADE)
    fire_due(at(2, 22))
    assert case.escalations.get(number=1, fired_at__isnull=False).tell_at == at(3, 6)


def test_what_was_settled_or_taken_up_meanwhile_is_not_told(case, agent):
    fire_due(at(2, 22))
    acknowledge_escalation(case.escalations.get(), by=agent, at=at(2, 23))
    assert (tell_waiting(at(3, 8)), told()) == (0, 0)
    Escalation.objects.update(acknowledged_at=None, tell_at=at(3, 8))
    answer(case, "We look into it.", by=agent, at=at(3, 7))
    assert (tell_waiting(at(3, 8)), told()) == (0, 0)


@pytest.fixture
def handed_over(case, agent, team, user_in) -> Complaint:
    """The case, handed over at night to the lead, who hears of it in the morning."""
    team.lead = user_in("agent", full_name="Lead")
    team.save()
    Escalation.objects.update(action=LevelAction.REASSIGN, recipient="team_lead")
    fire_due(at(2, 22))
    case.refresh_from_db()
    Notification.objects.all().delete()
    return case


def readers() -> list[str]:
    rows = Notification.objects.filter(kind__startswith="case_escalated").order_by("user__full_name")
    return list(rows.values_list("user__full_name", flat=True))


def test_the_new_handler_hears_of_the_case_though_the_level_was_taken_up(handed_over, user_in):
    manager = user_in("manager", full_name="Manager")
    level = handed_over.escalations.get()
    level.told.add(manager)
    acknowledge_escalation(level, by=manager, at=at(2, 23))
    # What was taken up is no news to the others.
    assert (tell_waiting(at(3, 8)), readers()) == (1, ["Lead"])


def test_the_new_handler_hears_of_the_case_though_its_clock_was_met(handed_over, agent):
    answer(handed_over, "We look into it.", by=agent, at=at(3, 7))
    assert (tell_waiting(at(3, 8)), readers()) == (1, ["Lead"])


def paused_over_night(case: Complaint, by: User) -> None:
    """Let the level be one of the solution, whose clock waits with the customer."""
    clock = case.clocks.get(kind=ClockKind.SOLVE)
    case.escalations.update(clock=clock)
    wait_for_customer(case, reason="Asked", by=by, at=at(3, 7))
    clock.refresh_from_db()
    assert clock.state == ClockState.PAUSED


def test_the_new_handler_hears_of_the_case_though_its_clock_is_paused(handed_over):
    paused_over_night(handed_over, handed_over.owner)
    assert (tell_waiting(at(3, 8)), readers()) == (1, ["Lead"])


def test_whoever_handed_the_case_on_at_night_or_saw_it_end_hears_nothing(handed_over, agent):
    answer(handed_over, "We look into it.", by=agent, at=at(2, 23))
    assign(handed_over, agent, by=None, at=at(3, 6))
    assert (tell_waiting(at(3, 8)), readers()) == (0, [])
    Escalation.objects.update(tell_at=at(3, 8))
    withdraw(handed_over, reason="Settled", by=agent, at=at(3, 7))
    assert (tell_waiting(at(3, 8)), readers()) == (0, [])


def test_a_paused_clock_is_told(case, agent):
    fire_due(at(2, 22))
    paused_over_night(case, agent)
    assert (tell_waiting(at(3, 8)), told()) == (1, 1)


def test_a_level_that_cannot_be_told_keeps_no_other_from_being_told(case, agent, monkeypatch):
    other = register_case({"title": "Cold room", "received_at": at(2, 10)}, by=None, at=at(2, 10))
    other.escalations.exclude(number=1).delete()
    other.escalations.update(fire_at=at(2, 22))
    take(other, by=agent, at=at(2, 10))
    assert fire_due(at(2, 22)) == 2
    broken, tell = case.escalations.get(), escalation._tell

    def tell_or_fail(people, about, level):
        if level.pk == broken.pk:
            raise RuntimeError("No words for this one")
        tell(people, about, level)

    monkeypatch.setattr(escalation, "_tell", tell_or_fail)
    assert (tell_waiting(at(3, 8)), told()) == (1, 1)
    broken.refresh_from_db()
    assert (broken.tell_at, broken.tries) == (at(3, 8, 1), 1)
    monkeypatch.undo()
    assert (tell_waiting(at(3, 9)), told()) == (1, 2)


# ---- setting them ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"quiet_to": None}, "quiet_hours_open"),
        ({"quiet_to": time(21)}, "quiet_hours_empty"),
        ({"quiet_days": "89"}, "no_day"),
    ],
)
def test_half_a_window_is_refused(nights, user_in, data, code):
    with pytest.raises(DomainError) as refusal:
        set_quiet_hours(nights, data, by=user_in("administrator"))
    assert refusal.value.code == code


def test_a_change_leaves_an_audit_line_and_a_second_one_is_refused(nights, user_in):
    admin = user_in("administrator")
    set_quiet_hours(nights, {"quiet_from": None, "quiet_to": None}, by=admin, version=1)
    assert AuditEntry.objects.about(nights).count() == 1
    with pytest.raises(Conflict):
        set_quiet_hours(nights, {"quiet_days": "0"}, by=admin, version=1)


def test_the_database_holds_a_whole_window(nights):
    with pytest.raises(IntegrityError), transaction.atomic():
        QuietHours.objects.filter(pk=nights.pk).update(quiet_to=None)


def test_administrators_change_them_on_the_page_and_others_do_not(nights, user_in, client_of):
    path = reverse("complaints:quiet-hours-update", args=[nights.pk])
    data = {"quiet_from": "22:00", "quiet_to": "07:00", "quiet_days": ["5", "6"], "version": 1}
    assert client_of(user_in("manager")).post(path, data).status_code == 403
    admin = client_of(user_in("administrator"))
    assert "21:00–08:00" in admin.get(reverse("complaints:settings")).content.decode()
    assert admin.post(path, data).status_code == 302
    nights.refresh_from_db()
    assert (nights.quiet_from, nights.quiet_days) == (time(22), "56")
    assert "Saturday, Sunday" in admin.get(reverse("complaints:settings")).content.decode()


def test_the_api_reads_and_changes_them(nights, user_in, client_of):
    path = f"/api/v1/quiet-hours/{nights.pk}/"
    agent, admin = client_of(user_in("agent")), client_of(user_in("administrator"))
    assert agent.get("/api/v1/quiet-hours/").json()["results"][0]["grade"] == "severe"
    assert agent.patch(path, {"quiet_days": "0"}, content_type=JSON).status_code == 403
    assert admin.patch(path, {"quiet_to": None}, content_type=JSON).status_code == 400
    done = admin.patch(path, {"quiet_days": "0"}, content_type=JSON)
    assert (done.status_code, done.json()["quiet_days"]) == (200, "0")


def test_the_page_of_a_case_says_when_it_is_told(case, agent, client_of):
    fire_due(at(2, 22))
    assert "after the quiet hours" in client_of(agent).get(case.get_absolute_url()).content.decode()
