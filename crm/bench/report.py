"""Measure everything and write it down."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from core.domain.roles import give_role
from core.models import Team, User
from crm.bench.audit import bench_audit
from crm.bench.cdnow import bench_cdnow
from crm.bench.faulty_import import bench_faulty_file
from crm.bench.pages import bench_pages
from crm.bench.search import bench_search, one_team, with_terms


@dataclass
class Report:
    """Lines of the page, collected while measuring."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, figure: str, aim: str = "") -> None:
        """Print a figure and keep it for the page."""
        print(f"{what:<70} {figure:>18}  {aim}", flush=True)
        self.rows.append((what, figure, aim))

    @contextmanager
    def timed(self, what: str, aim: str = "") -> Iterator[None]:
        """Time a block in seconds."""
        start = time.perf_counter()
        yield
        self.add(what, f"{time.perf_counter() - start:.1f} s", aim)


def measure_all(*, customers: int, output: Path) -> None:
    """Run all parts on an empty, migrated database and write `output`."""
    call_command("migrate", verbosity=0)
    user = User.objects.create_user("bench", full_name="Bench", team=Team.objects.create(name="Bench"))
    give_role(user, "administrator")
    report = Report()
    bench_cdnow(report, user)
    bench_faulty_file(report)
    bench_pages(report, user, customers)
    with_terms(report)
    bench_search(report, user, one_team())
    bench_audit(report, user)
    write_page(report, output, on=timezone.localdate())


def write_page(report: Report, output: Path, *, on: date) -> None:
    """Write the figures as a Markdown table, keeping what other profiles measured."""
    engine = connection.vendor
    lines = [
        f"## {'SQLite' if engine == 'sqlite' else 'PostgreSQL'}, {on.isoformat()}",
        "",
        f"Python {platform.python_version()} on {platform.machine()}.",
        "",
        "| what | measured | aim |",
        "|---|---|---|",
        *(f"| {what} | {figure} | {aim} |" for what, figure, aim in report.rows),
        "",
    ]
    head = (
        "# Benchmarks\n\nWritten by `make bench` on SQLite, and on an empty PostgreSQL database with"
        " `DATABASE_URL=… make bench`. Ratios matter more than seconds.\n"
    )
    parts = {"sqlite": "", "postgresql": ""}
    if output.exists():
        for part in output.read_text().split("\n## ")[1:]:
            parts["sqlite" if part.startswith("SQLite") else "postgresql"] = "## " + part.rstrip() + "\n"
    parts[engine] = "\n".join(lines)
    output.write_text(head + "\n" + "\n".join(part for part in parts.values() if part))
