"""The settings page: cards under headings, each only to who may open it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.models import User
from core.navigation import SettingsGroup, all_cards, settings_groups_for

pytestmark = pytest.mark.django_db


def headings(user: User) -> dict[str, list[str]]:
    return {group.value: [card.key for card in cards] for group, _words, cards in settings_groups_for(user)}


def test_an_administrator_finds_every_card_under_one_heading(user_in: Callable[..., User]) -> None:
    found = headings(user_in("administrator"))
    assert list(found) == SettingsGroup.values
    assert sorted(key for keys in found.values() for key in keys) == sorted(c.key for c in all_cards())
    assert found["people"] == ["users", "departures", "teams", "roles", "rights", "tokens"]
    assert found["customers"] == ["tags", "products", "scoring"]
    assert "recycle-bin" in found["data"]
    assert found["mail"] == ["case-mail", "mail"]


def test_who_may_restore_nothing_has_no_bin_and_no_empty_heading(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    trainer = user_in("trainer")
    found = headings(trainer)
    assert "recycle-bin" not in found.get("data", [])
    assert all(found.values())
    page = client_of(trainer).get(reverse("core:settings")).content.decode()
    assert "Recycle bin" not in page


def test_the_page_opens_every_card(user_in: Callable[..., User], client_of: Callable[[User], Client]) -> None:
    client = client_of(user_in("administrator"))
    page = client.get(reverse("core:settings")).content.decode()
    for card in all_cards():
        assert f'href="{reverse(card.url_name)}"' in page
        assert client.get(reverse(card.url_name)).status_code == 200
