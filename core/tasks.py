"""Celery's side of the platform: the doorbell of the job table, and what beat rings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import current_app, current_task, shared_task
from django.utils import timezone

from core.domain import (
    attachments,
    audit_seals,
    bulk,
    departures,
    exports,
    forgetting,
    imports,
    jobs,
    notifications,
    once,
    password_letters,
    picklist_merging,
    recycling,
    schedules,
    search,
    sessions,
    shares,
    sights,
    sign_in_guard,
    sweeper,
    tokens,
)
from core.domain.heartbeats import CLOCK, forget_workers, mark_alive, mark_worker
from core.domain.mails.sending import ask_for_sending, send_due
from core.exports import KEPT_FOR as EXPORTS_KEPT_FOR


@shared_task(name="core.tasks.run_job")
def run_job(job_id: int) -> None:
    """Run the job of that id, if it is still due."""
    mark_worker(at=timezone.now(), hostname=_hostname())
    jobs.run_job(job_id, body_of=body_of)


@shared_task(name="core.tasks.tick")
def tick() -> None:
    """Start what is due and take up again what was left behind; beat's only entry."""
    at = timezone.now()
    mark_worker(at=at, hostname=_hostname())
    mark_alive(CLOCK, at=at)
    schedules.run_due_schedules(at)
    ask_for_sending(at)
    sweeper.sweep(at)


def _hostname() -> str:
    """Return the name of this worker, such as celery@machine; nothing where no worker runs the task."""
    request = getattr(current_task, "request", None)
    return str(getattr(request, "hostname", None) or "")


@shared_task(name="core.tasks.delete_old_jobs")
def delete_old_jobs() -> dict[str, int]:
    """Delete jobs that ended long ago, and workers that are no more."""
    forget_workers(at=timezone.now())
    return {"deleted": sweeper.delete_old_jobs(before=timezone.now() - timedelta(days=sweeper.KEEP_DAYS))}


@shared_task(name="core.tasks.forget_sights")
def forget_sights() -> dict[str, int]:
    """Forget whose eyes were on which record in the days before; the audit lines stay."""
    return {"deleted": sights.forget_sights(before=timezone.localdate() - sights.KEPT)}


@shared_task(name="core.tasks.forget_forms")
def forget_forms() -> dict[str, int]:
    """Forget forms that nobody sends again."""
    return {"deleted": once.forget_forms(at=timezone.now())}


@shared_task(name="core.tasks.export_list")
def export_list(key: str, query: str, file_format: str, user_id: int, token: str) -> dict[str, Any]:
    """Write a list as a file for the person who asked."""
    return exports.run_export(key, query=query, file_format=file_format, user_id=user_id, token=token)


@shared_task(name="core.tasks.delete_old_exports")
def delete_old_exports() -> dict[str, int]:
    """Delete the files of exports that nobody fetched in time."""
    return {"deleted": exports.delete_old_exports(before=timezone.now() - EXPORTS_KEPT_FOR)}


@shared_task(name="core.tasks.make_file_preview")
def make_file_preview(attachment_id: int) -> dict[str, bool]:
    """Make the small picture of a file."""
    return {"made": attachments.make_preview(attachment_id)}


@shared_task(name="core.tasks.purge_bin")
def purge_bin() -> dict[str, int]:
    """Delete for good what has lain in the recycle bin for long enough."""
    return recycling.purge_due(at=timezone.now())


@shared_task(name="core.tasks.forget_runs")
def forget_runs() -> dict[str, int]:
    """Forget files, rows and old values of imports and actions that ended long ago."""
    return forgetting.forget_runs(timezone.now())


@shared_task(name="core.tasks.sweep_files")
def sweep_files() -> dict[str, int]:
    """Delete files that nobody can reach any more."""
    return attachments.sweep_files(timezone.now())


def body_of(name: str) -> Callable[..., Any]:
    """Return the function of the task of that name; refuses with UnknownTask."""
    task = current_app.tasks.get(name)
    if task is None:
        raise jobs.UnknownTask(name)
    body: Callable[..., Any] = task.run
    return body


