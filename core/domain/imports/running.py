"""The dry run and the import: asked for, run in batches, resumed after a kill, stopped, finished."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import can, renew, require
from core.choices import AuditAction, ImportOutcome, ImportState, JobState
from core.domain.audit import record
from core.domain.imports.runs import busy, ensure_complete, mapping_of_run, refused
from core.domain.imports.undoing import stop_undo
from core.domain.imports.walking import (
    Superseded,
    Work,
    checked,
    fault_lines,
    lines_done,
    store,
    work_on,
)
from core.domain.imports.writing import write
from core.domain.jobs import JobCancelled, LeaseLost, later, progress, request_cancel, when_ended
from core.domain.sweeper import KEEP_DAYS
from core.errors import DomainError
from core.imports.faults import ReadingError
from core.imports.targets import target_of
from core.models import ImportRun, Job, User
from core.zones import zone_of

OnProgress = Callable[[int, int], None]

#: A file with more faulty lines is misread; nobody repairs them one by one.
MOST_FAULTY = 50_000

#: States in which a job is at work.
RUNNING = (ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING)
CHECKABLE = (ImportState.UPLOADED, ImportState.CHECKED)
#: After a stop or a failure an import goes on from the line it reached.
IMPORTABLE = (ImportState.CHECKED, ImportState.CANCELLED, ImportState.FAILED)


# ---- asking -----------------------------------------------------------------------------------------
@transaction.atomic
def start_check(run: ImportRun, *, by: User) -> Job:
    """Let a worker check every row of the file; nothing but the findings is written. Rows skipped stay so."""
    begin_check(run, by=by)
    title = _("Trial run of %(file)s") % {"file": run.filename}
    return _ask("core.tasks.check_import", run, title, reverse("core:import-check", args=[run.pk]), by)


@transaction.atomic
def start_import(run: ImportRun, *, by: User) -> Job:
    """Let a worker write the valid rows in the name of `by`; a stopped import goes on where it stopped."""
    begin_import(run, by=by)
    record(AuditAction.RAN, by=by, subject=run, note=run.target)
    title = _("Import of %(file)s") % {"file": run.filename}
    return _ask("core.tasks.write_import", run, title, reverse("core:import-result", args=[run.pk]), by)


def _ask(task: str, run: ImportRun, title: str, url: str, by: User) -> Job:
    dedupe = f"import-{run.pk}-{run.attempt}"
    job = later(task, dedupe=dedupe, title=title, by=by, url=url, run_id=run.pk, attempt=run.attempt)
    ImportRun.objects.filter(pk=run.pk).update(job=job)
    run.job = job
    return job


@transaction.atomic
def begin_check(run: ImportRun, *, by: User) -> None:
    """Move the run to its dry run."""
    target = target_of(run.target)
    require(by, "import", target.model)
    ensure_complete(target, list(mapping_of_run(run).values()))
    _move(
        run,
        CHECKABLE,
        state=ImportState.CHECKING,
        attempt=F("attempt") + 1,
        started_by=by,
        next_line=0,
        counts={},
        error="",
        job=None,
    )
    run.lines.exclude(outcome=ImportOutcome.SKIPPED).delete()


@transaction.atomic
def begin_import(run: ImportRun, *, by: User) -> None:
    """Move the run to its import. Refused without a dry run, and while one is under way."""
    require(by, "import", target_of(run.target).model)
    fresh = {"next_line": 0, "counts": {}} if run.state == ImportState.CHECKED else {}
    before = (run.state,) if run.state in IMPORTABLE else IMPORTABLE
    _move(
        run,
        before,
        state=ImportState.IMPORTING,
        attempt=F("attempt") + 1,
        started_by=by,
        error="",
        job=None,
        finished_at=None,
        **fresh,
    )
    if fresh:
        run.lines.exclude(outcome=ImportOutcome.SKIPPED).delete()


def _move(run: ImportRun, before: tuple[str, ...], **fields: Any) -> None:
    if not ImportRun.objects.filter(pk=run.pk, state__in=before).update(**fields):
        raise busy(run)
    run.refresh_from_db()


# ---- the bodies of the jobs -------------------------------------------------------------------------
def run_check(run_id: int, attempt: int, *, on_progress: OnProgress | None = None) -> dict[str, Any]:
    """Check the rows that are still unchecked and return the counts; safe to run twice, or at once."""
    _resume(run_id, attempt, ImportState.CHECKING, stopped=[ImportState.UPLOADED])
    with _attempt(run_id, attempt, ImportState.CHECKING) as work:
        if work is None:
            return {}
        ensure_complete(work.target, list(mapping_of_run(work.run).values()))
        _say(work.run.counts, work, on_progress)
        for batch in work.batches():
            ensure_right(renew(work.by), work.run)
            rows, faulty = work.split(batch)
            result = checked(work, rows, faulty)
            counts = store(work, batch, ImportState.CHECKING, result, fault_lines(work.run, result))
            if counts.get(ImportOutcome.FAULTY, 0) > MOST_FAULTY:
                raise DomainError(
                    "too_many_faults",
                    _(
                        "Stopped after %(count)d faulty rows: encoding, delimiter or columns are probably"
                        " wrong."
                    )
                    % {"count": counts[ImportOutcome.FAULTY]},
                )
            _say(counts, work, on_progress)
        return _finish_check(work)
    return {}


def run_import(run_id: int, attempt: int, *, on_progress: OnProgress | None = None) -> dict[str, Any]:
    """Write the rows that are still unwritten and return the counts; safe to run twice, or at once."""
    _resume(run_id, attempt, ImportState.IMPORTING, stopped=[ImportState.CANCELLED, ImportState.FAILED])
    with _attempt(run_id, attempt, ImportState.IMPORTING) as work:
        if work is None:
            return {}
        _say(work.run.counts, work, on_progress)
        for batch in work.batches():
            ensure_right(renew(work.by), work.run)
            rows, faulty = work.split(batch)
            _say(write(work, batch, rows, faulty), work, on_progress)
        return _finish_import(work, at=timezone.now())
    return {}


def _resume(run_id: int, attempt: int, state: str, *, stopped: list[ImportState]) -> None:
    """A job that is started again after it was stopped takes its run up again."""
    rows = ImportRun.objects.filter(pk=run_id, attempt=attempt, state__in=stopped)
    rows.update(state=state, error="", finished_at=None)


@contextmanager
def _attempt(run_id: int, attempt: int, state: str) -> Iterator[Work | None]:
    """Open the run if this attempt at it still counts, and settle it when it ends early."""
    rows = ImportRun.objects.select_related("started_by")
    run = rows.filter(pk=run_id, attempt=attempt, state=state).first()
    if run is None:
        yield None
        return
    with _settled(run, state):
        by = run.started_by
        if by is None:
            raise DomainError("nobody", _("Nobody answers for this import any more."))
        ensure_right(by, run)
        work = work_on(run, by)
        try:
            # Times of day in the file are those of the person, wherever the worker stands.
            with timezone.override(zone_of(by)):
                yield work
        finally:
            work.session.close()


@contextmanager
def _settled(run: ImportRun, state: str) -> Iterator[None]:
    """Write how an attempt ended early, unless it is another worker's turn."""
    try:
        yield
    except Superseded:
        return
    except LeaseLost:
        raise
    except JobCancelled:
        stop(run, state)
        raise
    except ReadingError as error:
        refusal = refused(error)
        stop(run, state, error=refusal.message)
        raise refusal from error
    except DomainError as error:
        stop(run, state, error=error.message)
        raise


