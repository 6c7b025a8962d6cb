"""Run it: ground, processes, work, kills, verdict, one JSON line."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from typing import Any

import django

from crm.chaos.ground import Ground, Processes
from crm.chaos.person import Person

PASSWORD = "chaos-on-purpose"
PARTS = ("imports", "warnings")


def main() -> int:
    """Run as asked, print the JSON line, and return 0 when nothing was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m crm.chaos", description="Kill processes and count.")
    parser.add_argument("--profile", choices=["embedded", "production"], default="embedded")
    parser.add_argument("--jobs", type=int, default=60, help="files to import")
    parser.add_argument("--rows", type=int, default=1_500, help="orders in each file")
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--what", default=",".join(PARTS), help="imports, or imports,warnings")
    parser.add_argument("--seconds", type=int, default=1_800, help="give up after so long")
    parser.add_argument("--quick", action="store_true", help="short leases and ticks, for a short run")
    parser.add_argument("--keep", action="store_true", help="leave the folder with the logs")
    asked = parser.parse_args()
    began = time.monotonic()
    with Ground(asked.profile, quick=asked.quick, keep=asked.keep) as ground, Processes(ground) as processes:
        django.setup()
        report = Chaos(processes, asked).run()
    report["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(report, ensure_ascii=False))
    return 0 if report["pass"] else 1


class Chaos:
    """One run from the first upload to the count."""

    def __init__(self, processes: Processes, asked: argparse.Namespace) -> None:
        self.processes, self.asked = processes, asked
        self.rng = random.Random(asked.seed)
        self.until = time.monotonic() + asked.seconds

    def run(self) -> dict[str, Any]:
        """Do the work under fire and return the record."""
        from crm.chaos.imports import Imports
        from crm.chaos.kills import Killer, plan
        from crm.chaos.nights import Nights

        user = self._user()
        self.person = Person(self.processes.address, user.username, PASSWORD)
        self.person.sign_in()
        parts: list[Any] = [Imports(self.asked.jobs, self.asked.rows, self.person, self.rng)]
        if "warnings" in self.asked.what:
            parts.append(Nights(max(2, self.asked.jobs // 10), user))
        for part in parts:
            part.prepare()
        killer = Killer(self.processes, self.rng, plan(self.asked.profile, self.asked.kills, self.rng))
        finished = self._work(parts, killer)
        return self._record(parts, killer, finished=finished)

    def _user(self) -> Any:
        from core.domain.roles import give_role
        from core.models import User

        user = User(username="chaos", full_name="Chaos", language="en")
        user.set_password(PASSWORD)
        user.save()
        give_role(user, "administrator")
        return user

    def _work(self, parts: list[Any], killer: Any) -> bool:
        """Push each part until it is done; kills are spread over all of them."""
        weight = 1 / len(parts)
        for number, part in enumerate(parts):
            share = 0.0
            while share < 1.0:
                if time.monotonic() > self.until:
                    return False
                share = part.push()
                killer.look((number + share) * weight)
                self.person.look("jobs/")
                time.sleep(0.1)
        while killer.look(1.0):
            pass
        return self._until_quiet()

    def _until_quiet(self) -> bool:
        from core.models import Job

        while Job.objects.open().exists():
            if time.monotonic() > self.until:
                return False
            time.sleep(0.2)
        return True

    def _record(self, parts: list[Any], killer: Any, *, finished: bool) -> dict[str, Any]:
        from django.conf import settings
        from django.db.models import Sum

        from core.choices import JobState
        from core.models import Job

        verdicts = {type(part).__name__.lower(): part.verdict() for part in parts}
        sound = self._database_is_sound()
        jobs = Job.objects.exclude(created_by=None)
        not_done = jobs.exclude(state=JobState.DONE)
        runs = Job.objects.aggregate(n=Sum("attempts"))["n"] or 0
        clean = not any(verdict[what] for verdict in verdicts.values() for what in ("lost", "doubled"))
        failed = [status for status in self.person.answers if status.startswith("5")]
        all_killed = len(killer.report()) == self.asked.kills
        return {
            "goal": "kill -9 loses nothing and doubles nothing",
            "profile": self.asked.profile,
            "seed": self.asked.seed,
            "kills": killer.report(),
            "jobs": {"asked": jobs.count(), "not_done": not_done.count(), "attempts": runs},
            **verdicts,
            "pages": dict(self.person.answers),
            "database_is_sound": sound,
            "lease_seconds": settings.JOB_LEASE_SECONDS,
            "tick_seconds": settings.JOB_TICK_SECONDS,
            "pass": finished and clean and sound and all_killed and not failed and not not_done.exists(),
        }

    def _database_is_sound(self) -> bool:
        from django.db import connection

        if connection.vendor != "sqlite":
            return True
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            return bool(cursor.fetchone()[0] == "ok")


if __name__ == "__main__":
    sys.exit(main())
