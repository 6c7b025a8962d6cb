"""What the log of a case says, in the language in force: codes and their words, by noun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from complaints.words import cases, conversion, grading, learning, letters, mail, public_form, solving

_PARTS = (cases, conversion, mail, public_form, grading, solving, letters, learning)
_WORDS = {code: say for part in _PARTS for code, say in part.WORDS.items()}


def codes() -> frozenset[str]:
    """Return the codes that have words."""
    return frozenset(_WORDS)


def line_in_words(data: Mapping[str, Any]) -> str:
    """Return what a system line says, in the language in force."""
    code = data.get("code", "")
    say = _WORDS.get(code)
    return say(data.get("params", {})) if say is not None else str(code)
