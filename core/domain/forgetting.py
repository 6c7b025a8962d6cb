"""What imports and actions on many rows leave behind goes after a time that the organisation sets.

Files, the texts of their cells, and the values before and after hold the data of people who may long be
erased. What stays is how many rows came to which end, and which records an undone import took back.
A run is marked and what hangs on it deleted in one transaction; of a killed step nothing is left but a file
without a run, which the next night sweeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet

from core.choices import BulkState, ImportState, JobState
from core.domain.bulk.asking import counts_of
from core.domain.imports.running import RUNNING, reconcile
from core.models import BulkRun, ImportRun, Organisation

#: Younger files may be on their way into a row.
GRACE = timedelta(days=1)
_BATCH = 500
_UNTOUCHED = (ImportState.UPLOADED, ImportState.CHECKED)
_STOPPED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


def forget_runs(at: datetime) -> dict[str, int]:
    """Forget runs that ended long enough ago, and files that belong to none; return how many of each.

    Uploads that nobody ever imported count as cancelled.
    """
    before = at - timedelta(days=Organisation.load().keep_run_days)
    return {
        **_forget_imports(before),
        **_forget_bulk_runs(before),
        "arriving": _delete_arriving(at),
        "without_run": _delete_without_run(at),
    }


def _old(before: datetime, path: str = "") -> Q:
    """What ended before then; what never says when it ended counts from when it was asked for."""
    ended = Q((f"{path}finished_at__lt", before))
    return ended | Q((f"{path}finished_at__isnull", True), (f"{path}created_at__lt", before))


def _keys(due: QuerySet[Any]) -> Iterator[int]:
    """Yield the keys of what is due, some at a time, each once."""
    last = 0
    while keys := list(due.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        yield from keys
        last = keys[-1]


def _forget_each(due: QuerySet[Any], forget: Callable[[QuerySet[Any], int], int | None]) -> tuple[int, int]:
    """Forget one run after the other; return how many were forgotten, and how many rows went with them."""
    gone = [rows for pk in _keys(due) if (rows := forget(due, pk)) is not None]
    return len(gone), sum(gone)


# ---- imports ----------------------------------------------------------------------------------------
def _forget_imports(before: datetime) -> dict[str, int]:
    _follow_jobs()
    due = ImportRun.objects.filter(_old(before)).exclude(file="").exclude(state__in=RUNNING)
    due = due.filter(Q(undone_at__isnull=True) | Q(undone_at__lt=before))
    runs, lines = _forget_each(due, _forget_import)
    return {"imports": runs, "import_lines": lines}


def _follow_jobs() -> None:
    """Stop what still counts as being at work though its job ended, or was deleted after its time."""
    idle = Q(job__isnull=True) | Q(job__state__in=_STOPPED)
    for run in ImportRun.objects.filter(idle, state__in=RUNNING):
        reconcile(run)


def _forget_import(due: QuerySet[Any], pk: int) -> int | None:
    """Forget one import and return how many lines went; None where somebody goes on with it just now."""
    with transaction.atomic():
        run: ImportRun | None = due.select_for_update().filter(pk=pk).first()
        if run is None:
            return None
        state = ImportState.CANCELLED if run.state in _UNTOUCHED else run.state
        # On SQLite there is no lock on the row: whoever went on with it made it another attempt.
        mine = ImportRun.objects.filter(pk=pk, state=run.state, attempt=run.attempt)
        if not mine.update(file="", profile={}, repairs={}, state=state):
            return None
        # Of lines that were taken back it stays that the record was.
        run.lines.filter(undone="done").update(undo=None, faults=[])
        deleted: int = run.lines.exclude(undone="done").delete()[0]
    default_storage.delete(str(run.file))
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
def _forget_bulk_runs(before: datetime) -> dict[str, int]:
    # An action may have ended long ago and its taking back been stopped yesterday: that can be continued.
    quiet = Q(job__isnull=True) | _old(before, "job__")
    ended = Q(state__in=[BulkState.DONE, BulkState.UNDONE]) | Q(job__isnull=True) | Q(job__state__in=_STOPPED)
    due = BulkRun.objects.filter(_old(before), quiet, ended, counts__isnull=True)
    runs, rows = _forget_each(due, _forget_bulk_run)
    return {"bulk_runs": runs, "bulk_rows": rows}


@transaction.atomic
def _forget_bulk_run(due: QuerySet[Any], pk: int) -> int | None:
    """Forget one action and return how many rows went; None where somebody goes on with it just now."""
    BulkRun.objects.select_for_update().filter(pk=pk).first()
    # Asked anew behind the lock: its job is in another table.
    run: BulkRun | None = due.filter(pk=pk).first()
    if run is None:
        return None
    mine = BulkRun.objects.filter(pk=pk, state=run.state, counts__isnull=True)
    if not mine.update(counts=counts_of(run), values={}, query=""):
        return None
    run.slices.all().delete()
    deleted: int = run.rows.all().delete()[0]
    return deleted
