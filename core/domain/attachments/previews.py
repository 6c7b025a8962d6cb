"""Small pictures of pictures and of first pages, made in the background."""

from __future__ import annotations

from core.choices import PreviewState
from core.domain.attachments.storing import keep_preview, open_stored
from core.errors import DomainError
from core.files.faults import FileFault
from core.files.pdfs import first_page_of
from core.files.pictures import small_picture
from core.models import Attachment


def make_preview(attachment_id: int) -> bool:
    """Make the small picture of the file and tell whether there is one now. Running twice changes nothing.

    What cannot be drawn, and what is gone, stays without: no reason to try again.
    """
    attachment = Attachment.objects.filter(pk=attachment_id).first()
    if attachment is None or not attachment.file_kind.has_preview:
        return False
    try:
        with open_stored(attachment) as file:
            is_picture = attachment.file_kind.is_picture
            small = small_picture(file, attachment.kind) if is_picture else first_page_of(file)
        keep_preview(attachment, small)
        state = PreviewState.READY
    except (FileFault, DomainError):
        state = PreviewState.FAILED
    Attachment.objects.filter(pk=attachment_id).update(preview=state)
    return state == PreviewState.READY