def ensure_right(by: User, run: ImportRun) -> None:
    """Refuse when the person may no longer import such records: rights may go while the work goes on."""
    if not can(by, "import", target_of(run.target).model):
        raise DomainError(
            "forbidden", _("%(person)s may no longer import these records.") % {"person": by}, status=403
        )


def _say(counts: dict[str, int], work: Work, on_progress: OnProgress | None) -> None:
    done = lines_done(counts)
    total = max(work.run.total_lines, done)
    if on_progress is not None:
        on_progress(done, total)
    note = (
        _("Checking row %(done)s of %(total)s")
        if work.run.state == ImportState.CHECKING
        else _("Writing row %(done)s of %(total)s")
    )
    progress(done, total, note % {"done": f"{done:,}", "total": f"{total:,}"})


def _finish_check(work: Work) -> dict[str, Any]:
    with transaction.atomic():
        rows = ImportRun.objects.filter(pk=work.run.pk, attempt=work.run.attempt, state=ImportState.CHECKING)
        counts: dict[str, int] = rows.values_list("counts", flat=True).first() or {}
        if not rows.update(state=ImportState.CHECKED, total_lines=lines_done(counts)):
            return {}
    return counts


@transaction.atomic
def _finish_import(work: Work, *, at: datetime) -> dict[str, Any]:
    rows = ImportRun.objects.filter(pk=work.run.pk, attempt=work.run.attempt, state=ImportState.IMPORTING)
    if not rows.update(state=ImportState.DONE, finished_at=at):
        return {}
    return _tell(work.run, work.by)


