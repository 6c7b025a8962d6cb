"""Receiving files no further than their bounds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

#: What the other fields of a form may add to its files.
_FIELDS = 1024 * 1024


class AttachmentUploadHandler(TemporaryFileUploadHandler):
    """Writes files to disk while they arrive, and drops each that passes ATTACHMENT_MAX_BYTES."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        #: Names of the files that were dropped.
        self.dropped: list[str] = []
        self._received = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to count anew."""
        super().new_file(*args, **kwargs)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the chunk, or give the file up; the rest of it is read and thrown away."""
        self._received += len(raw_data)
        if self._received > settings.ATTACHMENT_MAX_BYTES:
            self.dropped.append(self.file_name or "")
            self.file.close()
            raise SkipFile
        super().receive_data_chunk(raw_data, start)


def most_of_a_body() -> int:
    """Return the bound of a whole body: files that no record could take are not even received."""
    return int(settings.ATTACHMENT_RECORD_MAX_BYTES) + _FIELDS


def body_is_too_large(request: HttpRequest) -> bool:
    """Tell, before anything of the body is read, that it is larger than all files of a record may be."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return not length.isdigit() or int(length) > most_of_a_body()
