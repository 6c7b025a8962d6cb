"""Every page has help that fits it, and says nothing to who cannot open the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.help import all_topics, topic_of_page, topics_for
from core.models import User
from crm.tests.doors import pages

Maker = Callable[..., User]


def test_every_page_has_a_topic() -> None:
    without = [
        door.name
        for door in pages()
        if topic_of_page(door.name) is None and not door.name.startswith("core:help")
    ]
    assert without == []


def test_topics_speak_of_pages_that_exist() -> None:
    names = [door.name for door in pages()]
    wrong = [
        pattern
        for topic in all_topics()
        for pattern in topic.pages
        if not any(name == pattern or name.startswith(pattern.removesuffix("*")) for name in names)
    ]
    assert wrong == []


def test_topics_have_something_to_say() -> None:
    assert [topic.key for topic in all_topics() if not topic.points or not str(topic.purpose)] == []


def test_the_longest_name_that_fits_counts() -> None:
    fitting = {name: topic_of_page(f"customers:{name}") for name in ("customer-list", "customer-detail")}
    keys = {name: topic.key for name, topic in fitting.items() if topic is not None}
    assert keys == {"customer-list": "customers", "customer-detail": "customer-record"}


@pytest.mark.django_db
def test_each_topic_opens_as_page_and_in_the_dialog(administrator: User, client: Client) -> None:
    client.force_login(administrator)
    for topic in all_topics():
        url = reverse("core:help-topic", args=[topic.key])
        whole, part = client.get(url), client.get(url, headers={"HX-Request": "true"})
        assert whole.status_code == part.status_code == 200
        assert str(topic.purpose)[:20] in part.content.decode()
        assert b"<html" in whole.content and b"<html" not in part.content
    assert client.get(reverse("core:help-topic", args=["nothing"])).status_code == 404


@pytest.mark.django_db
def test_topics_of_pages_that_one_cannot_open_are_not_offered(user_in: Maker, client: Client) -> None:
    agent = user_in("agent")
    client.force_login(agent)
    keys = {topic.key for topics in topics_for(agent).values() for topic in topics}
    assert "customers" in keys and "audit" in keys
    assert not keys & {"mail", "schedules", "organisation"}
    assert client.get(reverse("core:help-topic", args=["mail"])).status_code == 404
    listed = client.get(reverse("core:help")).content.decode()
    assert reverse("core:help-topic", args=["tasks"]) in listed
    assert reverse("core:help-topic", args=["mail"]) not in listed


@pytest.mark.django_db
def test_the_question_mark_leads_to_the_help_of_the_page(administrator: User, client: Client) -> None:
    client.force_login(administrator)
    page = client.get(reverse("customers:customer-list")).content.decode()
    assert f'hx-get="{reverse("core:help-topic", args=["customers"])}"' in page