@shared_task(name="core.tasks.check_import")
def check_import(run_id: int, attempt: int) -> dict[str, int]:
    """Check every row of an uploaded file."""
    return imports.run_check(run_id, attempt)


@shared_task(name="core.tasks.write_import")
def write_import(run_id: int, attempt: int) -> dict[str, int]:
    """Write the valid rows of an uploaded file."""
    return imports.run_import(run_id, attempt)


@shared_task(name="core.tasks.run_bulk")
def run_bulk(run_id: int) -> dict[str, int]:
    """Do an action to the rows that a list held."""
    return bulk.run_bulk(run_id)


@shared_task(name="core.tasks.undo_bulk")
def undo_bulk(run_id: int) -> dict[str, int]:
    """Take an action on many rows back."""
    return bulk.undo_bulk(run_id)


@shared_task(name="core.tasks.keep_search_terms")
def keep_search_terms(key: str, ranges: list[list[int]]) -> dict[str, int]:
    """Keep the search terms of many changed records."""
    return search.keep_ranges(key, ranges)


@shared_task(name="core.tasks.fill_search")
def fill_search(key: str) -> dict[str, int]:
    """Fill the search terms of all records of one type."""
    return {"records": search.fill_type(key)}


@shared_task(name="core.tasks.undo_import")
def undo_import(run_id: int, attempt: int) -> dict[str, int]:
    """Take back what an import wrote."""
    return imports.run_undo(run_id, attempt)


@shared_task(name="core.tasks.send_mails")
def send_mails() -> dict[str, int]:
    """Send every mail whose time has come."""
    return send_due()


@shared_task(name="core.tasks.delete_old_notifications")
def delete_old_notifications() -> dict[str, int]:
    """Delete messages that were read long ago."""
    return {"deleted": notifications.delete_old_notifications(at=timezone.now())}


@shared_task(name="core.tasks.warn_of_expiring_tokens")
def warn_of_expiring_tokens() -> dict[str, int]:
    """Tell people whose tokens run out soon."""
    return {"told": tokens.warn_of_expiring_tokens(at=timezone.now())}


@shared_task(name="core.tasks.forget_idempotency_keys")
def forget_idempotency_keys() -> dict[str, int]:
    """Forget answers of the API that are older than two days."""
    return {"deleted": once.forget_answers(before=timezone.now() - once.KEPT)}


@shared_task(name="core.tasks.seal_audit")
def seal_audit() -> dict[str, int]:
    """Seal the audit lines that are not sealed yet."""
    return audit_seals.seal_audit(at=timezone.now())


@shared_task(name="core.tasks.verify_audit")
def verify_audit() -> dict[str, Any]:
    """Read all sealed audit lines again; a break sets the job aside, where administrators see it."""
    return audit_seals.verify_or_refuse()


@shared_task(name="core.tasks.send_password_letter")
def send_password_letter(email: str) -> dict[str, int]:
    """Send the letter for a forgotten password, if the address is somebody's."""
    password_letters.send_letter(email)
    return {}


@shared_task(name="core.tasks.merge_picklist_value")
def merge_picklist_value(value_id: int, into_id: int, by_id: int | None = None) -> dict[str, int]:
    """Move the records that still hold one value to another."""
    return picklist_merging.run_merge(value_id, into_id, by_id=by_id)


@shared_task(name="core.tasks.forget_sign_ins")
def forget_sign_ins() -> dict[str, int]:
    """Forget failed attempts to sign in, and sessions that ran out."""
    at = timezone.now()
    return {
        "attempts": sign_in_guard.forget_attempts(at=at),
        "sessions": sessions.forget_sessions(at=at),
    }


@shared_task(name="core.tasks.run_departure")
def run_departure(departure_id: int) -> dict[str, int]:
    """Hand over what somebody held who leaves, and switch the person off."""
    return departures.run_departure(departure_id)


@shared_task(name="core.tasks.start_departures")
def start_departures() -> dict[str, int]:
    """Start the departures whose last day is over."""
    return {"rows": departures.start_due_departures(at=timezone.now())}


@shared_task(name="core.tasks.sweep_shares")
def sweep_shares() -> dict[str, int]:
    """Remove shares whose last day is over."""
    return {"ended": shares.sweep_shares(on=timezone.localdate())}
