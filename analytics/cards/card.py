"""What every card of the dashboard has."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from analytics.board import FEW, Board

Chart = dict[str, Any]


def card(board: Board, name: str, *, title: str, definition: str, n: int, **rest: Any) -> Chart:
    """Return the context of `ui/chart_card.html`, with the download of what it draws."""
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
