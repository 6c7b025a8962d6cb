"""Pages of causes, compensations, call-backs and phrases: what is shown, to whom, and what is done."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.choices.cases import State
from complaints.domain.callback_answers import link_token
from complaints.domain.causes import create_cause, link_cause
from complaints.domain.compensation import propose
from complaints.domain.moves import solve
from complaints.domain.phrases import phrases_for
from complaints.fishbone import columns_of, laid_out, wrapped
from complaints.models import (
    CallBack,
    Cause,
    Compensation,
    CompensationCeiling,
    Complaint,
    Investigation,
    PhraseCard,
)
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from core.lists import list_named
from core.models import Organisation
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db
PANELS = ("cause-panel", "compensation-panel", "callback-panel", "phrases-panel", "investigation-detail")


@pytest.fixture
def agent(user_in):
    return user_in("agent")


@pytest.fixture
def manager(user_in, agent):
    return user_in("manager", team=agent.team)


@pytest.fixture
def case(agent):
    return ComplaintFactory(owner=agent, team=agent.team, title="The lecturer was changed")


def at(name: str, *arguments: object) -> str:
    return reverse(f"complaints:{name}", args=arguments)


def proposed(case, by, amount: int = 2000) -> Compensation:
    data = {"measure": "refund", "amount": Decimal(amount), "currency": Organisation.load().base_currency}
    return propose(case, data, by=by)


@pytest.mark.parametrize("name", PANELS)
def test_panels_are_pages_and_fragments_and_keep_to_the_reach(name, case, agent, user_in, client_of):
    client = client_of(agent)
    assert b"<html" in client.get(at(name, case.pk)).content
    fragment = client.get(at(name, case.pk), headers={"HX-Request": "true"})
    assert (fragment.status_code, b"<html" in fragment.content) == (200, False)
    stranger = user_in("agent", team=TeamFactory())
    assert client_of(stranger).get(at(name, case.pk)).status_code == 404


def test_a_finding_is_written_without_script_and_confirmed_by_a_second(case, agent, manager, client_of):
    page = at("investigation-update", case.pk)
    form = {
        "summary": "No rule",
        "gap": "communication",
        "question_1": "Why late?",
        "answer_1": "It was queued",
        "bone_method": "* No rule for substitutes (5)\nNo list",
    }
    assert client_of(agent).post(page, form).status_code == 302
    found = Investigation.objects.get()
    assert list(found.bones.values_list("text", "weight", "is_root")) == [
        ("No rule for substitutes", 5, True),
        ("No list", 3, False),
    ]
    shown = client_of(agent).get(at("investigation-detail", case.pk)).content.decode()
    assert shown.count("<svg") > 0 and "★ No rule for" in shown
    assert "* No rule for substitutes (5)" in client_of(agent).get(page).content.decode()
    assert client_of(agent).post(at("investigation-confirm", case.pk)).status_code == 403
    assert client_of(manager).post(at("investigation-confirm", case.pk)).status_code == 302
    found.refresh_from_db()
    assert found.confirmed_by == manager


def test_a_cause_is_named_in_the_panel_and_taken_away(case, agent, client_of):
    cause = create_cause({"code": "late", "name_en": "Late notice"}, by=agent)
    client = client_of(agent)
    answer = client.post(
        at("complaintcause-link", case.pk), {"cause": cause.pk}, headers={"HX-Request": "true"}
    )
    assert b"Late notice" in answer.content
    again = client.post(at("complaintcause-link", case.pk), {"cause": cause.pk})
    assert again.status_code == 409
    client.post(at("complaintcause-unlink", case.pk), {"cause": cause.pk})
    assert case.causes.count() == 0


def test_the_register_costs_the_same_for_one_and_three(agent, manager, client_of):
    client = client_of(manager)
    counts = []
    for upto in (1, 3):
        for number in range(Cause.objects.count(), upto):
            cause = create_cause({"code": f"c{number}", "name_en": f"Cause {number}"}, by=None)
            link_cause(ComplaintFactory(owner=agent, team=agent.team), cause, by=agent)
        client.get(at("cause-list"))
        with CaptureQueriesContext(connection) as seen:
            client.get(at("cause-list"))
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_causes_are_created_changed_and_fixed_by_managers(manager, agent, client_of):
    client = client_of(manager)
    client.post(at("cause-create"), {"code": "late", "name_en": "Late notice"})
    cause = Cause.objects.get()
    client.post(at("cause-update", cause.pk), {"code": "late", "name_en": "Late", "version": 1})
    client.post(at("cause-fix", cause.pk))
    cause.refresh_from_db()
    assert (cause.name_en, cause.state) == ("Late", "fixed")
    assert client_of(agent).get(at("cause-create")).status_code == 403
    assert client_of(agent).get(at("cause-detail", cause.pk)).status_code == 200


def test_a_compensation_above_the_ceiling_waits_for_the_manager(case, agent, manager, client_of):
    base = Organisation.load().base_currency
    form = {"measure": "refund", "amount": "2000", "currency": base}
    assert client_of(agent).post(at("compensation-create", case.pk), form).status_code == 302
    row = Compensation.objects.get()
    assert row.state == "proposed"
    assert client_of(agent).get(at("approval-list")).status_code == 403
    waiting = client_of(manager).get(at("approval-list")).content.decode()
    assert "The lecturer was changed" in waiting
    panel = client_of(manager).get(at("approvals-panel"), headers={"HX-Request": "true"}).content.decode()
    assert "1 compensation waits" in panel
    assert client_of(manager).post(at("compensation-approve", row.pk)).status_code == 302
    client_of(agent).post(at("compensation-step", row.pk), {"state": "offered"})
    row.refresh_from_db()
    assert (row.state, row.approved_by) == ("offered", manager)


def test_a_refused_amount_is_shown_at_its_field(case, agent, client_of):
    form = {"measure": "refund", "amount": "90000", "currency": Organisation.load().base_currency}
    answer = client_of(agent).post(at("compensation-create", case.pk), form)
    assert (answer.status_code, b"its grade allows" in answer.content) == (422, True)


def test_a_manager_says_why_not(case, agent, manager, client_of):
    row = proposed(case, agent)
    client_of(manager).post(at("compensation-refuse", row.pk), {"note": "Too much"})
    row.refresh_from_db()
    assert row.state == "not_approved"


def test_cost_is_summed_by_team_with_the_number_of_rows(case, agent, client_of):
    row = proposed(case, agent, 500)
    for state in ("offered", "accepted", "paid"):
        client_of(agent).post(at("compensation-step", row.pk), {"state": state})
    shown = client_of(agent).get(at("compensation-cost"))
    assert [(line[2], line[3]["cost"], line[3]["n"]) for line in shown.context["lines"]] == [
        ("Economic", Decimal(500), 1)
    ]


def test_ceilings_are_for_administrators(agent, user_in, client_of):
    ceiling = CompensationCeiling.objects.get(grade="minor")
    assert client_of(agent).get(at("ceiling-list")).status_code == 200
    assert client_of(agent).get(at("ceiling-update", ceiling.pk)).status_code == 403
    admin = client_of(user_in("administrator"))
    admin.post(at("ceiling-update", ceiling.pk), {"free": "1", "most": "2", "version": ceiling.version})
    ceiling.refresh_from_db()
    assert (ceiling.free, ceiling.most) == (1, 2)


@pytest.fixture
def callback(case, agent):
    solve(case, "The lecturer comes on Friday.", decision="upheld", by=agent)
    return CallBack.objects.get()


def test_the_handler_finds_no_button_and_the_manager_does(callback, case, agent, manager, client_of):
    own = client_of(agent).get(at("callback-panel", case.pk)).content.decode()
    other = client_of(manager).get(at("callback-panel", case.pk)).content.decode()
    address = at("callback-settle", callback.pk)
    assert (address in own, address in other) == (False, True)


def test_an_answer_on_the_phone_closes_the_case(callback, manager, client_of):
    form = {"is_accepted": "1", "result_score": "5"}
    assert client_of(manager).post(at("callback-settle", callback.pk), form).status_code == 302
    assert Complaint.objects.get().state == State.CLOSED


def test_an_attempt_is_kept_and_the_list_shows_it(callback, manager, client_of):
    client_of(manager).post(at("callback-attempt", callback.pk), {"result": "no_answer"})
    callback.refresh_from_db()
    assert callback.attempts_made == 1
    shown = client_of(manager).get(at("callback-list") + "?state=due").content.decode()
    assert "The lecturer was changed" in shown
    assert client_of(manager).get(at("callbacks-panel")).status_code == 200


def test_the_link_asks_once_without_signing_in(callback, client):
    address = at("callback-answer", link_token(callback))
    assert client.get(address).status_code == 200
    callback.refresh_from_db()
    assert callback.state == "due"
    assert client.post(address, {}).status_code == 422
    client.post(address, {"score": "1", "wish": "Call me"})
    client.post(address, {"score": "5"})
    callback.refresh_from_db()
    assert (callback.result_score, callback.wish, callback.answered_by) == (1, "Call me", "link")
    assert Complaint.objects.get().state == State.WORKING
    assert client.get(at("callback-answer", "made-up")).status_code == 404


def test_rules_of_call_backs_are_changed(user_in, client_of):
    form = {
        "most_attempts": 5,
        "hours_between": 4,
        "low_score": 3,
        "link_days": 7,
        "close_days": 0,
        "version": 1,
    }
    assert client_of(user_in("administrator")).post(at("callbackpolicy-update"), form).status_code == 302


def test_phrases_fit_category_and_gap_the_closest_first(case, agent):
    PhraseCard.objects.all().delete()
    case.category = CategoryFactory(code="lecturer")
    case.save()
    anywhere = PhraseCard.objects.create(step="accept", text_en="Anywhere")
    close = PhraseCard.objects.create(step="accept", text_en="Lecturer", category_code="lecturer")
    PhraseCard.objects.create(step="accept", text_en="Other", category_code="fees")
    PhraseCard.objects.create(step="accept", text_en="Off", is_active=False)
    assert phrases_for(case) == [close, anywhere]


def test_a_use_is_counted_and_cards_are_kept_by_managers(case, agent, manager, client_of):
    card = PhraseCard.objects.first()
    client_of(agent).post(at("phrases-use", case.pk, card.pk))
    card.refresh_from_db()
    assert card.used == 1
    client_of(manager).post(at("phrase-create"), {"step": "other", "text_en": "New one", "is_active": "on"})
    new = PhraseCard.objects.get(text_en="New one")
    empty = client_of(manager).post(at("phrase-update", new.pk), {"step": "other", "version": 1})
    assert empty.status_code == 422
    assert client_of(agent).get(at("phrase-create")).status_code == 403
    assert client_of(agent).get(at("phrase-list")).status_code == 200


def test_words_are_wrapped_by_their_width():
    assert [columns_of(line) for line in wrapped("通知在教务系统里排队没有人审批", 12)] == [12, 12, 6]
    assert wrapped("no rule for substitutes", 12) == ["no rule for", "substitutes"]
    bones = laid_out({"man": [("ill", False)] * 20}, ("man",))
    assert len(bones[0].lines) == 8


def test_lists_are_taken_away_by_who_may(case, agent, manager):
    create_cause({"code": "late", "name_en": "Late", "owner": manager}, by=None)
    proposed(case, agent)
    solve(case, "On Friday.", decision="upheld", by=agent)
    for key in ("complaints.cause", "complaints.compensation", "complaints.callback"):
        found = list_named(key)
        rows = list(found.rows_for(manager))
        assert len(rows) == 1
        assert [str(column.value(rows[0])) for column in found.file_columns(manager)]
        assert not found.rows_for(agent).exists()
