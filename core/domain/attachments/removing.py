"""Taking a file off a record, and putting it back."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from core.attachables import attachable_of
from core.choices import AuditAction
from core.domain.attachments.adding import kind_for, lock_record, refuse_beyond_bound, refuse_duplicate
from core.domain.audit import record as write_line
from core.errors import Conflict
from core.models import Attachment, User


def record_with(attachment: Attachment) -> models.Model:
    """Return the record of the file; refuses where it is gone."""
    kind = attachable_of(attachment.subject_type)
    found: models.Model | None = (
        kind.model._default_manager.filter(pk=attachment.subject_id).first() if kind else None
    )
    if found is None:
        raise Conflict("record_deleted", _("The record of this file does not exist any more."))
    return found


@transaction.atomic
def remove_attachment(attachment: Attachment, *, by: User | None, at: datetime) -> Attachment:
    """Take the file off its record; for 30 days it can be put back. Refused when it is removed already."""
    record = record_with(attachment)
    lock_record(record)
    attachment.refresh_from_db()
    if attachment.removed_at is not None:
        raise Conflict("file_removed", _("This file was removed already."))
    attachment.removed_at, attachment.removed_by = at, by
    attachment.save(update_fields=["removed_at", "removed_by"])
    write_line(AuditAction.CHANGED, by=by, subject=record, changes={"files": (attachment.name, None)})
    kind_for(record).tell(record, attachment, "removed", by=by, at=at)
    return attachment


@transaction.atomic
def restore_attachment(attachment: Attachment, *, by: User | None, at: datetime) -> Attachment:
    """Put a removed file back. Refused: it is there, the same bytes came again meanwhile, no room is left."""
    record = record_with(attachment)
    lock_record(record)
    attachment.refresh_from_db()
    if attachment.removed_at is None:
        raise Conflict("file_not_removed", _("This file is on its record."))
    refuse_duplicate(attachment)
    refuse_beyond_bound(attachment)
    # Told first: whoever refuses it asks when the file was removed.
    kind_for(record).tell(record, attachment, "restored", by=by, at=at)
    attachment.removed_at = attachment.removed_by = None
    attachment.save(update_fields=["removed_at", "removed_by"])
    write_line(AuditAction.CHANGED, by=by, subject=record, changes={"files": (None, attachment.name)})
    return attachment
