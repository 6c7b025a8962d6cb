"""Records of a text file, one at a time and with the line they stand on, however broken the file is."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

#: No cell of a business file is longer; csv's own limit, which is per process, is the same.
MAX_CELL = 128 * 1024
#: Characters of one physical line that are read; the rest is thrown away and the line is a fault.
MAX_LINE = 512 * 1024
#: A quoted cell may hold line breaks. One that does not end within so many lines was never closed.
MAX_RECORD_LINES = 200

#: What the decoder leaves where bytes are no text of the encoding.
_UNREADABLE = re.compile("[\udc80-\udcff\ufffd]")
#: Signs that no text has, but for tabs, line ends and the soft breaks of word processors.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_PICTURES = {code: 0x2400 + code for code in (*range(9), *range(14, 28))} | {0x7F: 0x2421}


class Record(NamedTuple):
    """One row of the file: the physical line it begins on, its cells, and what is wrong with it as a row."""

    line: int
    cells: list[str]
    fault: str = ""


class TextFormat(NamedTuple):
    """How a text file is cut into rows. `quote` is empty where quotes mean nothing."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'


class _Cut(Exception):  # noqa: N818 (not an error: the record is given up)
    """The record goes on for too long."""


class _Lines:
    """Physical lines for csv, of bounded length, that can be given back when a record went astray."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self._returned: deque[tuple[int, str, bool]] = deque()
        self._number = 0
        self.taken: list[tuple[int, str, bool]] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_RECORD_LINES:
            raise _Cut
        entry = self._returned.popleft() if self._returned else self._read()
        if entry is None:
            raise StopIteration
        self.taken.append(entry)
        if entry[2]:
            raise _Cut
        return entry[1]

    def _read(self) -> tuple[int, str, bool] | None:
        text = self._stream.readline(MAX_LINE)
        if not text:
            return None
        self._number += 1
        if self._number == 1:
            text = text.removeprefix("\ufeff")
        is_long = False
        part = text
        while len(part) >= MAX_LINE - 1 and not part.endswith(("\n", "\r")):
            part = self._stream.readline(MAX_LINE)
            is_long = is_long or bool(part)
        return self._number, text[:1000] if is_long else text, is_long

    def begin(self) -> None:
        """Start a new record."""
        self.taken = []

    def keep_first(self) -> tuple[int, str, bool]:
        """Give back every line of the record but the first, which is returned."""
        first, *rest = self.taken
        self._returned.extendleft(reversed(rest))
        self.taken = [first]
        return first


def text_records(path: Path, form: TextFormat, *, width: int | None = None) -> Iterator[Record]:
    """Yield the records of a text file; blank ones are left out.

    With `width` (the number of headings) a record of another length carries the fault `ragged`. Where
    quotes do not pair, only the first line is faulty and reading goes on with the second, so a forgotten
    quote does not swallow the rows below it.
    """
    errors = "replace" if form.encoding.startswith("utf-16") else "surrogateescape"
    with path.open("r", encoding=form.encoding, errors=errors, newline="") as stream:
        lines = _Lines(stream)
        reader = _reader(lines, form)
        while True:
            lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (_Cut, csv.Error):
                yield _astray(lines, form)
                continue
            record = _record(cells, lines, form, width)
            if record is not None:
                yield record


def _reader(lines: Iterator[str], form: TextFormat) -> Iterator[list[str]]:
    if not form.quote:
        return csv.reader(lines, delimiter=form.delimiter, quoting=csv.QUOTE_NONE, strict=True)
    # Strict, because a lenient reader takes the text after a misplaced quote for part of the cell.
    return csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote, strict=True)


def _record(cells: list[str], lines: _Lines, form: TextFormat, width: int | None) -> Record | None:
    joined = "".join(cells)
    if not joined or joined.isspace():
        return None
    fault = ""
    if width is not None and len(cells) != width:
        cells = _fitted(cells, width)
        if len(cells) != width:
            if len(lines.taken) > 1:
                return _astray(lines, form)
            fault = "ragged"
    if not joined.isascii() and _UNREADABLE.search(joined):
        fault = "bad_bytes"
    elif not joined.isprintable() and _CONTROL.search(joined):
        fault = "null_character" if "\x00" in joined else "control_character"
    return Record(lines.taken[0][0], cells, fault)


def _astray(lines: _Lines, form: TextFormat) -> Record:
    """Quotes do not pair, or a line or cell is too long: the first line of the record is the faulty one."""
    line, text, is_long = lines.keep_first()
    if is_long or len(text) > MAX_CELL:
        return Record(line, text[:1000].split(form.delimiter), "cell_too_long")
    return Record(line, text.rstrip("\r\n").split(form.delimiter), "open_quote")


def _fitted(cells: list[str], width: int) -> list[str]:
    """Drop empty cells beyond the headings: many programs end each line with a delimiter."""
    return cells if len(cells) < width or any(cells[width:]) else cells[:width]


def printable(text: str) -> str:
    """Return a text that can be shown and stored: without undecodable bytes and control characters."""
    return _UNREADABLE.sub("\ufffd", text).translate(_PICTURES)
