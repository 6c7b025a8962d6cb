"""What kind of file it really is, whatever its name says, and how large it becomes when unpacked."""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

from core.imports.faults import ReadingError

CSV, XLSX, GZIP = "csv", "xlsx", "gzip"

#: First bytes of formats that people upload by mistake: a code for the message each.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
    (b"%PDF", "pdf"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"{\\rtf", "document"),
    (b"SQLite format 3", "binary"),
    (b"PAR1", "binary"),
)
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_GZIP_MAGIC = b"\x1f\x8b"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_HEAD = 64 * 1024
_BLOCK = 1024 * 1024

# A workbook is a ZIP archive: what it may unpack to. Shared strings are held in memory, sheets are streamed.
MAX_MEMBERS = 5_000
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_STRINGS = 150 * 1024 * 1024
MAX_RATIO = 400
_RATIO_COUNTS_FROM = 10 * 1024 * 1024


def kind_of(path: Path) -> str:
    """Return `csv`, `xlsx` or `gzip` by the content of the file; refuse empty files and other formats."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise ReadingError("empty_file")
    if head.startswith(_ZIP_MAGIC):
        _ensure_workbook(path)
        return XLSX
    if head.startswith(_GZIP_MAGIC):
        return GZIP
    _refuse_other_formats(head)
    return CSV


def _refuse_other_formats(head: bytes) -> None:
    for magic, code in _MAGIC:
        if head.startswith(magic):
            raise ReadingError(code)
    start = head[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml")):
        raise ReadingError("web_page")
    if not head.startswith(_BOMS) and _looks_binary(head):
        raise ReadingError("binary")


def _looks_binary(head: bytes) -> bool:
    """Control characters beyond tabs and line ends: a few are slips of a text, many are another format."""
    if utf16_without_bom(head):
        return False
    strange = len(re.findall(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]", head))
    return strange > max(3, len(head) // 100)


def utf16_without_bom(head: bytes) -> str:
    """Return the byte order of UTF-16 text that lacks its mark, or "" where the bytes are no such text."""
    if b"\x00" not in head:
        return ""
    for order in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(order, "ignore")
        if "\n" in text and all(sign.isprintable() or sign in "\t\r\n" for sign in text):
            return order
    return ""


def _ensure_workbook(path: Path) -> None:
    """Refuse ZIP archives that are no workbook, and workbooks that would not fit when unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ReadingError("broken_workbook") from error
    names = {member.filename for member in members}
    if "xl/workbook.bin" in names:
        raise ReadingError("binary_workbook")
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise ReadingError("zip_archive")
    if any(member.flag_bits & 1 for member in members):
        raise ReadingError("locked_workbook")
    _ensure_fits(members)


def _ensure_fits(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise ReadingError("workbook_too_large")
    for member in members:
        is_strings = member.filename == "xl/sharedStrings.xml"
        ratio = member.file_size / max(1, member.compress_size)
        if (is_strings and member.file_size > MAX_STRINGS) or (
            member.file_size > _RATIO_COUNTS_FROM and ratio > MAX_RATIO
        ):
            raise ReadingError("workbook_too_large")


def unpack(source: Path, into: IO[bytes], *, limit: int) -> None:
    """Write the content of a gzip file to `into`; refuse more than `limit` bytes and broken files."""
    written = 0
    try:
        with gzip.open(source, "rb") as stream:
            while block := stream.read(_BLOCK):
                written += len(block)
                if written > limit:
                    raise ReadingError("unpacks_too_large", megabytes=limit // (1024 * 1024))
                into.write(block)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ReadingError("broken_archive") from error
