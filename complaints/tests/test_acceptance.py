"""Telling whether a complaint is accepted, and by what statutory deadlines are met."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from complaints.choices.cases import ClockKind, ClockState, EntryKind, LevelAction, MetBy, State, Unit
from complaints.domain.acceptance import tell_acceptance
from complaints.domain.case_facts import Measuring
from complaints.domain.escalation import fire_due
from complaints.domain.letter_issue import issue_letter
from complaints.domain.moves import close, solve, take, withdraw
from complaints.domain.rebasing import rebase_clocks
from complaints.domain.registering import register_case
from complaints.domain.reopening import reopen
from complaints.models import Complaint, Escalation, Level, Target
from complaints.tests.factories import CalendarFactory, QueueFactory, policy
from complaints.tests.letters import whole_letter
from complaints.views.detail import shown_clocks
from complaints.views.ladder import clocks_of, ladder_of
from core.errors import Conflict, DomainError
from core.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]
SHANGHAI = ZoneInfo("Asia/Shanghai")
JSON = "application/json"


def at(day: int, hour: int = 10) -> datetime:
    """A moment of November 2026 in Shanghai; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def rules():
    """Seven working days to tell acceptance, three weeks for the letter; eight weeks for the solution."""
    CalendarFactory(is_default=True)
    made = policy()
    for name, amount, unit, met_by in (
        ("SAMR", 7, Unit.WORKING_DAYS_CLOSE, MetBy.ACCEPTANCE),
        ("Letter", 3, Unit.WEEKS, MetBy.LETTER),
    ):
        Target.objects.create(
            policy=made, clock=ClockKind.STATUTORY, amount=amount, unit=unit, name=name, met_by=met_by
        )
    return made


@pytest.fixture
def case(rules, agent) -> Complaint:
    QueueFactory(is_default=True, team=agent.team)
    made = register_case(
        {"title": "Late start", "language": "en", "contact_name": "Li Wei", "received_at": at(2)},
        by=None,
        at=at(2),
    )
    return take(made, by=agent, at=at(2))


def states(case: Complaint) -> dict[str, str]:
    return dict(case.clocks.filter(kind=ClockKind.STATUTORY).values_list("name", "state"))


def test_acceptance_is_told_in_a_sentence_and_meets_its_deadline_alone(case, agent):
    told = tell_acceptance(case, "accepted", by=agent, at=at(4))
    assert (told.acceptance, told.acceptance_at, told.acceptance_reason) == ("accepted", at(4), "")
    assert states(case) == {
        "SAMR": ClockState.MET,
        "Letter": ClockState.RUNNING,
        "DISP 1.6.2R": ClockState.RUNNING,
    }
    said = case.entries.get(kind=EntryKind.OUTBOUND)
    assert said.body == f"We have accepted your complaint {case.number} and are dealing with it."
    assert case.entries.filter(data__code="acceptance_accepted").count() == 1
    assert case.clocks.get(kind=ClockKind.RESPOND).state == ClockState.MET


def test_a_refusal_gives_its_reason_and_leaves_the_case_open(case, agent):
    told = tell_acceptance(case, "refused", reason=" Not our course ", by=agent, at=at(4))
    assert (told.acceptance, told.acceptance_reason, told.is_open) == ("refused", "Not our course", True)
    assert "Not our course" in case.entries.get(kind=EntryKind.OUTBOUND).body


@pytest.mark.parametrize(
    ("outcome", "reason", "code"), [("refused", " ", "reason_needed"), ("maybe", "", "bad_outcome")]
)
def test_what_is_missing_is_asked_for(case, agent, outcome, reason, code):
    with pytest.raises(DomainError) as refusal:
        tell_acceptance(case, outcome, reason=reason, by=agent)
    assert refusal.value.code == code
    assert states(case)["SAMR"] == ClockState.RUNNING


def test_it_is_told_once_and_to_complaints_only(case, agent):
    tell_acceptance(case, "accepted", by=agent, at=at(3))
    with pytest.raises(Conflict) as refusal:
        tell_acceptance(case, "refused", reason="Late", by=agent, at=at(4))
    assert refusal.value.code == "acceptance_told"
    request = take(register_case({"title": "Invoice", "kind": "request"}, by=None), by=agent)
    with pytest.raises(Conflict) as refusal:
        tell_acceptance(request, "accepted", by=agent)
    assert refusal.value.code == "no_complaint"


