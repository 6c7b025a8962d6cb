"""The processes of one machine: web, worker and beat under a supervisor, in one folder of files."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class AlreadyRunning(Exception):  # noqa: N818 (a state, not an error)
    """Another stack uses the same folder."""


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the folder as long as the stack runs; the kernel lets go of it when the holder dies."""
    with (var / "run" / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning from None
        yield


def make_folders(var: Path) -> None:
    """Make the folders that the processes write to."""
    for name in ("run", "log"):
        (var / name).mkdir(parents=True, exist_ok=True)


def forget_doorbells(var: Path) -> None:
    """Drop the messages of an earlier run: the rows are the truth, and the sweep calls for them anew."""
    shutil.rmtree(var / "broker", ignore_errors=True)
    for name in ("messages", "control"):
        (var / "broker" / name).mkdir(parents=True)


def is_free(host: str, port: int) -> bool:
    """Tell whether a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Stack:
    """A supervisor with its three programs."""

    def __init__(self, var: Path, *, host: str, port: int, worker_options: str) -> None:
        self.var, self.host, self.port = var, host, port
        self._environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "crm.settings",
            "VAR_DIR": str(var),
            "RUN_PYTHON": sys.executable,
            "RUN_BIND": f"{host}:{port}",
            "RUN_WORKER_OPTIONS": worker_options,
            "PYTHONUNBUFFERED": "1",
            "SITE_URL": os.environ.get("SITE_URL") or f"http://{host}:{port}",
        }
        self._supervisor: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://{self.host}:{self.port}/"

    def start(self) -> None:
        """Start the supervisor in a session of its own: Ctrl-C reaches it only through `stop`."""
        make_folders(self.var)
        tied = [sys.executable, str(ROOT / "deploy" / "tied.py"), "--signal", "TERM", "supervisor"]
        configuration = str(ROOT / "deploy" / "supervisord.conf")
        command = [*tied, sys.executable, "-m", "supervisor.supervisord", "-c", configuration]
        self._supervisor = subprocess.Popen(  # noqa: S603 (our own command)
            command, cwd=ROOT, env=self._environment, start_new_session=True
        )

    def wait_until_it_answers(self, seconds: float = 60) -> bool:
        """Wait until a page is served; False when the supervisor ended or the time is up."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.is_alive():
            try:
                with urllib.request.urlopen(f"{self.address}accounts/login/", timeout=5):  # noqa: S310
                    return True
            except urllib.error.HTTPError:
                return True
            except OSError:
                time.sleep(0.2)
        return False

    def is_alive(self) -> bool:
        """Tell whether the supervisor runs."""
        return self._supervisor is not None and self._supervisor.poll() is None

    def wait(self) -> int:
        """Wait until the supervisor ends and return how."""
        return self._supervisor.wait() if self._supervisor else 0

    def stop(self, seconds: float = 40) -> None:
        """Stop everything: the worker may end the job it is in, whoever stays too long is killed."""
        if self._supervisor is None or not self.is_alive():
            return
        self._supervisor.send_signal(signal.SIGTERM)
        try:
            self._supervisor.wait(seconds)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            self._supervisor.wait()

    def process(self, name: str) -> int | None:
        """Return the number of the program's process, or None while it is down."""
        try:
            number = int((self.var / "run" / f"{name}.pid").read_text())
            os.kill(number, 0)
        except (OSError, ValueError):
            return None
        return number

    def last_lines(self, name: str, count: int = 15) -> str:
        """Return the end of a program's log, to show when something went wrong."""
        try:
            return "\n".join(
                (self.var / "log" / f"{name}.log").read_text(errors="replace").splitlines()[-count:]
            )
        except OSError:
            return ""
