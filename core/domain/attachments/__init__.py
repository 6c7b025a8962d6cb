"""Files on records: added, removed, taken back, made small, swept."""

from core.domain.attachments.adding import add_attachment
from core.domain.attachments.previews import make_preview
from core.domain.attachments.removing import remove_attachment, restore_attachment
from core.domain.attachments.storing import open_preview, open_stored
from core.domain.attachments.sweeping import sweep_files

__all__ = [
    "add_attachment",
    "make_preview",
    "open_preview",
    "open_stored",
    "remove_attachment",
    "restore_attachment",
    "sweep_files",
]
