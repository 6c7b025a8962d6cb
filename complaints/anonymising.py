"""Takes out of a text what tells who it is about. Pure; a person still reads the result."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

GAP: Final = "…"
_PATTERNS = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    # Identity cards before phones, for a phone fits inside one.
    re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),
    re.compile(r"(?<!\d)(?:\+|00)?\d[\d\- ]{6,18}\d(?!\d)"),
)
_TITLES = re.compile(r"(?:Mr|Mrs|Ms|Dr)\.? [A-Z][\w'-]+|[㐀-鿿](?:先生|女士|小姐|太太)")
_SHORTEST: Final = 2


def anonymised(text: str, names: Iterable[str] = ()) -> str:
    """Return the text without e-mails, phones, identity numbers, forms of address and the given names."""
    for name in sorted(
        {one.strip() for one in names if len(one.strip()) >= _SHORTEST}, key=len, reverse=True
    ):
        text = re.sub(re.escape(name), GAP, text, flags=re.IGNORECASE)
    for pattern in (*_PATTERNS, _TITLES):
        text = pattern.sub(GAP, text)
    return re.sub(rf"{GAP}(?:\s*{GAP})+", GAP, text)
