"""A faulty file through dry run, import and undo, while the worker is killed at drawn lines.

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
#: Seconds between two looks at the job: a batch takes several times as long on any machine.
LOOK_EVERY = 0.005


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
        """Wait until the job is done, killing its worker at each drawn line."""
        lines = self._lines_to_kill_at(name)
        until = time.monotonic() + self.asked.seconds
        while job.is_open:
            if time.monotonic() > until:
                raise RuntimeError(f"{name} did not end: {job.state} {job.error}")
            if lines and job.state == "running" and (reached := self._reached(job)) >= lines[0]:
                lines.pop(0)
                self._kill(name, job, reached)
            time.sleep(LOOK_EVERY)
            job.refresh_from_db()

    def _lines_to_kill_at(self, step: str) -> list[int]:
        """Draw lines so far from the end that batches are left, however fast the machine is."""
        return sorted(self.rng.randint(1, self.asked.rows // 2) for _ in range(KILLS[step]))

    def _reached(self, job: Any) -> int:
        """Return how many lines are behind the step: what its batches committed, not what it last said."""
        from core.models import ImportRun

        run = ImportRun.objects.get(job=job)
        return int(run.counts.get("undone", 0)) if run.state == "undoing" else max(run.next_line - 1, 0)

    def _kill(self, step: str, job: Any, reached: int) -> None:
        """Kill every process of the pool, for any may hold the job; noted when another has taken it up."""
        worker = self.processes.number("worker")
        for number in self.processes.pool_processes() or ([worker] if worker else []):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        if self._is_taken_up(job):
            self.kills.append({"step": step, "at": reached})

    def _is_taken_up(self, job: Any) -> bool:
        """Wait until another process holds the job; False when it ended in the hands of the first."""
        token, until = job.lease_token, time.monotonic() + self.asked.seconds
        while time.monotonic() < until:
            job.refresh_from_db()
            if not job.is_open:
                return False
            if job.lease_token not in ("", token):
                return True
            time.sleep(LOOK_EVERY)
        return False


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
