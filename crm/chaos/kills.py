"""Who is killed, and when: drawn from the seed, so that a run can be repeated."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from core.choices import JobState
from core.models import Job
from crm.chaos.ground import Processes

#: `pool` is the process in which the worker runs a task.
TARGETS = {
    "embedded": ("worker", "web", "pool", "worker", "web", "beat"),
    "production": ("worker", "redis", "web", "redis", "pool", "web"),
}


@dataclass
class Kill:
    """One kill: at which share of the work, whom, how many jobs were under way, and what happened."""

    share: float
    target: str
    second: float = 0.0
    running: int = 0
    back_after: float | None = None


@dataclass
class Killer:
    """Kills what is due as the work goes on."""

    processes: Processes
    rng: random.Random
    kills: list[Kill]
    began: float = field(default_factory=time.monotonic)

    def look(self, share: float) -> bool:
        """Kill the next target if that share of the work is done; return whether somebody was killed."""
        due = next((kill for kill in self.kills if not kill.second and kill.share <= share), None)
        if due is None:
            return False
        due.second = round(time.monotonic() - self.began, 1)
        if due.target in {"worker", "pool"}:
            self._until_a_job_runs()
        due.running = Job.objects.filter(state=JobState.RUNNING).count()
        due.back_after = self._kill(due.target)
        return True

    def report(self) -> list[dict[str, Any]]:
        """Return what was done, for the record."""
        return [asdict(kill) for kill in self.kills if kill.second]

    def _kill(self, target: str) -> float | None:
        redis = self.processes.ground.redis
        if target == "redis" and redis is not None:
            redis.kill()
            away = self.rng.uniform(0.2, 2.0)
            time.sleep(away)
            redis.start()
            return round(away, 1)
        number = self.processes.pool_process() if target == "pool" else self.processes.number(target)
        if number is None:
            return None
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        return self._until_back(target, number)

    def _until_a_job_runs(self) -> None:
        """Wait a little, so that the kill takes a job that is under way."""
        until = time.monotonic() + 5
        while time.monotonic() < until and not Job.objects.filter(state=JobState.RUNNING).exists():
            time.sleep(0.01)

    def _until_back(self, target: str, number: int) -> float | None:
        began = time.monotonic()
        while time.monotonic() - began < 60:
            now = self.processes.pool_process() if target == "pool" else self.processes.number(target)
            if now not in (None, number):
                return round(time.monotonic() - began, 1)
            time.sleep(0.05)
        return None


def plan(profile: str, count: int, rng: random.Random) -> list[Kill]:
    """Spread the kills over the work, with their targets in a drawn order."""
    targets = list(TARGETS[profile])
    drawn = [targets[number % len(targets)] for number in range(count)]
    rng.shuffle(drawn)
    return [
        Kill(round((number + rng.uniform(0.2, 0.8)) / count, 3), target)
        for number, target in enumerate(drawn)
    ]
