"""One way into every file: recognise its format, look at its columns, walk its records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from core.imports import encodings, formats, profile, workbooks
from core.imports.faults import ReadingError
from core.imports.profile import Column
from core.imports.rows import Record, TextFormat, printable, text_records
from core.imports.values import tidy

DELIMITERS = (",", ";", "\t", "|")
QUOTES = ('"', "'", "")
#: Rows that decide over delimiter and heading.
_HEAD_ROWS = 60
#: Rows that are looked at for the kinds of values; beyond, faults of single cells tell.
PROFILE_ROWS = 100_000
#: More columns are a misread file.
MAX_COLUMNS = 1_000


@dataclass(frozen=True)
class Dialect:
    """How a file is read. `header_line` is the physical line of the headings, 0 where there are none."""

    kind: str = formats.CSV
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    sheet: str = ""
    header_line: int = 1
    date_order: str = "ymd"
    decimal_mark: str = "."

    def as_json(self) -> dict[str, Any]:
        """Return the dialect as an import stores it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Dialect:
        """Return a stored dialect; keys that are not its own are left out."""
        return cls(**{key: data[key] for key in cls.__dataclass_fields__ if key in data})


@dataclass(frozen=True)
class Reading:
    """What was found in a file: its dialect, its columns, its first rows, and what to tell the person."""

    dialect: Dialect
    columns: list[Column]
    rows: list[Record]
    sheets: tuple[str, ...] = ()
    lines: int = 0
    has_mark: bool = False
    is_date_order_certain: bool = True


def recognise(path: Path) -> Reading:
    """Find out how the file is written and read it that way; `ReadingError` where it cannot be."""
    if formats.kind_of(path) == formats.XLSX:
        dialect = Dialect(kind=formats.XLSX, sheet=_first_filled_sheet(path))
        has_mark = False
    else:
        encoding, has_mark = encodings.detect_encoding(path)
        dialect = _with_delimiter(path, Dialect(encoding=encoding))
    dialect = replace(dialect, header_line=_header_line(list(islice(_raw(path, dialect), _HEAD_ROWS))))
    found = read(path, dialect)
    order, certain = profile.date_order(found.columns)
    dialect = replace(dialect, date_order=order, decimal_mark=profile.decimal_mark(found.columns))
    return replace(found, dialect=dialect, has_mark=has_mark, is_date_order_certain=certain)


def read(path: Path, dialect: Dialect, *, shown: int = 20) -> Reading:
    """Read the file as `dialect` says: columns and what they hold, the first rows, how many lines."""
    columns = columns_of(path, dialect)
    rows: list[Record] = []
    lines = 0
    for record in islice(records(path, dialect, width=len(columns)), PROFILE_ROWS):
        lines += 1
        if len(rows) < shown:
            rows.append(record._replace(cells=[printable(cell) for cell in record.cells]))
        if not record.fault:
            profile.fill(columns, [record.cells])
    if lines == PROFILE_ROWS:
        lines = max(lines, _line_estimate(path, dialect))
    sheets = tuple(workbooks.sheet_names(path)) if dialect.kind == formats.XLSX else ()
    order, certain = profile.date_order(columns)
    is_chosen = dialect.date_order not in ("ymd", order)
    return Reading(dialect, columns, rows, sheets, lines, is_date_order_certain=certain or is_chosen)


def records(path: Path, dialect: Dialect, *, width: int | None = None) -> Iterator[Record]:
    """Yield the records below the headings."""
    for record in _raw(path, dialect, width=width):
        if record.line > dialect.header_line:
            yield record


def columns_of(path: Path, dialect: Dialect) -> list[Column]:
    """Return the columns by the heading line, or numbered ones where there is none."""
    for record in _raw(path, dialect):
        if record.line < dialect.header_line:
            continue
        if len(record.cells) > MAX_COLUMNS:
            raise ReadingError("too_many_columns", columns=len(record.cells), most=MAX_COLUMNS)
        if not dialect.header_line:
            return profile.headings_of([""] * len(record.cells))
        cells = [printable(cell) for cell in record.cells]
        while cells and not tidy(cells[-1]):
            cells.pop()
        return profile.headings_of(cells)
    raise ReadingError("no_rows")


def _raw(path: Path, dialect: Dialect, *, width: int | None = None) -> Iterator[Record]:
    if dialect.kind == formats.XLSX:
        return workbooks.workbook_records(path, dialect.sheet, width=width)
    form = TextFormat(dialect.encoding, dialect.delimiter, dialect.quote)
    return text_records(path, form, width=width)


def _first_filled_sheet(path: Path) -> str:
    names = workbooks.sheet_names(path)
    for name in names:
        if next(workbooks.workbook_records(path, name), None) is not None:
            return name
    raise ReadingError("empty_file")


def _with_delimiter(path: Path, dialect: Dialect) -> Dialect:
    """The delimiter that cuts the first rows into the most alike and the most columns."""
    best, best_score = dialect, (0.0, 1)
    for delimiter in DELIMITERS:
        candidate = replace(dialect, delimiter=delimiter)
        widths = [len(record.cells) for record in islice(_raw(path, candidate), _HEAD_ROWS)]
        if not widths:
            continue
        width, count = Counter(widths).most_common(1)[0]
        score = (round(count / len(widths), 1), width)
        if width > 1 and score > best_score:
            best, best_score = candidate, score
    return replace(best, quote=_quote(path, best))


def _quote(path: Path, dialect: Dialect) -> str:
    """Single quotes are quotes only where whole cells stand in them."""
    sample = list(islice(_raw(path, replace(dialect, quote="")), _HEAD_ROWS))
    single = sum(
        len(cell) > 1 and cell.startswith("'") and cell.endswith("'")
        for record in sample
        for cell in record.cells
    )
    double = sum('"' in cell for record in sample for cell in record.cells)
    return "'" if single > len(sample) and not double else '"'


_FIGURE = re.compile(r"[-+(¥$€£]?\s*\d[\d\s.,:/\-年月日TZ]*[)%]?")


def _header_line(head: list[Record]) -> int:
    """The first row as wide as most rows; 0 where it holds figures, so that it is data."""
    if not head:
        raise ReadingError("empty_file")
    widths = Counter(_width(record) for record in head)
    usual = max(widths, key=lambda width: (widths[width], width))
    for record in head[:20]:
        if _width(record) >= max(1, usual * 0.6) and len(record.cells) >= usual:
            filled = [tidy(cell) for cell in record.cells if tidy(cell)]
            has_figures = any(_FIGURE.fullmatch(cell) or "@" in cell for cell in filled)
            return 0 if has_figures and len(head) > 1 else record.line
    return head[0].line


def _width(record: Record) -> int:
    return sum(1 for cell in record.cells if tidy(cell))


def _line_estimate(path: Path, dialect: Dialect) -> int:
    if dialect.kind == formats.XLSX:
        return 0
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1024 * 1024), b""))
