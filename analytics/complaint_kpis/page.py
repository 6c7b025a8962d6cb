"""The parts of the page: tiles, deadlines by grade, times, all figures, ages, costs, categories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.choices import Side
from analytics.complaint_kpis import words
from analytics.complaint_kpis.board import Board, shown_kpis
from analytics.complaint_kpis.definitions import BY_KEY, OF_NOW, Kpi
from analytics.complaint_kpis.reckoning import FEW, Reading
from complaints.choices.cases import Grade, Intake
from complaints.choices.facts import Age, Fact
from complaints.filters.cases import category_codes
from core.display import format_money, format_number
from core.models import Team

TILES = ("received", "sla_respond", "sla_solve", "solve_time", "open", "reopened")
DEADLINES = ("sla_acknowledge", "sla_respond", "sla_update", "sla_solve", "sla_statutory")
TIMES = ("acknowledge_time", "respond_time", "solve_time")
MOST_CATEGORIES = 8


def url_of(board: Board, kpi: Kpi, **sides: Any) -> str:
    """Return the address of the cases that a figure counted."""
    window = None if kpi.key in OF_NOW else board.asked.windows.now
    if kpi.key == "overdue":
        sides["hit"] = "true"
    return board.asked.rows_url(kpi.fact, window, **sides)


def hits_url(board: Board, kpi: Kpi, hit: bool, **sides: Any) -> str:
    """Return the address of the counted half of a share, or of the other half."""
    return url_of(board, kpi, hit="true" if hit else "false", **sides)


def definition_url(kpi: Kpi) -> str:
    """Return the place where a figure is explained."""
    return f"{reverse('analytics:complaint-kpi-definitions')}#{kpi.key}"


# ---- tiles ------------------------------------------------------------------------------------------
def tiles(board: Board, currency: str) -> list[dict[str, Any]]:
    """Return the six figures that a manager needs first."""
    return [_tile(board, BY_KEY[key], currency) for key in TILES]


def _tile(board: Board, kpi: Kpi, currency: str) -> dict[str, Any]:
    reading = board.reading(kpi)
    value, unit = words.figure_parts(reading, currency)
    tile: dict[str, Any] = {
        "label": kpi.label,
        "definition_url": definition_url(kpi),
        "value": value,
        "unit": unit,
        "url": url_of(board, kpi) if reading.n else "",
        "n": reading.n if kpi.unit in {"share", "duration"} else "",
        "few": reading.is_few,
        "interval": words.interval(reading),
        "definition": _("in the period"),
    }
    if kpi.key == "open":
        return tile | _open_words(board)
    line = [one.value for one in board.over_time(kpi)]
    if sum(value is not None for value in line) > 1:
        tile["spark"] = line
    return tile | words.change(board.change(kpi), reading, currency)


def _open_words(board: Board) -> dict[str, Any]:
    late = board.reading(BY_KEY["overdue"])
    n = {"n": format_number(late.hits)}
    return {
        "before": _("%(n)s overdue") % n if late.hits else _("none overdue"),
        "interval": _("when the figures were computed"),
        "is_bad": bool(late.hits),
    }


# ---- tables -----------------------------------------------------------------------------------------
def all_figures(board: Board, currency: str) -> list[dict[str, Any]]:
    """Return every figure with n, interval, the period before and the year before."""
    return [_line(board, kpi, currency) for kpi in shown_kpis(board.asked)]


def _line(board: Board, kpi: Kpi, currency: str) -> dict[str, Any]:
    reading = board.reading(kpi)
    is_now = kpi.key in OF_NOW
    year = None if is_now else board.last_year(kpi)
    return {
        "kpi": kpi,
        "value": words.figure(reading, currency),
        "is_known": reading.value is not None,
        "is_few": reading.is_few,
        "n": reading.n,
        "interval": words.interval(reading),
        "url": url_of(board, kpi) if reading.n else "",
        "hits_url": hits_url(board, kpi, hit=True) if reading.hits and kpi.unit == "share" else "",
        "change": None if is_now else words.change(board.change(kpi), reading, currency),
        "year": "" if year is None else words.figure(year, currency),
        "definition_url": definition_url(kpi),
    }


def deadlines(board: Board) -> dict[str, Any]:
    """Return the share in time of each kind of deadline, by grade and in all."""
    kpis = [BY_KEY[key] for key in DEADLINES if board.reading(BY_KEY[key]).n]
    grades: list[tuple[str, Any]] = [
        (str(grade), label) for grade, label in Grade.choices if _has(board, kpis, str(grade))
    ]
    if _has(board, kpis, ""):
        grades.append(("", _("Without a grade")))
    lines = [(label, [_deadline(board, kpi, grade) for kpi in kpis]) for grade, label in grades]
    total = [_deadline(board, kpi, None) for kpi in kpis]
    return {"columns": [kpi.label for kpi in kpis], "lines": [*lines, (_("All grades"), total)], "few": FEW}


def _has(board: Board, kpis: list[Kpi], grade: str) -> bool:
    return any(board.reading(kpi, Side.GRADE, grade).n for kpi in kpis)


def _deadline(board: Board, kpi: Kpi, grade: str | None) -> dict[str, Any]:
    reading = board.reading(kpi) if grade is None else board.reading(kpi, Side.GRADE, grade)
    sides = {} if grade is None else {"grade": grade or "-"}
    late = reading.n - reading.hits
    return {
        "label": kpi.label,
        "value": reading.value,
        "text": words.share(reading.value),
        "n": reading.n,
        "is_few": reading.is_few,
        "url": url_of(board, kpi, **sides) if reading.n else "",
        "late": late,
        "late_url": hits_url(board, kpi, hit=False, **sides) if late else "",
    }


def times(board: Board) -> list[dict[str, Any]]:
    """Return median and 90th percentile of each duration, net and by the clock."""
    found = []
    for key in TIMES:
        reading = board.reading(BY_KEY[key])
        found.append(
            {
                "label": reading.kpi.label,
                "net": words.duration(reading.value),
                "p90": words.duration(reading.p90),
                "gross": words.duration(reading.gross, in_days=True),
                "gross_p90": words.duration(reading.gross_p90, in_days=True),
                "n": reading.n,
                "is_few": reading.is_few,
                "url": url_of(board, reading.kpi) if reading.n else "",
            }
        )
    return found


def ages(board: Board) -> dict[str, Any]:
    """Return how old the open cases are, and how many are late in each band."""
    kpi = BY_KEY["open"]
    lines: list[dict[str, Any]] = []
    for age, label in Age.choices:
        reading = board.reading(BY_KEY["overdue"], Side.AGE, str(age))
        lines.append(
            {
                "label": label,
                "n": reading.n,
                "url": url_of(board, kpi, age=str(age)) if reading.n else "",
                "late": reading.hits,
                "late_url": url_of(board, BY_KEY["overdue"], age=str(age)) if reading.hits else "",
            }
        )
    total = board.reading(kpi)
    return {
        "lines": lines,
        "most": max((line["n"] for line in lines), default=0) or 1,
        "n": total.n,
        "url": url_of(board, kpi),
    }


def costs(board: Board, currency: str) -> dict[str, Any]:
    """Return what compensation cost the teams that bear it, the dearest first."""
    kpi = BY_KEY["cost"]
    names = {str(pk): name for pk, name in Team.objects.values_list("pk", "name")}
    found = [(key, board.reading(kpi, Side.COST, key)) for key in board.keys(Side.COST)]
    known = sorted(
        ((key, one) for key, one in found if one.n), key=lambda pair: (-(pair[1].value or 0), pair[0])
    )
    lines: list[dict[str, Any]] = [
        {
            "label": names.get(key, _("Without a team")),
            "value": one.value,
            "bar": max(one.value or 0, 0),
            "text": format_money(one.value, currency, 0),
            "n": one.n,
        }
        for key, one in known
    ]
    total = board.reading(kpi)
    return {
        "lines": lines,
        "most": max((line["bar"] for line in lines), default=0) or 1,
        "text": words.figure(total, currency),
        "n": total.n,
        "url": url_of(board, kpi) if total.n else "",
    }


def categories(board: Board) -> list[dict[str, Any]]:
    """Return the categories with the most cases received."""
    names = {code: str(name) for code, name in category_codes()}
    return _parts(board, Side.CATEGORY, lambda key: names.get(key, key), _("Without a category"))


def channels(board: Board) -> list[dict[str, Any]]:
    """Return the channels through which the most cases came in."""
    labels = {str(key): str(label) for key, label in Intake.choices}
    return _parts(board, Side.INTAKE, lambda key: labels.get(key, key), "–")


def _parts(board: Board, side: Side, name: Callable[[str], str], none: str) -> list[dict[str, Any]]:
    received = BY_KEY["received"]
    found = [(key, board.reading(received, side, key)) for key in board.keys(side)]
    found.sort(key=lambda pair: (-pair[1].n, pair[0]))
    shown = [pair for pair in found if pair[1].n or side == Side.CATEGORY][:MOST_CATEGORIES]
    most = max((one.n for _key, one in shown), default=0) or 1
    return [
        {
            "label": name(key) if key else none,
            "n": one.n,
            "most": most,
            "url": board.asked.rows_url(
                Fact.RECEIVED, board.asked.windows.now, **{str(side.value): key or "-"}
            )
            if one.n
            else "",
            "change": words.change(board.change(received, side, key), one, "")
            if side == Side.CATEGORY
            else None,
            "shares": [
                _share(board.reading(BY_KEY[kpi], side, key)) for kpi in ("sla_solve", "upheld", "reopened")
            ],
        }
        for key, one in shown
    ]


def _share(reading: Reading) -> dict[str, Any]:
    return {
        "label": reading.kpi.label,
        "text": words.share(reading.value),
        "n": reading.n,
        "is_few": reading.is_few,
    }
