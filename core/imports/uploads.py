"""Receiving a file no further than its bound."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Writes to disk while the file arrives, and drops it as soon as it passes IMPORT_MAX_BYTES."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.is_too_large = False
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the chunk, or give the file up; the rest of it is read and thrown away."""
        self._received += len(raw_data)
        if self._received > settings.IMPORT_MAX_BYTES:
            self.is_too_large = True
            self.file.close()
            raise SkipFile
        super().receive_data_chunk(raw_data, start)
