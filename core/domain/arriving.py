"""Files while they arrive: copied to the disk no further than their bound, measured on the way."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.files import File

_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Arrived:
    """A file that arrived whole: where it lies, its size and digest as it was sent."""

    path: Path
    size: int
    sha256: str


def copy_arriving(
    source: IO[bytes] | File[Any], folder: Path, *, limit: int, too_large: Callable[[], Exception]
) -> Arrived:
    """Copy what arrives to a new file in `folder`, which the caller removes or keeps.

    Raises what `too_large` returns as soon as more than `limit` bytes came; then nothing is left. What
    arrived is on the disk, not only on its way there: no row ever points to bytes that a power cut took.
    """
    folder.mkdir(parents=True, exist_ok=True)
    size, digest = 0, hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        path = Path(copy.name)
        try:
            while block := source.read(_BLOCK):
                size += len(block)
                if size > limit:
                    raise too_large()
                digest.update(block)
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return Arrived(path, size, digest.hexdigest())


def movable(path: Path) -> File[bytes]:
    """Return the file as a storage takes it: moved instead of copied."""
    content: File[bytes] = File(path.open("rb"))
    content.temporary_file_path = lambda: str(path)  # type: ignore[attr-defined]
    return content


def megabytes(size: int) -> int:
    """Return whole megabytes, for a sentence; never 0."""
    return max(1, round(size / 1024**2))
