"""Lists as files: the one writer of CSV and XLSX, safe against formulas.

A cell that begins with = + - @ or a control character is a formula to a spreadsheet program. In CSV such
text gets an apostrophe in front, which the reader of imports takes away again; in XLSX every text is a
cell of type text, which is never calculated. Numbers stay numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

#: How long the file of an export can be fetched.
KEPT_FOR = timedelta(days=7)
#: Beyond this a spreadsheet program cannot open the sheet.
XLSX_MOST_ROWS = 1_048_575
XLSX_MOST_CHARACTERS = 32_767
_BLANKS = " \u00a0\u3000\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"
_TRIGGERS = frozenset("=+-@＝＋－＠−") | frozenset(map(chr, range(32)))


class Sheet(Protocol):
    """A file that is written row by row."""

    def write(self, values: Iterable[Any]) -> None:
        """Append one row."""

    def close(self) -> None:
        """Finish the file."""


def harmless(text: str) -> str:
    """Return `text` so that no spreadsheet program takes it for a formula.

    Blanks before a trigger do not make it harmless: some programs trim a cell before they read it.
    """
    return f"'{text}" if text.lstrip(_BLANKS)[:1] in _TRIGGERS else text


def unguarded(text: str) -> str:
    """Return what `harmless` was given: reading back an export changes nothing."""
    bare = text.removeprefix("'")
    return bare if harmless(bare) == text else text


class CsvSheet:
    """UTF-8 with a byte order mark, so that spreadsheet programs read Chinese; rows end in CR LF."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        self.zone = zone
        self.file = path.open("w", encoding="utf-8-sig", newline="", errors="replace")
        self.writer = csv.writer(self.file)

    def write(self, values: Iterable[Any]) -> None:
        """Append one row; only text can be a formula, so only text is guarded."""
        self.writer.writerow([self._cell(value) for value in values])

    def _cell(self, value: Any) -> str | int | float:
        value = plain(value, self.zone)
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, Decimal):
            return format(value, "f")
        if isinstance(value, datetime):
            return value.strftime("%Y-%m-%d %H:%M:%S")
        if isinstance(value, date | time):
            return value.isoformat()
        return harmless(value.replace("\0", "")) if isinstance(value, str) else value

    def close(self) -> None:
        """Finish the file."""
        self.file.close()


class XlsxSheet:
    """A workbook with one sheet, written without keeping its rows in memory."""

    def __init__(self, path: Path, zone: ZoneInfo, title: str) -> None:
        self.path, self.zone = path, zone
        self.book = Workbook(write_only=True)
        self.sheet = self.book.create_sheet(_sheet_title(title))
        self.sheet.freeze_panes = "A2"
        self.is_heading = True

    def write(self, values: Iterable[Any]) -> None:
        """Append one row; the first is the heading."""
        cells = [self._cell(value) for value in values]
        if self.is_heading:
            for cell in cells:
                cell.font = Font(bold=True)
            self.is_heading = False
        self.sheet.append(cells)

    def _cell(self, value: Any) -> Any:
        value = plain(value, self.zone)
        if isinstance(value, bool):
            value = _("Yes") if value else _("No")
        if isinstance(value, str):
            value = ILLEGAL_CHARACTERS_RE.sub("", value)[:XLSX_MOST_CHARACTERS]
        if not isinstance(value, str) or not value:
            return WriteOnlyCell(self.sheet, value=None if value == "" else value)
        cell = WriteOnlyCell(self.sheet, value="")
        # Setting the value alone would make a formula of a text that begins with "=".
        cell.value = value
        cell.data_type = "s"
        if harmless(value) != value:
            cell.quotePrefix = True
        return cell

    def close(self) -> None:
        """Finish the file."""
        self.book.save(self.path)
        self.book.close()


def _sheet_title(title: str) -> str:
    return "".join(" " if letter in "[]:*?/\\'" else letter for letter in title)[:31].strip() or "Sheet"


def plain(value: Any, zone: ZoneInfo) -> Any:
    """Return what a cell holds: text, number, truth, date or a moment in `zone`; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.make_naive(value, zone) if timezone.is_aware(value) else value
    if isinstance(value, float):
        return value if value == value and value not in (float("inf"), float("-inf")) else ""
    if isinstance(value, str | bool | int | Decimal | date | time):
        return str(value) if isinstance(value, str) else value
    return str(value)
