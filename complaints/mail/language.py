"""In which language somebody writes, as far as we answer in it."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTER = re.compile(r"[A-Za-z]")
#: Frequent characters that only one of the two scripts has.
_TRADITIONAL = frozenset(
    "們這個來說時為會對學國開關還發經過問請謝訴課師買電車長東業書見話聽讓點應與從後當樣實處"
)
_SIMPLIFIED = frozenset(
    "们这个来说时为会对学国开关还发经过问请谢诉课师买电车长东业书见话听让点应与从后当样实处"
)


def language_of(text: str) -> str:
    """Return "zh-hans", "zh-hant" or "en"; "" where there is nothing to judge by."""
    han = _HAN.findall(text)
    if len(han) * 3 >= len(_LETTER.findall(text)) and han:
        traditional = sum(1 for one in han if one in _TRADITIONAL - _SIMPLIFIED)
        simplified = sum(1 for one in han if one in _SIMPLIFIED - _TRADITIONAL)
        return "zh-hant" if traditional > simplified else "zh-hans"
    return "en" if _LETTER.search(text) else ""
