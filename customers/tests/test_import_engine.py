"""The engine of imports: nothing half-written, nothing lost or doubled, whatever is killed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.choices import ImportState, JobState
from core.domain.imports import (
    cancel_import,
    earlier_import,
    import_now,
    map_value,
    preview,
    reconcile,
    repair_cell,
    run_check,
    run_import,
    set_columns,
    set_format,
    skip_lines,
    start_check,
    start_import,
    start_undo,
    walking,
)
from core.domain.imports.results import failed_rows
from core.domain.imports.running import begin_check, begin_import
from core.domain.jobs import MAX_ATTEMPTS, JobCancelled, request_cancel, retry_job
from core.errors import Conflict, DomainError
from core.models import AuditEntry, ImportLine, ImportRun, Job, Notification, User
from core.tasks import run_job
from core.tests.imports import begun, counts, faults, imported
from customers.models import Customer, Order, TimelineEvent

CUSTOMERS = "customers.customer"
ORDERS = "customers.order"
FILE = "客户编号,客户名称,等级\n" + "".join(f"{n:03d},客户{n},核心\n" for n in range(1, 26))
HISTORY = "customer id,date,amount\n" + "".join(
    f"{n % 4},2026-01-{n % 28 + 1:02d},{n}.50\n" for n in range(25)
)


class Killed(BaseException):
    """What `kill -9` looks like from inside."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "BATCH", 10)


def kill_after(rows: int) -> Callable[[int, int], None]:
    def step(done: int, total: int) -> None:
        if done >= rows:
            raise Killed

    return step


