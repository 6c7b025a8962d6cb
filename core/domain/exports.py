"""Taking a list away as a file: asked for by a person, written in the background, kept for a week."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.access import can
from core.choices import AuditAction, JobState
from core.domain.audit import audit_line
from core.domain.jobs import current_job, later, progress
from core.errors import DomainError
from core.exports import KEPT_FOR, XLSX_MOST_ROWS, CsvSheet, Sheet, XlsxSheet
from core.filters import ScopedFilterSet
from core.keyset import iterate
from core.lists import Column, ListDefinition, list_named
from core.models import AuditEntry, Job, User
from core.zones import zone_of

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DEDUPE = "export-"


def find_export(key: str, *, by: User) -> ListDefinition:
    """Return the list; refuses an unknown one, and a person whose role may not take it away."""
    export = list_named(key)
    if export is None:
        raise DomainError("unknown_export", _("There is no such list to export."), status=404)
    if not can(by, "export", export.model):
        raise DomainError("export_not_allowed", _("Your role does not allow this export."), status=403)
    return export


@transaction.atomic
def request_export(key: str, *, query: str, file_format: str, by: User) -> Job:
    """Ask for the list `key` with the filters and sorting of `query` as a file; return the job.

    Refused: an unknown list or format, no right to export, filters that are not understood.
    """
    export = find_export(key, by=by)
    if file_format not in FORMATS:
        raise DomainError("unknown_format", _("Choose CSV or XLSX."))
    _filtered(export, query, by)
    token = secrets.token_urlsafe(24)
    return later(
        "core.tasks.export_list",
        dedupe=f"{_DEDUPE}{token}",
        title=_("Export: %(list)s") % {"list": export.title},
        by=by,
        url=reverse("core:export-download", args=[token]),
        key=key,
        query=query,
        file_format=file_format,
        user_id=by.pk,
        token=token,
    )


def run_export(key: str, *, query: str, file_format: str, user_id: int, token: str) -> dict[str, Any]:
    """Write the file and the audit line. Rights are asked again: hours may lie between.

    Running it twice writes the same file again and no second line.
    """
    by = User.objects.get(pk=user_id)
    export = find_export(key, by=by)
    filterset, descending, sort = _filtered(export, query, by)
    rows = filterset.qs
    total = rows.order_by().count()
    if file_format == "xlsx" and total > XLSX_MOST_ROWS:
        text = _("A worksheet holds at most %(n)s rows. Export as CSV, or filter.") % {"n": XLSX_MOST_ROWS}
        raise DomainError("too_many_rows", text)
    path = path_of(token, file_format)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{secrets.token_hex(4)}.part")
    try:
        sheet = _sheet(export, unfinished, file_format, by)
        chunks = iterate(rows, sort=export.sort_keys[sort], descending=descending)
        columns = export.file_columns(by, QueryDict(query).getlist("columns"))
        count = _write(columns, sheet, chunks, total)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _record_export(export, filterset, [column.key for column in columns], count, file_format, by)
    day = timezone.localdate(timezone=zone_of(by))
    return {"rows": count, "filename": f"{key.rpartition('.')[2]}-{day:%Y-%m-%d}.{file_format}"}


def _filtered(export: ListDefinition, query: str, by: User) -> tuple[ScopedFilterSet, bool, str]:
    """Return the bound filters, and the sorting as (descending, name of the key)."""
    parameters = QueryDict(query)
    filterset = export.filterset_class(parameters, queryset=export.rows_for(by), user=by)
    if not filterset.is_valid():
        text = _("The filters of this list are not understood. Set them again and export then.")
        raise DomainError("bad_filter", text)
    sort = parameters.get("sort") or export.default_sort
    if sort.removeprefix("-") not in export.sort_keys:
        sort = export.default_sort
    return filterset, sort.startswith("-"), sort.removeprefix("-")


def _sheet(export: ListDefinition, path: Path, file_format: str, by: User) -> Sheet:
    if file_format == "csv":
        return CsvSheet(path, zone_of(by))
    return XlsxSheet(path, zone_of(by), str(export.title))


def _write(columns: Sequence[Column], sheet: Sheet, chunks: Any, total: int) -> int:
    sheet.write([str(column.heading) for column in columns])
    readers: list[Callable[[Any], Any]] = [column.value for column in columns]
    count = 0
    try:
        for chunk in chunks:
            for row in chunk:
                sheet.write([read(row) for read in readers])
            count += len(chunk)
            progress(min(count, total), total, _("Writing rows"))
    finally:
        sheet.close()
    return count


@transaction.atomic
def _record_export(
    export: ListDefinition,
    filterset: ScopedFilterSet,
    columns: list[str],
    count: int,
    file_format: str,
    by: User,
) -> None:
    job = current_job()
    if job is not None and AuditEntry.objects.about(job).filter(action=AuditAction.EXPORTED).exists():
        return
    filters = "; ".join(label for label, _url in filterset.chips()) or _("no filter")
    entry = audit_line(AuditAction.EXPORTED, by=by, subject=job)
    entry.subject_label = str(export.title)[:200]
    rows = _("%(n)s rows") % {"n": count}  # tools that collect texts do not look into f-strings
    entry.note = f"{file_format.upper()}, {rows}: {filters}"[:300]
    entry.changes = {
        "rows": [None, count],
        "filters": [None, filterset.parameters()],
        "columns": [None, columns],
    }
    entry.save()


def note_file(model: type[models.Model], *, name: str, query: str, by: User) -> None:
    """Write the audit line of a file that a page gave at once: which figures, and by which choice."""
    entry = audit_line(AuditAction.EXPORTED, by=by, note=f"{name} {query}".strip()[:300])
    entry.subject_type = model._meta.label_lower
    entry.subject_label = name[:200]
    entry.save()


def path_of(token: str, file_format: str) -> Path:
    """Return where the file of an export lies."""
    return Path(settings.MEDIA_ROOT) / "exports" / f"{token}.{file_format}"


def export_file(token: str, *, by: User) -> tuple[Path, str, str]:
    """Return (path, file name, content type) for who asked for the export and may still have it.

    Refused: an export of somebody else (as if it did not exist), a right lost meanwhile, a file that is
    not finished or no longer kept.
    """
    job = Job.objects.filter(dedupe=f"{_DEDUPE}{token}", created_by=by).first()
    if job is None:
        raise DomainError("unknown_export", _("There is no such export, or it is not yours."), status=404)
    find_export(job.payload["key"], by=by)
    if job.state != JobState.DONE:
        raise DomainError("export_not_ready", _("This export is not finished yet."), status=409)
    file_format = job.payload["file_format"]
    path = path_of(token, file_format)
    if not path.is_file():
        text = _("Exports are kept for %(n)d days. Start it again from the list.") % {"n": KEPT_FOR.days}
        raise DomainError("export_expired", text, status=410)
    return path, job.result["filename"], FORMATS[file_format]


def delete_old_exports(*, before: datetime) -> int:
    """Delete the files of exports that were written before that moment; return how many."""
    folder = Path(settings.MEDIA_ROOT) / "exports"
    found = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    old = [path for path in found if path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
