"""Figures into Plotly: plain dictionaries, colours as token names that the theme fills in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Figure = dict[str, Any]
_PERCENT_AXIS = {"tickformat": ".0%", "rangemode": "tozero"}


def bars(
    labels: Sequence[str],
    values: Sequence[float | None],
    *,
    urls: Sequence[str] = (),
    hover: Sequence[str] = (),
    color: str | Sequence[str] = "--pn-c1",
    limits: Sequence[tuple[float, float]] = (),
    horizontal: bool = False,
    axis_title: str = "",
) -> Figure:
    """Bars from zero, each leading to its rows; `limits` (low, high) draw the interval of an estimate."""
    trace: dict[str, Any] = {
        "type": "bar",
        "marker": {"color": list(color) if not isinstance(color, str) else color},
        "customdata": list(urls),
        "hovertext": list(hover),
        "hoverinfo": "text" if hover else "x+y",
        "textposition": "none",
    }
    long, short = ("y", "x") if horizontal else ("x", "y")
    trace |= {long: list(labels), short: list(values)}
    if limits:
        trace[f"error_{short}"] = {
            "type": "data",
            "symmetric": False,
            "array": [high - (value or 0) for value, (_low, high) in zip(values, limits, strict=True)],
            "arrayminus": [(value or 0) - low for value, (low, _high) in zip(values, limits, strict=True)],
            "color": "--pn-ink-2",
            "thickness": 1,
            "width": 3,
        }
    if horizontal:
        trace["orientation"] = "h"
    layout: dict[str, Any] = {f"{short}axis": {"rangemode": "tozero", "title": {"text": axis_title}}}
    layout[f"{long}axis"] = {"type": "category"}
    if horizontal:
        layout["yaxis"] |= {"autorange": "reversed"}
    return {"data": [trace], "layout": layout}


def two_years(
    labels: Sequence[str],
    now: Sequence[float],
    before: Sequence[float | None],
    *,
    names: tuple[str, str],
    urls: Sequence[str],
    hover: tuple[Sequence[str], Sequence[str]],
    partial_last: bool,
) -> Figure:
    """Bars of each month, with the same month of the year before as a pale bar beside it."""
    colors = ["--pn-c1"] * len(now)
    if partial_last and colors:
        colors[-1] = "--pn-c1/0.5"
    traces: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": names[1],
            "x": list(labels),
            "y": list(before),
            "marker": {"color": "--pn-ink-3/0.3"},
            "hovertext": list(hover[1]),
            "hoverinfo": "text",
        },
        {
            "type": "bar",
            "name": names[0],
            "x": list(labels),
            "y": list(now),
            "marker": {"color": colors},
            "customdata": list(urls),
            "hovertext": list(hover[0]),
            "hoverinfo": "text",
        },
    ]
    layout = {
        "barmode": "group",
        "xaxis": {"type": "category"},
        "yaxis": {"rangemode": "tozero"},
        "showlegend": True,
    }
    return {"data": traces, "layout": layout}


def concentration(
    steps: Sequence[float],
    shares: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    mark: tuple[float, float],
    mark_text: str,
    axis_title: str,
) -> Figure:
    """The cumulated share with its band, and one point called out."""
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": [*steps, *reversed(steps)],
        "y": [*high, *reversed(low)],
        "fill": "toself",
        "fillcolor": "--pn-c1/0.14",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": list(steps),
        "y": list(shares),
        "line": {"color": "--pn-c1", "width": 1.75},
        "hovertemplate": "%{x:.0%} → %{y:.0%}<extra></extra>",
    }
    point = {
        "type": "scatter",
        "mode": "markers",
        "x": [mark[0]],
        "y": [mark[1]],
        "marker": {"color": "--pn-c1", "size": 9, "line": {"color": "--pn-surface", "width": 1.5}},
        "hoverinfo": "skip",
    }
    guide = {"type": "line", "line": {"color": "--pn-ink-3", "width": 1, "dash": "dash"}}
    layout = {
        "xaxis": _PERCENT_AXIS | {"title": {"text": axis_title}, "range": [0, 1]},
        "yaxis": _PERCENT_AXIS | {"range": [0, 1.02]},
        "shapes": [
            guide | {"x0": mark[0], "x1": mark[0], "y0": 0, "y1": mark[1]},
            guide | {"x0": 0, "x1": mark[0], "y0": mark[1], "y1": mark[1]},
        ],
        "annotations": [
            {
                "x": mark[0],
                "y": mark[1],
                "text": mark_text,
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "top",
                "xshift": 12,
                "align": "left",
                "font": {"color": "--pn-ink", "size": 12},
            }
        ],
    }
    return {"data": [band, line, point], "layout": layout}
