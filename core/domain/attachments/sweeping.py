"""The nightly sweep: what was removed long ago, what lost its record, bytes that no row points to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from core.attachables import attachables
from core.domain.attachments.storing import ARRIVING, FOLDER, forget
from core.models import Attachment
from core.models.attachments import KEPT_AFTER_REMOVAL

#: Younger bytes may be on their way into a row.
GRACE = timedelta(days=1)
_BATCH = 500


def sweep_files(at: datetime) -> dict[str, int]:
    """Delete what nobody can reach any more; return how many of each. Safe to run twice, and to be killed."""
    return {
        "removed": _delete_removed(at),
        "without_record": _delete_without_record(),
        "without_row": _delete_without_row(at),
        "arriving": _delete_arriving(at),
    }


def _delete(rows: list[tuple[int, str]]) -> int:
    """Delete rows, then bytes: a kill in between leaves bytes, which the next sweep finds."""
    Attachment.objects.filter(pk__in=[pk for pk, _stored in rows]).delete()
    for _pk, stored in rows:
        forget(stored)
    return len(rows)


def _delete_removed(at: datetime) -> int:
    deleted = 0
    due = Attachment.objects.removed_before(at - KEPT_AFTER_REMOVAL).order_by("pk")
    while rows := list(due.values_list("pk", "stored")[:_BATCH]):
        deleted += _delete(rows)
    return deleted


def _delete_without_record() -> int:
    """Records in the recycle bin are still there: their files stay with them."""
    deleted = 0
    for kind in attachables():
        there = kind.model._base_manager.values("pk")
        lost = Attachment.objects.filter(subject_type=kind.label).exclude(subject_id__in=there)
        while rows := list(lost.order_by("pk").values_list("pk", "stored")[:_BATCH]):
            deleted += _delete(rows)
    return deleted


def _delete_without_row(at: datetime) -> int:
    deleted = 0
    for folder in _shards():
        names = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
        known = set(
            Attachment.objects.filter(stored__in=[_original(name) for name in names]).values_list(
                "stored", flat=True
            )
        )
        for name in names:
            if _original(name) not in known and default_storage.get_modified_time(name) < at - GRACE:
                default_storage.delete(name)
                deleted += 1
    return deleted


def _original(name: str) -> str:
    return name.removesuffix(".webp")


def _shards() -> Iterator[str]:
    """Yield the folders that hold files, two levels down."""
    try:
        firsts = default_storage.listdir(FOLDER)[0]
    except FileNotFoundError:
        return
    for first in firsts:
        if first != ARRIVING:
            for second in default_storage.listdir(f"{FOLDER}/{first}")[0]:
                yield f"{FOLDER}/{first}/{second}"


def _delete_arriving(at: datetime) -> int:
    """Delete what processes that died were taking in."""
    deleted = 0
    folder = Path(settings.MEDIA_ROOT) / FOLDER / ARRIVING
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.stat().st_mtime < (at - GRACE).timestamp():
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted
