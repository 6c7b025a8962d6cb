"""The parts of the platform that must work: database, broker, worker, jobs, disk and mail."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.choices import JobState
from core.display import format_number
from core.domain.heartbeats import CLOCK, WORKER, is_lately, last_seen
from core.domain.jobs import paces
from core.models import Job, OutgoingMail
from core.notices import MailState
from core.readiness import Condition, Finding, register_readiness, within

#: A probe waits so long for the database and so long for the broker, in seconds.
_PATIENCE = 2
#: Free space in bytes, below which people are warned, and below which writing is about to fail.
LITTLE_SPACE = 2 * 1024**3
NO_SPACE = 256 * 1024**2
#: How long a due job may wait, and a due mail.
LONG_WAIT = timedelta(minutes=15)
FAR_TOO_LONG = timedelta(hours=1)


def register_platform_parts() -> None:
    """Register what every installation has."""
    register_readiness("database", check_database, label=gettext_lazy("Database"), order=10)
    register_readiness("migrations", check_migrations, label=gettext_lazy("Shape of the database"), order=20)
    register_readiness("broker", check_broker, label=gettext_lazy("Broker"), order=30)
    register_readiness("worker", check_worker, label=gettext_lazy("Worker"), order=40)
    register_readiness("clock", check_clock, label=gettext_lazy("Clock of the schedules"), order=45)
    register_readiness("jobs", check_jobs, label=gettext_lazy("Jobs"), order=50)
    register_readiness("mail", check_mail, label=gettext_lazy("Mail"), order=60)
    register_readiness("disk", check_disk, label=gettext_lazy("Disk space"), order=70)


def check_database(at: datetime) -> Finding:  # noqa: ARG001
    """Ask the database for one number, for two seconds at most."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SET LOCAL statement_timeout = {_PATIENCE * 1000}")
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return Finding(text=_("It answers."), figures={"vendor": connection.vendor})


def check_migrations(at: datetime) -> Finding:  # noqa: ARG001
    """Compare what this version needs with what was applied."""
    missing = sorted(needed_migrations() - set(MigrationRecorder(connection).applied_migrations()))
    names = [f"{app}.{name}" for app, name in missing]
    if not missing:
        return Finding(text=_("It is the one that this version needs."), figures={"missing": []})
    text = ngettext(
        "%(n)d change of this version is missing: %(names)s.",
        "%(n)d changes of this version are missing: %(names)s.",
        len(missing),
    ) % {"n": len(missing), "names": ", ".join(names[:5])}
    return Finding(Condition.FAILED, text, _("Run manage.py migrate."), {"missing": names})