def _tell(run: ImportRun, by: User | None) -> dict[str, int]:
    """Write the one audit line of an import that ended, with what became of its lines."""
    run.refresh_from_db()
    told = ", ".join(f"{name} {number}" for name, number in sorted(run.counts.items()))
    record(AuditAction.IMPORTED, by=by, subject=run, note=f"{run.target}: {told}")
    counts: dict[str, int] = run.counts
    return counts


# ---- stopping ---------------------------------------------------------------------------------------
@transaction.atomic
def stop(run: ImportRun, state: str, *, error: str = "") -> None:
    """End an attempt early: a dry run is open again, an import keeps what it wrote."""
    if state == ImportState.UNDOING:
        stop_undo(run, error=error)
        return
    rows = ImportRun.objects.filter(pk=run.pk, attempt=run.attempt, state=state)
    if state == ImportState.CHECKING:
        rows.update(state=ImportState.UPLOADED, error=error)
        return
    ended = ImportState.FAILED if error else ImportState.CANCELLED
    if rows.update(state=ended, error=error, finished_at=timezone.now()):
        _tell(run, run.started_by)


def cancel_import(run: ImportRun, *, by: User) -> ImportRun:
    """Stop the dry run or the import: at once while it waits, after the batch it is in while it runs."""
    require(by, "change", ImportRun)
    if run.job is not None and run.job.is_open:
        request_cancel(run.job, by=by)
    return reconcile(run)


def reconcile(run: ImportRun) -> ImportRun:
    """Let the run follow its job where that ended without a word: stopped, set aside, or deleted since."""
    if run.state not in RUNNING:
        return run
    job = Job.objects.filter(pk=run.job_id or 0).first()
    if job is None:
        # What a command does at once has no job either: only after so long one was surely deleted.
        if run.created_at < timezone.now() - timedelta(days=KEEP_DAYS):
            stop(run, run.state)
    elif job.state == JobState.FAILED:
        stop(run, run.state, error=job.error or _("The work was set aside after several attempts."))
    elif not job.is_open:
        stop(run, run.state)
    run.refresh_from_db()
    return run


def follow_jobs() -> None:
    """Have each run follow its job when that ends, whoever ends it."""
    for task in ("core.tasks.check_import", "core.tasks.write_import", "core.tasks.undo_import"):
        when_ended(task, _after_job)


def _after_job(job: Job) -> None:
    for run in ImportRun.objects.filter(job=job):
        reconcile(run)


# ---- without a worker -------------------------------------------------------------------------------
def import_now(
    run: ImportRun, *, by: User, dry_run: bool = False, on_progress: OnProgress | None = None
) -> ImportRun:
    """Check the file, and unless `dry_run` write its valid rows, here and now. For commands and the demo."""
    begin_check(run, by=by)
    run_check(run.pk, run.attempt, on_progress=on_progress)
    run.refresh_from_db()
    if not dry_run:
        begin_import(run, by=by)
        run_import(run.pk, run.attempt, on_progress=on_progress)
        run.refresh_from_db()
    return run
