"""Who holds the value, who is still active, and which segments bring it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import charts
from analytics.board import Board
from analytics.cards.card import Chart, card
from analytics.choices import Segment
from analytics.models import KpiValue
from analytics.parameters import P_ALIVE_BINS
from analytics.reasons import segment_label
from core.display import format_money_short, format_number, format_percent


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
    return card(
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


def alive(board: Board) -> Chart | None:
    """How many customers are still active, by the model."""
    parts = board.parts("p_alive")
    if not parts:
        return None
    counts = [parts[str(place)].n if str(place) in parts else 0 for place in range(P_ALIVE_BINS)]
    n, gone = sum(counts), sum(counts[: P_ALIVE_BINS // 2])
    labels = [f"{10 * place}–{10 * place + 10}%" for place in range(P_ALIVE_BINS)]
    urls = [_alive_url(board, place) for place in range(P_ALIVE_BINS)]
    return card(
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
    return card(
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
