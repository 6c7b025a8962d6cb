"""What imports and actions on many rows leave behind goes after a time that the organisation sets.

Files, the texts of their cells, and the values before and after hold the data of people who may long be
erased. What stays is how many rows came to which end, and which records an undone import took back.
Every step may be killed and run again: a run is marked first, and what hangs on a marked one is deleted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet

from core.choices import BulkState, ImportState, JobState
from core.domain.bulk.asking import counts_of
from core.models import BulkRow, BulkRun, BulkSlice, ImportLine, ImportRun, Organisation

#: Younger files may be on their way into a row.
GRACE = timedelta(days=1)
_BATCH = 1_000
_UNTOUCHED = (ImportState.UPLOADED, ImportState.CHECKED)
_AT_WORK = (ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING)
_STOPPED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


def forget_runs(at: datetime) -> dict[str, int]:
    """Forget runs that ended long enough ago, and files that belong to none; return how many of each.

    Uploads that nobody ever imported count as cancelled.
    """
    before = at - timedelta(days=Organisation.load().keep_run_days)
    return {
        "imports": _forget_imports(before),
        "import_lines": _delete_lines(),
        "bulk_runs": _forget_bulk_runs(before),
        "bulk_rows": _delete_rows(),
        "arriving": _delete_arriving(at),
        "without_run": _delete_without_run(at),
    }


def _old(before: datetime) -> Q:
    return Q(finished_at__lt=before) | Q(finished_at__isnull=True, created_at__lt=before)


# ---- imports ----------------------------------------------------------------------------------------
def _forget_imports(before: datetime) -> int:
    due = ImportRun.objects.filter(_old(before)).exclude(file="").exclude(state__in=_AT_WORK)
    due = due.filter(Q(undone_at__isnull=True) | Q(undone_at__lt=before))
    forgotten = 0
    for run in due.only("pk", "file", "state", "attempt").order_by("pk"):
        state = ImportState.CANCELLED if run.state in _UNTOUCHED else run.state
        # Whoever goes on with it in this very moment is first: the state or the attempt is another then.
        mine = ImportRun.objects.filter(pk=run.pk, state=run.state, attempt=run.attempt)
        if mine.update(file="", profile={}, repairs={}, state=state):
            default_storage.delete(str(run.file))
            forgotten += 1
    return forgotten


def _delete_lines() -> int:
    """Delete lines of forgotten imports; of those taken back it stays that the record was."""
    lines = ImportLine.objects.filter(run__file="")
    lines.filter(undone="done").exclude(undo__isnull=True, faults=[]).update(undo=None, faults=[])
    return _delete(lines.exclude(undone="done"))


def _delete(rows: QuerySet[Any]) -> int:
    deleted = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        deleted += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return deleted


def _delete_arriving(at: datetime) -> int:
    """Delete what processes that died were taking in."""
    folder = Path(settings.MEDIA_ROOT) / "imports" / "arriving"
    old = [path for path in folder.glob("*") if path.stat().st_mtime < (at - GRACE).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _delete_without_run(at: datetime) -> int:
    """Delete files to which no run points: the process died between the one and the other."""
    root = Path(settings.MEDIA_ROOT)
    deleted = 0
    for path in (root / "imports").glob("[0-9]*/[0-9]*/*"):
        name = path.relative_to(root).as_posix()
        is_old = path.stat().st_mtime < (at - GRACE).timestamp()
        if is_old and not ImportRun.objects.filter(file=name).exists():
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted


# ---- actions on many rows ---------------------------------------------------------------------------
def _forget_bulk_runs(before: datetime) -> int:
    ended = Q(state__in=[BulkState.DONE, BulkState.UNDONE]) | Q(job__isnull=True) | Q(job__state__in=_STOPPED)
    due = BulkRun.objects.filter(_old(before), ended, counts__isnull=True)
    forgotten = 0
    for run in due.order_by("pk"):
        mine = BulkRun.objects.filter(pk=run.pk, state=run.state, counts__isnull=True)
        forgotten += mine.update(counts=counts_of(run), values={}, query="")
    return forgotten


def _delete_rows() -> int:
    BulkSlice.objects.filter(run__counts__isnull=False).delete()
    return _delete(BulkRow.objects.filter(run__counts__isnull=False))
