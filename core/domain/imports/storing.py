"""Taking a file in: bounded in size, unpacked when compressed, looked at before it is kept."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.core.files import File

from core.imports import formats
from core.imports.faults import ReadingError

_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Arrived:
    """A file that arrived whole: where it lies, its size and digest as it was sent."""

    path: Path
    size: int
    sha256: str


@contextmanager
def received(source: IO[bytes] | File[bytes]) -> Iterator[Arrived]:
    """Copy what arrives to a temporary file, unpacked, and remove that in the end unless it was kept.

    Refuses files over IMPORT_MAX_BYTES, packed or unpacked, as soon as the bound is passed.
    """
    folder = Path(settings.MEDIA_ROOT) / "imports" / "arriving"
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    try:
        path, size, digest = _copy(source, folder, paths)
        if size and formats.kind_of(path) == formats.GZIP:
            path = _unpacked(path, folder, paths)
        yield Arrived(path, size, digest)
    finally:
        for leftover in paths:
            leftover.unlink(missing_ok=True)


def _copy(source: IO[bytes] | File[bytes], folder: Path, paths: list[Path]) -> tuple[Path, int, str]:
    limit, size, digest = settings.IMPORT_MAX_BYTES, 0, hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        paths.append(Path(copy.name))
        while block := source.read(_BLOCK):
            size += len(block)
            if size > limit:
                raise ReadingError("too_large", megabytes=megabytes(limit))
            digest.update(block)
            copy.write(block)
    if not size:
        raise ReadingError("empty_file")
    return paths[-1], size, digest.hexdigest()


def _unpacked(path: Path, folder: Path, paths: list[Path]) -> Path:
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        paths.append(Path(copy.name))
        formats.unpack(path, copy, limit=settings.IMPORT_MAX_BYTES)
    return paths[-1]


def kept(path: Path, kind: str) -> tuple[str, File[bytes]]:
    """Return the name and the file as a FileField takes it; the storage moves it instead of copying it."""
    stored: File[bytes] = File(path.open("rb"))
    stored.temporary_file_path = lambda: str(path)  # type: ignore[attr-defined]
    return f"{uuid4().hex}.{kind}", stored


def megabytes(size: int) -> int:
    """Return a size in whole megabytes, at least 1."""
    return max(1, size // (1024 * 1024))
