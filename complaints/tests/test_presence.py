"""Who else has a case open, and an answer that came while one wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from complaints.choices.cases import EntryKind, State
from complaints.domain import moves, presence
from complaints.domain.answers import last_said
from complaints.domain.entries import add_note
from complaints.domain.presence import note_viewing, others_viewing
from complaints.models import Complaint
from complaints.tests.factories import QueueFactory, registered
from core.errors import Conflict
from core.models import User
from core.tests.factories import TeamFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare")]


@pytest.fixture
def case(agent: User) -> Complaint:
    QueueFactory(is_default=True, team=agent.team)
    return moves.take(registered(description="Two days before"), by=agent)


@pytest.fixture
def colleague(user_in: Callable[..., User]) -> User:
    return user_in("agent", full_name="Gu Yaqin")


@pytest.fixture
def client(agent: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(agent)


def asked(client: Client, case: Complaint, **query: object) -> str:
    url = reverse("complaints:complaint-presence", args=[case.pk])
    response = client.get(url, query, HTTP_HX_REQUEST="true")
    assert response.status_code == 200
    return response.content.decode()


# ---- who is there -----------------------------------------------------------------------------------
def test_others_are_seen_and_oneself_is_not(case, agent, colleague):
    note_viewing(case.pk, agent)
    note_viewing(case.pk, colleague, is_writing=True)
    (seen,) = others_viewing(case.pk, agent)
    assert (seen.user, seen.is_writing) == (colleague, True)
    assert [one.user for one in others_viewing(case.pk, colleague)] == [agent]


def test_who_says_nothing_any_more_has_left(case, agent, colleague, monkeypatch):
    kept: list[Any] = []
    original = cache.set

    def remember(key: str, value: Any, timeout: Any) -> None:
        kept.append(timeout)
        original(key, value, timeout)

    monkeypatch.setattr(cache, "set", remember)
    note_viewing(case.pk, colleague)
    assert kept[0] == presence.KEPT > presence.EVERY
    assert others_viewing(case.pk, agent)
    # What a page said runs out by itself, whatever becomes of its browser.
    cache.touch(presence._own(case.pk, colleague.pk), -1)
    assert others_viewing(case.pk, agent) == []


def test_of_another_case_nobody_is_told(case, agent, colleague):
    note_viewing(case.pk + 1, colleague)
    assert others_viewing(case.pk, agent) == []


def test_services_and_who_was_switched_off_are_no_company(case, agent):
    for person in (UserFactory(is_service=True), UserFactory(is_active=False)):
        note_viewing(case.pk, person)
    assert others_viewing(case.pk, agent) == []


def test_without_a_cache_nobody_is_there_and_the_page_works(case, client, colleague, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }
    note_viewing(case.pk, colleague)
    assert others_viewing(case.pk, colleague) == []
    assert client.get(case.get_absolute_url()).status_code == 200


@pytest.mark.redis
def test_it_works_in_redis_too(case, agent, colleague, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": settings.REDIS_URL or __import__("os").environ["TEST_REDIS_URL"],
        }
    }
    note_viewing(case.pk, colleague, is_writing=True)
    assert [(one.user, one.is_writing) for one in others_viewing(case.pk, agent)] == [(colleague, True)]


# ---- the page ---------------------------------------------------------------------------------------
def test_the_page_says_who_has_it_open_and_asks_again(case, client, colleague, client_of):
    client_of(colleague).get(case.get_absolute_url())
    text = client.get(case.get_absolute_url()).content.decode()
    assert "Gu Yaqin has this case open" in text
    assert reverse("complaints:complaint-presence", args=[case.pk]) in text
    assert "every 20s" in text
    assert "data-poll" in text


def test_who_writes_is_told_to_the_others(case, client, colleague, client_of):
    asked(client_of(colleague), case, writing="1")
    assert "Gu Yaqin is writing" in asked(client, case)
    asked(client_of(colleague), case, writing="0")
    assert "Gu Yaqin has this case open" in asked(client, case)


def test_a_case_out_of_reach_tells_nobody_who_is_there(case, user_in, client_of):
    stranger = client_of(user_in("agent", team=TeamFactory()))
    url = reverse("complaints:complaint-presence", args=[case.pk])
    assert stranger.get(url, HTTP_HX_REQUEST="true").status_code == 404


def test_a_page_of_another_site_makes_nobody_present(case, client, agent, colleague):
    client.get(reverse("complaints:complaint-presence", args=[case.pk]), {"writing": "1"})
    assert others_viewing(case.pk, colleague) == []


def test_the_answer_is_small(case, client, django_assert_max_num_queries):
    asked(client, case)
    with django_assert_max_num_queries(10):
        asked(client, case, seen=last_said(case))


def test_what_was_said_since_the_page_was_opened_is_told(case, client, colleague):
    seen = last_said(case)
    assert "Something was said" not in asked(client, case, seen=seen)
    moves.answer(case, "We look into it.", by=colleague)
    assert "Something was said" in asked(client, case, seen=seen)
    assert "Something was said" not in asked(client, case, seen=last_said(case))


# ---- an answer that came meanwhile ------------------------------------------------------------------
def test_an_answer_is_refused_when_somebody_was_faster(case, agent, colleague):
    seen = last_said(case)
    moves.answer(case, "First", by=colleague)
    with pytest.raises(Conflict) as refused:
        moves.answer(case, "Second", by=agent, seen=seen)
    assert refused.value.code == "answered_meanwhile"
    moves.answer(case, "Second", by=agent, seen=refused.value.details["last_entry"])
    assert case.entries.filter(kind=EntryKind.OUTBOUND).count() == 2


def test_own_lines_and_notes_of_others_stop_nobody(case, agent, colleague):
    seen = last_said(case)
    moves.answer(case, "Mine", by=agent)
    add_note(case, "Between us", by=colleague, at=case.received_at)
    assert moves.answer(case, "Mine again", by=agent, seen=seen).pk


def test_the_form_shows_what_was_said_and_keeps_what_was_typed(case, client, colleague):
    url = reverse("complaints:entry-create", args=[case.pk])
    typed = {"kind": "outbound", "body": "My own long answer", "seen": last_said(case)}
    moves.answer(case, "I told them: <b>Tuesday</b>", by=colleague)
    response = client.post(url, typed)
    text = response.content.decode()
    assert response.status_code == 409
    for words in ("Somebody answered while you wrote", "Gu Yaqin", "&lt;b&gt;Tuesday", "My own long answer"):
        assert words in text
    again = client.post(url, {**typed, "seen": last_said(case)})
    assert again.status_code == 302
    assert case.entries.filter(body="My own long answer").count() == 1


def test_a_solution_is_held_up_too_and_so_is_the_dialog(case, client, agent):
    url = reverse("complaints:complaint-solve", args=[case.pk])
    typed = {"solution": "A new date", "decision": "upheld", "seen": last_said(case)}
    moves.hear(case, "Never mind, I withdraw", by=None)
    response = client.post(url, typed, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="dialog")
    assert (response.status_code, "Never mind" in response.content.decode()) == (409, True)
    case.refresh_from_db()
    assert case.state == State.WORKING


def test_the_page_of_a_case_knows_the_last_line_that_it_shows(case, client):
    text = client.get(case.get_absolute_url()).content.decode()
    assert text.count(f'name="seen" value="{last_said(case)}"') == 2


def test_the_api_refuses_with_the_line_to_read(case, client, colleague):
    url = f"/api/v1/complaints/{case.pk}/answer/"
    seen = last_said(case)
    moves.answer(case, "First", by=colleague)
    refused = client.post(url, {"body": "Second", "seen": seen}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "answered_meanwhile")
    sent = client.post(url, {"body": "Second"}, content_type="application/json")
    assert sent.status_code == 200


def test_a_solution_over_the_api_is_held_up_too(case, client):
    url, seen = f"/api/v1/complaints/{case.pk}/solve/", last_said(case)
    given = {"solution": "A new date", "decision": "upheld"}
    word = moves.hear(case, "Never mind, I withdraw", by=None)
    refused = client.post(url, {**given, "seen": seen}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "answered_meanwhile")
    case.refresh_from_db()
    assert case.state == State.WORKING
    solved = client.post(url, {**given, "seen": word.pk}, content_type="application/json")
    assert (solved.status_code, solved.json()["state"]) == (200, State.SOLVED)


def test_a_solution_over_the_api_that_names_no_line_is_given(case, client):
    moves.hear(case, "Never mind, I withdraw", by=None)
    given = {"solution": "A new date", "decision": "upheld"}
    url = f"/api/v1/complaints/{case.pk}/solve/"
    assert client.post(url, given, content_type="application/json").status_code == 200
