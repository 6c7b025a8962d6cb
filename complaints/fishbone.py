"""Where the lines and words of a fishbone diagram stand. Pure: causes in, coordinates out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, SPINE = 720, 190
_LEFT, _STEP, _LEAN = 40, 190, 60
_LINE, _FIRST = 16, 34
#: In columns of a Latin letter; a Chinese character takes two.
WRAP = 24
MOST_LINES = 8


@dataclass(frozen=True)
class Line:
    """One line of words; what is continued is indented."""

    x: float
    y: float
    text: str
    is_root: bool


@dataclass(frozen=True)
class Bone:
    """One bone: from its tip to the spine, its name, and its causes."""

    branch: str
    tip: tuple[float, float]
    foot: tuple[float, float]
    label: tuple[float, float]
    lines: tuple[Line, ...]


def columns_of(text: str) -> int:
    """Return how wide the text is, counted in Latin letters."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def wrapped(text: str, width: int = WRAP) -> list[str]:
    """Break the text into lines of at most `width` columns, between words where there are words."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and columns_of(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    """Words with the space behind them; Chinese characters each for itself."""
    pieces, word = [], ""
    for letter in text:
        if columns_of(letter) == 2:
            pieces += [word, letter] if word else [letter]
            word = ""
        elif letter == " ":
            pieces.append(f"{word} ")
            word = ""
        else:
            word += letter
            if len(word) == WRAP:
                pieces.append(word)
                word = ""
    return [piece for piece in [*pieces, word] if piece]


def laid_out(causes: Mapping[str, Sequence[tuple[str, bool]]], branches: Iterable[str]) -> list[Bone]:
    """Return the six bones, three above the spine and three below, each with its causes (text, is root)."""
    return [_bone(branch, causes.get(branch, ()), place) for place, branch in enumerate(branches)]


def headed(title: str) -> list[Line]:
    """Return what stands in the head of the fish: four lines of the title at most."""
    rows = wrapped(title, 14)
    if len(rows) > 4:
        rows = [*rows[:3], "…"]
    top = SPINE - 8 * len(rows) + 12
    return [Line(608, top + at * _LINE, text, True) for at, text in enumerate(rows)]


def _bone(branch: str, causes: Sequence[tuple[str, bool]], place: int) -> Bone:
    above, column = place < 3, place % 3
    x = _LEFT + column * _STEP
    top = 24 if above else SPINE * 2 - 24
    first = _FIRST + 16 if above else SPINE + 20
    rows = [(line, root) for text, root in causes for line in wrapped(text)]
    if len(rows) > MOST_LINES:
        rows = [*rows[: MOST_LINES - 1], ("…", False)]
    lines = tuple(
        Line(x + _shift(first + at * _LINE) + 8, first + at * _LINE, text, root)
        for at, (text, root) in enumerate(rows)
    )
    label_y = top - 8 if above else top + 16
    return Bone(branch, (x, top), (x + _LEAN, SPINE), (x, label_y), lines)


def _shift(y: float) -> float:
    """How far the bone has leaned towards the head at that height."""
    distance = abs(SPINE - y)
    return _LEAN * max(0.0, 1 - distance / (SPINE - 24))
