"""The charts of the dashboard: stored figures into cards with a finding, a table, rows and a download."""

from __future__ import annotations

from collections.abc import Callable

from analytics.board import Board
from analytics.cards.card import Chart
from analytics.cards.rfm import rfm_map
from analytics.cards.turnover import turnover
from analytics.cards.value import alive, clv_by_segment, concentration

BUILDERS: dict[str, Callable[[Board], Chart | None]] = {
    "rfm": rfm_map,
    "concentration": concentration,
    "p_alive": alive,
    "segment": clv_by_segment,
    "revenue": turnover,
}


def all_charts(board: Board) -> list[Chart]:
    """Return the charts of the page, in order; those without data are left out."""
    return [chart for build in BUILDERS.values() if (chart := build(board)) is not None]
