"""What the columns of a file hold: samples, kinds of values, order of dates, decimal mark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from core.imports.dates import DAY_FIRST, ISO, MONTH_FIRST
from core.imports.values import half_width, tidy

#: Different texts of a column that are kept to be shown.
SAMPLES = 4

_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(?:\d{4}|\d{2})(?:[T\s].*)?")
_YEAR_FIRST = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}.*")
_NUMBER = re.compile(r"[-+(¥$€£\s]*\d[\d.,'\s]*[)\s-]*(?:元|圆|圓)?")
_WHOLE = re.compile(r"\d+")
_COMMA_DECIMAL = re.compile(r"[-+(¥$€£\s]*(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,(?:\d{1,2}|\d{4,}))[)\s€-]*")
_POINT_DECIMAL = re.compile(r"[-+(¥$€£\s]*(?:\d{1,3}(?:,\d{3})+\.\d+|\d+\.(?:\d{1,2}|\d{4,}))[)\s€-]*")
_MOBILE = re.compile(r"(?:\+?86[-\s]?)?1[3-9]\d[-\s]?\d{4}[-\s]?\d{4}")
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")


@dataclass
class Column:
    """One column: its heading, whether another column has the same, and what its cells look like."""

    index: int
    heading: str
    is_duplicate: bool = False
    samples: list[str] = field(default_factory=list)
    filled: int = 0
    dates: int = 0
    day_first: int = 0
    month_first: int = 0
    undecided: int = 0
    numbers: int = 0
    wholes: int = 0
    comma_decimals: int = 0
    point_decimals: int = 0
    emails: int = 0
    mobiles: int = 0
    credit_codes: int = 0
    negatives: int = 0

    def add(self, cell: str) -> None:
        """Count one cell."""
        text = tidy(cell)
        if not text:
            return
        self.filled += 1
        if len(self.samples) < SAMPLES and text[:80] not in self.samples:
            self.samples.append(text[:80])
        plain = half_width(text)
        if "@" in plain:
            self.emails += 1
        elif any(sign.isdigit() for sign in plain[:24]):
            self._add_figure(plain)

    def _add_figure(self, text: str) -> None:
        if _WHOLE.fullmatch(text):
            self.wholes += 1
            self.numbers += 1
        elif found := _YEAR_LAST.fullmatch(text):
            self._add_date(int(found[1]), int(found[2]))
        elif _YEAR_FIRST.fullmatch(text):
            self.dates += 1
        elif _NUMBER.fullmatch(text):
            self.numbers += 1
            self.negatives += "-" in text or "(" in text
            self.comma_decimals += bool(_COMMA_DECIMAL.fullmatch(text))
            self.point_decimals += bool(_POINT_DECIMAL.fullmatch(text))
        self.mobiles += bool(_MOBILE.fullmatch(text))
        self.credit_codes += bool(len(text) == 18 and _CREDIT_CODE.fullmatch(text))

    def _add_date(self, first: int, second: int) -> None:
        self.dates += 1
        if first > 12 >= second:
            self.day_first += 1
        elif second > 12 >= first:
            self.month_first += 1
        else:
            self.undecided += 1

    def is_mostly(self, kind: str) -> bool:
        """Tell whether nine of ten filled cells are `dates`, `numbers`, `wholes`, `emails`, `mobiles`, …"""
        count: int = getattr(self, kind)
        return self.filled > 0 and count >= self.filled * 0.9

    def as_json(self) -> dict[str, Any]:
        """Return the column as an import stores it."""
        return asdict(self)


def headings_of(cells: Sequence[str]) -> list[Column]:
    """Return a column for each heading; empty and repeated ones are told apart by their number."""
    plain = [" ".join(tidy(cell).split()) for cell in cells]
    folded = [text.casefold() for text in plain]
    columns = []
    for index, text in enumerate(plain):
        is_duplicate = bool(text) and folded.count(folded[index]) > 1
        if not text:
            name = f"({index + 1})"
        elif is_duplicate:
            name = f"{text} ({index + 1})"
        else:
            name = text
        columns.append(Column(index, name, is_duplicate))
    return columns


def fill(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Count the cells of `rows` into their columns."""
    for cells in rows:
        for column, cell in zip(columns, cells, strict=False):
            column.add(cell)


def date_order(columns: Iterable[Column]) -> tuple[str, bool]:
    """Return (order, is certain) for dates that end with the year, from all of them.

    `ymd` where the file has none. Where every day is 12 or less, or two columns disagree, it is not certain.
    """
    relevant = [column for column in columns if column.day_first or column.month_first or column.undecided]
    if not relevant:
        return ISO, True
    day_first = sum(column.day_first for column in relevant)
    month_first = sum(column.month_first for column in relevant)
    year_first = sum(c.dates - c.day_first - c.month_first - c.undecided for c in relevant)
    if not day_first and not month_first and year_first > sum(c.undecided for c in relevant):
        # The file writes the year first; what is written otherwise is a fault of its cell.
        return ISO, True
    order = MONTH_FIRST if month_first > day_first else DAY_FIRST
    return order, (day_first > 0) != (month_first > 0)


def decimal_mark(columns: Iterable[Column]) -> str:
    """Return "," where more amounts are written 1.234,56 than 1,234.56, else "."."""
    columns = list(columns)
    commas = sum(column.comma_decimals for column in columns)
    points = sum(column.point_decimals for column in columns)
    return "," if commas > points else "."