# ---- upload -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"PK\x03\x04garbage", "broken_workbook"),
        (b"%PDF-1.4", "pdf"),
        (bytes(range(256)) * 9, "binary"),
    ],
)
def test_refused_file_leaves_nothing_behind(manager: User, settings: Any, content: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        begun(CUSTOMERS, content, manager)

    assert refusal.value.code == code
    assert "file" in refusal.value.fields
    assert not ImportRun.objects.exists()
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_file_over_the_bound_is_refused_while_it_arrives(manager: User, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 2 * 1024 * 1024

    class Endless:
        taken = 0

        def read(self, size: int) -> bytes:
            self.taken += size
            return b"x" * size

    source = Endless()
    with pytest.raises(DomainError) as refusal:
        from core.domain.imports import start_run

        start_run(CUSTOMERS, source, filename="huge.csv", by=manager)  # type: ignore[arg-type]

    assert (refusal.value.code, source.taken) == ("too_large", 3 * 1024 * 1024)


def test_compressed_file_is_unpacked_within_the_bound(manager: User, settings: Any) -> None:
    run = begun(CUSTOMERS, gzip.compress(FILE.encode()), manager, name="customers.csv.gz")
    assert (run.filename, run.total_lines) == ("customers.csv.gz", 25)

    settings.IMPORT_MAX_BYTES = 1024 * 1024
    with pytest.raises(DomainError) as refusal:
        begun(CUSTOMERS, gzip.compress(b"0" * 3_000_000), manager, name="bomb.csv.gz")
    assert refusal.value.code == "unpacks_too_large"


def test_upload_needs_the_right_to_import(user_in: Callable[..., User]) -> None:
    for role in ("agent", "trainer", "analyst"):
        with pytest.raises(PermissionDenied):
            begun(CUSTOMERS, FILE, user_in(role))


def test_upload_recognises_format_and_columns(manager: User) -> None:
    run = begun(CUSTOMERS, FILE.encode("gb18030"), manager)

    assert (run.state, run.total_lines, run.dialect["encoding"]) == ("uploaded", 25, "gb18030")
    assert run.mapping == {"0": "external_id", "1": "name", "2": "tier"}


# ---- format and columns -----------------------------------------------------------------------------
def test_preview_shows_another_format_and_stores_nothing(manager: User) -> None:
    run = begun(CUSTOMERS, FILE.encode("gb18030"), manager)
    reading = preview(run, {"encoding": "big5"})

    assert reading.rows[0].cells[1] != "客户1"
    run.refresh_from_db()
    assert run.dialect["encoding"] == "gb18030"


def test_changed_format_maps_new_columns(manager: User) -> None:
    run = begun(CUSTOMERS, FILE.replace(",", ";"), manager)
    run = set_format(run, {"delimiter": ","}, by=manager)
    assert len(run.profile["columns"]) == 1

    run = set_format(run, {"delimiter": ";"}, by=manager)
    assert run.mapping == {"0": "external_id", "1": "name", "2": "tier"}


def test_unknown_format_is_refused(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    with pytest.raises(DomainError) as refusal:
        set_format(run, {"encoding": "rot13"}, by=manager)

    assert refusal.value.code == "unknown_format"


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        ({0: "name", 1: "name"}, "field_twice"),
        ({2: "tier"}, "columns_missing"),
        ({0: "shoe_size"}, "unknown_column"),
        ({77: "name"}, "unknown_column"),
    ],
)
def test_wrong_columns_are_refused(manager: User, mapping: dict[int, str], code: str) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    with pytest.raises(DomainError) as refusal:
        set_columns(run, mapping, by=manager)

    assert refusal.value.code == code


def test_duplicated_heading_is_left_to_the_person(manager: User) -> None:
    run = begun(ORDERS, "customer id,amount,amount,date\n1,2,3,2026-01-05\n", manager)
    assert run.mapping == {"0": "customer_external_id", "3": "ordered_on"}

    with pytest.raises(DomainError) as refusal:
        start_check(run, by=manager)
    assert refusal.value.code == "columns_missing"
    assert "Amount" in refusal.value.message


# ---- dry run and import -----------------------------------------------------------------------------
def test_dry_run_writes_nothing_but_its_findings(manager: User) -> None:
    run = imported(CUSTOMERS, FILE + "026,,核心\n", manager, dry_run=True)

    assert (run.state, counts(run)) == ("checked", {"created": 25, "faulty": 1})
    assert faults(run) == {27: ["required"]}
    assert not Customer.objects.exists()
    assert not TimelineEvent.objects.exists()


def test_import_accounts_for_every_line(manager: User) -> None:
    run = imported(CUSTOMERS, FILE + "026,,核心\n", manager)

    assert (run.state, counts(run)) == ("done", {"created": 25, "failed": 1})
    assert list(run.lines.order_by("line").values_list("line", flat=True)) == list(range(2, 28))
    assert Customer.objects.count() == 25
    assert run.finished_at is not None


def test_second_import_of_a_file_changes_nothing(manager: User) -> None:
    imported(CUSTOMERS, FILE, manager)
    versions = list(Customer.objects.order_by("pk").values_list("version", "updated_at"))
    again = imported(CUSTOMERS, FILE, manager)

    assert counts(again) == {"duplicate": 25}
    assert list(Customer.objects.order_by("pk").values_list("version", "updated_at")) == versions


def test_earlier_import_of_the_same_file_is_named(manager: User, user_in: Callable[..., User]) -> None:
    first = imported(CUSTOMERS, FILE, manager)
    again = begun(CUSTOMERS, FILE, manager)

    assert earlier_import(again, by=manager) == first
    assert earlier_import(begun(CUSTOMERS, FILE + "x,y,\n", manager), by=manager) is None
    assert earlier_import(again, by=user_in("manager")) is None


def test_import_leaves_one_audit_line(manager: User) -> None:
    run = imported(CUSTOMERS, FILE, manager)
    line = AuditEntry.objects.about(run).get()

    assert (line.action, line.actor, line.note) == ("imported", manager, "customers.customer: created 25")
    assert not AuditEntry.objects.filter(action="created").exists()


def test_import_is_written_in_the_name_of_who_starts_it(manager: User, user_in: Callable[..., User]) -> None:
    boss = user_in("administrator")
    run = begun(CUSTOMERS, FILE, manager)
    import_now(run, by=manager, dry_run=True)
    assert run.started_by == manager
    run_job(start_import(run, by=boss).pk)
    run.refresh_from_db()

    assert (run.created_by, run.started_by, run.state) == (manager, boss, "done")
    assert set(Customer.objects.values_list("created_by", flat=True)) == {boss.pk}
    lines = AuditEntry.objects.about(run).order_by("pk").values_list("action", "actor")
    assert list(lines) == [("ran", boss.pk), ("imported", boss.pk)]


def test_import_of_an_uploader_who_left_is_started_by_somebody_else(
    manager: User, user_in: Callable[..., User]
) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    import_now(run, by=manager, dry_run=True)
    User.objects.filter(pk=manager.pk).update(is_active=False)
    run_job(start_import(run, by=user_in("administrator")).pk)
    run.refresh_from_db()

    assert (run.state, Customer.objects.count()) == ("done", 25)


def test_stopped_import_is_told_of_who_started_it(manager: User, user_in: Callable[..., User]) -> None:
    boss = user_in("administrator")
    run = begun(CUSTOMERS, FILE, manager)
    import_now(run, by=manager, dry_run=True)
    request_cancel(start_import(run, by=boss), by=manager)

    assert AuditEntry.objects.about(run).get(action="imported").actor == boss


def test_import_needs_a_dry_run_first(manager: User) -> None:
    with pytest.raises(Conflict):
        start_import(begun(CUSTOMERS, FILE, manager), by=manager)


def test_costs_of_a_batch_do_not_grow_with_its_rows(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "BATCH", 1_000)
    queries = []
    imported(ORDERS, "customer id,date,amount\n0,2026-01-01,1\n", manager)
    for rows in (3, 12):
        text = "customer id,date,amount\n" + "".join(f"{rows}-{n},2026-01-05,{n}\n" for n in range(rows))
        with CaptureQueriesContext(connection) as found:
            imported(ORDERS, text, manager)
        queries.append(len(found))

    assert queries[0] == queries[1]


# ---- jobs -------------------------------------------------------------------------------------------
def test_both_steps_run_as_jobs_and_tell_the_person(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    run_job(start_check(run, by=manager).pk)
    run.refresh_from_db()
    assert run.state == ImportState.CHECKED

    job = start_import(run, by=manager)
    run_job(job.pk)
    run.refresh_from_db()
    job.refresh_from_db()
    assert (run.state, job.state, job.result) == ("done", JobState.DONE, {"created": 25})
    assert Notification.objects.filter(user=manager, kind="core.job_done").count() == 2


def test_only_one_dry_run_at_a_time(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    start_check(run, by=manager)
    with pytest.raises(Conflict):
        start_check(run, by=manager)
    with pytest.raises(Conflict):
        set_columns(run, {1: "name"}, by=manager)


def test_right_lost_before_the_job_runs_stops_it(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    import_now(run, by=manager, dry_run=True)
    job = start_import(run, by=manager)
    manager.groups.clear()
    run_job(job.pk)
    run.refresh_from_db()
    job.refresh_from_db()

    assert (run.state, job.state) == ("failed", JobState.FAILED)
    assert "may no longer import" in run.error
    assert not Customer.objects.exists()


@pytest.mark.parametrize("step", [run_check, run_import])
def test_right_lost_on_the_way_stops_it_after_the_batch(manager: User, step: Callable[..., Any]) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    if step is run_import:
        import_now(run, by=manager, dry_run=True)
    (begin_check if step is run_check else begin_import)(run, by=manager)

    def loses_office(done: int, total: int) -> None:
        if done >= 10:
            manager.groups.clear()

    with pytest.raises(DomainError, match="may no longer import"):
        step(run.pk, run.attempt, on_progress=loses_office)
    run.refresh_from_db()
    assert (run.state, counts(run)) == ("uploaded" if step is run_check else "failed", {"created": 10})


# ---- killed, doubled, stopped -----------------------------------------------------------------------
@pytest.mark.parametrize("target", [CUSTOMERS, ORDERS])
@pytest.mark.parametrize("rows", [0, 10, 20, 25])
def test_killed_import_goes_on_without_loss_or_double(manager: User, target: str, rows: int) -> None:
    content = FILE if target == CUSTOMERS else HISTORY
    run = begun(target, content, manager)
    import_now(run, by=manager, dry_run=True)
    begin_import(run, by=manager)
    with pytest.raises(Killed):
        run_import(run.pk, run.attempt, on_progress=kill_after(rows))
    assert run.lines.count() == rows

    run_import(run.pk, run.attempt)
    run.refresh_from_db()
    assert (run.state, run.counts["created"], run.lines.count()) == ("done", 25, 25)
    assert (Customer if target == CUSTOMERS else Order).objects.count() == 25
    assert counts(imported(target, content, manager)) == {"duplicate": 25}


def test_killed_dry_run_goes_on_with_what_it_remembered(manager: User) -> None:
    content = FILE + "003,另一个名字,核心\n"
    run = begun(CUSTOMERS, content, manager)
    begin_check(run, by=manager)
    with pytest.raises(Killed):
        run_check(run.pk, run.attempt, on_progress=kill_after(20))
    run_check(run.pk, run.attempt)
    run.refresh_from_db()

    assert (run.state, counts(run)) == ("checked", {"created": 25, "faulty": 1})
    assert faults(run) == {27: ["same_key_twice"]}


def test_second_worker_on_the_same_import_doubles_nothing(manager: User) -> None:
    run = begun(ORDERS, HISTORY, manager)
    import_now(run, by=manager, dry_run=True)
    begin_import(run, by=manager)
    started: list[bool] = []

    def second_worker(done: int, total: int) -> None:
        if not started:
            started.append(True)
            run_import(run.pk, run.attempt)

    run_import(run.pk, run.attempt, on_progress=second_worker)
    run.refresh_from_db()

    assert (run.state, counts(run)) == ("done", {"created": 25, "new_customers": 4})
    assert (Order.objects.count(), Customer.objects.count()) == (25, 4)


def test_worker_of_an_earlier_attempt_writes_nothing(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    import_now(run, by=manager, dry_run=True)
    begin_import(run, by=manager)

    assert run_import(run.pk, run.attempt - 1) == {}
    assert not Customer.objects.exists()


def test_finished_import_run_again_changes_nothing(manager: User) -> None:
    run = imported(CUSTOMERS, FILE, manager)
    assert run_import(run.pk, run.attempt) == {}
    assert ImportLine.objects.count() == 25


def test_stopped_import_keeps_what_it_wrote_and_can_go_on(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    import_now(run, by=manager, dry_run=True)
    begin_import(run, by=manager)

    def stop(done: int, total: int) -> None:
        if done >= 10:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        run_import(run.pk, run.attempt, on_progress=stop)
    run.refresh_from_db()
    assert (run.state, counts(run), Customer.objects.count()) == ("cancelled", {"created": 10}, 10)

    run_job(start_import(run, by=manager).pk)
    run.refresh_from_db()
    assert (run.state, counts(run), Customer.objects.count()) == ("done", {"created": 25}, 25)


def test_stopped_dry_run_is_open_again(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    job = start_check(run, by=manager)
    cancel_import(run, by=manager)

    assert (run.state, Job.objects.get(pk=job.pk).state) == ("uploaded", JobState.CANCELLED)
    start_check(run, by=manager)


def test_import_follows_a_job_that_was_stopped_elsewhere(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    import_now(run, by=manager, dry_run=True)
    job = start_import(run, by=manager)
    request_cancel(job, by=manager)

    assert reconcile(run).state == "cancelled"


@pytest.mark.parametrize(("dry_run", "state"), [(True, "uploaded"), (False, "cancelled")])
def test_run_ends_with_its_job_whoever_stops_that(manager: User, dry_run: bool, state: str) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    if dry_run:
        job = start_check(run, by=manager)
    else:
        import_now(run, by=manager, dry_run=True)
        job = start_import(run, by=manager)
    request_cancel(job, by=manager)

    # Nobody opened the page of the import.
    assert ImportRun.objects.get(pk=run.pk).state == state


def test_undo_ends_with_its_job(manager: User) -> None:
    run = imported(CUSTOMERS, FILE, manager)
    request_cancel(start_undo(run, by=manager), by=manager)

    assert ImportRun.objects.get(pk=run.pk).state == "undo_stopped"


def test_run_ends_when_its_job_is_worn_out(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    job = start_check(run, by=manager)
    Job.objects.filter(pk=job.pk).update(attempts=MAX_ATTEMPTS)
    run_job(job.pk)
    run.refresh_from_db()

    assert (run.state, "died" in run.error) == ("uploaded", True)


def test_dry_run_whose_job_is_started_again_goes_on(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    job = start_check(run, by=manager)
    request_cancel(job, by=manager)
    retry_job(job, by=manager)
    run_job(job.pk)
    run.refresh_from_db()

    assert (run.state, counts(run)) == ("checked", {"created": 25})


def test_dry_run_that_goes_on_asks_again_for_what_every_row_needs(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    job = start_check(run, by=manager)
    request_cancel(job, by=manager)
    ImportRun.objects.update(mapping={})
    retry_job(job, by=manager)
    run_job(job.pk)
    run.refresh_from_db()

    assert (run.state, "Choose the column" in run.error) == ("uploaded", True)


@pytest.mark.parametrize(("days", "state"), [(1, "importing"), (91, "cancelled")])
def test_run_whose_job_was_deleted_is_stopped(manager: User, days: int, state: str) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    ImportRun.objects.update(state="importing", created_at=timezone.now() - timedelta(days=days))
    run.refresh_from_db()

    assert reconcile(run).state == state


def test_cancelled_job_that_is_started_again_goes_on(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    import_now(run, by=manager, dry_run=True)
    job = start_import(run, by=manager)
    cancel_import(run, by=manager)
    retry_job(job, by=manager)
    run_job(job.pk)
    run.refresh_from_db()

    assert (run.state, Customer.objects.count()) == ("done", 25)


def test_file_that_is_gone_is_said(manager: User) -> None:
    run = begun(CUSTOMERS, FILE, manager)
    run.file.storage.delete(run.file.name)
    job = start_check(run, by=manager)
    run_job(job.pk)
    run.refresh_from_db()

    assert run.state == "uploaded"
    assert "no longer there" in run.error


def test_row_that_the_database_refuses_does_not_take_others_down(manager: User) -> None:
    from customers.imports.customers import CustomerSession

    class Doubling(CustomerSession):
        """Sees no duplicates: what a race between two imports looks like to the database."""

        def remember(self, rows: Any) -> None:
            return None

    run = begun(CUSTOMERS, FILE + "003,另一个,核心\n", manager)
    import_now(run, by=manager, dry_run=True)
    begin_import(run, by=manager)
    work = walking.Work(run, manager)
    work.session = Doubling(options=run.options, by=manager)
    from core.domain.imports.writing import write

    for batch in work.batches():
        write(work, batch, *work.split(batch))
    run.refresh_from_db()

    assert run.lines.count() == 26
    assert run.counts["created"] == 25
    assert Customer.objects.filter(external_id="003").count() == 1


# ---- repairs ----------------------------------------------------------------------------------------
BROKEN = (
    "客户编号,客户名称,等级,首次合作\n"
    "1,甲,A+,2020-01-05\n2,乙,A+,2099-01-05\n3,,核心,2020-01-05\n4,丁,核心,2020-01-05\n"
)


def test_value_is_mapped_in_all_rows_alike(manager: User) -> None:
    run = imported(CUSTOMERS, BROKEN, manager, dry_run=True)
    assert counts(run) == {"faulty": 3, "created": 1}

    assert map_value(run, "tier", "A+", "核心", by=manager) == 2
    run.refresh_from_db()
    assert (counts(run), faults(run)) == (
        {"faulty": 2, "created": 2},
        {3: ["date_in_future"], 4: ["required"]},
    )


def test_cell_is_repaired_in_place_and_the_import_uses_it(manager: User) -> None:
    run = imported(CUSTOMERS, BROKEN, manager, dry_run=True)
    map_value(run, "tier", "A+", "核心", by=manager)
    assert repair_cell(run, 4, "name", "丙", by=manager) is None
    left = repair_cell(run, 3, "since", "2021-13-05", by=manager)
    assert left is not None
    assert left.faults[0]["code"] == "no_such_day"
    repair_cell(run, 3, "since", "2021-01-05", by=manager)
    run.refresh_from_db()
    assert counts(run) == {"created": 4}

    begin_import(run, by=manager)
    run_import(run.pk, run.attempt)
    assert list(Customer.objects.order_by("external_id").values_list("name", "tier")) == [
        ("甲", "core"), ("乙", "core"), ("丙", "core"), ("丁", "core"),
    ]  # fmt: skip


def test_repaired_key_is_checked_against_the_rows_above(manager: User) -> None:
    run = imported(CUSTOMERS, "客户编号,客户名称\n1,甲\n3E+20,乙\n", manager, dry_run=True)
    left = repair_cell(run, 3, "external_id", "1", by=manager)

    assert left is not None
    assert left.code == "same_key_twice"


def test_skipped_rows_are_left_out_and_said(manager: User) -> None:
    run = imported(CUSTOMERS, BROKEN, manager, dry_run=True)
    assert skip_lines(run, lines=[4], by=manager) == 1
    assert skip_lines(run, group="date", by=manager) == 0
    assert skip_lines(run, by=manager) == 2
    assert counts(run) == {"created": 1, "skipped": 3}

    begin_import(run, by=manager)
    run_import(run.pk, run.attempt)
    run.refresh_from_db()
    assert counts(run) == {"created": 1, "skipped": 3}
    assert run.lines.count() == 4


def test_skipped_rows_stay_skipped_when_checked_again(manager: User) -> None:
    run = imported(CUSTOMERS, BROKEN, manager, dry_run=True)
    skip_lines(run, lines=[4], by=manager)
    import_now(run, by=manager, dry_run=True)

    assert counts(run) == {"faulty": 2, "created": 1, "skipped": 1}


def test_repairs_end_with_the_import(manager: User) -> None:
    run = imported(CUSTOMERS, BROKEN, manager)
    for call in (
        lambda: repair_cell(run, 4, "name", "丙", by=manager),
        lambda: map_value(run, "tier", "A+", "核心", by=manager),
        lambda: skip_lines(run, by=manager),
    ):
        with pytest.raises(Conflict):
            call()


def test_repair_of_a_row_without_fault_is_refused(manager: User) -> None:
    run = imported(CUSTOMERS, BROKEN, manager, dry_run=True)
    with pytest.raises(DomainError) as refusal:
        repair_cell(run, 5, "name", "x", by=manager)

    assert refusal.value.code == "not_faulty"


def test_file_of_failed_rows_can_be_imported_again(manager: User) -> None:
    run = imported(
        CUSTOMERS, BROKEN.replace("丁", "=cmd()").replace(",核心,2020-01-05\n4", ",核心,\n4"), manager
    )
    text = "".join(failed_rows(run))
    lines = text.lstrip("\ufeff").splitlines()

    assert lines[0] == "客户编号,客户名称,等级,首次合作,Row,What is wrong"
    assert lines[1].startswith('1,甲,A+,2020-01-05,2,"Tier: Not one of')
    assert len(lines) == 4
    again = imported(CUSTOMERS, text.replace("A+", "core").replace("2099-", "2021-"), manager)
    assert counts(again) == {"created": 2, "failed": 1}


def test_failed_rows_are_safe_for_spreadsheets(manager: User) -> None:
    run = imported(CUSTOMERS, "客户名称,等级\n=HYPERLINK(1),A+\n", manager)

    assert "'=HYPERLINK(1),A+" in "".join(failed_rows(run))