@cache
def needed_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations of this version: files, so they are read once a process."""
    loader = MigrationLoader(None)
    return frozenset(key for key in loader.graph.nodes if key[0] in loader.migrated_apps)


def check_broker(at: datetime) -> Finding:  # noqa: ARG001
    """Ask Redis for a sign, or see whether the folder of the embedded broker takes files."""
    if settings.REDIS_URL:
        within(_PATIENCE, _ping_redis)
        return Finding(text=_("Redis answers."), figures={"kind": "redis"})
    folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"])
    figures = {"kind": "files"}
    if os.access(folder, os.W_OK | os.X_OK):
        return Finding(text=_("The folder of the messages takes files."), figures=figures)
    text = _("The folder %(folder)s takes no files.") % {"folder": folder}
    return Finding(Condition.FAILED, text, _("Let the user of the processes write there."), figures)


def _ping_redis() -> None:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)
    )
    try:
        client.ping()
    finally:
        client.close()


def check_worker(at: datetime) -> Finding:
    """See whether some worker did something lately, and how much was done in the last hour."""
    seen = last_seen(WORKER)
    found = paces(at)
    done = sum(pace.done for pace in found)
    figures = {
        "seconds_since_seen": _seconds(seen, at),
        "done_in_the_last_hour": done,
        "set_aside_in_the_last_hour": sum(pace.set_aside for pace in found),
        "jobs_a_minute": {pace.queue: pace.a_minute for pace in found},
    }
    if is_lately(seen, at):
        text = ngettext(
            "It works: %(n)s job of the last hour is done.",
            "It works: %(n)s jobs of the last hour are done.",
            done,
        ) % {"n": format_number(done)}
        return Finding(text=text, figures=figures)
    text = _("No worker has done anything lately.") if seen else _("No worker has been seen yet.")
    advice = _("Start the worker, and beat, which wakes it. The work is kept meanwhile.")
    return Finding(Condition.FAILED, text, advice, figures)


def check_clock(at: datetime) -> Finding:
    """See whether beat rings: without it a worker lives, but nothing starts by itself.

    A worker that can do one thing at a time hears nothing while it does a long one.
    """
    seen = last_seen(CLOCK)
    figures = {"seconds_since_seen": _seconds(seen, at)}
    if is_lately(seen, at):
        return Finding(text=_("It ticks."), figures=figures)
    if Job.objects.filter(state=JobState.RUNNING, lease_until__gte=at).exists():
        return Finding(text=_("The worker is busy with a long job and hears it afterwards."), figures=figures)
    advice = _("Start beat (exactly one). Schedules, mails and work left behind wait for it.")
    return Finding(Condition.FAILED, _("Nothing starts by itself at the moment."), advice, figures)


def check_jobs(at: datetime) -> Finding:
    """Find how long the oldest due job waits."""
    due = Job.objects.due(at)
    oldest = due.order_by("not_before", "id").values_list("not_before", flat=True).first()
    waited = at - oldest if oldest else timedelta()
    figures = {"due": due[:1000].count(), "oldest_seconds": _seconds(oldest, at) or 0}
    if waited < LONG_WAIT:
        return Finding(text=_("Nothing waits for long."), figures=figures)
    text = _("The oldest job has been waiting for %(minutes)s minutes.") % {
        "minutes": format_number(waited.total_seconds() // 60)
    }
    advice = _("Is a worker running for every queue? If they are all busy, start another one.")
    return Finding(Condition.FAILED if waited >= FAR_TOO_LONG else Condition.WARNING, text, advice, figures)


def check_mail(at: datetime) -> Finding:
    """Count mails that should have left, and those set aside in the last day."""
    overdue = OutgoingMail.objects.due(at - LONG_WAIT)[:1000].count()
    failed = OutgoingMail.objects.filter(
        state=MailState.FAILED, created_at__gte=at - timedelta(days=1)
    ).count()
    figures = {"overdue": overdue, "set_aside_today": failed}
    if not overdue and not failed:
        return Finding(text=_("Every mail leaves in time."), figures=figures)
    text = _("%(overdue)s mails should have left already, %(failed)s were set aside in the last day.") % {
        "overdue": format_number(overdue),
        "failed": format_number(failed),
    }
    advice = _("Look at Settings, Mail: it says what the mail server answered, and tries the connection.")
    return Finding(Condition.WARNING, text, advice, figures)


def check_disk(at: datetime) -> Finding:  # noqa: ARG001
    """Look at the free space where data and files are kept."""
    free = {name: _free_bytes(path) for name, path in folders().items()}
    least = min(free.values())
    figures = {f"{name}_free_bytes": space for name, space in free.items()}
    text = _("%(space)s GB free.") % {"space": format_number(least / 1024**3, 1)}
    if least >= LITTLE_SPACE:
        return Finding(text=text, figures=figures)
    advice = _("Make room or move the files to a larger disk; with none left nothing can be saved.")
    return Finding(Condition.FAILED if least < NO_SPACE else Condition.WARNING, text, advice, figures)


def folders() -> dict[str, Path]:
    """Return where the installation keeps its files."""
    return {"var": Path(settings.VAR_DIR), "media": Path(settings.MEDIA_ROOT)}


def _free_bytes(path: Path) -> int:
    while not path.exists() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free


def _seconds(moment: datetime | None, at: datetime) -> int | None:
    return None if moment is None else max(int((at - moment).total_seconds()), 0)


def database_size() -> int | None:
    """Return the bytes of the database, or None where it does not say."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        row: Any = cursor.fetchone()
    return int(row[0]) if row else None


def database_version() -> str:
    """Return the name and version of the database server."""
    if connection.vendor == "postgresql":
        number = connection.pg_version  # type: ignore[attr-defined]
        return f"PostgreSQL {number // 10000}.{number % 10000}"
    from sqlite3 import sqlite_version

    return f"SQLite {sqlite_version}"
