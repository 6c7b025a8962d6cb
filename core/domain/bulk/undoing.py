"""Taking an action on many rows back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import can, renew
from core.bulk import BulkAction
from core.choices import BulkOutcome, BulkState, JobState
from core.domain.bulk.asking import STEP, action_of, ask, counts_of, ensure_remembered, title_of
from core.domain.jobs import progress, retry_job
from core.errors import Conflict, DomainError
from core.models import BulkRow, BulkRun, User


def may_undo(run: BulkRun, *, by: User) -> bool:
    """Tell whether the person may take the action back: an own one that has ended and has a way back.

    One whose taking back was stopped may be taken back again; one whose rows are forgotten may not.
    """
    if (
        run.counts is not None
        or not has_ended(run)
        or run.created_by_id != by.pk
        or not can(by, "undo", BulkRun)
    ):
        return False
    try:
        _definition, action = action_of(run.list_key, run.action, by=by)
    except DomainError:
        return False
    return action.undo is not None and run.rows.filter(outcome=BulkOutcome.CHANGED).exists()


def has_ended(run: BulkRun) -> bool:
    """Tell whether no more rows are changed: the action is done, or its job was stopped or is gone."""
    if run.state == BulkState.DONE:
        return True
    stopped = run.job is None or run.job.state in {JobState.CANCELLED, JobState.FAILED}
    return stopped and run.state in {BulkState.WAITING, BulkState.RUNNING, BulkState.UNDOING}


@transaction.atomic
def request_undo(run: BulkRun, *, by: User) -> BulkRun:
    """Let a job put back the old values, or go on where such a job was stopped.

    Refused while that job waits or runs, and where there is no way back.
    """
    stored: BulkRun | None = (
        BulkRun.objects.select_for_update(of=("self",)).select_related("job").filter(pk=run.pk).first()
    )
    if stored is None or not may_undo(stored, by=by):
        raise Conflict("cannot_undo", _("This action cannot be taken back."))
    if stored.state == BulkState.UNDOING and stored.job is not None:
        retry_job(stored.job, by=by)
        return stored
    # On SQLite there is no lock on the row.
    if not BulkRun.objects.filter(pk=stored.pk, state=stored.state).update(state=BulkState.UNDOING):
        raise Conflict("cannot_undo", _("This action is being taken back already."))
    stored.state = BulkState.UNDOING
    stored.job = ask(stored, "undo", _("Undo: %(what)s") % {"what": title_of(stored)})
    stored.save(update_fields=["job"])
    return stored


def undo_bulk(run_id: int) -> dict[str, int]:
    """Put back the old values of rows that are still as the action left them; name the others.

    Rights are asked again in each step. A run that is forgotten is refused.
    """
    run = BulkRun.objects.select_related("created_by").get(pk=run_id)
    action_of(run.list_key, run.action, by=run.created_by)
    total = run.rows.filter(outcome=BulkOutcome.CHANGED).count()
    done = 0
    while step := _undo_step(run):
        done += step
        progress(min(done, total), max(total, done))
    _finish(run)
    return counts_of(run)


@transaction.atomic
def _finish(run: BulkRun) -> None:
    finished = BulkRun.objects.filter(pk=run.pk, state=BulkState.UNDOING)
    if finished.update(state=BulkState.UNDONE, finished_at=timezone.now()):
        run.slices.all().delete()


@transaction.atomic
def _undo_step(run: BulkRun) -> int:
    """Take back the next rows, the last done first: each outcome is written with the change itself."""
    ensure_remembered(BulkRun.objects.select_for_update().get(pk=run.pk))
    rows = list(run.rows.filter(outcome=BulkOutcome.CHANGED).order_by("-object_id")[:STEP])
    if not rows:
        return 0
    definition, action = action_of(run.list_key, run.action, by=renew(run.created_by))
    manager: Any = definition.model._default_manager
    # What was handed over has left the reach of who did so: `action_of` has asked for the right itself.
    reached = manager.all() if action.hands_over else manager.in_reach(run.created_by, action.right)
    by_key = reached.in_bulk([row.object_id for row in rows])
    for done in rows:
        outcome, reason = _undo_one(action, by_key.get(done.object_id), done, run.created_by)
        fresh = BulkRow.objects.filter(pk=done.pk, outcome=BulkOutcome.CHANGED)
        if not fresh.update(outcome=outcome, reason=reason):
            raise Conflict("not_running", _("Another worker has this action."))
    return len(rows)


def _undo_one(action: BulkAction, row: Any, done: BulkRow, by: User) -> tuple[str, str]:
    if row is None or action.undo is None:
        return BulkOutcome.KEPT, _("The record is gone, or out of your reach.")
    try:
        with transaction.atomic():
            restored = action.undo(row, done.old, done.new, by)
    except (DomainError, PermissionDenied) as error:
        return BulkOutcome.KEPT, str(getattr(error, "message", error))[:300]
    except ObjectDoesNotExist:
        return BulkOutcome.KEPT, _("What the record held before is gone.")
    return (BulkOutcome.UNDONE, "") if restored else (BulkOutcome.KEPT, _("Changed since by somebody."))
