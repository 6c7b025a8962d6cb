"""Turnover by month, beside the year before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

from analytics import charts
from analytics.board import Board
from analytics.cards.card import Chart, card
from analytics.periods import month_start, months_before
from core.display import format_money_short, format_number, format_percent


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
    return card(
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
