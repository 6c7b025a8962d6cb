"""Whether the content of a file is what its name says.

The ending claims a kind, and the kind's own check looks for it in the bytes. The type that the sender
names counts for nothing. What passes is of exactly one kind of the list; everything else is refused.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from core.files.containers import check_office, check_ole, check_zip
from core.files.faults import FileFault
from core.files.kinds import FileKind, ending_of, kind_of_name
from core.files.pictures import check_picture

_BLOCK = 1024 * 1024
_HEAD = 4_096
#: Beginnings of what people rename to get it through, with the word for the refusal.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xfe\xed\xfa\xce", "program"),
    (b"\xfe\xed\xfa\xcf", "program"),
    (b"#!", "script"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
)
_MARKUP = re.compile(
    rb"<(?:!doctype\s+(?:html|svg)|html|head|body|script|svg|iframe|img|meta|style|title|xml\b)",
    re.IGNORECASE,
)
_SCRIPT = re.compile(rb"<\?php|<%|@echo\s+off|function\s+\w+\(", re.IGNORECASE)
#: What no text holds; tab, line feed, form feed, carriage return and escape are left.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"mp42", b"mp41", b"isom", b"iso2", b"iso5", b"iso6", b"dash", b"3gp4"}
_VIDEO_BRANDS = {
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV",
    b"dash", b"3gp4", b"3gp5", b"XAVC", b"f4v ",
}  # fmt: skip


@dataclass(frozen=True)
class Inspected:
    """What a file is; pictures have a size in points."""

    kind: FileKind
    width: int | None = None
    height: int | None = None


def inspect(path: Path, name: str) -> Inspected:
    """Return what the file is; refuses a kind that is not taken, and content that the name does not say."""
    kind = kind_of_name(name)
    if kind is None:
        raise FileFault("kind_refused", ending=ending_of(name))
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise FileFault("empty")
    try:
        size = _check(kind, path, head)
    except FileFault as fault:
        if fault.code == "mismatch":
            raise FileFault("mismatch", ending=ending_of(name), found=found_in(head)) from fault
        raise
    return Inspected(kind, *(size or (None, None)))


def found_in(head: bytes) -> str:
    """Return a word for content that is no kind of ours: program, script, page, archive; "" if unknown."""
    text = _without_preamble(head.removeprefix(codecs.BOM_UTF8))
    for beginning, word in _FOREIGN:
        # A text may well begin with the letters MZ; a program has zeros soon after.
        if head.startswith(beginning) and (beginning != b"MZ" or b"\0" in head[:64]):
            return word
    if _MARKUP.match(text):
        return "page"
    return "script" if _SCRIPT.match(text) else ""


def _without_preamble(text: bytes) -> bytes:
    """Return the text without the comments and the declaration that may stand before a page."""
    while True:
        text = text.lstrip()
        for opening, closing in ((b"<!--", b"-->"), (b"<?xml", b"?>")):
            if text[:5].lower().startswith(opening):
                text = text.partition(closing)[2]
                break
        else:
            return text


def _check(kind: FileKind, path: Path, head: bytes) -> tuple[int, int] | None:
    if found_in(head) and kind.key != "zip":
        raise FileFault("mismatch")
    if kind.is_picture:
        return check_picture(path, kind.key)
    _CHECKS[kind.key](path, head)
    return None


def _pdf(path: Path, head: bytes) -> None:
    # Readers look for the mark further down too, where a page or a script would fit in front of it.
    if not re.match(rb"(?:\xef\xbb\xbf)?\s{0,16}%PDF-[12]\.\d", head):
        raise FileFault("mismatch")
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _HEAD))
        if b"%%EOF" not in file.read():
            raise FileFault("damaged")


def _text(path: Path, head: bytes) -> None:
    if head.startswith((b"%PDF-", b"%!PS")):
        raise FileFault("mismatch")
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            _decodes(path, encoding)
            return
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if _CONTROL.search(block):
                raise FileFault("mismatch")


def _decodes(path: Path, encoding: str) -> None:
    """Refuse text in UTF-16 that is none, or that hides a page behind its zeros."""
    decoder = codecs.getincrementaldecoder(encoding)()
    is_first = True
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                plain = decoder.decode(block).lstrip("\ufeff").encode("utf-8", "surrogatepass")
                if _CONTROL.search(plain) or (is_first and found_in(plain)):
                    raise FileFault("mismatch")
                is_first = False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise FileFault("mismatch") from error


def _message(path: Path, head: bytes) -> None:  # noqa: ARG001 (the checks share one form)
    with path.open("rb") as file:
        start = file.read(256 * 1024)
    if b"\0" in start or not re.match(rb"(?:From [^\n]*\n)?[!-9;-~]+:", start):
        raise FileFault("mismatch")
    found = {name.lower() for name in BytesHeaderParser().parsebytes(start).keys()}  # noqa: SIM118
    if "from" not in found or not found & {"date", "subject", "to", "message-id", "received"}:
        raise FileFault("mismatch")


def _mp3(path: Path, head: bytes) -> None:  # noqa: ARG001 (the checks share one form)
    second, third = (head[1], head[2]) if len(head) > 2 else (0, 0)
    # Eleven bits of sync, layer III, a bit rate and a sampling rate that exist.
    is_frame = (
        head[0] == 0xFF and second & 0xE6 == 0xE2 and third >> 4 not in {0, 15} and third & 0x0C != 0x0C
    )
    if not (head.startswith(b"ID3") and len(head) > 10) and not is_frame:
        raise FileFault("mismatch")


def _wav(path: Path, head: bytes) -> None:  # noqa: ARG001 (the checks share one form)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise FileFault("mismatch")


def _boxed(brands: set[bytes]) -> Callable[[Path, bytes], None]:
    def check(path: Path, head: bytes) -> None:  # noqa: ARG001 (the checks share one form)
        if head[4:8] != b"ftyp" or head[8:12] not in brands:
            raise FileFault("mismatch")

    return check


def _zip(path: Path, head: bytes) -> None:
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise FileFault("mismatch")
    check_zip(path).close()


def _office(key: str) -> Callable[[Path, bytes], None]:
    return lambda path, head: check_office(path, key)  # noqa: ARG005


def _ole(key: str) -> Callable[[Path, bytes], None]:
    def check(path: Path, head: bytes) -> None:  # noqa: ARG001 (the checks share one form)
        if path.stat().st_size < 1_536:
            raise FileFault("mismatch")
        check_ole(path, key)

    return check


_CHECKS: dict[str, Callable[[Path, bytes], None]] = {
    "pdf": _pdf,
    "text": _text,
    "csv": _text,
    "eml": _message,
    "mp3": _mp3,
    "wav": _wav,
    "m4a": _boxed(_AUDIO_BRANDS),
    "mp4": _boxed(_VIDEO_BRANDS),
    "zip": _zip,
    **{key: _office(key) for key in ("docx", "xlsx", "pptx")},
    **{key: _ole(key) for key in ("doc", "xls", "ppt", "msg")},
}
