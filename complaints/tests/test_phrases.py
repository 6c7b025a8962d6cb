"""Phrase cards on the page of a complaint: where they stand, what they are chosen for, uses counted."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from complaints.choices.cases import Emotion
from complaints.domain.first_contact import begin_first_contact, finish_step
from complaints.models import Investigation, PhraseCard
from complaints.tests.factories import CategoryFactory, ComplaintFactory
from core.tests.factories import TeamFactory

pytestmark = pytest.mark.django_db

ASKED = {"HX-Request": "true"}


@pytest.fixture
def agent(user_in):
    return user_in("agent")


@pytest.fixture
def case(agent):
    return ComplaintFactory(owner=agent, team=agent.team, language="en")


@pytest.fixture
def panel(case, agent, client_of):
    client, url = client_of(agent), reverse("complaints:phrases-panel", args=[case.pk])
    return lambda: client.get(url, headers=ASKED).content.decode()


def test_the_page_of_a_complaint_holds_the_panel_and_leads_to_it(case, agent, client_of):
    page = client_of(agent).get(case.get_absolute_url()).content.decode()
    assert f'hx-get="{reverse("complaints:phrases-panel", args=[case.pk])}"' in page
    assert 'href="#phrases"' in page


def test_hint_and_alternatives_stand_beside_the_sentence(panel):
    PhraseCard.objects.all().delete()
    for text in ("One", "Two"):
        PhraseCard.objects.create(step="accept", text_en=text, technique=f"Technique {text}", used=2)
    page = panel()
    assert all(words in page for words in ("One", "Two", "Technique One", "Technique Two", "used 2 times"))


def test_the_panel_says_what_its_cards_are_chosen_for(case, agent, panel):
    case.category = CategoryFactory(code="lecturer", name_en="Lecturer")
    case.save()
    Investigation.objects.create(complaint=case, writer=agent, gap="delivery")
    PhraseCard.objects.create(step="accept", text_en="Of fees", category_code="fees")
    PhraseCard.objects.create(step="accept", text_en="Of the lecturer", category_code="lecturer")
    page = panel()
    assert "Chosen for: Lecturer · Delivery" in page
    assert "Of the lecturer" in page
    assert "Of fees" not in page


def test_the_step_that_the_talk_has_reached_is_open(case, agent, panel):
    contact = begin_first_contact(case, emotion=Emotion.ANGRY, by=agent)
    assert panel().count("<details") > panel().count("open><summary>") == 1
    finish_step(contact, "accept")
    assert "open><summary>Empathise" in panel()


def test_a_card_goes_into_the_answer_and_is_counted(case, agent, client_of, panel):
    card = PhraseCard.objects.filter(step="apologise").first()
    assert 'data-insert="id_body"' in panel()
    use = reverse("complaints:phrases-use", args=[case.pk, card.pk])
    again = client_of(agent).post(use, {"step": "apologise"}, headers=ASKED).content.decode()
    card.refresh_from_db()
    assert card.used == 1
    assert "open><summary>Apologise" in again


def test_who_cannot_answer_inserts_nothing(case, agent, user_in, client_of):
    url = reverse("complaints:phrases-panel", args=[case.pk])
    reader = client_of(user_in("analyst"))
    assert "data-insert" not in reader.get(url, headers=ASKED).content.decode()
    card = PhraseCard.objects.first()
    assert reader.post(reverse("complaints:phrases-use", args=[case.pk, card.pk])).status_code == 403
    card.refresh_from_db()
    assert card.used == 0


def test_a_case_out_of_reach_has_no_cards(agent, client_of):
    hidden, card = ComplaintFactory(team=TeamFactory()), PhraseCard.objects.first()
    client = client_of(agent)
    assert client.get(reverse("complaints:phrases-panel", args=[hidden.pk])).status_code == 404
    assert client.post(reverse("complaints:phrases-use", args=[hidden.pk, card.pk])).status_code == 404


def test_more_cards_cost_no_more_queries(panel):
    panel()
    with CaptureQueriesContext(connection) as few:
        panel()
    for number in range(3):
        PhraseCard.objects.create(step="accept", text_en=f"Card {number}")
    with CaptureQueriesContext(connection) as more:
        panel()
    assert len(few) == len(more)
