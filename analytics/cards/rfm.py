"""The RFM map: customers by how recently and how often they ordered."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.board import Board
from analytics.cards.card import Chart, card
from analytics.models import KpiValue
from core.display import format_money_short, format_number

QUIET = (1, 2)
"""Recency scores of customers who have gone quiet."""
FREQUENT = (4, 5)
"""Frequency scores of customers who used to come often."""


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
    return card(
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
