"""Followers of changes hear of every audit line that changes a record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from core.choices import AuditAction
from core.domain import changed
from core.domain.audit import record
from core.models import Team
from core.tests.factories import TeamFactory


@pytest.fixture
def heard() -> Iterator[list[tuple[Any, list[int]]]]:
    calls: list[tuple[Any, list[int]]] = []

    def follower(model: Any, ids: Sequence[int]) -> None:
        calls.append((model, list(ids)))

    changed.register_follower("test", follower)
    yield calls
    del changed._followers["test"]


@pytest.mark.django_db
def test_a_follower_hears_of_a_changed_record(heard: list[Any]) -> None:
    team = TeamFactory()
    record(AuditAction.CHANGED, by=None, subject=team)
    assert heard == [(Team, [team.pk])]


@pytest.mark.django_db
def test_looking_at_a_record_changes_nothing(heard: list[Any]) -> None:
    record(AuditAction.EXPORTED, by=None, subject=TeamFactory())
    assert heard == []


def test_no_rows_call_nobody(heard: list[Any]) -> None:
    changed.records_changed(Team, [])
    assert heard == []
