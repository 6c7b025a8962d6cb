"""Search over cases and what is learned from them: what is found, by whom, and what is shown of it."""

from __future__ import annotations

import pytest

from complaints.domain.causes import create_cause, update_cause
from complaints.domain.crises import open_crisis
from complaints.domain.improvements import edit_improvement, plan_improvement
from complaints.domain.updating import update_case
from complaints.models import DecisionLetter, Queue
from complaints.tests.factories import ComplaintFactory, registered
from complaints.tests.letters import decided_case, whole_letter
from core.search.marking import MOST_SHOWN, excerpt
from core.search.results import find
from core.tests.factories import TeamFactory, searchable

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(user_in):
    return user_in("agent")


@pytest.fixture
def manager(user_in, agent):
    return user_in("manager", team=agent.team)


def found(user, text: str) -> dict[str, list]:
    """Return what search finds, by the key of its type."""
    return {group.kind.key: [one.row for one in group.found] for group in find(user, text)}


def test_a_case_is_found_by_what_happened(agent):
    case = ComplaintFactory(owner=agent, team=agent.team, description="投影仪反复黑屏")
    assert found(agent, "黑屏") == {"complaint": [case]}


def test_a_corrected_description_is_found_and_the_old_one_is_not(agent):
    Queue.objects.update(team=agent.team)
    case = registered(description="The beamer failed")
    update_case(case, {"description": "The projector failed"}, by=agent)
    assert "complaint" in found(agent, "projector")
    assert "complaint" not in found(agent, "beamer")


def test_cases_out_of_reach_are_not_found_by_their_text(agent):
    ComplaintFactory(team=TeamFactory(), description="投影仪反复黑屏")
    assert found(agent, "黑屏") == {}


def test_masked_contacts_find_nothing_for_whom_they_are_masked(user_in, agent):
    ComplaintFactory(team=agent.team, contact_phone="13800138000", contact_email="wang@x.example")
    for reader in (user_in("trainer", team=agent.team), agent):
        assert found(reader, "13800138000") == {}
        assert found(reader, "wang@x.example") == {}


def test_of_a_long_text_the_place_is_shown(agent):
    text = "Nothing of note. " * 2 + "The projector failed. " + "And so on. " * 40
    ComplaintFactory(owner=agent, team=agent.team, description=text)
    shown = find(agent, "projector")[0].found[0]
    assert "projector" in shown.why
    assert len(shown.why) < MOST_SHOWN + 40
    assert ("projector", True) in shown.why_parts


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("short\n text", ("text",), "short text"),
        ("a " * 100 + "needle " + "b " * 100, ("needle",), "needle"),
        ("x" * 500, ("needle",), "x" * MOST_SHOWN + "…"),
    ],
)
def test_excerpts_hold_what_was_meant(text, words, shown):
    assert shown in excerpt(text, words)
    assert len(excerpt(text, words)) <= MOST_SHOWN + 2


def test_an_improvement_with_a_cause_is_saved_and_found_by_its_note(manager):
    cause = create_cause({"code": "silence", "name_en": "Nobody is told"}, by=manager)
    data = {"title": "Write at once", "owner": manager, "due_on": "2027-01-31", "cause": cause}
    row = plan_improvement({**data, "cause_note": "The timetable changed at night"}, by=manager)
    assert (row.cause, found(manager, "timetable")) == (cause, {"improvement": [row]})
    edit_improvement(row, {"cause_note": "The room changed at night"}, by=manager)
    assert "improvement" not in found(manager, "timetable")
    assert found(manager, "room changed")["improvement"] == [row]


def test_crises_and_improvements_are_found(agent, manager):
    crisis = open_crisis({"title": "Platform is down", "reason": "认证服务过载"}, by=manager)
    assert found(agent, "认证") == {"crisis": [crisis]}
    data = {"title": "Notice by message", "owner": manager, "due_on": "2027-01-31", "cause_note": "没有通知"}
    row = plan_improvement(data, by=manager)
    assert found(manager, "通知")["improvement"] == [row]


def test_improvements_of_other_teams_are_not_found(agent, user_in):
    far = user_in("manager", username="far", team=TeamFactory())
    plan_improvement({"title": "Notice by message", "owner": far, "due_on": "2027-01-31"}, by=far)
    assert found(agent, "Notice") == {}


def test_causes_are_found_by_code_name_and_pinyin(agent, manager):
    cause = create_cause({"code": "late-notice", "name_zh_hans": "通知太晚"}, by=manager)
    for text in ("late", "notice", "太晚", "tongzhi", "tztw"):
        assert found(agent, text) == {"cause": [cause]}
    update_cause(cause, {"name_en": "Silence"}, by=manager)
    assert found(agent, "Silence") == {"cause": [cause]}


def test_letters_are_found_by_their_subject_and_their_case(agent):
    letter = whole_letter(decided_case(owner=agent, team=agent.team), agent)
    searchable(letter)
    assert found(agent, letter.subject)["decisionletter"] == [letter]
    assert found(agent, letter.complaint.number)["decisionletter"] == [letter]


def test_the_address_of_a_letter_finds_nothing(agent):
    letter = whole_letter(decided_case(owner=agent, team=agent.team), agent)
    DecisionLetter.objects.filter(pk=letter.pk).update(address="Plum Street 9")
    searchable(letter)
    assert "decisionletter" not in found(agent, "Plum")


@pytest.mark.parametrize("key", ["crises", "improvements", "causes"])
def test_lists_find_what_the_palette_finds(key, manager, client_of):
    if key == "crises":
        open_crisis({"title": "Platform down"}, by=manager)
        open_crisis({"title": "Other"}, by=manager)
    elif key == "improvements":
        for title in ("Platform down", "Other"):
            plan_improvement({"title": title, "owner": manager, "due_on": "2027-01-31"}, by=manager)
    else:
        create_cause({"code": "platform", "name_en": "Platform down"}, by=manager)
        create_cause({"code": "other", "name_en": "Other"}, by=manager)
    rows = client_of(manager).get(f"/api/v1/{key}/?q=platform").json()["results"]
    assert [row.get("title") or row["name"] for row in rows] == ["Platform down"]


@pytest.mark.parametrize(
    ("role", "keys"), [("sales", {"crisis", "cause"}), ("integration", {"crisis", "cause", "improvement"})]
)
def test_types_are_those_of_the_role(role, keys, user_in, manager):
    open_crisis({"title": "Platform down"}, by=manager)
    create_cause({"code": "platform", "name_en": "Platform down"}, by=manager)
    plan_improvement({"title": "Platform", "owner": manager, "due_on": "2027-01-31"}, by=manager)
    assert set(found(user_in(role), "platform")) == keys
