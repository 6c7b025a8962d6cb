"""What the log of a case says, in the language in force: codes and their words, by noun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from complaints.words import cases, learning, mail, solving

_WORDS = {**cases.WORDS, **solving.WORDS, **learning.WORDS, **mail.WORDS}


def codes() -> frozenset[str]:
    """Return the codes that have words."""
    return frozenset(_WORDS)


def line_in_words(data: Mapping[str, Any]) -> str:
    """Return what a system line says, in the language in force."""
    code = data.get("code", "")
    say = _WORDS.get(code)
    return say(data.get("params", {})) if say is not None else str(code)
