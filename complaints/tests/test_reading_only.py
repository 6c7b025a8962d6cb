"""Who only reads a case (for a work order, or told of a level) acts on nothing that hangs on it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from complaints.access_explained import CaseExplained
from complaints.choices.cases import ClockKind, Recipient
from complaints.domain.callbacks import plan
from complaints.domain.causes import create_cause
from complaints.domain.compensation import propose
from complaints.domain.escalation import fire_due
from complaints.domain.moves import take
from complaints.domain.registering import register_case
from complaints.models import (
    Citation,
    Compensation,
    Complaint,
    ComplaintCause,
    DecisionLetter,
    Designation,
    Escalation,
    Investigation,
    LegalReference,
    Level,
    WorkOrder,
)
from complaints.tests.factories import CalendarFactory, QueueFactory, policy
from complaints.tests.letters import decided_case, whole_letter
from core.models import Absence, Organisation, User
from core.tests.factories import TeamFactory
from customers.tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def case(agent) -> Complaint:
    return decided_case(owner=agent, team=agent.team)


@pytest.fixture
def reader(case, user_in) -> User:
    """An agent of another team, which did something for the case."""
    found = user_in("agent", team=TeamFactory(name="Finance"))
    WorkOrder.objects.create(
        complaint=case,
        number=f"{case.number}-1",
        title="Look into the payment",
        team=found.team,
        state="done",
        ended_at=timezone.now(),
        due_at=timezone.now(),
    )
    return found


def refund(case: Complaint, by: User) -> Compensation:
    base = Organisation.load().base_currency
    return propose(case, {"measure": "refund", "amount": Decimal(90), "currency": base}, by=by)


CREATING = ["compensation-create", "investigation-update", "letter-create", "designation-create"]


@pytest.mark.parametrize("name", CREATING)
def test_the_page_that_creates_is_not_there_for_who_only_reads(name, case, agent, reader, client_of):
    path = reverse(f"complaints:{name}", args=[case.pk])
    assert client_of(reader).get(path).status_code == 404
    assert client_of(agent).get(path).status_code == 200


def test_nothing_is_created_over_the_api_by_who_only_reads(case, agent, reader, client_of):
    cause = create_cause({"code": "late", "name_en": "Late"}, by=None)
    reference = LegalReference.objects.first()
    client, base = client_of(reader), Organisation.load().base_currency
    given = {"complaint": case.pk}
    asked = {
        "compensations/": {**given, "measure": "refund", "amount": "9", "currency": base},
        f"causes/{cause.pk}/link/": given,
        "investigations/": {**given, "summary": "The notice waited."},
        "decision-letters/": given,
        f"legal-references/{reference.pk}/cite/": given,
    }
    status = {
        path: client.post(f"/api/v1/{path}", data, content_type=JSON).status_code
        for path, data in asked.items()
    }
    assert set(status.values()) == {400}, status
    made = [Compensation, ComplaintCause, Investigation, DecisionLetter, Citation, Designation]
    assert [model.objects.filter(complaint=case).count() for model in made] == [0] * len(made)
    own = client_of(agent).post("/api/v1/investigations/", asked["investigations/"], content_type=JSON)
    assert own.status_code == 200


def test_what_hangs_on_a_case_is_read_and_not_changed(case, agent, reader):
    letter, row = whole_letter(case, agent), refund(case, agent)
    call = plan(case, timezone.now())
    for one in (letter, row, call):
        rows = type(one).objects.filter(pk=one.pk)
        assert rows.visible_to(reader).exists()
        assert not rows.visible_to(reader, "change").exists()
        assert rows.visible_to(agent, "change").exists()


def test_the_buttons_of_a_panel_are_hidden_from_who_only_reads(case, agent, reader, client_of):
    refund(case, agent)
    path = reverse("complaints:compensation-panel", args=[case.pk])
    step = reverse("complaints:compensation-step", args=[Compensation.objects.get().pk])
    assert step in client_of(agent).get(path).content.decode()
    assert step not in client_of(reader).get(path).content.decode()


def test_a_work_order_gives_no_hand_in_those_of_others(case, agent, reader):
    theirs = WorkOrder.objects.create(
        complaint=case, number="X-2", title="Call the bank", team=agent.team, due_at=timezone.now()
    )
    rows = WorkOrder.objects.filter(pk=theirs.pk)
    assert rows.visible_to(reader).exists()
    assert not rows.visible_to(reader, "change").exists()


def test_a_deputy_has_the_hand_of_who_is_absent(case, agent, user_in):
    other = user_in("agent", team=TeamFactory(name="South"))
    today = timezone.localdate()
    Absence.objects.create(by=agent, user=agent, deputy=other, starts_on=today, ends_on=today)
    row = refund(case, agent)
    assert Compensation.objects.filter(pk=row.pk).visible_to(other, "change").exists()


# ---- whom a level told ------------------------------------------------------------------------------
@pytest.fixture
def late(bare, agent) -> Complaint:
    """A case of the agent's whose first response is late."""
    CalendarFactory(is_default=True, follows_china=False)
    policy()
    QueueFactory(is_default=True, team=agent.team)
    begun = timezone.now() - timedelta(days=20)
    data = {"title": "Late", "received_at": begun, "customer": CustomerFactory()}
    return take(register_case(data, by=None, at=begun), by=agent, at=begun)


