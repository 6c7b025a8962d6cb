"""A faulty file through dry run, import and undo, while the worker is killed at drawn moments.

    python -m crm.chaos.faulty --profile embedded --rows 5000 --seed 3

prints one line of JSON: what was found, what is stored, and whether that is what an undisturbed run leaves.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import django

from crm.chaos.ground import Ground, Processes

#: How often the worker is killed in each step.
KILLS = {"check": 1, "import": 2, "undo": 1}


@dataclass
class Faulty:
    """One file, one person, and a worker that does not live long."""

    processes: Processes
    asked: argparse.Namespace
    rng: random.Random
    kills: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> dict[str, Any]:
        """Do the three steps under fire and return what is left of them."""
        from core.domain.imports import start_check, start_import, start_undo
        from crm.bench.faulty_import import findings
        from customers.models import Customer, TimelineEvent

        by, run, written = self._begin()
        stored = Customer.objects.count()
        expected = [(fault.line, [fault.code]) for fault in written.faults]
        good = self.asked.rows - len(expected)
        told = TimelineEvent.objects.count()
        self._step("check", start_check(run, by=by))
        is_checked = findings(run) == expected and self._counts(run) == (good, len(expected))
        self._step("import", start_import(run, by=by))
        is_imported = findings(run) == expected and self._counts(run) == (good, len(expected))
        made = Customer.objects.count() - stored
        lines = run.lines.count()
        names = Customer.objects.order_by("code").values_list("code", flat=True).distinct().count()
        events = TimelineEvent.objects.filter(kind="created").count() - told
        self._step("undo", start_undo(run, by=by))
        run.refresh_from_db()
        left = Customer.objects.filter(deleted_at__isnull=True).count()
        return {
            "rows": self.asked.rows, "faults": len(expected), "made": made, "lines": lines, "events": events,
            "kills": self.kills, "undone": run.counts.get("undone"), "left": run.counts.get("left"),
            "pass": bool(
                is_checked and is_imported and made == good == events and lines == self.asked.rows
                and names == stored + good and run.state == "undone" and run.counts.get("undone") == good
                and left == stored - len(written.recycled)
            ),
        }  # fmt: skip

    def _begin(self) -> tuple[Any, Any, Any]:
        from core.domain.imports import start_run
        from core.domain.roles import give_role
        from core.models import Team, User
        from crm.bench.faulty_file import write_file
        from crm.bench.faulty_import import stored_before

        by = User.objects.create_user("chaos", full_name="Chaos", team=Team.objects.create(name="Chaos"))
        give_role(by, "administrator")
        path = self.processes.ground.var / "faulty.csv"
        written = write_file(path, rows=self.asked.rows, faults=self.asked.rows * 3 // 100)
        stored_before(written, by, "file")
        with path.open("rb") as stream:
            return by, start_run("customers.customer", stream, filename=path.name, by=by), written

    def _counts(self, run: Any) -> tuple[int, int]:
        run.refresh_from_db()
        return run.counts.get("created", 0), run.counts.get("faulty", 0) + run.counts.get("failed", 0)

    def _step(self, name: str, job: Any) -> None:
        """Wait until the job is done, killing its worker while it works."""
        left, until = KILLS[name], time.monotonic() + self.asked.seconds
        while job.is_open:
            if time.monotonic() > until:
                raise RuntimeError(f"{name} did not end: {job.state} {job.error}")
            if left and job.state == "running" and job.progress_done:
                time.sleep(self.rng.uniform(0, 0.5))
                left -= self._kill(name, job)
            time.sleep(0.05)
            job.refresh_from_db()

    def _kill(self, step: str, job: Any) -> int:
        number = self.processes.pool_process() or self.processes.number("worker")
        job.refresh_from_db()
        if number is None or not job.is_open:
            return 0
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
            self.kills.append({"step": step, "at": job.progress_done})
            self._until_gone(job)
            return 1
        return 0

    def _until_gone(self, job: Any) -> None:
        """Wait until another process has taken the job up: it reports from the line that was reached."""
        token, until = job.attempts, time.monotonic() + self.asked.seconds
        while time.monotonic() < until:
            job.refresh_from_db()
            if not job.is_open or job.attempts > token:
                return
            time.sleep(0.1)


def main() -> int:
    """Run as asked, print the JSON line, and return 0 when the result is the same as undisturbed."""
    parser = argparse.ArgumentParser(prog="python -m crm.chaos.faulty", description=__doc__)
    parser.add_argument("--profile", choices=["embedded", "production"], default="embedded")
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=240, help="give up a step after so long")
    parser.add_argument("--keep", action="store_true", help="leave the folder with the logs")
    asked = parser.parse_args()
    with Ground(asked.profile, quick=True, keep=asked.keep) as ground, Processes(ground) as processes:
        django.setup()
        report = Faulty(processes, asked, random.Random(asked.seed)).run()
    print(json.dumps(report, ensure_ascii=False))
    return 0 if report["pass"] else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    raise SystemExit(main())
