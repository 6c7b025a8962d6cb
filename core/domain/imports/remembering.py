"""How the columns of files with the same headings were mapped before: kept, offered, never applied unsaid."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from core.imports.profile import Column
from core.imports.targets import ImportTarget
from core.models import ImportMapping, ImportRun, User


def headings_key(columns: Sequence[Column]) -> str:
    """Return a digest of the set of headings, in whatever order and case they stand."""
    text = "\x1f".join(sorted(column.heading.casefold() for column in columns))
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def remember_columns(
    run: ImportRun, columns: Sequence[Column], mapping: Mapping[int, str], *, by: User
) -> None:
    """Keep how `by` mapped these headings; files without headings have nothing to be recognised by."""
    if not run.dialect.get("header_line"):
        return
    headings = {column.index: column.heading for column in columns}
    ImportMapping.objects.update_or_create(
        user=by,
        target=run.target,
        headings=headings_key(columns),
        defaults={
            "columns": {headings[index]: key for index, key in mapping.items() if index in headings},
            "filename": run.filename,
            "used_at": timezone.now(),
        },
    )


def remembered(
    target: ImportTarget, columns: Sequence[Column], *, by: User, has_headings: bool = True
) -> ImportMapping | None:
    """Return how these headings were mapped the last time: by the person, else by somebody of the team."""
    if not has_headings:
        return None
    rows = ImportMapping.objects.select_related("user").of_headings(target.key, headings_key(columns))
    own: ImportMapping | None = rows.filter(user=by).first()
    if own is not None or by.team_id is None:
        return own
    of_team: ImportMapping | None = rows.filter(user__team=by.team_id, user__is_active=True).first()
    return of_team


def mapping_from(found: ImportMapping, target: ImportTarget, columns: Sequence[Column]) -> dict[int, str]:
    """Return {column: field} as remembered; fields that are no more are left out."""
    known = {field.key for field in target.fields}
    by_heading = {column.heading.casefold(): column.index for column in columns}
    mapping = {
        by_heading[heading.casefold()]: key
        for heading, key in found.columns.items()
        if key in known and heading.casefold() in by_heading
    }
    return dict(sorted(mapping.items()))


def note_of(found: ImportMapping, *, by: User, is_applied: bool) -> dict[str, Any]:
    """Return what the pages say about it, as the profile of a run keeps it."""
    return {
        "id": found.pk,
        "on": found.used_at.isoformat(),
        "file": found.filename,
        "who": "" if found.user_id == by.pk else str(found.user),
        "is_applied": is_applied,
    }
