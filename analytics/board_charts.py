"""The charts of the dashboard: stored figures into cards with a finding, a table, rows and a download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import charts
from analytics.board import FEW, Board
from analytics.choices import Segment
from analytics.figures import P_ALIVE_BINS
from analytics.models import KpiValue
from analytics.periods import month_start, months_before
from analytics.reasons import segment_label
from core.display import format_money_short, format_number, format_percent

Chart = dict[str, Any]
QUIET = (1, 2)
"""Recency scores of customers who have gone quiet."""
FREQUENT = (4, 5)
"""Frequency scores of customers who used to come often."""


def all_charts(board: Board) -> list[Chart]:
    """Return the charts of the page, in order; those without data are left out."""
    return [chart for build in BUILDERS.values() if (chart := build(board)) is not None]


def _card(board: Board, name: str, *, title: str, definition: str, n: int, **rest: Any) -> Chart:
    query = urlencode(board.scope.parameters | {"period": board.period})
    download = f"{reverse('analytics:chart-download', args=[name])}?{query}"
    return {
        "id": name,
        "title": title,
        "definition": definition,
        "n": n,
        "few": n < FEW,
        "download_url": download,
        **rest,
    }


# ---- RFM map ----------------------------------------------------------------------------------------
def rfm_map(board: Board) -> Chart | None:
    """Customers and turnover by recency and frequency score."""
    cells, stakes = board.parts("rfm"), board.parts("rfm_stake")
    if not cells:
        return None
    n = sum(cell.n for cell in cells.values())
    turnover = sum(cell.value or 0 for cell in cells.values())
    hot = [f"{r}{f}" for r in QUIET for f in FREQUENT]
    quiet = sum(cells[key].n for key in hot if key in cells)
    at_stake = sum(stakes[key].value or 0 for key in hot if key in stakes)
    ranges = (board.fit.diagnostics if board.fit else {}).get("rfm_ranges", {"r": {}, "f": {}})
    rows = [
        {
            "label": _recency_words(ranges["r"], r),
            "cells": [_rfm_cell(board, cells.get(f"{r}{f}"), r, f, n, turnover) for f in range(1, 6)],
        }
        for r in range(5, 0, -1)
    ]
    columns = [_frequency_words(ranges["f"], f) for f in range(1, 6)]
    return _card(
        board,
        "rfm",
        title=_rfm_title(board, quiet, at_stake),
        definition=_(
            "Customers, and their turnover of the last 12 months, by last order and number of orders."
        ),
        n=n,
        body=render_to_string("analytics/rfm_map.html", {"rows": rows, "columns": columns}),
        note=render_to_string("analytics/rfm_key.html"),
        rows_url=board.url("customers:customer-list", has_orders="true"),
        table={
            "columns": [
                _("Recency and frequency score"),
                _("Customers"),
                _("Turnover, 12 months"),
                _("Value at stake"),
            ],
            "rows": [
                [
                    f"{key[0]} · {key[1]}",
                    format_number(cell.n),
                    format_money_short(cell.value, board.currency),
                    format_money_short(stakes[key].value if key in stakes else None, board.currency),
                ]
                for key, cell in sorted(cells.items(), reverse=True)
            ],
        },
        raw=[
            [key[0], key[1], cell.n, cell.value, _value(stakes.get(key))]
            for key, cell in sorted(cells.items())
        ],
        raw_columns=["recency_score", "frequency_score", "customers", "turnover_12m", "value_at_stake"],
    )


def _value(row: KpiValue | None) -> float | None:
    return row.value if row else None


def _rfm_title(board: Board, quiet: int, at_stake: float) -> str:
    if not quiet:
        return _("No frequent customer has gone quiet")
    if not at_stake:
        return ngettext(
            "%(n)s frequent customer has gone quiet", "%(n)s frequent customers have gone quiet", quiet
        ) % {"n": format_number(quiet)}
    return ngettext(
        "%(stake)s is at stake with %(n)s frequent customer who has gone quiet",
        "%(stake)s is at stake with %(n)s frequent customers who have gone quiet",
        quiet,
    ) % {"n": format_number(quiet), "stake": format_money_short(at_stake, board.currency)}


def _rfm_cell(board: Board, cell: KpiValue | None, r: int, f: int, n: int, turnover: float) -> dict[str, Any]:
    count, value = (cell.n, cell.value or 0.0) if cell else (0, 0.0)
    share = value / turnover if turnover > 0 else count / max(n, 1)
    shade = 0 if not count else min(5, sum(share >= limit for limit in (0.01, 0.03, 0.05, 0.08, 0.13)))
    money = format_money_short(value, board.currency)
    return {
        "n": count,
        "money": money,
        "shade": shade,
        "is_hot": bool(count) and r in QUIET and f in FREQUENT,
        "url": board.url("customers:customer-list", r=r, f=f) if count else "",
        "label": _("Recency %(r)s, frequency %(f)s: %(n)s customers, %(money)s")
        % {"r": r, "f": f, "n": format_number(count), "money": money},
    }


def _recency_words(ranges: dict[str, list[float]], score: int) -> str:
    """ "≤ 30 d" for the best scores, "> 180 d" for the worst, from the days that the scores really cover."""
    found = ranges.get(str(score))
    if found is None:
        return "–"
    if score == 1:
        return _("%(days)s d and more") % {"days": format_number(found[0])}
    return _("≤ %(days)s d") % {"days": format_number(found[1])}


def _frequency_words(ranges: dict[str, list[float]], score: int) -> str:
    found = ranges.get(str(score))
    if found is None:
        return "–"
    low, high = (int(limit) for limit in found)
    if score == 5 and low != high:
        return _("%(n)s or more") % {"n": format_number(low)}
    if low == high:
        return (
            ngettext("%(n)s order", "%(n)s orders", low) % {"n": format_number(low)} if low == 1 else str(low)
        )
    return f"{format_number(low)}–{format_number(high)}"


# ---- concentration ----------------------------------------------------------------------------------
def concentration(board: Board) -> Chart | None:
    """Which share of the value the most valuable customers hold."""
    parts = board.parts("concentration")
    if not parts:
        return None
    points = sorted(parts.items())
    steps = [float(key) for key, _row in points]
    rows = [row for _key, row in points]
    fifth = parts["0.20"]
    is_predicted = bool(board.fit and board.fit.is_fitted)
    holders = max(1, round(fifth.n * 0.2))
    words = {"n": format_number(holders), "share": format_percent(fifth.value, 0)}
    text = ngettext("%(n)s customer holds %(share)s", "%(n)s customers hold %(share)s", holders) % words
    limits = _("95%% interval %(low)s–%(high)s") % {
        "low": format_percent(fifth.low, 0),
        "high": format_percent(fifth.high, 0),
    }
    return _card(
        board,
        "concentration",
        title=_("A fifth of customers hold %(share)s of the value") % words,
        definition=_("Cumulative share of predicted CLV, 36 months; shaded: 95% bootstrap interval.")
        if is_predicted
        else _("Cumulative share of turnover of all time; shaded: 95% bootstrap interval."),
        n=fifth.n,
        figure=charts.concentration(
            steps,
            [row.value or 0 for row in rows],
            [row.low or 0 for row in rows],
            [row.high or 0 for row in rows],
            mark=(0.2, fifth.value or 0),
            mark_text=f"<b>{text}</b><br>{limits}",
            axis_title=_("customers, most valuable first"),
        ),
        rows_url=board.url("customers:customer-list", has_orders="true", sort="-clv"),
        table={
            "columns": [_("Share of customers"), _("Share of value"), _("95% interval")],
            "rows": [
                [
                    format_percent(step, 0),
                    format_percent(row.value),
                    f"{format_percent(row.low)}–{format_percent(row.high)}",
                ]
                for step, row in zip(steps, rows, strict=True)
            ],
        },
        raw=[[step, row.value, row.low, row.high] for step, row in zip(steps, rows, strict=True)],
        raw_columns=["share_of_customers", "share_of_value", "low", "high"],
    )


# ---- P(alive) ---------------------------------------------------------------------------------------
def alive(board: Board) -> Chart | None:
    """How many customers are still active, by the model."""
    parts = board.parts("p_alive")
    if not parts:
        return None
    counts = [parts[str(place)].n if str(place) in parts else 0 for place in range(P_ALIVE_BINS)]
    n, gone = sum(counts), sum(counts[: P_ALIVE_BINS // 2])
    labels = [f"{10 * place}–{10 * place + 10}%" for place in range(P_ALIVE_BINS)]
    urls = [_alive_url(board, place) for place in range(P_ALIVE_BINS)]
    return _card(
        board,
        "p_alive",
        title=_("%(share)s of customers have more likely left than not")
        % {"share": format_percent(gone / n, 0)},
        definition=_("Customers by the chance that they are still active, from the purchase model."),
        n=n,
        figure=charts.bars(
            labels,
            counts,
            urls=urls,
            hover=[
                _("%(label)s: %(n)s customers") % {"label": label, "n": format_number(count)}
                for label, count in zip(labels, counts, strict=True)
            ],
            color=["--pn-c2" if place < P_ALIVE_BINS // 2 else "--pn-c1" for place in range(P_ALIVE_BINS)],
            axis_title=_("customers"),
        ),
        rows_url=board.url("customers:customer-list", p_alive_max="0.5"),
        table={
            "columns": [_("Chance still active"), _("Customers")],
            "rows": [[label, format_number(count)] for label, count in zip(labels, counts, strict=True)],
        },
        raw=[[place / 10, (place + 1) / 10, count] for place, count in enumerate(counts)],
        raw_columns=["from", "below", "customers"],
    )


def _alive_url(board: Board, place: int) -> str:
    limits: dict[str, str] = {"p_alive_min": f"{place / 10:.1f}"}
    if place < P_ALIVE_BINS - 1:
        limits["p_alive_max"] = f"{(place + 1) / 10:.1f}"
    return board.url("customers:customer-list", **limits)


# ---- CLV by segment ---------------------------------------------------------------------------------
def clv_by_segment(board: Board) -> Chart | None:
    """Predicted value of 12 months by RFM segment."""
    parts = board.parts("segment")
    if not parts or not (board.fit and board.fit.is_fitted):
        return None
    order = [key for key in Segment.values if key in parts]
    order.sort(key=lambda key: -(parts[key].value or 0))
    total = sum(row.value or 0 for row in parts.values())
    n = sum(row.n for row in parts.values())
    best = parts[order[0]]
    names = [segment_label(key) for key in order]
    urls = [board.url("customers:customer-list", segment=key) for key in order]
    return _card(
        board,
        "segment",
        title=_("%(segment)s bring %(share)s of the predicted value with %(part)s of the customers")
        % {
            "segment": segment_label(order[0]),
            "share": format_percent((best.value or 0) / total if total else None, 0),
            "part": format_percent(best.n / n, 0),
        },
        definition=_("Predicted CLV of 12 months, summed by RFM segment; lines: 80% limits."),
        n=n,
        height="tall" if len(order) > 8 else None,
        figure=charts.bars(
            names,
            [parts[key].value for key in order],
            urls=urls,
            hover=[_segment_hover(board, key, parts[key]) for key in order],
            limits=[(parts[key].low or 0, parts[key].high or 0) for key in order],
            horizontal=True,
        ),
        rows_url=board.url("customers:customer-list", has_orders="true", sort="-clv"),
        table={
            "columns": [_("Segment"), _("Customers"), _("CLV, 12 months"), _("80% limits"), _("Mean CLV")],
            "rows": [
                [
                    segment_label(key),
                    format_number(parts[key].n),
                    format_money_short(parts[key].value, board.currency),
                    f"{format_money_short(parts[key].low, board.currency)}–"
                    f"{format_money_short(parts[key].high, board.currency)}",
                    format_money_short((parts[key].value or 0) / parts[key].n, board.currency),
                ]
                for key in order
            ],
        },
        raw=[[key, parts[key].n, parts[key].value, parts[key].low, parts[key].high] for key in order],
        raw_columns=["segment", "customers", "clv_12m", "low", "high"],
    )


def _segment_hover(board: Board, key: str, row: KpiValue) -> str:
    return _("%(segment)s: %(value)s from %(n)s customers, mean %(mean)s") % {
        "segment": segment_label(key),
        "value": format_money_short(row.value, board.currency),
        "n": format_number(row.n),
        "mean": format_money_short((row.value or 0) / row.n, board.currency),
    }


# ---- turnover by month ------------------------------------------------------------------------------
def turnover(board: Board) -> Chart | None:
    """Turnover of twelve months beside the twelve before."""
    parts = board.parts("revenue_month")
    if not any(row.value for row in parts.values()):
        return None
    keys = sorted(parts)
    earlier, now = keys[-24:-12], keys[-12:]
    values = [parts[key].value or 0 for key in now]
    before = [parts[key].value or 0 for key in earlier]
    partial = board.as_of + timedelta(days=1) != months_before(month_start(board.as_of), -1)
    closed = slice(0, -1) if partial else slice(0, None)
    return _card(
        board,
        "revenue",
        title=_turnover_title(sum(values[closed]), sum(before[closed])),
        definition=_("Confirmed orders less refunds by month; pale: the same month of the year before."),
        n=parts[now[-1]].n if len(now) == 1 else sum(parts[key].n for key in now),
        note=_("n counts customers once in each month in which they ordered.")
        + (" " + _("The last month is incomplete.") if partial else ""),
        figure=charts.two_years(
            [key[2:] for key in now],
            values,
            before,
            names=(_("this year"), _("year before")),
            urls=[_month_url(board, key) for key in now],
            hover=(_money_hover(board, now, values), _money_hover(board, earlier, before)),
            partial_last=partial,
        ),
        rows_url=board.url("customers:order-list", **_days_of(now[0], now[-1])),
        table={
            "columns": [_("Month"), _("Turnover"), _("Year before"), _("Customers")],
            "rows": [
                [
                    key,
                    format_money_short(value, board.currency),
                    format_money_short(old, board.currency),
                    format_number(parts[key].n),
                ]
                for key, value, old in zip(now, values, before, strict=True)
            ],
        },
        raw=[[key, parts[key].value, parts[key].n] for key in keys],
        raw_columns=["month", "turnover", "customers"],
    )


def _turnover_title(now: float, before: float) -> str:
    if before <= 0:
        return _("Turnover of the last 12 months")
    change = now / before - 1
    words = {"share": format_percent(abs(change), 0)}
    if abs(change) < 0.005:
        return _("Turnover is as high as the year before")
    if change > 0:
        return _("Turnover is %(share)s above the year before") % words
    return _("Turnover is %(share)s below the year before") % words


def _money_hover(board: Board, keys: Sequence[str], values: Sequence[float]) -> list[str]:
    return [
        f"{key}: {format_money_short(value, board.currency)}" for key, value in zip(keys, values, strict=True)
    ]


def _days_of(first: str, last: str) -> dict[str, str]:
    end = months_before(date.fromisoformat(f"{last}-01"), -1) - timedelta(days=1)
    return {"from": f"{first}-01", "to": end.isoformat()}


def _month_url(board: Board, key: str) -> str:
    return board.url("customers:order-list", **_days_of(key, key))


BUILDERS: dict[str, Callable[[Board], Chart | None]] = {
    "rfm": rfm_map,
    "concentration": concentration,
    "p_alive": alive,
    "segment": clv_by_segment,
    "revenue": turnover,
}
