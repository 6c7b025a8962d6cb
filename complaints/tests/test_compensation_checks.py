"""Compensation after a change: former handlers, ceilings that fell, and what the database holds itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from complaints.choices.cases import Grade
from complaints.choices.solving import RedressState
from complaints.domain.assessing import regrade
from complaints.domain.ceilings import ceiling_for, committed_to
from complaints.domain.compensation import (
    approve,
    may_approve,
    move_on,
    propose,
    refuse_approval,
    set_ceiling,
)
from complaints.domain.merging import merge, unmerge
from complaints.domain.moves import assign, withdraw
from complaints.models import Compensation, Complaint
from complaints.tests.factories import ComplaintFactory
from core.errors import Conflict, DomainError
from core.models import AuditEntry, Notification, Organisation

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def manager(user_in):
    return user_in("manager", full_name="Manager")


@pytest.fixture
def case(agent, user_in):
    return ComplaintFactory(owner=user_in("agent"), grade=Grade.SEVERE)


def given(case, by, amount: int = 4_000, **values) -> Compensation:
    base = Organisation.load().base_currency
    return propose(case, {"measure": "refund", "amount": Decimal(amount), "currency": base, **values}, by=by)


def lowered(case: Complaint, grade: str = Grade.MINOR) -> Complaint:
    return regrade(Complaint.objects.get(pk=case.pk), grade, reason="Not so grave", by=None)


def fresh(row: Compensation) -> Compensation:
    return Compensation.objects.select_related("complaint").get(pk=row.pk)


# ---- who ---------------------------------------------------------------------------------------------
def test_whoever_handled_the_case_once_does_not_approve(case, agent, user_in):
    former = user_in("manager")
    assign(case, former, by=None)
    assign(case, user_in("agent"), by=None)
    row = given(case, agent, 6_000)
    assert may_approve(fresh(row), former) is False
    with pytest.raises(DomainError) as refusal:
        approve(row, by=former)
    assert refusal.value.code == "four_eyes"
    with pytest.raises(DomainError) as refusal:
        refuse_approval(row, by=former, note="No")
    assert refusal.value.code == "four_eyes"


def test_the_handler_is_kept_with_the_approval_and_the_database_holds_that_it_is_another(
    case, agent, manager
):
    row = approve(given(case, agent, 6_000), by=manager)
    assert (row.approved_by, row.handler) == (manager, case.owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Compensation.objects.filter(pk=row.pk).update(approved_by=case.owner)


# ---- what the database holds -------------------------------------------------------------------------
def test_the_ceiling_of_the_day_is_kept_with_the_row(case, agent):
    row = given(case, agent, 4_000)
    assert (row.ceiling_free, row.ceiling_most, row.case_total) == (5_000, 20_000, 4_000)
    assert given(case, agent, 2_000).case_total == 6_000


@pytest.mark.parametrize(
    "values",
    [
        {"needs_approval": False},
        {"ceiling_most": 5_500, "ceiling_free": 5_500},
        {"case_total": 5_999},
        {"ceiling_free": None},
        {"awaits_second": True},
    ],
)
def test_the_database_refuses_what_the_ceiling_does_not_allow(case, agent, values):
    row = given(case, agent, 6_000)
    assert row.needs_approval
    with pytest.raises(IntegrityError), transaction.atomic():
        Compensation.objects.filter(pk=row.pk).update(**values)


# ---- a grade that was lowered ------------------------------------------------------------------------
def test_what_is_above_the_new_ceiling_is_not_offered(case, agent, manager):
    row = given(case, agent)
    lowered(case)
    with pytest.raises(DomainError) as refusal:
        move_on(row, "offered", by=agent)
    assert refusal.value.code == "above_ceiling"
    assert fresh(row).awaits_second
    with pytest.raises(DomainError) as refusal:
        approve(row, by=manager)
    assert refusal.value.code == "above_ceiling"


def test_what_is_above_the_new_free_amount_waits_for_a_second_person(case, agent, manager):
    row = given(case, agent)
    Notification.objects.all().delete()
    lowered(case, Grade.GENERAL)
    assert Notification.objects.get(kind="compensation_to_approve").user == manager
    with pytest.raises(Conflict) as refusal:
        move_on(row, "offered", by=agent)
    assert refusal.value.code == "second_needed"
    done = approve(row, by=manager, note="Still fair")
    assert (done.state, done.awaits_second, done.approved_by) == (RedressState.APPROVED, False, manager)
    assert move_on(row, "offered", by=agent).ceiling_most == 5_000
    assert case.entries.filter(data__code="compensation_confirmed").count() == 1
    assert AuditEntry.objects.about(row).filter(note="Still fair").exists()


def test_what_was_promised_before_is_given_only_when_a_second_person_agrees(case, agent, manager):
    row = given(case, agent)
    for state in ("offered", "accepted"):
        move_on(row, state, by=agent)
    lowered(case)
    with pytest.raises(Conflict) as refusal:
        move_on(row, "paid", by=agent)
    assert refusal.value.code == "second_needed"
    done = approve(row, by=manager)
    assert (done.state, done.is_exception) == (RedressState.ACCEPTED, True)
    paid = move_on(row, "paid", by=agent)
    assert (paid.state, paid.ceiling_most, paid.case_total) == (RedressState.PAID, 1_000, 4_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        Compensation.objects.filter(pk=row.pk).update(is_exception=False)


def test_the_second_person_may_take_back_what_waits(case, agent, manager):
    row = given(case, agent)
    lowered(case)
    done = refuse_approval(row, by=manager, note="Not for this")
    assert (done.state, done.awaits_second, committed_to(case)) == (RedressState.REVERSED, False, 0)


def test_a_grade_that_rises_again_takes_the_doubt_away(case, agent):
    row = given(case, agent)
    lowered(case, Grade.GENERAL)
    assert fresh(row).awaits_second
    lowered(case, Grade.SEVERE)
    assert not fresh(row).awaits_second
    assert move_on(row, "offered", by=agent).state == RedressState.OFFERED


def test_what_costs_nothing_and_what_is_given_stays(case, agent):
    call, row = given(case, agent, 0, measure="executive_call"), given(case, agent, 1_500)
    for state in ("offered", "accepted", "paid"):
        move_on(row, state, by=agent)
    lowered(case)
    assert [fresh(one).awaits_second for one in (call, row)] == [False, False]
    assert move_on(call, "offered", by=agent).state == RedressState.OFFERED


def test_a_later_proposal_does_not_hold_up_an_earlier_one(case, agent):
    first = given(case, agent, 4_000)
    assert given(case, agent, 4_000).needs_approval
    assert move_on(first, "offered", by=agent).state == RedressState.OFFERED


def test_a_ceiling_that_is_lowered_puts_what_is_in_hand_in_doubt(case, agent, manager):
    row = given(case, agent)
    set_ceiling(ceiling_for(case), free=Decimal(1_000), most=Decimal(20_000), by=manager)
    assert fresh(row).awaits_second
    assert list(Compensation.objects.awaiting_approval()) == [row]


@pytest.mark.parametrize("way", ["not_approved", "reversed", "refused"])
def test_a_later_one_is_looked_at_again_once_an_earlier_one_is_taken_back(way, case, agent, manager):
    first, second = given(case, agent, 3_000), given(case, agent, 500)
    if way == "refused":
        move_on(first, "offered", by=agent)
    lowered(case, Grade.GENERAL)
    assert (fresh(first).awaits_second, fresh(second).awaits_second) == (True, True)
    if way == "not_approved":
        refuse_approval(first, by=manager, note="Not for this")
    else:
        move_on(first, way, by=agent, note="Not for this")
    assert (fresh(first).awaits_second, fresh(second).awaits_second) == (False, False)
    assert list(Compensation.objects.awaiting_approval()) == []
    assert move_on(second, "offered", by=agent).state == RedressState.OFFERED


def test_what_is_above_the_free_amount_by_itself_waits_on(case, agent, manager):
    first, second = given(case, agent, 2_000), given(case, agent, 1_500)
    lowered(case, Grade.GENERAL)
    Notification.objects.all().delete()
    refuse_approval(first, by=manager, note="Not for this")
    assert fresh(second).awaits_second
    assert not Notification.objects.filter(kind="compensation_to_approve").exists()


# ---- merged and withdrawn cases -----------------------------------------------------------------------
@pytest.fixture
def same(user_in):
    """The same complaint once more, with another handler."""
    return ComplaintFactory(owner=user_in("agent"), grade=Grade.GENERAL)


@pytest.fixture
def twin(case):
    """The case into which it is merged, of the handler of `case`."""
    return ComplaintFactory(owner=case.owner, grade=Grade.GENERAL)


def test_merged_cases_share_one_ceiling(same, twin, agent, manager):
    first = given(same, agent, 900)
    merge(same, twin, by=agent)
    second = given(twin, agent, 900)
    assert (second.needs_approval, second.case_total) == (True, 1_800)
    assert committed_to(twin) == 1_800
    with pytest.raises(DomainError) as refusal:
        given(twin, agent, 3_300)
    assert refusal.value.code == "above_ceiling"
    assert move_on(first, "offered", by=agent).case_total == 900


def test_a_chain_of_merged_cases_shares_the_ceiling_of_the_last(same, twin, case, agent):
    given(same, agent, 900)
    merge(same, twin, by=agent)
    given(twin, agent, 600)
    merge(twin, case, by=agent)
    assert given(case, agent, 4_000).case_total == 5_500


def test_merging_puts_what_is_above_together_in_doubt_and_taking_out_settles_it(same, twin, agent, manager):
    first, second = given(same, agent, 900), given(twin, agent, 900)
    Notification.objects.all().delete()
    merge(same, twin, by=agent)
    assert [fresh(one).awaits_second for one in (first, second)] == [False, True]
    assert Notification.objects.filter(kind="compensation_to_approve").count() == 1
    with pytest.raises(Conflict) as refusal:
        move_on(second, "offered", by=agent)
    assert refusal.value.code == "second_needed"
    unmerge(same, by=agent)
    assert [fresh(one).awaits_second for one in (first, second)] == [False, False]
    assert move_on(second, "offered", by=agent).case_total == 900


def test_what_is_in_hand_for_a_merged_case_is_weighed_by_the_grade_of_the_one_that_goes_on(
    same, twin, agent, manager
):
    row = given(same, agent, 900)
    merge(same, twin, by=agent)
    lowered(twin, Grade.MINOR)
    assert fresh(row).awaits_second
    assert row.complaint.entries.filter(data__code="compensation_in_doubt").count() == 1
    lowered(twin, Grade.GENERAL)
    set_ceiling(ceiling_for(twin), free=Decimal(100), most=Decimal(5_000), by=manager)
    assert fresh(row).awaits_second
    done = approve(row, by=manager)
    assert (done.awaits_second, done.ceiling_free, done.handler) == (False, 100, twin.owner)


def test_whoever_handled_a_merged_case_decides_about_neither(same, twin, agent, user_in):
    former, later = user_in("manager"), user_in("manager")
    assign(same, former, by=None)
    assign(twin, later, by=None)
    before, after = given(same, agent, 2_000), given(twin, agent, 2_000)
    assert (may_approve(fresh(before), later), may_approve(fresh(after), former)) == (True, True)
    merge(same, twin, by=agent)
    for row, person in ((before, later), (after, former)):
        assert may_approve(fresh(row), person) is False
        with pytest.raises(DomainError) as refusal:
            approve(row, by=person)
        assert refusal.value.code == "four_eyes"


@pytest.mark.parametrize(("end", "code"), [("merged", "case_merged"), ("withdrawn", "case_ended")])
def test_nothing_is_proposed_for_a_case_that_was_merged_or_withdrawn(
    end, code, same, twin, agent, manager, client_of
):
    stale = Complaint.objects.get(pk=same.pk)
    if end == "merged":
        merge(same, twin, by=agent)
    else:
        withdraw(same, reason="Taken back", by=agent)
    with pytest.raises(Conflict) as refusal:
        given(stale, agent, 100)
    assert refusal.value.code == code
    body = {"complaint": same.pk, "measure": "refund", "amount": "100", "currency": "CNY"}
    answer = client_of(manager).post("/api/v1/compensations/", body, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    panel = client_of(manager).get(reverse("complaints:compensation-panel", args=[same.pk])).content.decode()
    assert reverse("complaints:compensation-create", args=[same.pk]) not in panel
    assert not Compensation.objects.exists()


def test_the_panel_shows_what_merged_cases_were_given_and_one_total(same, twin, agent, manager, client_of):
    given(same, agent, 2_900)
    merge(same, twin, by=agent)
    for case, decides in ((twin, False), (same, True)):
        panel = client_of(manager).get(reverse("complaints:compensation-panel", args=[case.pk]))
        text = panel.content.decode()
        assert "2,900 promised" in text
        assert (f">{same.number}</a> ·" in text) is (case == twin)
        assert (">Approve" in text or "Do not approve" in text) is decides


# ---- pages and the API -------------------------------------------------------------------------------
def test_the_panel_and_the_list_show_what_waits_again(case, agent, manager, client_of):
    row = given(case, agent)
    lowered(case, Grade.GENERAL)
    client = client_of(manager)
    panel = client.get(reverse("complaints:compensation-panel", args=[case.pk])).content.decode()
    assert "needs a second person" in panel
    assert 'value="offered"' not in panel
    assert reverse("complaints:compensation-approve", args=[row.pk]) in panel
    listed = client.get(reverse("complaints:approval-list")).content.decode()
    assert "the ceiling was lowered or cases were merged since" in listed
    client.post(reverse("complaints:compensation-approve", args=[row.pk]))
    assert fresh(row).approved_by == manager


def test_the_api_says_what_waits_and_approves_it(case, agent, manager, client_of):
    row = given(case, agent)
    lowered(case, Grade.GENERAL)
    path = f"/api/v1/compensations/{row.pk}"
    assert client_of(agent).post(f"{path}/step/", {"state": "offered"}, content_type=JSON).status_code == 409
    assert client_of(manager).get(f"{path}/").json()["awaits_second"] is True
    done = client_of(manager).post(f"{path}/approve/", {}, content_type=JSON).json()
    assert (done["awaits_second"], done["approved_by"], done["ceiling_most"]) == (
        False,
        manager.pk,
        "5000.00",
    )
