"""Exports: harmless to spreadsheet programs, true to the list, only for who may, gone after a week."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.access import role_table
from core.choices import AuditAction, JobState
from core.domain.exports import delete_old_exports, path_of, request_export
from core.errors import DomainError
from core.exports import (
    KEPT_FOR,
    CsvSheet,
    XlsxSheet,
    harmless,
    unguarded,
)
from core.filters import UserFilterSet
from core.keyset import SortKey, iterate
from core.lists import Column, ListDefinition, _lists, list_named, register_list
from core.models import AuditEntry, Job, Notification, User
from core.tasks import run_job
from core.tests.factories import UserFactory

UTC = ZoneInfo("UTC")
TRIGGERS = "=+-@\t\r\n\0＝＋－＠"
AUDIT = "core.auditentry"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def csv_cells(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


# ---- the writer -------------------------------------------------------------------------------------
@given(st.text())
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert harmless(text).strip(" \u00a0\u3000\ufeff")[:1] not in set(TRIGGERS)
    assert unguarded(harmless(text)) == text or text.startswith("'")


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\u00a0 "])
def test_every_trigger_is_guarded_behind_blanks_too(trigger: str, blank: str) -> None:
    assert harmless(f"{blank}{trigger}cmd") == f"'{blank}{trigger}cmd"


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_csv_and_xlsx_hold_no_formula_whatever_the_text(values: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = Path(folder) / "a.csv", Path(folder) / "a.xlsx"
        for sheet in (CsvSheet(paths[0], UTC), XlsxSheet(paths[1], UTC, "T")):
            sheet.write(["Heading"] * len(values))
            sheet.write(values)
            sheet.close()
        cells = [cell for row in csv_cells(paths[0])[1:] for cell in row]
        assert not [cell for cell in cells if cell.strip(" \u00a0\u3000\ufeff")[:1] in set(TRIGGERS)]
        book = openpyxl.load_workbook(paths[1])
        assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}
        assert not [c for row in book.active.iter_rows() for c in row if c.data_type == "n" and c.value]


def test_values_keep_their_kind(tmp_path: Path) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    moment = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
    row = [
        "北京 ABC",
        -5,
        Decimal("-1280.50"),
        0.25,
        True,
        None,
        date(2026, 5, 1),
        moment,
        float("nan"),
        "007",
    ]
    for sheet in (CsvSheet(tmp_path / "a.csv", zone), XlsxSheet(tmp_path / "a.xlsx", zone, "a/b:c")):
        sheet.write(["h"] * len(row))
        sheet.write(row)
        sheet.close()
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    text = ["北京 ABC", "-5", "-1280.50", "0.25", "Yes", "", "2026-05-01", "2026-05-02 04:00:00", "", "007"]
    assert csv_cells(tmp_path / "a.csv")[1] == text
    cells = next(openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(min_row=2))
    assert [cell.value for cell in cells] == [
        "北京 ABC",
        -5,
        -1280.5,
        0.25,
        "Yes",
        None,
        datetime(2026, 5, 1),
        datetime(2026, 5, 2, 4),
        None,
        "007",
    ]


# ---- the job ----------------------------------------------------------------------------------------
USERS = ListDefinition(
    key="test.user",
    title="People",
    model=User,
    filterset_class=UserFilterSet,
    sort_keys={"name": SortKey("full_name", "Name")},
    default_sort="name",
    columns=[
        Column("name", "Name", lambda user: user.full_name),
        Column("login", "Login", lambda user: user.username),
    ],
    rows=lambda user: User.objects.visible_to(user),
)


@pytest.fixture
def people(monkeypatch: Any) -> Iterator[None]:
    """Let sales export the staff list for the length of a test."""
    table = role_table()
    reach, actions = table["core.user"]["sales"]
    monkeypatch.setitem(table["core.user"], "sales", (reach, actions | {"export"}))
    register_list(USERS)
    yield
    _lists.pop(USERS.key)


def finished(job: Job) -> Job:
    run_job(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.django_db
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_list_is_exported_as_filtered_and_sorted(
    file_format: str, people: None, user_in: Callable[..., User], media: Path
) -> None:
    by = user_in("sales", full_name="=HYPERLINK(1)")
    UserFactory(full_name="Anna Blum", is_active=False)
    UserFactory(full_name="Zoe Blum")
    UserFactory(full_name="Bea Blum")
    job = finished(
        request_export("test.user", query="q=blum&active=true&sort=-name", file_format=file_format, by=by)
    )
    assert (job.state, job.result["rows"]) == (JobState.DONE, 2)
    path = path_of(job.payload["token"], file_format)
    if file_format == "csv":
        names = [row[0] for row in csv_cells(path)]
    else:
        names = [row[0].value for row in openpyxl.load_workbook(path).active.iter_rows()]
    assert names == ["Name", "Zoe Blum", "Bea Blum"]
    assert [item.name for item in path.parent.iterdir()] == [path.name]


@pytest.mark.django_db
def test_the_export_is_written_into_the_audit_once(people: None, user_in: Callable[..., User]) -> None:
    by = user_in("sales")
    job = finished(request_export("test.user", query="active=true", file_format="csv", by=by))
    Job.objects.filter(pk=job.pk).update(state=JobState.PENDING)
    finished(job)
    entry = AuditEntry.objects.get(action=AuditAction.EXPORTED)
    assert (entry.actor, entry.subject_label) == (by, "People")
    assert entry.changes["filters"] == [None, {"active": ["true"]}]
    assert entry.note == f"CSV, {job.result['rows']} rows: May sign in: Yes"


@pytest.mark.django_db
def test_who_asked_is_told_and_led_to_the_file(
    people: None, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    by = user_in("sales")
    job = finished(request_export("test.user", query="", file_format="csv", by=by))
    assert Notification.objects.get(user=by).url == job.url
    response = client_of(by).get(job.url)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="user-')
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert b"".join(response.streaming_content).startswith(b"\xef\xbb\xbfName,Login\r\n")


@pytest.mark.django_db
def test_nobody_else_gets_the_file(
    people: None, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    job = finished(request_export("test.user", query="", file_format="csv", by=user_in("sales")))
    for role in ("sales", "administrator", "agent"):
        assert client_of(user_in(role)).get(job.url).status_code == 404


@pytest.mark.django_db
def test_rights_are_asked_again_when_the_job_runs_and_when_the_file_is_fetched(
    people: None, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    by = user_in("sales")
    first = finished(request_export("test.user", query="", file_format="csv", by=by))
    second = request_export("test.user", query="", file_format="csv", by=by)
    by.groups.set(Group.objects.filter(name="agent"))
    assert finished(second).state == JobState.FAILED
    assert not path_of(second.payload["token"], "csv").exists()
    assert client_of(by).get(first.url).status_code == 403


@pytest.mark.django_db
def test_a_request_is_checked_before_a_job_is_made(people: None, user_in: Callable[..., User]) -> None:
    sales = user_in("sales")
    cases = {
        "unknown_export": ("nothing", "", "csv", sales),
        "unknown_format": ("test.user", "", "pdf", sales),
        "bad_filter": ("test.user", "team=abc", "csv", sales),
        "export_not_allowed": ("test.user", "", "csv", user_in("agent")),
    }
    for code, (key, query, file_format, by) in cases.items():
        with pytest.raises(DomainError) as refused:
            request_export(key, query=query, file_format=file_format, by=by)
        assert refused.value.code == code
    assert Job.objects.count() == 0


@pytest.mark.django_db
def test_an_unfinished_and_an_expired_export_say_so(
    people: None, user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    by = user_in("sales")
    client = client_of(by)
    job = request_export("test.user", query="", file_format="csv", by=by)
    assert client.get(job.url).status_code == 409
    finished(job)
    path = path_of(job.payload["token"], "csv")
    old = (timezone.now() - KEPT_FOR - timedelta(hours=1)).timestamp()
    assert delete_old_exports(before=timezone.now() - KEPT_FOR) == 0
    os.utime(path, (old, old))
    assert delete_old_exports(before=timezone.now() - KEPT_FOR) == 1
    assert client.get(job.url).status_code == 410


@pytest.mark.django_db
def test_chunks_follow_each_other_without_loss(
    people: None, user_in: Callable[..., User], monkeypatch: Any
) -> None:
    monkeypatch.setattr("core.domain.exports.iterate", partial(iterate, chunk_size=2))
    by = user_in("sales")
    UserFactory.create_batch(7)
    job = finished(request_export("test.user", query="", file_format="csv", by=by))
    assert job.result["rows"] == User.objects.count()


@pytest.mark.django_db
def test_the_page_asks_for_a_format_and_leads_to_the_job(
    user_in: Callable[..., User], client_of: Callable[[User], Client]
) -> None:
    client = client_of(user_in("administrator"))
    address = reverse("core:export-start")
    asked = client.get(address, {"key": AUDIT, "query": "action=created"})
    assert "Created" in asked.content.decode()
    response = client.post(address, {"key": AUDIT, "query": "action=created", "format": "xlsx"})
    job = Job.objects.get()
    assert response.url == reverse("core:job-detail", args=[job.pk])
    assert finished(job).state == JobState.DONE
    assert client_of(user_in("manager")).get(address, {"key": AUDIT}).status_code == 403
    assert client.get(address).status_code == 404


def test_the_audit_list_is_registered() -> None:
    found = list_named(AUDIT)
    assert found is not None
    assert found.title == "Audit lines"
