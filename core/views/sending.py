"""Sending files that people uploaded: never run, never guessed, never kept by a cache."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.core.files import File
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

_BLOCK = 64 * 1024
_SEALED = "default-src 'none'; sandbox"
#: Browsers refuse to show a PDF in a sandbox; their viewer runs nothing of ours and needs nothing from us.
_READER = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"


def send_file(
    request: HttpRequest, file: File[Any], *, name: str, media_type: str, inline: bool = False
) -> HttpResponseBase:
    """Return the file as a download, or to be shown by the browser; a part where `Range` asks for it."""
    size = file.size
    part = _asked_part(request.headers.get("Range", ""), size)
    response: HttpResponseBase
    if request.method == "HEAD":
        file.close()
        response = HttpResponse(content_type=media_type, headers={"Content-Length": str(size)})
    elif part is None:
        response = FileResponse(file, content_type=media_type)
    elif part[0] > part[1]:
        file.close()
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        start, end = part
        response = StreamingHttpResponse(_Part(file, start, end), status=206, content_type=media_type)
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
        response["Content-Length"] = str(end - start + 1)
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "attachment"
    return sealed(response, is_pdf=inline and media_type == "application/pdf")


def sealed(response: HttpResponseBase, *, is_pdf: bool = False) -> HttpResponseBase:
    """Forbid the browser to guess the type, to run anything, to keep a copy."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Content-Security-Policy"] = _READER if is_pdf else _SEALED
    return response


def _asked_part(header: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte of the one part asked for; (1, 0) for one that is not there."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = int(found[2])
        return (max(0, size - length), size - 1) if length else (1, 0)
    start, end = int(found[1]), int(found[2] or size - 1)
    if found[2] and end < start:
        return None
    return (start, min(end, size - 1)) if start < size else (1, 0)


class _Part:
    """Some bytes of a file, block by block."""

    def __init__(self, file: File[Any], start: int, end: int) -> None:
        self._file, self._left = file, end - start + 1
        file.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        while self._left > 0 and (block := self._file.read(min(_BLOCK, self._left))):
            self._left -= len(block)
            yield block

    def close(self) -> None:
        """Close the file; the response calls it in the end."""
        self._file.close()
