"""One command starts everything, one key stops it, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from crm import stack

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ("web", "worker", "beat")

pytestmark = pytest.mark.once


def test_a_folder_holds_one_stack_at_a_time(tmp_path):
    stack.make_folders(tmp_path)

    with stack.only_one(tmp_path), pytest.raises(stack.AlreadyRunning), stack.only_one(tmp_path):
        pass
    with stack.only_one(tmp_path):
        pass


def test_a_port_in_use_is_not_free():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert not stack.is_free("127.0.0.1", port)

    assert stack.is_free("127.0.0.1", port)


def test_doorbells_of_an_earlier_run_are_dropped(tmp_path):
    (tmp_path / "broker" / "messages").mkdir(parents=True)
    (tmp_path / "broker" / "messages" / "1.default.msg").write_text("{}")

    stack.forget_doorbells(tmp_path)

    assert sorted(path.name for path in (tmp_path / "broker").rglob("*")) == ["control", "messages"]


class RunAll:
    """`manage.py run_all` in a folder of its own."""

    def __init__(self, var: Path) -> None:
        self.var = var
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
        }
        self.environment["VAR_DIR"] = str(var)

    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "run_all", "--no-demo", "--port", str(self.port)]

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(),
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def numbers(self) -> dict[str, int]:
        return {
            name: int((self.var / "run" / f"{name}.pid").read_text()) for name in ("supervisor", *PROGRAMS)
        }

    def page(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/accounts/login/", timeout=20) as answer:
            return answer.status


def is_alive(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(condition, seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.2)
    return False


@pytest.fixture
def running(tmp_path):
    """Start it, wait until it says where it is, and kill what is left of it."""
    run = RunAll(tmp_path)
    process = run.start()
    said = []
    for line in process.stdout:
        said.append(line)
        if "Ctrl-C" in line:
            break
    run.process, run.said = process, "".join(said)
    assert process.poll() is None, run.said
    wait_until(lambda: all((tmp_path / "run" / f"{name}.pid").exists() for name in PROGRAMS))
    yield run
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.processes
def test_it_serves_pages_brings_a_killed_worker_back_and_stops_with_ctrl_c(running):
    assert f"http://127.0.0.1:{running.port}/" in running.said
    assert running.page() == 200
    before = running.numbers()

    os.kill(before["worker"], signal.SIGKILL)
    assert wait_until(lambda: running.numbers()["worker"] != before["worker"])
    numbers = running.numbers()
    again = subprocess.run(
        running.command(),
        cwd=ROOT,
        env=running.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert again.returncode != 0
    assert "running already" in again.stderr

    running.process.send_signal(signal.SIGINT)
    running.process.wait(60)
    assert running.process.returncode == 0
    assert [name for name, number in numbers.items() if is_alive(number)] == []


@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children that their parent died")
def test_a_killed_supervisor_leaves_nobody_behind(running):
    numbers = running.numbers()

    os.kill(numbers["supervisor"], signal.SIGKILL)

    assert wait_until(lambda: not any(is_alive(number) for number in numbers.values())), json.dumps(numbers)
    assert running.process.wait(30) is not None
