"""Rows of an XLSX workbook as text, one at a time."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from core.imports.faults import ReadingError
from core.imports.rows import MAX_CELL, Record

#: Excel keeps 15 digits of a number; a longer one was rounded when it was typed.
_EXACT_DIGITS = 10**15
_MIDNIGHT = time()
_BROKEN = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, OSError, TypeError)
# A formula cell that ends without a stored result: <c r="C5"><f>A1+1</f><v/></c>
_UNCALCULATED = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*><f[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')
_BLOCK = 1024 * 1024


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets, in their order; refuse what is no readable workbook."""
    with _opened(path) as book:
        names = [sheet.title for sheet in book.worksheets]
    if not names:
        raise ReadingError("broken_workbook")
    return names


def workbook_records(path: Path, sheet: str, *, width: int | None = None) -> Iterator[Record]:
    """Yield the rows of one sheet with their row numbers; blank ones are left out.

    With `width` rows are made as long as the headings; one with values beyond them is `ragged`.
    """
    with _opened(path) as book:
        if sheet not in book.sheetnames:
            raise ReadingError("no_such_sheet", sheet=sheet)
        rows = book[sheet]
        # The stored size of a sheet is often wrong; without it every row is read to its end.
        rows.reset_dimensions()
        for number, values in enumerate(rows.iter_rows(values_only=True), start=1):
            record = _record(number, values, width)
            if record is not None:
                yield record


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a workbook for reading row by row; what breaks in it on the way is said as `broken_workbook`.

    The file is opened here, because by name openpyxl refuses what is not called .xlsx.
    """
    with path.open("rb") as stream:
        try:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            try:
                yield book
            finally:
                book.close()
        except _BROKEN as error:
            raise ReadingError("broken_workbook") from error


def _record(number: int, values: tuple[Any, ...], width: int | None) -> Record | None:
    cells = [_text(value) for value in values]
    while cells and not cells[-1]:
        cells.pop()
    if not any(cell and not cell.isspace() for cell in cells):
        return None
    fault = "cell_too_long" if any(len(cell) > MAX_CELL for cell in cells) else ""
    if width is not None:
        if len(cells) > width:
            fault = fault or "ragged"
        cells.extend([""] * (width - len(cells)))
    return Record(number, cells, fault)


def _text(value: Any) -> str:
    """Return a cell as a person would have typed it into a CSV file."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _number(value: int | float) -> str:
    if abs(value) >= _EXACT_DIGITS:
        return f"{value:E}"
    if isinstance(value, float):
        # 11.770000000000001 is what a binary number makes of 11.77.
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    return str(value)


def uncalculated_cell(path: Path, sheet: str) -> str:
    """Return the first formula cell of the sheet without a stored result, or "".

    Programs that write workbooks without calculating leave such cells; they would be read as empty.
    """
    with _opened(path) as book:
        member = getattr(book[sheet], "_worksheet_path", "").lstrip("/")
    with zipfile.ZipFile(path) as archive:
        if member not in archive.namelist():
            return ""
        tail = b""
        with archive.open(member) as stream:
            while block := stream.read(_BLOCK):
                found = _UNCALCULATED.search(tail + block)
                if found:
                    return found.group(1).decode()
                tail = block[-2000:]
    return ""
