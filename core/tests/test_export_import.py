"""Teams, exchange rates and people as files: what was exported comes back by the import without a change."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from core.domain.exports import request_export, run_export
from core.errors import DomainError
from core.models import ExchangeRate, Team, User
from core.tests.factories import TeamFactory, UserFactory
from core.tests.imports import counts, faults, imported

pytestmark = pytest.mark.django_db

TEAMS, RATES, PEOPLE = "core.team", "core.exchangerate", "core.user"
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.fixture
def chief(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


@pytest.fixture
def house(chief: User) -> None:
    """A tree whose names come in another order than its levels, with leads of every kind; some rates."""
    namesake = UserFactory(username="li.lei", full_name="Li Lei")
    UserFactory(username="li.lei2", full_name="Li Lei")
    gone = UserFactory(username="gone", full_name="Gone", is_active=False)
    top = TeamFactory(name="Zhejiang", lead=namesake)
    middle = TeamFactory(name="=Middle", parent=top, lead=gone)
    TeamFactory(name="Aba", parent=middle)
    ExchangeRate.objects.create(currency="JPY", valid_from=date(2026, 1, 1), rate=Decimal("0.04876543"))
    ExchangeRate.objects.create(currency="USD", valid_from=date(2026, 1, 1), rate=Decimal("7.1"))
    ExchangeRate.objects.create(currency="USD", valid_from=date(2026, 2, 1), rate=Decimal(7))


def exported(key: str, by: User, file_format: str, query: str = "") -> bytes:
    run_export(key, query=query, file_format=file_format, user_id=by.pk, token="t" * 32)
    return (Path(settings.MEDIA_ROOT) / "exports" / f"{'t' * 32}.{file_format}").read_bytes()


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", [TEAMS, RATES, PEOPLE])
def test_an_export_comes_back_without_a_change(
    chief: User, house: None, key: str, language: str, file_format: str
) -> None:
    with translation.override(language):
        run = imported(key, exported(key, chief, file_format), chief)

    assert faults(run) == {}
    assert set(counts(run)) == {"duplicate"}


def test_a_file_of_teams_builds_the_tree_in_an_empty_house(chief: User, house: None) -> None:
    content = exported(TEAMS, chief, "csv")
    User.objects.filter(username="gone").update(is_active=True)
    chief.team = None
    chief.save()
    User.objects.update(team=None)
    before = tree()
    while Team.objects.exists():
        Team.objects.filter(children=None).delete()

    run = imported(TEAMS, content, chief)

    assert faults(run) == {}
    assert tree() == before


def tree() -> set[tuple[Any, ...]]:
    return set(Team.objects.values_list("name", "parent__name", "lead__username"))


def test_a_lead_who_may_not_sign_in_is_left_and_not_given_to_another_team(chief: User, house: None) -> None:
    run = imported(TEAMS, "Team,Lead\n=Middle,gone\nAba,gone\n", chief)
    assert counts(run) == {"duplicate": 1, "failed": 1}
    assert faults(run) == {3: ["no_such_person"]}


def test_rates_are_exported_as_the_list_is_filtered(chief: User, house: None) -> None:
    content = exported(RATES, chief, "csv", "currency=USD&sort=day")
    assert rows_of(content)[1:] == [["USD", "2026-01-01", "7.10000000"], ["USD", "2026-02-01", "7.00000000"]]


@pytest.mark.parametrize(("key", "page"), [(TEAMS, "core:team-list"), (RATES, "core:rate-list")])
def test_only_who_may_export_is_offered_it(
    chief: User,
    house: None,
    user_in: Callable[..., User],
    client_of: Callable[[User], Client],
    key: str,
    page: str,
) -> None:
    manager, address = user_in("manager"), f"{reverse('core:export-start')}?key={key}"
    assert address in client_of(chief).get(reverse(page)).content.decode()
    assert address not in client_of(manager).get(reverse(page)).content.decode()
    with pytest.raises(DomainError) as refused:
        request_export(key, query="", file_format="csv", by=manager)
    assert refused.value.code == "export_not_allowed"
