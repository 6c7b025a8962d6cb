"""Asking for a nightly run. Pages load this module; the numerical libraries are loaded by `nightly` only."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.choices import RunState
from analytics.models import NightlyRun
from core.choices import AuditAction
from core.display import format_day
from core.domain.audit import record
from core.domain.jobs import later
from core.errors import DomainError
from core.models import Job, Organisation, User
from customers.models import OrderDay

TASK = "analytics.tasks.run_nightly"
QUEUE = "analytics"


def local_today() -> date:
    """Return today's date where the organisation is."""
    try:
        zone = ZoneInfo(Organisation.load().time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return timezone.now().astimezone(zone).date()


def last_order_day() -> date | None:
    """Return the newest purchase day of all customers; a base that ended is computed as of then."""
    day: date | None = OrderDay.objects.purchases().order_by("-day").values_list("day", flat=True).first()
    return day


def start_run(as_of: date | None = None, *, by: User | None) -> NightlyRun:
    """Ask for a computation as of the day (default: today, where the organisation is).

    Leaves a run and a job for it. While one for that day is under way it is returned instead; one whose
    job was set aside or cancelled is taken up again where it stopped. Refuses days in the future.
    """
    day = as_of or local_today()
    if day > local_today():
        raise DomainError(
            "as_of_in_future",
            _("Choose today or a day in the past."),
            fields={"as_of": _("This day is yet to come.")},
        )
    with transaction.atomic():
        run = unfinished(day) or new_run(day, by=by)
        locked: NightlyRun = NightlyRun.objects.select_for_update().get(pk=run.pk)
        if locked.job is not None and locked.job.is_open:
            return locked
        NightlyRun.objects.filter(pk=run.pk).update(restarts=F("restarts") + 1)
        locked.refresh_from_db(fields=["restarts"])
        locked.job = _job_for(locked, by)
        locked.save(update_fields=["job"])
        record(AuditAction.RAN, by=by, subject=locked)
    return locked


def _job_for(run: NightlyRun, by: User | None) -> Job:
    return later(
        TASK,
        dedupe=f"nightly-{run.as_of:%Y-%m-%d}-{run.attempt}-{run.restarts}",
        title=_("Compute the figures as of %(day)s") % {"day": format_day(run.as_of)},
        by=by,
        url=reverse("analytics:dashboard"),
        queue=QUEUE,
        run_id=run.pk,
    )


def unfinished(day: date) -> NightlyRun | None:
    """Return the run of the day that is still under way."""
    found: NightlyRun | None = NightlyRun.objects.unfinished().filter(as_of=day).first()
    return found


def new_run(day: date, *, by: User | None = None, job: Job | None = None) -> NightlyRun:
    """Make the next attempt of the day, or return the one that somebody else made meanwhile."""
    attempt = (NightlyRun.objects.filter(as_of=day).aggregate(last=Max("attempt"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            return NightlyRun.objects.create(as_of=day, attempt=attempt, asked_by=by, job=job)
    except IntegrityError:
        found = unfinished(day)
        if found is None:
            raise
        return found


def scheduled_run(job: Job | None) -> NightlyRun:
    """Return the run of a scheduled job: the one it began, or today's.

    When today was computed already that finished run is returned, and nothing is left to do.
    """
    if job is not None:
        begun: NightlyRun | None = NightlyRun.objects.filter(job=job).first()
        if begun is not None:
            return begun
    day = local_today()
    done: NightlyRun | None = (
        NightlyRun.objects.filter(as_of=day, state=RunState.DONE).order_by("-attempt").first()
    )
    return unfinished(day) or done or new_run(day, job=job)
