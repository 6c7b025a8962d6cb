"""Putting a file on a record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.db import models, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import ScopedQuerySet
from core.attachables import Attachable, attachable_of
from core.choices import AuditAction, PreviewState
from core.display import format_day
from core.domain.arriving import megabytes
from core.domain.attachments.storing import forget, keep, received
from core.domain.audit import record as write_line
from core.domain.jobs import later
from core.errors import Conflict, DomainError
from core.files import FileFault, Inspected, cleaned_name, inspect
from core.files.words import say_fault
from core.models import Attachment, User


def add_attachment(
    record: models.Model,
    source: IO[bytes] | File[Any],
    *,
    name: str,
    by: User | None,
    note: str = "",
    at: datetime | None = None,
) -> Attachment:
    """Put the file on the record and return it; the caller has checked that `by` may change the record.

    Refused: kinds that are not taken, content that the name does not say, a file or a record beyond its
    bound, the same bytes twice, a record in the recycle bin. The bytes are stored before the row: what a
    killed process leaves behind is a file that nothing points to, and the nightly sweep takes it away.
    """
    kind = kind_for(record)
    kept_name = cleaned_name(name)
    with received(source) as arrived:
        found = _inspected(arrived.path, kept_name)
        stored = keep(arrived.path)
        try:
            attachment = Attachment(
                subject_type=record._meta.label_lower,
                subject_id=record.pk,
                name=kept_name,
                stored=stored,
                kind=found.kind.key,
                size=arrived.size,
                sha256=arrived.sha256,
                width=found.width,
                height=found.height,
                note=note.strip()[:300],
                preview=PreviewState.WAITING if found.kind.has_preview else PreviewState.NONE,
                uploaded_at=at or timezone.now(),
                uploaded_by=by,
            )
            _write(attachment, record, kind, by)
        except BaseException:
            forget(stored)
            raise
    return attachment


def kind_for(record: models.Model) -> Attachable:
    """Return how the record takes files; refuses one that takes none."""
    kind = attachable_of(record._meta.label_lower)
    if kind is None:
        raise DomainError("takes_no_files", _("Records of this kind take no files."))
    return kind


def _inspected(path: Path, name: str) -> Inspected:
    try:
        return inspect(path, name)
    except FileFault as fault:
        text = say_fault(fault)
        raise DomainError(f"file_{fault.code}", text, fields={"file": text}) from fault


@transaction.atomic
def _write(attachment: Attachment, record: models.Model, kind: Attachable, by: User | None) -> None:
    lock_record(record)
    refuse_duplicate(attachment)
    refuse_beyond_bound(attachment)
    attachment.save(force_insert=True)
    write_line(AuditAction.CHANGED, by=by, subject=record, changes={"files": (None, attachment.name)})
    kind.tell(record, attachment, "added", by=by, at=attachment.uploaded_at)
    if attachment.preview == PreviewState.WAITING:
        later(
            "core.tasks.make_file_preview",
            dedupe=f"file-preview-{attachment.pk}",
            title=gettext_lazy("Small picture of %(name)s") % {"name": attachment.name},
            attachment_id=attachment.pk,
        )


def lock_record(record: models.Model) -> None:
    """Let one change of the record's files through at a time; refuses a record that is not there any more."""
    rows: Any = type(record)._default_manager.all()
    if isinstance(rows, ScopedQuerySet):
        rows = rows.live()
    # Not `exists`: without the columns of the record, what its rows are joined with would be locked, too.
    if rows.select_for_update(of=("self",)).filter(pk=record.pk).first() is None:
        text = _("The record is in the recycle bin, so its files cannot be changed.")
        raise Conflict("record_deleted", text)


def refuse_duplicate(attachment: Attachment) -> None:
    """Refuse bytes that the record has already, and say under which name."""
    rows = Attachment.objects.filter(
        subject_type=attachment.subject_type, subject_id=attachment.subject_id, sha256=attachment.sha256
    )
    there = rows.live().exclude(pk=attachment.pk).select_related("uploaded_by").first()
    if there is None:
        return
    text = _("The same file is here already: “%(name)s”, added on %(day)s.") % {
        "name": there.name,
        "day": format_day(timezone.localdate(there.uploaded_at)),
    }
    raise Conflict("file_duplicate", text, fields={"file": text}, details={"attachment": there.pk})


def refuse_beyond_bound(attachment: Attachment) -> None:
    """Refuse what makes the files of the record larger than ATTACHMENT_RECORD_MAX_BYTES together."""
    rows = Attachment.objects.filter(
        subject_type=attachment.subject_type, subject_id=attachment.subject_id
    ).live()
    used = rows.aggregate(total=Sum("size"))["total"] or 0
    bound = settings.ATTACHMENT_RECORD_MAX_BYTES
    if used + attachment.size > bound:
        text = _(
            "The files of this record would be larger than %(most)d MB together; %(used)d MB are used."
            " Remove some that are no longer needed."
        ) % {"most": megabytes(bound), "used": megabytes(used) if used else 0}
        raise DomainError("record_full", text, fields={"file": text}, status=413)
