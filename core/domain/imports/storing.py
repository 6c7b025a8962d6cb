"""Taking a file in: bounded in size, unpacked when compressed, looked at before it is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.core.files import File

from core.domain.arriving import Arrived, copy_arriving, megabytes, movable
from core.imports import formats
from core.imports.faults import ReadingError


@contextmanager
def received(source: IO[bytes] | File[bytes]) -> Iterator[Arrived]:
    """Copy what arrives to a temporary file, unpacked, and remove that in the end unless it was kept.

    Refuses files over IMPORT_MAX_BYTES, packed or unpacked, as soon as the bound is passed.
    """
    folder = Path(settings.MEDIA_ROOT) / "imports" / "arriving"
    paths: list[Path] = []
    try:
        arrived = copy_arriving(source, folder, limit=settings.IMPORT_MAX_BYTES, too_large=_too_large)
        paths.append(arrived.path)
        if not arrived.size:
            raise ReadingError("empty_file")
        if formats.kind_of(arrived.path) == formats.GZIP:
            arrived = replace(arrived, path=_unpacked(arrived.path, folder, paths))
        yield arrived
    finally:
        for leftover in paths:
            leftover.unlink(missing_ok=True)


def _too_large() -> ReadingError:
    return ReadingError("too_large", megabytes=megabytes(settings.IMPORT_MAX_BYTES))


def _unpacked(path: Path, folder: Path, paths: list[Path]) -> Path:
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        paths.append(Path(copy.name))
        formats.unpack(path, copy, limit=settings.IMPORT_MAX_BYTES)
    return paths[-1]


def kept(path: Path, kind: str) -> tuple[str, File[bytes]]:
    """Return the name and the file as a FileField takes it; the storage moves it instead of copying it."""
    return f"{uuid4().hex}.{kind}", movable(path)
