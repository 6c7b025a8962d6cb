"""A hundred thousand rows with three thousand faults through dry run and import: seconds, memory, counts.

    python -m crm.bench.faulty_import --encoding gb18030

runs on the database that the environment names, in a process of its own, and prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.models import ImportRun, User
    from crm.bench.faulty_file import FaultyFile
    from crm.bench.report import Report

ENCODINGS = ("utf-8", "gb18030")


def bench_faulty_file(report: Report, rows: int) -> None:
    """Import the file in both encodings, each in a process of its own, so that its memory is its own."""
    for encoding in ENCODINGS:
        command = [sys.executable, "-m", "crm.bench.faulty_import", "--fresh"]
        command += ["--encoding", encoding, "--rows", str(rows)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 (our own)
        found = json.loads(done.stdout.splitlines()[-1])
        what = f"import of {rows:,} rows, {found['faults']:,} of them faulty, {encoding}"
        report.add(f"{what}: dry run and import", f"{found['seconds']:.0f} s", "120 s", found["seconds"])
        report.add(f"{what}: memory", f"{found['megabytes']:.0f} MB", "300 MB", found["megabytes"])
        counts = f"{found['accepted']:,} + {found['rejected']:,}, {found['wrong']}"
        sound = f"{rows - found['faults']:,} + {found['faults']:,}, 0"
        report.add(f"{what}: accepted + rejected, wrongly judged", counts, sound)


def stored_before(written: FaultyFile, by: User, source: str) -> None:
    """Make the customers whose keys some faulty rows name."""
    from django.utils import timezone

    from customers.models import Customer, Metrics, OrderTotals

    own = {"owner": by, "team": by.team, "source_system": source}
    rows = [Customer(name=key, external_id=key, deleted_at=timezone.now(), **own) for key in written.recycled]
    rows += [Customer(name=key, external_id=key, **own) for key in written.numbers]
    # The file in the other encoding names the same ones.
    there = set(
        Customer.objects.filter(credit_code__in=written.credit_codes).values_list("credit_code", flat=True)
    )
    rows += [
        Customer(name=code, credit_code=code, owner=by, team=by.team)
        for code in written.credit_codes
        if code not in there
    ]
    for number, row in enumerate(rows):
        row.code = f"B-{source}-{number:05}"
    Customer.objects.bulk_create(rows)
    Metrics.objects.bulk_create([Metrics(customer=row) for row in rows])
    OrderTotals.objects.bulk_create([OrderTotals(customer=row) for row in rows])


def findings(run: ImportRun) -> list[tuple[int, list[str]]]:
    """Return (line, codes) of the rows that were refused."""
    lines = run.lines.filter(outcome__in=["faulty", "failed"]).order_by("line").values_list("line", "faults")
    return [(line, [fault["code"] for fault in faults]) for line, faults in lines.iterator()]


def measure(rows: int, encoding: str) -> dict[str, Any]:
    """Import a fresh file and return the figures."""
    from core.domain.imports import import_now, start_run
    from core.models import User
    from crm.bench.faulty_file import write_file
    from crm.bench.people import LOGIN

    by = User.objects.get(username=LOGIN)
    source = f"faulty-{encoding}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        written = write_file(path, rows=rows, faults=rows * 3 // 100, encoding=encoding)
        stored_before(written, by, source)
        began, used = time.perf_counter(), time.process_time()
        with path.open("rb") as stream:
            run = start_run(
                "customers.customer", stream, filename=path.name, by=by, options={"source_system": source}
            )
        run = import_now(run, by=by)
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
    expected = [(fault.line, [fault.code]) for fault in written.faults]
    found = findings(run)
    rejected = run.counts.get("failed", 0)
    return {
        "rows": rows,
        "faults": len(written.faults),
        "seconds": seconds,
        "cpu": cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "accepted": sum(run.counts.get(name, 0) for name in ("created", "updated", "duplicate")),
        "rejected": rejected,
        "wrong": len(set(map(repr, expected)) ^ set(map(repr, found))),
    }


def main() -> None:
    """Measure on the database of the environment."""
    parser = argparse.ArgumentParser(prog="python -m crm.bench.faulty_import", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--encoding", choices=ENCODINGS, default="utf-8")
    parser.add_argument("--fresh", action="store_true", help="migrate first and make the person who imports")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    import django

    django.setup()
    if options.fresh:
        _prepare()
    print(json.dumps(measure(options.rows, options.encoding)))


def _prepare() -> None:
    from django.core.management import call_command

    from crm.bench.people import administrator

    call_command("migrate", verbosity=0)
    administrator()


if __name__ == "__main__":
    main()
