"""How search reads a text: what counts as the same letter, where a piece may begin, what a query asks for.

Nothing here knows a database. The same folding acts on records and on queries, so both meet whatever the
width, case, accents or Chinese script they were typed in.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from opencc import OpenCC

#: A query is cut there, and has at most so many words.
MOST_CHARACTERS = 200
MOST_WORDS = 6
#: From this code point on scripts write no spaces between words: a piece may begin with any character.
_UNSPACED = 0x0E00
_BETWEEN_WORDS = re.compile(r"[\s,，、;；]+")


class Folded(NamedTuple):
    """A text without separators, where its words begin, and where each character came from."""

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


class _Folding(dict[int, str]):
    """Code point → what search sees; filled as characters turn up. Separators become a space."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "MC" and category != "Cc":
        return ""  # marks that stand alone, joiners, what is no character at all
    plain = "".join(
        part for part in unicodedata.normalize("NFKD", character) if unicodedata.category(part)[0] != "M"
    )
    plain = unicodedata.normalize("NFC", plain).casefold()
    if not plain.isascii():
        plain = _simplifier().convert(plain)
    return "".join(part if _is_kept(part) else " " for part in plain)


def _is_kept(character: str) -> bool:
    """Letters, digits and pictures are searched; everything else separates."""
    category = unicodedata.category(character)
    return category[0] in "LN" or category == "So"


_folding = _Folding()


def fold(text: str) -> str:
    """Return `text` without width, case, accents and traditional forms; separators are spaces."""
    return unicodedata.normalize("NFC", text).translate(_folding)


def read(text: str) -> Folded:
    """Return the text as one piece, with the places where a search may begin."""
    characters: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    before = " "
    for origin, character in enumerate(unicodedata.normalize("NFC", text)):
        for part in _folding[ord(character)]:
            if part != " ":
                if _begins(before, part):
                    starts.append(len(characters))
                characters.append(part)
                origins.append(origin)
            before = part
    return Folded("".join(characters), tuple(starts), tuple(origins))


def _begins(before: str, character: str) -> bool:
    if before == " " or ord(character) >= _UNSPACED:
        return True
    return ord(before) >= _UNSPACED or before.isdigit() != character.isdigit()


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a query, all of which must be found; none where nothing is searchable."""
    words = (
        fold(word).replace(" ", "") for word in _BETWEEN_WORDS.split(fold_spaces(query)[:MOST_CHARACTERS])
    )
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_WORDS]


def fold_spaces(query: str) -> str:
    """Return the query with control characters as spaces, trimmed."""
    return re.sub(r"[\x00-\x1f\x7f]+", " ", query).strip()


def is_latin(word: str) -> bool:
    """Tell whether pinyin or initials may be meant: nothing but the letters a to z."""
    return word.isascii() and word.isalpha()
