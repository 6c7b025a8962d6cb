"""Which characters of a shown text a query meant: what the page marks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from core.search.pinyin import readings
from core.search.text import Folded, is_latin, read

#: Characters of a long text that are shown as the reason of a match.
MOST_SHOWN = 120


def marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Return the text in pieces, each with whether it is what one of the words found."""
    text = unicodedata.normalize("NFC", text)
    found = read(text)
    meant: set[int] = set()
    for word in words:
        meant.update(found.origins[position] for position in _positions(found, word))
    pieces = groupby(enumerate(text), key=lambda pair: pair[0] in meant)
    return [("".join(character for _place, character in group), is_meant) for is_meant, group in pieces]


def excerpt(text: str, words: Sequence[str]) -> str:
    """Return a text on one line; of one that is longer than MOST_SHOWN the piece around what was meant."""
    line = " ".join(text.split())
    if len(line) <= MOST_SHOWN:
        return line
    place = 0
    for piece, is_meant in marked(line, words):
        if is_meant:
            break
        place += len(piece)
    else:
        place = 0
    start = max(0, min(place - MOST_SHOWN // 3, len(line) - MOST_SHOWN))
    end = start + MOST_SHOWN
    return f"{'…' if start else ''}{line[start:end].strip()}{'…' if end < len(line) else ''}"


def _positions(found: Folded, word: str) -> Iterator[int]:
    # Of telephone numbers any piece is found, of other texts what begins a word.
    places = range(len(found.text)) if word.isdigit() else found.starts
    for start in places:
        if found.text.startswith(word, start):
            yield from range(start, start + len(word))
            return
    if is_latin(word) and not found.text.isascii():
        yield from _read_positions(found, word)


def _read_positions(found: Folded, word: str) -> Iterator[int]:
    """Characters whose pinyin or initials the word is."""
    for reading in readings(found.text):
        for start in found.starts:
            syllables = reading[start:]
            if "".join(syllables).startswith(word):
                yield from range(start, start + _syllables(syllables, len(word)))
                return
    for reading in readings(found.text):
        for start in found.starts:
            if "".join(syllable[0] for syllable in reading[start:]).startswith(word):
                yield from range(start, start + len(word))
                return


def _syllables(syllables: Sequence[str], letters: int) -> int:
    """Return how many syllables hold that many letters."""
    count = 0
    while letters > 0:
        letters -= len(syllables[count])
        count += 1
    return count
