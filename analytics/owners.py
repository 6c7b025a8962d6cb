"""Who must act: open warnings by owner."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.board import Board
from core.display import format_number

SHOWN = 12
"""Owners with the most at stake; the list holds the rest."""


def owners_table(board: Board) -> dict[str, Any]:
    """Return the owners with warnings, the most at stake first, and the finding about them."""
    rows = [_row(board, found) for found in board.warnings().by_owner(timezone.now())]
    rows.sort(key=lambda row: (-row["at_stake"], -row["open"], row["name"]))
    is_open, closed = sum(row["open"] for row in rows), sum(row["judged"] for row in rows)
    return {
        "title": _title(rows, is_open),
        "rows": rows[:SHOWN],
        "more": max(0, len(rows) - SHOWN),
        "open": is_open,
        "closed": closed,
        "most": max((row["at_stake"] for row in rows), default=0) or 1,
        "url": board.url("analytics:warning-list", state=["open", "contacted"]),
    }


def _row(board: Board, found: dict[str, Any]) -> dict[str, Any]:
    owner = {"owner": found["owner"]} if found["owner"] else {"unowned": "on"}
    return {
        "name": found["owner__full_name"] or found["owner__username"] or _("Without an owner"),
        "team": found["owner__team__name"] or "",
        "has_owner": bool(found["owner"]),
        "open": found["open"],
        "at_stake": float(found["at_stake"] or 0),
        "idle": found["idle"],
        "saved": found["saved"],
        "judged": found["judged"],
        "url": board.url("analytics:warning-list", state=["open", "contacted"], **owner),
        "idle_url": board.url("analytics:warning-list", idle="on", **owner),
        "closed_url": board.url("analytics:warning-list", state=["saved", "lost"], **owner),
    }


def _title(rows: list[dict[str, Any]], is_open: int) -> str:
    worst = max(rows, key=lambda row: row["idle"], default=None)
    if worst is not None and worst["idle"]:
        return ngettext(
            "%(name)s has %(n)s warning nobody has touched for a week",
            "%(name)s has %(n)s warnings nobody has touched for a week",
            worst["idle"],
        ) % {"name": worst["name"], "n": format_number(worst["idle"])}
    if is_open:
        return _("Every open warning was raised or touched within a week")
    return _("No open warning")
