"""Trends as Plotly figures: plain dictionaries, colours as token names that the theme fills in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.complaint_kpis import words
from analytics.complaint_kpis.board import Board
from analytics.complaint_kpis.definitions import BY_KEY
from analytics.complaint_kpis.windows import Step, days_of
from analytics.periods import Window
from core.display import format_day_short, format_number

Chart = dict[str, Any]


def trends(board: Board) -> list[Chart]:
    """Return what came and went, what was in time, and how long solutions took."""
    return [_flow(board), _in_time(board), _solving(board)]


def _labels(board: Board) -> list[str]:
    window, step = board.asked.windows.now, board.asked.step
    # Two steps with one label would fall together.
    is_long = days_of(window) > 300
    return [_label(first, step, is_long=is_long) for first, _last in board.steps]


def _label(first: date, step: str, *, is_long: bool) -> str:
    if step == Step.MONTH:
        return f"{first:%Y-%m}"
    return first.isoformat() if is_long else format_day_short(first)


def _flow(board: Board) -> Chart:
    received = [int(one.value or 0) for one in board.over_time(BY_KEY["received"])]
    solved = [one.n for one in board.over_time(BY_KEY["solve_time"])]
    labels = _labels(board)
    windows = [board.asked.rows_url("received", _window(first, last)) for first, last in board.steps]
    return {
        "id": "flow",
        "title": _flow_title(sum(received), sum(solved)),
        "definition": _("Cases received and solutions given in each step."),
        "n": sum(received),
        "figure": {
            "data": [
                _bar(pgettext("figure", "received"), labels, received, "--pn-c1", windows),
                _bar(_("solved"), labels, solved, "--pn-c2", []),
            ],
            "layout": _layout(showlegend=True, barmode="group"),
        },
        "note": _partial(board),
        "table": {
            "columns": [_("From"), pgettext("figure", "Received"), _("Solved")],
            "rows": [
                [label, format_number(one), format_number(other)]
                for label, one, other in zip(labels, received, solved, strict=True)
            ],
        },
    }


def _flow_title(received: int, solved: int) -> str:
    counts = {"received": format_number(received), "solved": format_number(solved)}
    if received > solved:
        return _("More came in than was solved: %(received)s against %(solved)s") % counts
    if received < solved:
        return _("More was solved than came in: %(solved)s against %(received)s") % counts
    return _("As many were solved as came in: %(received)s") % counts


def _in_time(board: Board) -> Chart:
    responded = board.over_time(BY_KEY["sla_respond"])
    solved = board.over_time(BY_KEY["sla_solve"])
    labels = _labels(board)
    layout = _layout(showlegend=True)
    layout["yaxis"] = {"tickformat": ".0%", "range": [0, 1.05]}
    return {
        "id": "in-time",
        "title": _("In time, step by step"),
        "definition": _("Share of cases whose first response and solution were in time; gaps have no case."),
        "n": sum(one.n for one in solved),
        "figure": {
            "data": [
                _line(_("first response"), labels, [one.value for one in responded], "--pn-c1"),
                _line(_("solution"), labels, [one.value for one in solved], "--pn-c2"),
            ],
            "layout": layout,
        },
        "note": _partial(board),
        "table": {
            "columns": [_("From"), _("First response in time"), "n", _("Solved in time"), "n"],
            "rows": [
                [
                    label,
                    words.share(one.value) or "–",
                    format_number(one.n),
                    words.share(other.value) or "–",
                    format_number(other.n),
                ]
                for label, one, other in zip(labels, responded, solved, strict=True)
            ],
        },
    }


def _solving(board: Board) -> Chart:
    readings = board.over_time(BY_KEY["solve_time"])
    labels = _labels(board)
    layout = _layout(showlegend=True)
    layout["yaxis"] = {"rangemode": "tozero", "title": {"text": _("working hours")}}
    return {
        "id": "solving",
        "title": _("How long solutions took"),
        "definition": _("Working time without pauses, from receipt to solution: median and 90th percentile."),
        "n": sum(one.n for one in readings),
        "figure": {
            "data": [
                _line(_("median"), labels, [_hours(one.value) for one in readings], "--pn-c1"),
                _line(_("90%"), labels, [_hours(one.p90) for one in readings], "--pn-c4"),
            ],
            "layout": layout,
        },
        "note": _partial(board),
        "table": {
            "columns": [_("From"), _("Median"), _("90%"), "n"],
            "rows": [
                [
                    label,
                    words.duration(one.value) or "–",
                    words.duration(one.p90) or "–",
                    format_number(one.n),
                ]
                for label, one in zip(labels, readings, strict=True)
            ],
        },
    }


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 3_600, 2)


def _window(first: date, last: date) -> Window:
    return Window(first - timedelta(days=1), last)


def _partial(board: Board) -> str:
    return "" if board.asked.step == Step.DAY else _("The first and the last step may be incomplete.")


def _bar(name: str, x: Sequence[str], y: Sequence[int], color: str, urls: Sequence[str]) -> Chart:
    return {
        "type": "bar",
        "name": name,
        "x": list(x),
        "y": list(y),
        "marker": {"color": color},
        "customdata": list(urls),
    }


def _line(name: str, x: Sequence[str], y: Sequence[float | None], color: str) -> Chart:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": list(x),
        "y": list(y),
        "connectgaps": False,
        "line": {"color": color, "width": 1.75},
        "marker": {"color": color, "size": 5},
    }


def _layout(**rest: Any) -> Chart:
    return {"xaxis": {"type": "category", "nticks": 8}, "yaxis": {"rangemode": "tozero"}, **rest}
