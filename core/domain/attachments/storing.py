"""The bytes of files: taken in no further than their bound, kept under random names, opened again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from core.domain.arriving import Arrived, copy_arriving, megabytes, movable
from core.errors import DomainError
from core.models import Attachment

FOLDER = "attachments"
ARRIVING = "arriving"


@contextmanager
def received(source: IO[bytes] | File[Any]) -> Iterator[Arrived]:
    """Copy what arrives to a temporary file, and remove that in the end unless it was kept.

    Refuses a file over ATTACHMENT_MAX_BYTES as soon as the bound is passed.
    """
    folder = Path(settings.MEDIA_ROOT) / FOLDER / ARRIVING
    arrived = copy_arriving(source, folder, limit=settings.ATTACHMENT_MAX_BYTES, too_large=too_large)
    try:
        yield arrived
    finally:
        arrived.path.unlink(missing_ok=True)


def too_large() -> DomainError:
    """Return the refusal of a file over the bound."""
    text = _("The file is larger than %(megabytes)d MB, the most that one file may have.")
    text %= {"megabytes": megabytes(settings.ATTACHMENT_MAX_BYTES)}
    return DomainError("file_too_large", text, fields={"file": text}, status=413)


def keep(path: Path) -> str:
    """Move the file to a random name in the storage and return that name."""
    key = uuid4().hex
    with movable(path) as content:
        return str(default_storage.save(f"{FOLDER}/{key[:2]}/{key[2:4]}/{key}", content))


def keep_preview(attachment: Attachment, content: bytes) -> None:
    """Store the small picture; one that is there already is replaced."""
    default_storage.delete(attachment.preview_stored)
    default_storage.save(attachment.preview_stored, ContentFile(content))


def forget(stored: str) -> None:
    """Delete the bytes and the small picture; none is no error."""
    default_storage.delete(stored)
    default_storage.delete(f"{stored}.webp")


def open_stored(attachment: Attachment) -> File[Any]:
    """Open the bytes; refuses with `file_missing` where the storage has lost them."""
    return _opened(attachment.stored)


def open_preview(attachment: Attachment) -> File[Any]:
    """Open the small picture; refuses with `file_missing` where there is none."""
    return _opened(attachment.preview_stored)


def _opened(stored: str) -> File[Any]:
    try:
        return default_storage.open(stored, "rb")
    except OSError as error:
        text = _(
            "This file is listed, but its content cannot be found in the storage. Tell an administrator."
        )
        raise DomainError("file_missing", text, status=404) from error
