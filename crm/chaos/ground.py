"""Where a run happens: folder, database, broker and ports of its own, and the processes on it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent.parent


def postgres_url() -> str:
    """Return the address of the server on which a run makes a database of its own."""
    for name in ("CHAOS_POSTGRES_URL", "DATABASE_URL", "TEST_DATABASE_URL"):
        if os.environ.get(name, "").startswith("postgres"):
            return os.environ[name]
    return "postgres://postgres@127.0.0.1:5432/postgres"


#: Short waits for a run that has only seconds; without them the product's own defaults hold.
QUICK = {"JOB_LEASE_SECONDS": "5", "JOB_RING_AGAIN_SECONDS": "3", "JOB_TICK_SECONDS": "1"}


def free_port() -> int:
    """Return a port of the loopback interface that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RedisServer:
    """A Redis server of our own, with its log of writes on disk as in production."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it; what the log on disk says is loaded again."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder), "--save", ""]
        options += ["--appendonly", "yes", "--maxmemory-policy", "noeviction"]
        self._process = subprocess.Popen(
            ["redis-server", *options],
            stdout=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@dataclass
class Ground:
    """The place of one run. Use it as a context: at the end nothing of it is left."""

    profile: str
    quick: bool = False
    keep: bool = False

    def __enter__(self) -> Ground:
        self.var = Path(tempfile.mkdtemp(prefix="chaos-"))
        self.port = free_port()
        self.redis: RedisServer | None = None
        self.server = postgres_url()
        self.database = f"chaos_{os.getpid()}_{self.port}"
        environment = {"VAR_DIR": str(self.var), "ENVIRONMENT": "test", "LOG_LEVEL": "INFO"}
        environment |= QUICK if self.quick else {}
        if self.profile == "production":
            (self.var / "redis").mkdir()
            self.redis = RedisServer(self.var / "redis")
            self.redis.start()
            self._on_server(f"CREATE DATABASE {self.database}")
            url = urlunsplit(urlsplit(self.server)._replace(path=f"/{self.database}"))
            environment |= {"DATABASE_URL": url, "REDIS_URL": self.redis.url}
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        os.environ.update(environment)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from django.db import connections

        connections.close_all()
        if self.redis is not None:
            self.redis.kill()
            self._on_server(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        if not self.keep:
            shutil.rmtree(self.var, ignore_errors=True)

    def _on_server(self, statement: str) -> None:
        import psycopg2

        parts = urlsplit(self.server)
        connection = psycopg2.connect(
            host=parts.hostname,
            port=parts.port or 5432,
            user=parts.username,
            password=parts.password,
            dbname="postgres",
            connect_timeout=5,
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


class Processes:
    """The stack that `run_all` starts on a ground, and its processes by name."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.address = f"http://127.0.0.1:{ground.port}/"
        self._command: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Processes:
        command = [sys.executable, "manage.py", "run_all", "--no-demo", "--port", str(self.ground.port)]
        output = (self.ground.var / "run_all.log").open("wb")
        self._command = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        self._wait_for_the_page(120)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._command is None:
            return
        self._command.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._command.wait(60)
            return
        self._command.kill()  # the supervisor is tied to it, and the rest to the supervisor
        self._command.wait()

    def _wait_for_the_page(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._command is not None and self._command.poll() is not None:
                break
            with suppress(OSError):
                urllib.request.urlopen(f"{self.address}accounts/login/", timeout=5).close()
                return
            time.sleep(0.2)
        raise RuntimeError((self.ground.var / "run_all.log").read_text())

    def number(self, name: str) -> int | None:
        """Return the number of a program's process, or None while it is down."""
        try:
            number = int((self.ground.var / "run" / f"{name}.pid").read_text())
            os.kill(number, 0)
        except (OSError, ValueError):
            return None
        return number

    def pool_process(self) -> int | None:
        """Return the number of a process that the worker runs tasks in, on Linux."""
        return max(self.pool_processes(), default=None)

    def pool_processes(self) -> list[int]:
        """Return the numbers of all processes that the worker runs tasks in, on Linux."""
        found: list[int] = []
        for children in Path(f"/proc/{self.number('worker')}/task").glob("*/children"):
            with suppress(OSError):
                found += [int(number) for number in children.read_text().split()]
        return found
