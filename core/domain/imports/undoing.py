"""Taking an import back: asked for, done in batches from the last line up, resumed after a kill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Model, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import can, require
from core.choices import AuditAction, ImportOutcome, ImportState
from core.domain.audit import record
from core.domain.imports.runs import busy
from core.domain.imports.walking import Superseded
from core.domain.jobs import JobCancelled, LeaseLost, later, progress
from core.domain.numbers import take_turns
from core.errors import Conflict, DomainError
from core.imports.targets import ImportTarget, UndoLine, all_targets, target_of
from core.models import ImportLine, ImportRun, Job, User

#: Lines of one transaction.
BATCH = 500
UNDOABLE = (ImportState.DONE, ImportState.CANCELLED, ImportState.FAILED, ImportState.UNDO_STOPPED)
_WRITTEN = (ImportOutcome.CREATED, ImportOutcome.UPDATED)


def can_undo(run: ImportRun, user: Any) -> bool:
    """Tell whether `user` may take the import back, and there is something to take back."""
    if run.state not in UNDOABLE:
        return False
    try:
        target = target_of(run.target)
    except KeyError:
        return False
    return target.can_undo and can(user, "import", target.model) and open_lines(run).exists()


def ensure_remembered(run: ImportRun) -> None:
    """Refuse an import of which only the counts are kept: what it wrote is not known any more."""
    if not ImportRun.objects.filter(pk=run.pk).exclude(file="").exists():
        text = _("The rows of this import were deleted after their time: it cannot be undone any more.")
        raise Conflict("import_forgotten", text)


def open_lines(run: ImportRun) -> Any:
    """Return the lines that wrote something and were not looked at by an undo."""
    return run.lines.filter(outcome__in=_WRITTEN, undone="", object_id__isnull=False)


def undo_counts(run: ImportRun) -> dict[str, int]:
    """Return how many records an undo would remove and how many it would change back."""
    counts = Counter(open_lines(run).values_list("outcome", flat=True))
    return {"created": counts[ImportOutcome.CREATED], "updated": counts[ImportOutcome.UPDATED]}


def undone_records(model: type[Model], ids: Iterable[int]) -> set[int]:
    """Return which of these records were taken back with the import that made them."""
    targets = [target.key for target in all_targets() if target.model is model]
    rows = ImportLine.objects.filter(undone="done", object_id__in=sorted(ids), run__target__in=targets)
    return {pk for pk in rows.values_list("object_id", flat=True) if pk is not None}


@transaction.atomic
def start_undo(run: ImportRun, *, by: User) -> Job:
    """Let a worker take the import back.

    Refuses one that is not over, one that is forgotten, and persons without the right.
    """
    target = target_of(run.target)
    require(by, "change", ImportRun)
    require(by, "import", target.model)
    if not target.can_undo:
        raise DomainError("cannot_undo", _("Imports of this kind cannot be undone."))
    kept = ImportRun.objects.filter(pk=run.pk, state__in=UNDOABLE).exclude(file="")
    moved = kept.update(
        state=ImportState.UNDOING, attempt=F("attempt") + 1, error="", job=None, undone_by=by, undone_at=None
    )
    if not moved:
        ensure_remembered(run)
        raise busy(run)
    run.refresh_from_db()
    job = later(
        "core.tasks.undo_import",
        dedupe=f"import-{run.pk}-{run.attempt}",
        title=_("Undo of the import of %(file)s") % {"file": run.filename},
        by=by,
        url=reverse("core:import-result", args=[run.pk]),
        run_id=run.pk,
        attempt=run.attempt,
    )
    ImportRun.objects.filter(pk=run.pk).update(job=job)
    run.job = job
    return job


def run_undo(run_id: int, attempt: int) -> dict[str, Any]:
    """Take back what is not taken back yet and return the counts; safe to run twice, or at once."""
    ImportRun.objects.filter(pk=run_id, attempt=attempt, state=ImportState.UNDO_STOPPED).update(
        state=ImportState.UNDOING, error=""
    )
    rows = ImportRun.objects.select_related("undone_by")
    run = rows.filter(pk=run_id, attempt=attempt, state=ImportState.UNDOING).first()
    if run is None:
        return {}
    try:
        _work_through(run)
    except Superseded:
        return {}
    except LeaseLost:
        raise
    except JobCancelled:
        stop_undo(run)
        raise
    except DomainError as error:
        stop_undo(run, error=error.message)
        raise
    return _finish(run)


def _work_through(run: ImportRun) -> None:
    target, by = target_of(run.target), run.undone_by
    if by is None:
        raise DomainError("nobody", _("Nobody answers for this import any more."))
    total = run.lines.filter(outcome__in=_WRITTEN).count()
    note = _("Undo of the import of %(file)s") % {"file": run.filename}
    while batch := _next_batch(run):
        # Rights may go while the work goes on.
        by = User.objects.get(pk=by.pk)
        if not can(by, "import", target.model):
            text = _("%(person)s may no longer import these records.") % {"person": by}
            raise DomainError("forbidden", text, status=403)
        counts = _take_back(run, target, batch, by=by, note=note)
        done = counts.get("undone", 0) + counts.get("left", 0)
        progress(
            done, total, _("Undoing row %(done)s of %(total)s") % {"done": f"{done:,}", "total": f"{total:,}"}
        )


def _next_batch(run: ImportRun) -> list[ImportLine]:
    """Return the last lines that are open, each record once: what was done to it last is undone first."""
    below = Q(line__lt=run.undo_line) if run.undo_line is not None else Q()
    found: list[ImportLine] = []
    seen: set[int] = set()
    for line in open_lines(run).filter(below).order_by("-line")[:BATCH]:
        if line.object_id in seen:
            break
        seen.add(line.object_id)
        found.append(line)
    return found


@transaction.atomic
def _take_back(
    run: ImportRun, target: ImportTarget, batch: Sequence[ImportLine], *, by: User, note: str
) -> dict[str, int]:
    """Move past the batch and undo it, in one transaction; `Superseded` when it is no longer ours."""
    first = batch[-1].line
    moved = ImportRun.objects.filter(
        pk=run.pk, attempt=run.attempt, state=ImportState.UNDOING, undo_line=run.undo_line
    ).update(undo_line=first)
    if not moved:
        raise Superseded
    run.undo_line = first
    take_turns("imports")
    left = target.undo(_with_versions(run, batch), by=by, at=timezone.now(), note=note)
    _mark(run, batch, left)
    counts: dict[str, int] = ImportRun.objects.values_list("counts", flat=True).get(pk=run.pk)
    counts["undone"] = counts.get("undone", 0) + len(batch) - len(left)
    counts["left"] = counts.get("left", 0) + len(left)
    ImportRun.objects.filter(pk=run.pk).update(counts=counts)
    return counts


def _with_versions(run: ImportRun, batch: Sequence[ImportLine]) -> list[UndoLine]:
    """A record that several lines wrote has been taken back by the later ones, a version each."""
    later_lines: dict[int, list[ImportLine]] = {}
    undone = ImportLine.objects.filter(undone="done", object_id__in=[line.object_id for line in batch])
    for line in undone.filter(run=run).order_by("-line"):
        later_lines.setdefault(line.object_id or 0, []).append(line)
    found = []
    for line in batch:
        above = later_lines.get(line.object_id or 0, [])
        last = above[0] if above else line
        version = int((last.undo or {}).get("version", 1)) + len(above)
        is_new = line.outcome == ImportOutcome.CREATED
        found.append(UndoLine(line.line, is_new, line.object_id or 0, version, line.undo or {}))
    return found


def _mark(run: ImportRun, batch: Sequence[ImportLine], left: dict[int, str]) -> None:
    rows = ImportLine.objects.filter(run=run)
    done = [line.pk for line in batch if line.line not in left]
    rows.filter(pk__in=done).update(undone="done")
    for code in sorted(set(left.values())):
        numbers = [number for number, why in left.items() if why == code]
        rows.filter(line__in=numbers).update(undone=code)


@transaction.atomic
def _finish(run: ImportRun) -> dict[str, Any]:
    rows = ImportRun.objects.filter(pk=run.pk, attempt=run.attempt, state=ImportState.UNDOING)
    if not rows.update(state=ImportState.UNDONE, undone_at=timezone.now()):
        return {}
    return _tell(run)


def _tell(run: ImportRun) -> dict[str, int]:
    run.refresh_from_db()
    note = f"{run.target}: undone {run.counts.get('undone', 0)}, left {run.counts.get('left', 0)}"
    record(AuditAction.IMPORTED, by=run.undone_by, subject=run, note=note)
    return {"undone": run.counts.get("undone", 0), "left": run.counts.get("left", 0)}


@transaction.atomic
def stop_undo(run: ImportRun, *, error: str = "") -> None:
    """End an undo early: what was taken back stays so, the rest can follow."""
    rows = ImportRun.objects.filter(pk=run.pk, attempt=run.attempt, state=ImportState.UNDOING)
    # The time after which it is forgotten runs from here: until then the rest can follow.
    if rows.update(state=ImportState.UNDO_STOPPED, error=error, undone_at=timezone.now()):
        _tell(run)
