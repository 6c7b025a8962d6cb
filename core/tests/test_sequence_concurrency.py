"""The sequence of changes under real concurrency: a reader never misses what commits late."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connections, transaction

from core.domain import sequence
from core.domain.sequence import changes_since, note_changes
from core.models import RecordChange, Team
from core.tests.factories import TeamFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def teams_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "_followed", {Team})


def in_thread(pool: ThreadPoolExecutor, call: Any) -> Any:
    def run() -> Any:
        try:
            return call()
        finally:
            connections.close_all()

    return pool.submit(run)


def test_a_change_that_commits_late_is_read_later_not_never() -> None:
    early, late = TeamFactory(), TeamFactory()
    RecordChange.objects.all().delete()
    written, may_commit = Event(), Event()

    def slow() -> None:
        with transaction.atomic():
            note_changes(Team, [early.pk])
            written.set()
            assert may_commit.wait(20)

    with ThreadPoolExecutor(1) as pool:
        done = in_thread(pool, slow)
        assert written.wait(20)
        note_changes(Team, [late.pk])
        first = changes_since(Team, 0, limit=10)
        assert [pk for pk, _seq in first.places] == [late.pk]
        may_commit.set()
        done.result(20)
    second = changes_since(Team, first.next_since, limit=10)
    assert [pk for pk, _seq in second.places] == [early.pk]


def test_many_writers_and_readers_number_each_change_once() -> None:
    teams = [TeamFactory() for _ in range(20)]
    RecordChange.objects.all().delete()

    def write(team: Team) -> None:
        note_changes(Team, [team.pk])

    def read(_number: int) -> None:
        changes_since(Team, 0, limit=100)

    with ThreadPoolExecutor(6) as pool:
        waiting = [in_thread(pool, lambda team=team: write(team)) for team in teams]
        waiting += [in_thread(pool, lambda n=n: read(n)) for n in range(10)]
        for one in waiting:
            one.result(30)
    found = changes_since(Team, 0, limit=100)
    assert sorted(pk for pk, _seq in found.places) == sorted(team.pk for team in teams)
    assert len({seq for _pk, seq in found.places}) == len(teams)
