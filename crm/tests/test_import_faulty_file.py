"""A file of 5,000 rows with 150 faults of every kind: each is found on its line, no good row is refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.imports import import_now, start_run
from core.models import ImportRun, User
from crm.bench.faulty_file import KINDS, FaultyFile, write_file
from crm.bench.faulty_import import findings, stored_before
from customers.models import Customer

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS, FAULTS = 5_000, 150


@pytest.fixture
def admin(user_in) -> User:
    return user_in("administrator")


def imported(path: Path, by: User, *, dry_run: bool = False) -> ImportRun:
    with path.open("rb") as stream:
        run = start_run("customers.customer", stream, filename=path.name, by=by)
    return import_now(run, by=by, dry_run=dry_run)


def expected(written: FaultyFile) -> list[tuple[int, list[str]]]:
    return [(fault.line, [fault.code]) for fault in written.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_every_fault_is_found_on_its_line_and_no_good_row_is_refused(
    admin: User, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "customers.csv"
    written = write_file(path, rows=ROWS, faults=FAULTS, encoding=encoding)
    stored_before(written, admin, "file")
    before = Customer.objects.count()
    assert len(written.faults) == FAULTS
    assert {fault.kind for fault in written.faults} == set(KINDS)

    run = imported(path, admin, dry_run=True)
    assert run.dialect["encoding"] == encoding
    assert run.dialect["date_order"] == "ymd"
    assert findings(run) == expected(written)
    assert run.counts == {"created": ROWS - FAULTS, "faulty": FAULTS}

    run = imported(path, admin)
    assert findings(run) == expected(written)
    assert run.counts == {"created": ROWS - FAULTS, "failed": FAULTS}
    assert Customer.objects.count() - before == ROWS - FAULTS
    assert run.lines.count() == ROWS


def test_file_is_the_same_each_time(tmp_path: Path) -> None:
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    assert write_file(one, rows=300, faults=30) == write_file(two, rows=300, faults=30)
    assert one.read_bytes() == two.read_bytes()


# ---- with a worker that is killed ---------------------------------------------------------------------
INTERRUPTED = ["check", "import", "import", "undo"]


def killed_run(profile: str) -> dict:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "crm.chaos.faulty", "--profile", profile, "--rows", "5000", "--seed", "5"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.processes
@pytest.mark.once
def test_killed_worker_leaves_what_an_undisturbed_one_leaves() -> None:
    record = killed_run("embedded")

    assert [kill["step"] for kill in record["kills"]] == INTERRUPTED
    assert (record["made"], record["lines"], record["undone"]) == (4_850, 5_000, 4_850)
    assert record["pass"], record


@pytest.mark.processes
@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs redis-server, to start its own")
def test_killed_worker_leaves_the_same_in_production() -> None:
    record = killed_run("production")

    assert [kill["step"] for kill in record["kills"]] == INTERRUPTED
    assert record["pass"], record
