"""The pages of imports: the whole way through, with and without htmx; who may see what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.domain.imports import import_now
from core.models import ImportRun, User
from core.tasks import run_job
from core.tests.imports import begun, imported
from customers.models import Customer

TARGET = "customers.customer"
FILE = "客户编号,客户名称,等级\n1,甲,A+\n2,乙,核心\n3,丙,A+\n4,,核心\n"
HTMX = {"HX-Request": "true"}


def url(name: str, run: ImportRun) -> str:
    return reverse(f"core:import-{name}", args=[run.pk])


def options(by: User) -> dict[str, Any]:
    return {"mode": "upsert", "source_system": "crm", "owner": by.pk, "customer_kind": "organisation"}


def upload(client: Client, by: User, content: bytes, name: str = "客户.csv") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("core:import-create", args=[TARGET]), {**options(by), "file": file})


@pytest.fixture
def client(manager: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(manager)


def test_whole_way_without_javascript(client: Client, manager: User) -> None:
    assert client.get(reverse("core:import-create", args=[TARGET])).status_code == 200
    answer = upload(client, manager, FILE.encode("gb18030"))
    run = ImportRun.objects.get()
    assert answer["Location"] == url("dialect", run)
    assert "甲" in client.get(url("dialect", run)).content.decode()

    assert client.post(url("dialect", run), run.dialect)["Location"] == url("columns", run)
    page = client.get(url("columns", run)).content.decode()
    assert '<option value="external_id" selected>' in page

    columns = {f"column_{index}": key for index, key in run.mapping.items()}
    assert client.post(url("columns", run), {**columns, **options(manager)})["Location"] == url("check", run)
    assert "Waiting for the worker" in client.get(url("check", run)).content.decode()

    run.refresh_from_db()
    run_job(run.job_id)
    page = client.get(url("check", run)).content.decode()
    assert "3 rows need you" in page
    assert "Map A+ to …" in page

    repair = {"line": 2, "field": "tier", "value": "A+", "text": "core", "everywhere": "1"}
    assert client.post(url("repair", run), repair).status_code == 302
    assert client.post(url("skip", run), {"group": ""}).status_code == 302
    assert client.post(url("run", run))["Location"] == url("result", run)
    run.refresh_from_db()
    run_job(run.job_id)

    page = client.get(url("result", run)).content.decode()
    assert "Every row is accounted for" in page
    assert "3 created" in page
    assert Customer.objects.get(external_id="1").get_absolute_url() in page
    assert Customer.objects.filter(tier="core").count() == 3


def test_list_shows_imports_and_costs_the_same_for_any_number(client: Client, manager: User) -> None:
    imported(TARGET, FILE, manager)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as found:
            page = client.get(reverse("core:import-list"))
        costs.append(len(found))
        for _ in range(2):
            begun(TARGET, FILE, manager)

    assert "file.csv" in page.content.decode()
    assert costs[0] == costs[1]


def test_changed_format_renders_the_preview_only(client: Client, manager: User) -> None:
    run = begun(TARGET, FILE.encode("gb18030"), manager)
    asked = {**run.dialect, "encoding": "utf-8"}
    answer = client.get(url("dialect", run), asked, headers=HTMX).content.decode()

    assert "<html" not in answer
    assert "cell-bad" in answer
    run.refresh_from_db()
    assert run.dialect["encoding"] == "gb18030"


def test_same_file_again_is_said(client: Client, manager: User) -> None:
    imported(TARGET, FILE, manager)
    run = begun(TARGET, FILE, manager)

    assert "You imported this very file on" in client.get(url("dialect", run)).content.decode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04zipped", "The workbook is damaged"),
        (b"%PDF-1.7", "This is a PDF document"),
    ],
)
def test_refused_file_says_why_and_keeps_the_options(
    client: Client, manager: User, content: bytes, message: str
) -> None:
    answer = upload(client, manager, content)

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert 'value="crm"' in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_file_over_the_bound_is_refused_while_it_arrives(
    client: Client, manager: User, settings: Any
) -> None:
    settings.IMPORT_MAX_BYTES = 200_000
    answer = upload(client, manager, b"a,b\n" + b"1,2\n" * 100_000)

    assert answer.status_code == 422
    assert "larger than" in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_upload_without_a_token_is_refused(manager: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(manager)

    assert upload(strict, manager, FILE.encode()).status_code == 403


def test_missing_columns_are_named_and_nothing_chosen_is_lost(client: Client, manager: User) -> None:
    run = begun(TARGET, FILE, manager)
    answer = client.post(url("columns", run), {"column_2": "tier", **options(manager)})

    assert answer.status_code == 422
    assert "Choose the column for" in answer.content.decode()
    assert '<option value="tier" selected>' in answer.content.decode()


def test_faults_are_filtered_by_kind_and_mended_in_place(client: Client, manager: User) -> None:
    run = import_now(begun(TARGET, FILE, manager), by=manager, dry_run=True)
    page = client.get(url("faults", run), {"group": "missing"}, headers=HTMX).content.decode()
    assert "<html" not in page
    assert "A+" not in page

    answer = client.post(
        url("repair", run), {"line": 5, "field": "name", "text": "丁", "group": "missing"}, headers=HTMX
    )
    assert "Row 5 is in order." in answer.content.decode()
    assert 'hx-swap-oob="true"' in answer.content.decode()
    skipped = client.post(url("skip", run), {"line": 2}, headers=HTMX).content.decode()
    assert "1 row needs you" in skipped


def test_progress_leads_on_when_the_work_has_ended(client: Client, manager: User) -> None:
    run = begun(TARGET, FILE, manager)
    columns = {f"column_{index}": key for index, key in run.mapping.items()}
    client.post(url("columns", run), {**columns, **options(manager)})
    assert "HX-Redirect" not in client.get(url("progress", run), headers=HTMX)

    run.refresh_from_db()
    run_job(run.job_id)
    assert client.get(url("progress", run), headers=HTMX)["HX-Redirect"] == url("check", run)


def test_stopped_dry_run_leads_back_to_the_columns(client: Client, manager: User) -> None:
    run = begun(TARGET, FILE, manager)
    columns = {f"column_{index}": key for index, key in run.mapping.items()}
    client.post(url("columns", run), {**columns, **options(manager)})

    assert client.post(url("cancel", run), headers=HTMX)["HX-Redirect"] == url("columns", run)


def test_each_state_leads_to_its_page(client: Client, manager: User) -> None:
    run = begun(TARGET, FILE, manager)
    assert client.get(reverse("core:import-detail", args=[run.pk]))["Location"] == url("columns", run)
    run = import_now(run, by=manager, dry_run=True)
    assert client.get(reverse("core:import-detail", args=[run.pk]))["Location"] == url("check", run)
    run = import_now(run, by=manager)
    assert client.get(reverse("core:import-detail", args=[run.pk]))["Location"] == url("result", run)
    assert client.get(url("check", run))["Location"] == url("result", run)


def test_failed_rows_and_template_are_files(client: Client, manager: User) -> None:
    run = import_now(begun(TARGET, FILE, manager), by=manager)
    answer = client.get(url("failed-file", run))
    text = b"".join(answer.streaming_content).decode()
    assert answer["Content-Disposition"] == f'attachment; filename="failed-rows-{run.pk}.csv"'
    assert len(text.splitlines()) == 4

    template = client.get(reverse("core:import-template", args=[TARGET]), {"format": "csv"})
    headings = b"".join(template.streaming_content).decode("utf-8-sig").strip()
    columns = begun(TARGET, headings + "\n" + "x" + "," * headings.count(",") + "\n", manager)
    assert len(columns.mapping) == headings.count(",") + 1


def test_pages_are_for_who_may_import(
    client_of: Callable[[User], Client], user_in: Callable[..., User], manager: User
) -> None:
    run = begun(TARGET, FILE, manager)
    for role in ("agent", "trainer"):
        assert client_of(user_in(role)).get(reverse("core:import-list")).status_code == 403
    stranger = client_of(user_in("sales"))
    for name in ("dialect", "columns", "check", "faults", "progress", "result", "failed-file"):
        assert stranger.get(url(name, run)).status_code == 404
    for name in ("run", "cancel", "repair", "skip"):
        assert stranger.post(url(name, run)).status_code == 404
    analyst = client_of(user_in("analyst"))
    assert analyst.get(reverse("core:import-create", args=[TARGET])).status_code == 403
    assert analyst.get(reverse("core:import-create", args=["customers.order"])).status_code == 200
    assert analyst.get(reverse("core:import-create", args=["customers.moon"])).status_code == 404


def test_bad_input_is_never_a_crash(client: Client, manager: User) -> None:
    run = import_now(begun(TARGET, FILE, manager), by=manager, dry_run=True)
    assert client.post(url("skip", run), {"line": "x"}).status_code == 400
    assert client.post(url("repair", run), {"line": "2", "field": "moon", "text": "x"}).status_code == 400
    assert client.post(url("repair", run), {}).status_code == 400
    assert client.get(url("check", run), {"group": "moon", "after": "x"}).status_code == 200
    assert client.get(url("dialect", run), {"header_line": "-1"}).status_code == 200
    assert client.post(url("dialect", run), {**run.dialect, "header_line": "900"}).status_code == 422
