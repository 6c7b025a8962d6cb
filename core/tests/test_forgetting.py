"""Imports and actions on many rows are forgotten after their time: the counts stay, the data goes."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.choices import BulkOutcome, BulkState, ImportOutcome, ImportState, JobState
from core.domain import forgetting
from core.domain.bulk import counts_of, may_undo, run_bulk, undo_bulk
from core.domain.forgetting import forget_runs
from core.domain.imports import start_undo
from core.domain.imports.undoing import stop_undo
from core.errors import Conflict
from core.models import BulkRow, BulkRun, BulkSlice, ImportLine, ImportRun, Job, Organisation, User

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LONG_AGO, LATELY = NOW - timedelta(days=181), NOW - timedelta(days=179)


@pytest.fixture
def boss(user_in: Callable[..., User]) -> User:
    return user_in("administrator")


def imported(by: User, state: str = ImportState.DONE, at: datetime = LONG_AGO, **more: Any) -> ImportRun:
    run = ImportRun(
        target="customers.customer", filename="a.csv", state=state, created_by=by, created_at=at,
        profile={"columns": []}, repairs={"cells": {"1": {"name": "Li"}}}, counts={"created": 2, "failed": 1},
        finished_at=at if state == ImportState.DONE else None, **more,
    )  # fmt: skip
    run.file.save("a.csv", ContentFile(b"name\nLi\n"), save=False)
    run.save()
    outcomes = [(ImportOutcome.CREATED, ""), (ImportOutcome.CREATED, "done"), (ImportOutcome.FAILED, "")]
    for line, (outcome, undone) in enumerate(outcomes):
        ImportLine.objects.create(
            run=run, line=line, outcome=outcome, object_id=line, faults=[{"value": "Li"}],
            undo={"old": {"phone": "1"}}, undone=undone,
        )  # fmt: skip
    return run


def bulk(by: User, state: str = BulkState.DONE, at: datetime = LONG_AGO, **more: Any) -> BulkRun:
    run = BulkRun.objects.create(
        list_key="customers.customer", action="owner", created_by=by, state=state, created_at=at,
        finished_at=at if state == BulkState.DONE else None, query="q=139", values={"reason": ["x"]}, **more,
    )  # fmt: skip
    BulkRow.objects.create(run=run, object_id=1, outcome=BulkOutcome.CHANGED, label="Li", old={"phone": "1"})
    BulkRow.objects.create(run=run, object_id=2, outcome=BulkOutcome.REFUSED, label="Mei")
    BulkSlice.objects.create(run=run, number=0, ids=[1, 2])
    return run


def test_an_import_keeps_its_counts_and_nothing_else(boss: User, client_of: Callable[[User], Client]) -> None:
    run = imported(boss)
    path = Path(run.file.path)
    assert forget_runs(NOW)["imports"] == 1
    run.refresh_from_db()
    assert (run.file.name, run.profile, run.repairs, run.state) == ("", {}, {}, ImportState.DONE)
    assert run.counts == {"created": 2, "failed": 1}
    assert not path.exists()
    # That a record was taken back is still known: importing it again brings it back.
    assert list(run.lines.values_list("line", "undone", "undo", "faults")) == [(1, "done", None, [])]
    assert set(forget_runs(NOW).values()) == {0}
    client = client_of(boss)
    page = client.get(reverse("core:import-result", args=[run.pk]))
    assert "deleted after the time" in page.text and "Download failed rows" not in page.text
    assert client.get(reverse("core:import-failed-file", args=[run.pk])).status_code == 410


@pytest.mark.parametrize(
    ("state", "at", "after"),
    [
        (ImportState.UPLOADED, LONG_AGO, ImportState.CANCELLED),
        (ImportState.CHECKED, LONG_AGO, ImportState.CANCELLED),
        (ImportState.CANCELLED, LONG_AGO, ImportState.CANCELLED),
        (ImportState.FAILED, LONG_AGO, ImportState.FAILED),
        (ImportState.DONE, LATELY, None),
        (ImportState.UPLOADED, LATELY, None),
        # A dry run that hangs is open again and goes; the other two are stopped, and go after their time.
        (ImportState.CHECKING, LONG_AGO, ImportState.CANCELLED),
    ],
)
def test_which_imports_go(boss: User, state: str, at: datetime, after: str | None) -> None:
    run = imported(boss, state, at)
    forget_runs(NOW)
    run.refresh_from_db()
    assert (run.state, bool(run.file)) == ((after, False) if after else (state, True))
    assert run.lines.count() == (1 if after else 3)


AT_WORK = [ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING]


@pytest.mark.parametrize("state", AT_WORK)
def test_an_import_at_work_stays(boss: User, state: str) -> None:
    job = Job.objects.create(task="core.tasks.write_import", created_at=LONG_AGO)
    run = imported(boss, state, job=job)
    forget_runs(NOW)
    run.refresh_from_db()
    assert (run.state, bool(run.file), run.lines.count()) == (state, True, 3)


@pytest.mark.parametrize("job", [JobState.CANCELLED, JobState.DONE, None])
@pytest.mark.parametrize(
    ("state", "stopped"),
    [
        (ImportState.IMPORTING, ImportState.CANCELLED),
        (ImportState.UNDOING, ImportState.UNDO_STOPPED),
    ],
)
def test_an_import_whose_job_is_over_is_stopped_and_goes_in_its_time(
    boss: User, state: str, stopped: str, job: str | None
) -> None:
    row = Job.objects.create(task="core.tasks.write_import", state=job, created_at=LONG_AGO) if job else None
    run = imported(boss, state, job=row)
    assert forget_runs(NOW)["imports"] == 0
    run.refresh_from_db()
    assert (run.state, bool(run.file)) == (stopped, True)
    assert forget_runs(NOW + timedelta(days=181))["imports"] == 1


def test_an_import_that_was_taken_back_lately_stays(boss: User) -> None:
    run = imported(boss, undone_at=LATELY)
    forget_runs(NOW)
    run.refresh_from_db()
    assert run.file


def test_the_organisation_says_how_long(boss: User) -> None:
    Organisation.load()
    Organisation.objects.update(keep_run_days=200)
    imported(boss)
    assert forget_runs(NOW)["imports"] == 0
    Organisation.objects.update(keep_run_days=100)
    assert forget_runs(NOW)["imports"] == 1


def test_an_action_keeps_its_counts_and_has_no_way_back(
    boss: User, client_of: Callable[[User], Client]
) -> None:
    run, young = bulk(boss), bulk(boss, at=LATELY)
    assert may_undo(run, by=boss)
    found = forget_runs(NOW)
    assert (found["bulk_runs"], found["bulk_rows"]) == (1, 2)
    run.refresh_from_db()
    assert counts_of(run) == {"changed": 1, "refused": 1}
    assert (run.query, run.values) == ("", {})
    assert not may_undo(run, by=boss)
    assert not run.slices.exists()
    assert young.rows.count() == 2
    assert set(forget_runs(NOW).values()) == {0}
    page = client_of(boss).get(run.get_absolute_url())
    assert "deleted after the time" in page.text and "Refused" in page.text


def test_a_taking_back_that_was_stopped_lately_can_be_continued(boss: User) -> None:
    import_run = imported(boss, ImportState.UNDOING, LONG_AGO, attempt=2)
    stop_undo(import_run)
    stopped = Job.objects.create(
        task="core.tasks.undo_bulk", state=JobState.CANCELLED, created_at=LONG_AGO, finished_at=LATELY
    )
    run = bulk(boss, BulkState.UNDOING, job=stopped)
    BulkRun.objects.update(finished_at=LONG_AGO)
    found = forget_runs(NOW)
    assert (found["imports"], found["bulk_runs"]) == (0, 0)
    assert may_undo(run, by=boss)
    later = forget_runs(NOW + timedelta(days=181))
    assert (later["imports"], later["bulk_runs"]) == (1, 1)


def test_what_is_forgotten_is_not_gone_on_with(boss: User, client_of: Callable[[User], Client]) -> None:
    stopped, undone = bulk(boss, BulkState.RUNNING), bulk(boss, BulkState.UNDOING)
    run = imported(boss, ImportState.CANCELLED)
    forget_runs(NOW)
    for step in (lambda: run_bulk(stopped.pk), lambda: undo_bulk(undone.pk)):
        with pytest.raises(Conflict) as refused:
            step()
        assert refused.value.code == "action_forgotten"
    assert set(BulkRun.objects.values_list("state", flat=True)) == {BulkState.RUNNING, BulkState.UNDOING}
    with pytest.raises(Conflict) as refused:
        start_undo(run, by=boss)
    assert refused.value.code == "import_forgotten"
    client = client_of(boss)
    page = client.get(reverse("core:import-result", args=[run.pk])).text
    assert "What was written stays." in page and "the rest can follow" not in page
    assert client.get(reverse("core:import-undo", args=[run.pk])).status_code == 409


def test_only_what_is_due_is_touched_some_at_a_time(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_BATCH", 2)
    for _number in range(3):
        imported(boss)
        bulk(boss)
    found = forget_runs(NOW)
    assert (found["imports"], found["import_lines"], found["bulk_runs"], found["bulk_rows"]) == (3, 6, 3, 6)
    with CaptureQueriesContext(connection) as queries:
        assert set(forget_runs(NOW).values()) == {0}
    assert not [query for query in queries if "importline" in query["sql"] or "bulkrow" in query["sql"]]


@pytest.mark.parametrize(
    ("job", "gone"), [(JobState.RUNNING, 0), (JobState.PENDING, 0), (JobState.CANCELLED, 1), (None, 1)]
)
def test_an_action_at_work_stays(boss: User, job: str | None, gone: int) -> None:
    row = Job.objects.create(task="core.tasks.run_bulk", state=job, created_at=LONG_AGO) if job else None
    bulk(boss, BulkState.RUNNING, job=row)
    assert forget_runs(NOW)["bulk_runs"] == gone


def test_files_of_killed_uploads_and_without_a_run_are_swept(boss: User, settings: Any) -> None:
    kept = Path(imported(boss, at=LATELY).file.path)
    arriving = Path(settings.MEDIA_ROOT) / "imports" / "arriving"
    arriving.mkdir(parents=True)
    lost, fresh = kept.with_name("lost.csv"), arriving / "fresh"
    stale = arriving / "stale"
    for path in (lost, fresh, stale):
        path.write_bytes(b"x")
    old = (NOW - timedelta(days=2)).timestamp()
    for path in (lost, stale, kept):
        os.utime(path, (old, old))
    found = forget_runs(NOW)
    assert (found["arriving"], found["without_run"]) == (1, 1)
    assert [path.exists() for path in (kept, fresh, stale, lost)] == [True, True, False, False]
