"""Hours of one day as people write them: 09:00–12:00, 13:00–18:00. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time

Hours = tuple[time, time]

_SPAN = re.compile(r"^(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})$")
_BETWEEN = re.compile(r"[,，、;；\n]")


def read_spans(text: str) -> list[Hours]:
    """Return the spans, none for no text. Raises ValueError for what is no hours."""
    return [_span(part.strip()) for part in _BETWEEN.split(text) if part.strip()]


def _span(part: str) -> Hours:
    found = _SPAN.match(part)
    if found is None:
        raise ValueError(part)
    begin, begin_minute, end, end_minute = (int(number) for number in found.groups())
    if begin > 23 or end > 24 or begin_minute > 59 or end_minute > 59:
        raise ValueError(part)
    return time(begin, begin_minute), time(end % 24, end_minute)


def stored_spans(spans: Iterable[Hours]) -> list[list[str]]:
    """Return the spans as a special day stores them."""
    return [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in spans]


def spans_in_words(spans: Iterable[Hours]) -> str:
    """Return the spans as people write them, so that `read_spans` reads them."""
    return ", ".join(f"{opens}–{closes}" for opens, closes in stored_spans(spans))


def spans_stored(kept: Iterable[Iterable[str]]) -> list[Hours]:
    """Return stored spans as hours."""
    return [(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in kept]