def told_by_level(case: Complaint, person: User) -> Escalation:
    found = Escalation.objects.filter(complaint=case, clock__kind=ClockKind.RESPOND, number=1)
    found.update(recipient=Recipient.PERSON, person=person)
    fire_due(timezone.now())
    return found.get()


@pytest.mark.parametrize("role", ["agent", "trainer"])
def test_a_named_person_of_another_team_opens_the_case_and_takes_the_level_up(role, late, user_in, client_of):
    named = user_in(role, team=TeamFactory(name="Elsewhere"))
    assert Level.objects.exists()
    client = client_of(named)
    assert client.get(late.get_absolute_url()).status_code == 404
    level = told_by_level(late, named)
    assert client_of(named).get(late.get_absolute_url()).status_code == 200
    answer = client_of(named).post(reverse("complaints:escalation-take", args=[level.pk]), follow=True)
    assert answer.status_code == 200
    assert Escalation.objects.get(pk=level.pk).acknowledged_by == named
    assert not Complaint.objects.visible_to(named, "change").exists()


def test_the_deputy_of_a_named_person_takes_the_level_up(late, user_in, client_of):
    named = user_in("agent", team=TeamFactory(name="Elsewhere"))
    deputy = user_in("agent", team=TeamFactory(name="Farther"))
    today = timezone.localdate()
    Absence.objects.create(by=named, user=named, deputy=deputy, starts_on=today, ends_on=today)
    level = told_by_level(late, named)
    answer = client_of(deputy).post(reverse("complaints:escalation-take", args=[level.pk]), follow=True)
    assert answer.status_code == 200
    assert Escalation.objects.get(pk=level.pk).acknowledged_by == deputy


def test_a_level_that_has_not_fired_lets_nobody_in(late, user_in):
    named = user_in("agent", team=TeamFactory(name="Elsewhere"))
    row = Escalation.objects.filter(complaint=late).first()
    row.told.add(named)
    assert not Complaint.objects.visible_to(named).exists()
    assert not Escalation.objects.visible_to(named, "change").exists()


def test_a_level_is_called_a_false_alarm_over_the_api_once(late, user_in, client_of):
    named = user_in("agent", team=TeamFactory(name="Elsewhere"))
    level = told_by_level(late, named)
    client, path = client_of(named), f"/api/v1/escalations/{level.pk}/acknowledge/"
    done = client.post(path, {"was_wrong": True}, content_type=JSON)
    assert (done.status_code, done.json()["was_wrong"], done.json()["acknowledged_by"]) == (
        200,
        True,
        named.pk,
    )
    assert client.post(path, {}, content_type=JSON).status_code == 409


def test_the_page_of_rights_says_that_a_level_told_them(late, user_in):
    named = user_in("agent", team=TeamFactory(name="Elsewhere"))
    assert not CaseExplained(late).explain(named, "view").allowed
    told_by_level(late, named)
    answer = CaseExplained(late).explain(named, "view")
    assert (answer.allowed, [str(one) for one in answer.reasons]) == (
        True,
        ["An escalation of it told them."],
    )
