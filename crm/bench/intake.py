"""Forms sent to a server as production runs it: gunicorn, PostgreSQL, many clients at once.

`python -m crm.bench.intake` fills an empty database (`DATABASE_URL`), starts gunicorn on a free port with two
workers of four threads, as `deploy/supervisord.conf` does, and sends `--rate` forms a second for `--seconds`.
`--address` fires at a server that runs already; its form must be open.

Each form comes from a client of its own, as in life: the limit for one address (ten a minute) stays on. The
server is told to trust one proxy (`TRUSTED_PROXIES=1`), and each client names an address of its own in
`X-Forwarded-For`; a server without that setting answers 429 after ten, and the bench says how many.
Reading the form and filling it takes longer than the trap for programs, so forms are read before the clock
starts, and sent afterwards: what is measured is receiving.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

RATE, SECONDS = 20, 30
CLIENTS = 32
_PATH = "/complaints/form/"
_TOKEN = re.compile(r'name="token" value="([^"]+)"')
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
#: The trap for programs waits three seconds.
_TYPING = 4.0


@dataclass(frozen=True)
class Opened:
    """A form that a client has read: its fields, its cookie, and the address it comes from."""

    token: str
    csrf: str
    cookie: str
    source: str


class _Stay(urllib.request.HTTPRedirectHandler):
    """Where a form leads is not followed: thanks are another page."""

    def redirect_request(self, *arguments: object) -> None:
        """Do not go there."""


_opener = urllib.request.build_opener(_Stay)


def read_form(address: str, number: int) -> Opened:
    """Read the form as the client of that number."""
    source = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    asked = urllib.request.Request(address + _PATH, headers={"X-Forwarded-For": source})  # noqa: S310
    with _opener.open(asked, timeout=30) as answer:
        page = answer.read().decode()
        cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
    token, csrf = _TOKEN.search(page), _CSRF.search(page)
    if token is None or csrf is None:
        raise SystemExit(f"{address}{_PATH} shows no form: is it open?")
    return Opened(token[1], csrf[1], cookie, source)


def send_form(address: str, form: Opened, number: int) -> tuple[int, float]:
    """Send a filled form; return the status (0 where nothing answered) and the seconds it took."""
    typed = {
        "csrfmiddlewaretoken": form.csrf,
        "token": form.token,
        "kind": "complaint",
        "title": f"Bench {number}: the lecturer was changed",
        "description": "Nobody told us. " * 20,
        "contact_name": f"Client {number}",
        "contact_email": f"client-{number}-{secrets.token_hex(4)}@bench.example",
        "consent": "on",
    }
    headers = {"Cookie": form.cookie, "X-Forwarded-For": form.source}
    body = urllib.parse.urlencode(typed).encode()
    asked = urllib.request.Request(address + _PATH, data=body, headers=headers)  # noqa: S310
    start = time.perf_counter()
    try:
        with _opener.open(asked, timeout=60) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError:
        status = 0
    return status, time.perf_counter() - start


def fire(address: str, rate: int, seconds: int) -> list[tuple[int, float]]:
    """Send so many forms a second, each at its moment whether earlier ones were answered or not."""
    count = rate * seconds
    first = secrets.randbelow(1 << 20)
    with ThreadPoolExecutor(CLIENTS) as pool:
        forms = list(pool.map(lambda n: read_form(address, first + n), range(count)))
        time.sleep(_TYPING)
        begin = time.perf_counter()

        def at_its_moment(number: int) -> tuple[int, float]:
            # A client that comes late because all others still wait counts its waiting, too.
            moment = begin + number / rate
            time.sleep(max(0.0, moment - time.perf_counter()))
            late = time.perf_counter() - moment
            status, took = send_form(address, forms[number], number)
            return status, took + late

        return list(pool.map(at_its_moment, range(count)))


def report(answers: list[tuple[int, float]], rate: int) -> int:
    """Print what came of it; return how many were not received."""
    statuses = Counter(status for status, _took in answers)
    times = sorted(took for _status, took in answers)
    wrong = len(answers) - statuses[302]
    print(f"{len(answers):,} forms, {rate} a second; answers: {dict(statuses)}; not received: {wrong}")
    p95 = quantiles(times, n=20)[-1]
    print(f"median {median(times) * 1_000:.0f} ms, p95 {p95 * 1_000:.0f} ms, slowest {times[-1]:.2f} s")
    return wrong


@contextmanager
def server() -> Iterator[str]:
    """Run gunicorn on the database of `DATABASE_URL`; yield its address."""
    from crm.stack import ROOT, is_free

    port = next(number for number in range(18_900, 18_990) if is_free("127.0.0.1", number))
    bind = f"127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "gunicorn", "crm.wsgi", "--config", "deploy/gunicorn.py",
        "--no-control-socket", "--bind", bind, "--workers", "2", "--worker-class", "gthread",
        "--threads", "4", "--timeout", "60",
    ]  # fmt: skip
    environment = os.environ | {"TRUSTED_PROXIES": "1"}
    running = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 (our own command)
    try:
        _wait_for(f"http://{bind}/healthz", running)
        yield f"http://{bind}"
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)


def _wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The server does not answer.")


def _prepare() -> None:
    """Migrate, and open the form."""
    import django

    django.setup()
    from django.core.management import call_command

    from complaints.models import PublicForm

    call_command("migrate", verbosity=0)
    PublicForm.load()
    PublicForm.objects.update(is_open=True)


def _count_cases() -> int:
    from complaints.models import FormSubmission

    return FormSubmission.objects.count()


def main() -> None:
    """Start a server or take the one that is named, fire, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m crm.bench.intake", description=__doc__)
    parser.add_argument("--rate", type=int, default=RATE, help="forms a second")
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--address", default="", help="a server that runs, such as https://127.0.0.1:8000")
    options = parser.parse_args()
    if options.address:
        raise SystemExit(
            min(report(fire(options.address.rstrip("/"), options.rate, options.seconds), options.rate), 1)
        )
    with tempfile.TemporaryDirectory(prefix="perennial-intake-") as folder:
        os.environ |= {
            "VAR_DIR": str(Path(folder)),
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "ERROR"),
            "DJANGO_SETTINGS_MODULE": "crm.settings",
        }
        _prepare()
        before = _count_cases()
        with server() as address:
            wrong = report(fire(address, options.rate, options.seconds), options.rate)
        print(f"cases in the database: {_count_cases() - before:,}")
    raise SystemExit(min(wrong, 1))


if __name__ == "__main__":
    main()
