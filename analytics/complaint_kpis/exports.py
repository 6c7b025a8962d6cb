"""The figures of a page as a file: unrounded, with what they are and what they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.choices import Side
from analytics.complaint_kpis.board import Board, shown_kpis
from analytics.complaint_kpis.definitions import OF_NOW, Kpi
from analytics.complaint_kpis.reckoning import Reading
from core.exports import CsvSheet, Sheet, XlsxSheet
from core.zones import zone_of

FORMATS = ("xlsx", "csv")
_UNITS = {
    "share": "share",
    "duration": "seconds",
    "money": "base currency",
    "rate": "per 1,000",
    "count": "n",
}


def write_file(board: Board, path: Path, kind: str) -> None:
    """Write the figures of the board to `path` as `kind`: xlsx or csv."""
    zone = zone_of(board.asked.user)
    sheet: Sheet = XlsxSheet(path, zone, _("Complaint figures")) if kind == "xlsx" else CsvSheet(path, zone)
    sheet.write(_headings())
    for row in rows(board):
        sheet.write(row)
    sheet.close()


def _headings() -> list[str]:
    return [
        _("Figure"),
        _("Side"),
        _("Part"),
        _("From"),
        _("To"),
        pgettext("figure", "Value"),
        _("Unit"),
        "n",
        _("Counted"),
        _("95% lower limit"),
        _("95% upper limit"),
        _("90th percentile"),
        _("Median by the clock"),
        _("90th percentile by the clock"),
        _("Period before"),
        _("n before"),
        _("Year before"),
        _("How it is computed"),
    ]


def rows(board: Board) -> Iterator[list[Any]]:
    """Yield one row a figure: of everything, then by grade, category, channel and cost-bearing team."""
    for kpi in shown_kpis(board.asked):
        yield _row(board, kpi, "", "")
    for side in (Side.GRADE, Side.CATEGORY, Side.INTAKE, Side.COST):
        for key in board.keys(side):
            for kpi in _of_side(board, side):
                if board.reading(kpi, side, key).n:
                    yield _row(board, kpi, side, key)


def _of_side(board: Board, side: str) -> Iterable[Kpi]:
    known = [kpi for kpi in shown_kpis(board.asked) if kpi.key != "rate"]
    return [kpi for kpi in known if kpi.key == "cost"] if side == Side.COST else known


def _row(board: Board, kpi: Kpi, side: str, key: str) -> list[Any]:
    window, is_now = board.asked.windows.now, kpi.key in OF_NOW
    reading = board.reading(kpi, side, key)
    before = None if is_now else board.change(kpi, side, key).before
    year = None if is_now or side else board.last_year(kpi)
    return [
        str(kpi.label),
        str(Side(side).label) if side else "",
        key,
        None if is_now else window.first,
        None if is_now else window.until,
        reading.value,
        _UNITS[kpi.unit],
        reading.n,
        reading.hits if kpi.unit == "share" else None,
        *_limits(reading),
        reading.p90,
        reading.gross,
        reading.gross_p90,
        before and before.value,
        before and before.n,
        year and year.value,
        str(kpi.formula),
    ]


def _limits(reading: Reading) -> tuple[float | None, float | None]:
    return (reading.low, reading.high)
