"""A whole installation of its own, with a real worker, and a browser that forgives nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from conftest import chromium
from crm.stack import is_free

# Playwright's event loop runs in the thread of the tests; to Django that looks like asynchronous code,
# also in the tests that follow in the same process.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "a-long-password-for-walks"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
expect.set_options(timeout=15_000)


@dataclass
class Installation:
    """A running installation: where it is, and how to reach its shell."""

    address: str
    var: Path
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def manage(self, *arguments: str, **variables: str) -> str:
        """Run a management command in the installation and return what it says."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment | variables, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr[-3_000:]
        return done.stdout

    def log(self, name: str) -> str:
        """Return the end of a process's log."""
        path = self.var / "log" / f"{name}.log"
        return path.read_text(errors="replace")[-3_000:] if path.exists() else ""


def _worker_number() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def _free_port() -> int:
    first = 18_100 + _worker_number() * 50
    return next(port for port in range(first, first + 50) if is_free("127.0.0.1", port))


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation that the tests share."""
    with run_installation(tmp_path_factory.mktemp("installation"), "shared") as running:
        yield running


@contextmanager
def run_installation(var: Path, name: str) -> Iterator[Installation]:
    """Start web, worker and beat as `make run` does, on the same kind of database as the tests."""
    port = _free_port()
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
    }
    environment |= {"VAR_DIR": str(var), "ENVIRONMENT": "test", "LOG_LEVEL": "WARNING", "TZ": "UTC"}
    drop = _own_services(environment, name)
    made = Installation(f"http://127.0.0.1:{port}", var, environment)
    log = (var / "run_all.log").open("wb")
    command = [sys.executable, "manage.py", "run_all", "--no-demo", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"{made.address}/accounts/login/", process, log.name)
        _make_people(made)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(50)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()
        drop()
        shutil.rmtree(var, ignore_errors=True)


def _own_services(environment: dict[str, str], label: str) -> Callable[[], None]:
    """On PostgreSQL and Redis: a database and a number of its own. Return what takes them away again."""
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("postgresql"):
        return lambda: None
    import psycopg2
    import redis

    name = f"perennial_browser_{_worker_number()}_{label}"
    user, password = database["USER"], database["PASSWORD"]
    where = f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}"
    url = f"postgres://{user}{f':{password}' if password else ''}@{where}"
    base = settings.REDIS_URL.rpartition("/")[0]
    environment |= {
        "DATABASE_URL": f"{url}/{name}",
        "REDIS_URL": f"{base}/{12 + 2 * (_worker_number() % 2) + (label != 'shared')}",
    }
    redis.Redis.from_url(environment["REDIS_URL"]).flushdb()

    def run(*statements: str) -> None:
        connection = psycopg2.connect(f"{url}/postgres")
        connection.autocommit = True  # a database is not made inside a transaction
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()

    run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    return lambda: run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _make_people(made: Installation) -> None:
    """An administrator, and a manager and a sales person in one team.

    The daily report waits to be asked for: made at eight, it would be without what a walk enters later.
    """
    code = f"""
from core.domain.roles import give_role
from core.models import Schedule, Team, User
Schedule.objects.filter(key="complaint-top3").update(is_enabled=False)
team = Team.objects.create(name="East China")
for name, role in (("Mei Manager", "manager"), ("Sam Sales", "sales")):
    fields = {{"full_name": name, "team": team, "language": "en"}}
    user = User.objects.create_user(name.split()[0].lower(), {PASSWORD!r}, **fields)
    give_role(user, role)
User.objects.create_superuser("admin", {PASSWORD!r}, full_name="Ada Admin", team=team, language="en")
"""
    made.manage("shell", "--verbosity", "0", "-c", code)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: str, seconds: float = 300) -> None:
    until = monotonic() + seconds
    while monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            sleep(0.2)
    raise AssertionError(
        f"the installation does not answer:\n{Path(log).read_text(errors='replace')[-3_000:]}"
    )


# ---- the browser ------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield found
        found.close()


@dataclass
class Complaints:
    """What a browser had to complain about: errors, violations of the content policy, foreign hosts."""

    lines: list[str] = field(default_factory=list)

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("request", self._request)
        context.on("weberror", lambda error: self.lines.append(f"error: {error.error}"))
        context.on("dialog", self._dialog)
        context.on("response", lambda got: got.status >= 500 and self.lines.append(f"{got.status} {got.url}"))

    def _console(self, message: ConsoleMessage) -> None:
        # A form with mistakes in it answers 422, and a conflict 409: the browser calls both errors.
        expected = "Failed to load resource" in message.text and any(
            code in message.text for code in ("400", "401", "403", "404", "409", "422")
        )
        if message.type in {"error", "warning"} and not expected:
            self.lines.append(f"console {message.type}: {message.text} at {message.location}")

    def _request(self, request: Request) -> None:
        if (
            urlsplit(request.url).scheme in {"http", "https"}
            and urlsplit(request.url).hostname != "127.0.0.1"
        ):
            self.lines.append(f"left the machine: {request.url}")

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "alert":
            self.lines.append(f"something ran: {dialog.message}")
        dialog.accept()


@pytest.fixture
def visit(browser: Browser, installation: Installation) -> Iterator[Callable[..., Page]]:
    """Return a maker of pages: `visit("admin")` is signed in. The test fails on any complaint."""
    complaints, contexts = Complaints(), []

    def make(username: str = "", **options: Any) -> Page:
        given = {"viewport": {"width": 1_280, "height": 900}, "locale": "en-GB", "accept_downloads": True}
        context = browser.new_context(base_url=installation.address, **(given | options))
        context.set_default_timeout(15_000)
        contexts.append(context)
        complaints.listen(context)
        page = context.new_page()
        if username:
            sign_in(page, username)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not complaints.lines, "\n".join(complaints.lines)


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Sign in as a person does."""
    page.goto("/accounts/login/")
    page.get_by_label("Login name").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login/" not in url)
