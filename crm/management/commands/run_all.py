"""The whole product on one machine, with one command."""

from __future__ import annotations

import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from core.domain.jobs import release_leases
from core.models import Organisation, User
from crm import stack
from crm.demo.people import PASSWORD


class Command(BaseCommand):
    """Migrate, load the demo company into an empty database, and run web, worker and beat until Ctrl-C."""

    help = "Prepare the database and run web, worker and beat under a supervisor."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and whether an empty database gets the demo company."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
        parser.add_argument("--worker-options", default="", help="more options of the Celery worker")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start, say where, and stay."""
        var, host, port = settings.VAR_DIR, options["host"], options["port"]
        stack.make_folders(var)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        try:
            with stack.only_one(var):
                if not stack.is_free(host, port):
                    raise CommandError(f"Port {port} is in use. Choose another: run_all --port {port + 1}")
                self._prepare(demo=not (options["no_demo"] or settings.PRODUCTION))
                self._run(stack.Stack(var, host=host, port=port, worker_options=worker_options(options)))
        except stack.AlreadyRunning:
            raise CommandError(f"Perennial is running already in {var}. Stop it first with Ctrl-C.") from None

    def _prepare(self, *, demo: bool) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if demo:
            call_command("demo", if_empty=True)
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        if not settings.REDIS_URL:  # then this machine has the only worker, and it is not running yet
            release_leases(at=timezone.now())
            stack.forget_doorbells(settings.VAR_DIR)
        connections.close_all()

    def _run(self, running: stack.Stack) -> None:
        running.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: sys.exit(0))
        try:
            if not running.wait_until_it_answers():
                raise CommandError(f"The web process does not answer.\n{running.last_lines('web')}")
            self.stdout.write(greeting(running.address), ending="")
            self.stdout.flush()
            running.wait()
        finally:
            self.stdout.write("Stopping …")
            running.stop()


def worker_options(options: dict[str, Any]) -> str:
    """Return the options of the worker: one process on the file-system broker, two on Redis."""
    return f"--concurrency {2 if settings.REDIS_URL else 1} {options['worker_options']}".strip()


def greeting(address: str) -> str:
    """Return what a person who just started it needs to know."""
    lines = ["", f"  Perennial runs at {address}"]
    if Organisation.load().is_demo:
        logins = User.objects.people().order_by("pk").prefetch_related("groups")
        lines += [
            f"  Log in as {user.username:<10} ({', '.join(group.name for group in user.groups.all())})"
            for user in logins
            if user.groups.all()
        ][:7]
        lines.append(f"  Password  {PASSWORD}")
    else:
        lines.append("  Make the first login with: manage.py createsuperuser")
    return "\n".join([*lines, f"  Logs are in {settings.VAR_DIR / 'log'}. Ctrl-C stops everything.", "", ""])