def test_the_database_holds_when_and_why():
    case = register_case({"title": "Late"}, by=None)
    for values in ({"acceptance": "accepted"}, {"acceptance": "refused", "acceptance_at": at(3)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Complaint.objects.filter(pk=case.pk).update(**values)


def test_a_solution_within_the_time_of_acceptance_meets_it_and_not_the_letter(case, agent):
    solve(case, "Refunded", decision="upheld", by=agent, at=at(5))
    assert states(case) == {
        "SAMR": ClockState.MET,
        "Letter": ClockState.RUNNING,
        "DISP 1.6.2R": ClockState.MET,
    }


def test_a_solution_on_day_nine_is_no_breach_where_acceptance_was_told_in_time(case, agent):
    tell_acceptance(case, "accepted", by=agent, at=at(4))
    Target.objects.filter(name="Letter").delete()
    case.clocks.filter(name="Letter").delete()
    solve(case, "Refunded", decision="upheld", by=agent, at=at(13))
    facts = {fact.what: fact.hit for fact in Measuring(at(14), since=at(1)).facts([case.pk])}
    assert facts["sla_statutory"] is True


def test_the_letter_meets_what_waits_for_it_after_the_case_is_closed(case, agent):
    solve(case, "Refunded", decision="upheld", by=agent, at=at(5))
    case.refresh_from_db()
    close(case, by=agent, at=at(6))
    assert states(case)["Letter"] == ClockState.RUNNING
    issue_letter(whole_letter(case, agent), way="post", by=agent)
    assert states(case)["Letter"] == ClockState.MET


def test_a_letter_that_does_not_come_escalates_though_the_case_is_solved(rules, case, agent):
    Level.objects.create(policy=rules, clock=ClockKind.STATUTORY, name="Letter", number=1, recipient="owner")
    rebase_clocks(case, at=at(3))
    solve(case, "Refunded", decision="upheld", by=agent, at=at(5))
    assert fire_due(at(23, 9)) == 0
    assert fire_due(at(23)) == 1


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("action", [LevelAction.REASSIGN, LevelAction.RAISE_GRADE])
def test_a_level_of_a_late_letter_tells_where_the_case_is_not_in_hand_any_more(
    action, ended, rules, case, agent, user_in
):
    agent.team.lead = user_in("manager", team=agent.team)
    agent.team.save()
    for number in (1, 2):
        Level.objects.create(
            policy=rules,
            clock=ClockKind.STATUTORY,
            name="Letter",
            number=number,
            recipient="team_lead",
            action=action if number == 1 else LevelAction.NOTIFY,
        )
    rebase_clocks(case, at=at(3))
    solve(case, "Refunded", decision="upheld", by=agent, at=at(5))
    if ended:
        case.refresh_from_db()
        close(case, by=agent, at=at(6))
    assert fire_due(at(24)) == 2
    first = Escalation.objects.get(complaint=case, clock__name="Letter", number=1)
    grade_rises = action == LevelAction.RAISE_GRADE and not ended
    assert first.evidence["action"] == (LevelAction.RAISE_GRADE if grade_rises else LevelAction.NOTIFY)
    assert set(first.told.all()) == {agent.team.lead}
    case.refresh_from_db()
    assert (case.owner, case.state) == (agent, State.CLOSED if ended else State.SOLVED)


def test_a_withdrawn_case_waits_for_no_letter(case, agent):
    withdraw(case, reason="Settled", by=agent, at=at(5))
    assert set(states(case).values()) == {ClockState.CANCELLED}


def test_what_was_told_starts_no_deadline_again(rules, case, agent):
    tell_acceptance(case, "accepted", by=agent, at=at(4))
    Target.objects.filter(name="SAMR").update(name="SAMR Order 20")
    case.refresh_from_db()
    rebase_clocks(case, at=at(5))
    assert not case.clocks.filter(name="SAMR Order 20").exists()


# ---- the letter, once the case is open again --------------------------------------------------------
def open_clocks(case: Complaint) -> list[tuple[str, str, int]]:
    rows = case.clocks.filter(state=ClockState.RUNNING).order_by("cycle", "kind", "name")
    return [(one.kind, one.name, one.cycle) for one in rows]


NEXT_CYCLE = [(ClockKind.RESPOND, "", 2), (ClockKind.SOLVE, "", 2)]
LETTER = (ClockKind.STATUTORY, "Letter", 1)


def solved(case: Complaint, agent: User, day: int = 5) -> Complaint:
    return solve(case, "Refunded", decision="upheld", by=agent, at=at(day))


def test_a_letter_that_is_owed_stands_on_the_case_after_it_was_closed_and_reopened(rules, case, agent):
    Level.objects.create(policy=rules, clock=ClockKind.STATUTORY, name="Letter", number=1, recipient="owner")
    rebase_clocks(case, at=at(3))
    close(solved(case, agent), by=agent, at=at(6))
    case = reopen(case, reason="Not content", by=agent, at=at(9))
    assert open_clocks(case) == [LETTER, *NEXT_CYCLE]
    shown = {(one.clock.kind, one.clock.name) for one in shown_clocks(case, clocks_of(case), at(9))}
    assert shown == {(kind, name) for kind, name, _cycle in [LETTER, *NEXT_CYCLE]}
    assert "Letter" in {line["row"].clock.name for line in ladder_of(clocks_of(case), agent)}
    assert fire_due(at(23)) > 0
    assert case.escalations.filter(clock__name="Letter", state="fired").count() == 1
    issue_letter(whole_letter(solved(case, agent, 24), agent), way="post", by=agent)
    assert case.clocks.get(name="Letter").state == ClockState.MET
    case.refresh_from_db()
    assert "Letter" not in {one.clock.name for one in shown_clocks(case, clocks_of(case), at(24))}


def test_a_letter_that_is_owed_goes_on_where_a_solved_case_was_withdrawn_and_reopened(case, agent):
    withdraw(solved(case, agent), reason="Settled", by=agent, at=at(6))
    assert open_clocks(case) == []
    case = reopen(case, reason="It was not", by=agent, at=at(9))
    assert open_clocks(case) == [LETTER, *NEXT_CYCLE]
    assert case.clocks.get(name="Letter").due_at == at(23)


def test_a_letter_of_a_former_cycle_goes_on_after_a_withdrawal_in_a_later_one(case, agent):
    case = reopen(solved(case, agent), reason="Not content", by=agent, at=at(6))
    withdraw(case, reason="Settled", by=agent, at=at(9))
    case = reopen(case, reason="It was not", by=agent, at=at(10))
    assert (case.cycle, open_clocks(case)) == (2, [LETTER, *NEXT_CYCLE])
    withdraw(solved(case, agent, 11), reason="Settled", by=agent, at=at(12))
    case = reopen(case, reason="It was not", by=agent, at=at(13))
    assert (case.cycle, open_clocks(case)[0]) == (3, LETTER)


def test_a_letter_that_was_issued_is_not_owed_again(case, agent):
    issue_letter(whole_letter(solved(case, agent), agent), way="post", by=agent)
    case.refresh_from_db()
    withdraw(case, reason="Settled", by=agent, at=at(6))
    assert open_clocks(reopen(case, reason="It was not", by=agent, at=at(9))) == NEXT_CYCLE


# ---- pages and the API ------------------------------------------------------------------------------
def test_the_page_offers_it_until_it_is_told(case, agent, client_of):
    client = client_of(agent)
    path = reverse("complaints:complaint-acceptance", args=[case.pk])
    assert path in client.get(case.get_absolute_url()).content.decode()
    assert client.get(path).status_code == 200
    assert client.post(path, {"outcome": "refused"}).status_code == 422
    sent = client.post(path, {"outcome": "refused", "reason": "Not our course"})
    assert (sent.status_code, sent.url) == (302, case.get_absolute_url())
    shown = client.get(case.get_absolute_url()).content.decode()
    assert path not in shown
    assert "Not our course" in shown


def test_who_may_not_change_cases_tells_nothing(case, user_in, client_of):
    path = reverse("complaints:complaint-acceptance", args=[case.pk])
    assert client_of(user_in("analyst")).get(path).status_code == 403


def test_the_api_tells_it_once(case, agent, client_of):
    client, path = client_of(agent), f"/api/v1/complaints/{case.pk}/acceptance/"
    first = client.post(path, {"outcome": "accepted", "text": "We take it up."}, content_type=JSON)
    assert (first.status_code, first.json()["acceptance"]) == (200, "accepted")
    assert client.post(path, {"outcome": "accepted"}, content_type=JSON).status_code == 409
    assert case.entries.get(kind=EntryKind.OUTBOUND).body == "We take it up."
