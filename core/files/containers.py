"""Files that hold files: ZIP archives, Office documents of both generations, messages of Outlook."""

from __future__ import annotations

import mmap
import re
import struct
import zipfile
from pathlib import Path

from core.files.faults import FileFault

MOST_ENTRIES = 20_000
MOST_UNPACKED = 2 * 1024**3
#: Real documents pack to a tenth, drawings of one colour to a hundredth; a bomb to a thousandth.
MOST_RATIO = 300
#: Below this, nobody is harmed by any ratio.
HARMLESS = 50 * 1024**2
_MOST_TYPES = 4 * 1024**2
_MOST_DIRECTORY = 8 * 1024**2
#: The end of an archive: its record, and the longest comment behind it.
_TAIL = 66 * 1024
OLE_HEADER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAIN_PARTS = {
    "docx": b"wordprocessingml.document.main+xml",
    "xlsx": b"spreadsheetml.sheet.main+xml",
    "pptx": b"presentationml.presentation.main+xml",
}
_STREAMS = {
    "doc": ("WordDocument",),
    "xls": ("Workbook", "Book"),
    "ppt": ("PowerPoint Document",),
    "msg": ("__properties_version1.0",),
    # Office documents under a password.
    "docx": ("EncryptedPackage",),
    "xlsx": ("EncryptedPackage",),
    "pptx": ("EncryptedPackage",),
}


def check_zip(path: Path) -> zipfile.ZipFile:
    """Return the archive; refuses what is broken, and what would unpack to far more than it seems.

    Only the directory is read, nothing is unpacked.
    """
    if directory_size(path) > _MOST_DIRECTORY:
        raise FileFault("too_many_entries", most=MOST_ENTRIES)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
        raise FileFault("damaged") from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    bomb = unpacked > HARMLESS and unpacked / packed > MOST_RATIO
    if len(entries) > MOST_ENTRIES:
        archive.close()
        raise FileFault("too_many_entries", most=MOST_ENTRIES)
    if unpacked > MOST_UNPACKED or bomb:
        archive.close()
        raise FileFault("bomb", megabytes=unpacked // 1024**2)
    return archive


def directory_size(path: Path) -> int:
    """Return how large the directory of the archive says it is: the library would read all of it at once."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    found = 0
    # The record of the usual form, and that of large archives: where the size stands, and in how many bytes.
    for mark, place, form in ((b"PK\x05\x06", 12, "<I"), (b"PK\x06\x06", 40, "<Q")):
        start = tail.rfind(mark)
        value = tail[start + place : start + place + struct.calcsize(form)]
        if start >= 0 and len(value) == struct.calcsize(form):
            size = int(struct.unpack(form, value)[0])
            # All bits set: look into the other record.
            found = max(found, 0 if (form, size) == ("<I", 2**32 - 1) else size)
    return found


def check_office(path: Path, key: str) -> None:
    """Refuse what is no document of this kind; one under a password is taken as it is."""
    with path.open("rb") as file:
        head = file.read(8)
    if head == OLE_HEADER:
        check_ole(path, key)
        return
    if not head.startswith(b"PK\x03\x04"):
        raise FileFault("mismatch")
    with check_zip(path) as archive:
        types = _content_types(archive)
        names = {entry.filename.lower() for entry in archive.infolist()}
    if b"macroenabled" in types.lower() or any(name.endswith("vbaproject.bin") for name in names):
        raise FileFault("macros")
    if _MAIN_PARTS[key] not in types:
        raise FileFault("mismatch")


def _content_types(archive: zipfile.ZipFile) -> bytes:
    try:
        with archive.open("[Content_Types].xml") as part:
            return part.read(_MOST_TYPES)
    except (KeyError, RuntimeError) as error:
        raise FileFault("mismatch") from error
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise FileFault("damaged") from error
    except Exception as error:  # zlib.error and lzma's own have no common parent
        raise FileFault("damaged") from error


def check_ole(path: Path, key: str) -> None:
    """Refuse what is no compound file with the stream that this kind of document has."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[:8] != OLE_HEADER or len(content) < 1_536:
            raise FileFault("mismatch")
        for stream in _STREAMS[key]:
            # A directory entry: the name in UTF-16, padded with zeros to 64 bytes.
            name = stream.encode("utf-16-le").ljust(64, b"\0")
            if re.search(re.escape(name), content):
                return
    raise FileFault("mismatch")
