"""A short run of the chaos on each profile: real web, worker, beat and broker, killed while they work."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.processes


def short_run(profile: str) -> dict:
    """Import twelve files and run two nights under two kills; return the record."""
    arguments = [
        "--jobs",
        "12",
        "--rows",
        "150",
        "--kills",
        "2",
        "--seed",
        "7",
        "--quick",
        "--seconds",
        "240",
    ]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "crm.chaos", "--profile", profile, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def assert_nothing_lost_or_doubled(record: dict) -> None:
    assert record["imports"]["lost"] == {}
    assert record["imports"]["doubled"] == {}
    assert record["nights"]["lost"] == {}
    assert record["nights"]["doubled"] == {}
    assert record["nights"]["warnings"] > 0
    assert record["jobs"]["not_done"] == 0
    assert len(record["kills"]) == 2
    assert record["pass"], record


@pytest.mark.once
def test_the_embedded_profile_survives_kills():
    assert_nothing_lost_or_doubled(short_run("embedded"))


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs redis-server, to kill one of its own")
def test_the_production_profile_survives_kills():
    assert_nothing_lost_or_doubled(short_run("production"))
