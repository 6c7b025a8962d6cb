"""Which encoding a text file is in, judged from the whole file in one pass of flat memory."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from charset_normalizer import from_bytes

from core.imports.formats import utf16_without_bom

#: Encodings a person may choose between, in the order of the list.
CHOICES = (
    "utf-8",
    "gb18030",
    "big5",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "iso8859-15",
    "shift_jis",
    "euc-kr",
)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BLOCK = 1024 * 1024
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
#: Lines with bytes beyond ASCII that are kept for the guess.
_KEPT_LINES = 5_000
_KEPT_BYTES = 512 * 1024


@dataclass
class _Evidence:
    """Lines that are not plain ASCII: how many are proper UTF-8, and some of the others."""

    high_lines: int = 0
    utf8_lines: int = 0
    others: list[bytes] = field(default_factory=list)
    kept: int = 0

    def add(self, line: bytes) -> None:
        self.high_lines += 1
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            if len(self.others) < _KEPT_LINES and self.kept < _KEPT_BYTES:
                self.others.append(line[:2000])
                self.kept += min(len(line), 2000)
        else:
            self.utf8_lines += 1


def detect_encoding(path: Path) -> tuple[str, bool]:
    """Return (encoding, has a byte order mark) of a text file.

    A mark decides. Else a file whose lines beyond ASCII are mostly UTF-8 is UTF-8 (single broken lines are
    faults of these lines), one that reads as GB18030 in pairs of high bytes is GB18030, and for the rest
    charset-normalizer guesses.
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
        for bom, name in _BOMS:
            if head.startswith(bom):
                return name, True
        bare = utf16_without_bom(head)
        if bare:
            return bare, False
        stream.seek(0)
        if _is_utf8(stream):
            return "utf-8", False
    evidence = _evidence(path)
    if evidence.utf8_lines * 2 >= evidence.high_lines:
        return "utf-8", False
    return _guess(evidence.others), False


def _is_utf8(stream: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        while block := stream.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _evidence(path: Path) -> _Evidence:
    evidence = _Evidence()
    with path.open("rb") as stream:
        while line := stream.readline(_BLOCK):
            if not line.isascii():
                evidence.add(line)
    return evidence


def _guess(lines: list[bytes]) -> str:
    if _is_gb18030(lines):
        return "gb18030"
    best = from_bytes(b"".join(lines), cp_isolation=[*CHOICES, "gb2312", "cp950", "cp949", "cp932"]).best()
    name = best.encoding if best is not None else "cp1252"
    aliases = {
        "gb2312": "gb18030",
        "cp950": "big5",
        "cp949": "euc-kr",
        "cp932": "shift_jis",
        "utf_8": "utf-8",
    }
    name = aliases.get(name, name.replace("_", "-"))
    return name if name in CHOICES else "cp1252"


def _is_gb18030(lines: list[bytes]) -> bool:
    """Chinese in GB encodings stands in pairs of high bytes; Western letters stand alone between ASCII.

    Big5 stands in pairs too, but every other trail byte is ASCII, which breaks the runs.
    """
    decoded = sum(1 for line in lines if _decodes(line, "gb18030"))
    runs = [len(run) for line in lines for run in _HIGH_RUN.findall(line)]
    even = sum(1 for length in runs if length % 2 == 0)
    return bool(runs) and decoded >= len(lines) * 0.9 and even >= len(runs) * 0.8


def _decodes(line: bytes, encoding: str) -> bool:
    """Long lines were cut, perhaps within a character: the end is not judged."""
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(line)
    except UnicodeDecodeError:
        return False
    return True
