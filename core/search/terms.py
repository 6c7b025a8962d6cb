"""The terms under which a value is found: every one of them a beginning of something that may be typed.

A search is then one range of an index for each way of matching, never a scan: `term >= q and term < q + ∞`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from functools import lru_cache

from core.search.pinyin import readings
from core.search.text import Folded, is_latin, read

#: Longer pieces are cut; a longer query finds them by the cut.
PIECE = 24
#: Codes are kept whole, up to here.
CODE = 64
INITIALS = 16
#: In one value so many pieces begin: what stands further back in a long text is not found.
MOST_STARTS = 60
MOST_READ = 24
#: Sorts after every character that a term may hold.
LAST = "\U0010ffff"


class Way(IntEnum):
    """How a term came to be, best first; the numbers are stored."""

    START = 1
    INSIDE = 2
    CODE = 3
    PART = 4
    READ_START = 5
    READ_INSIDE = 6
    INITIALS_START = 7
    INITIALS_INSIDE = 8


Term = tuple[Way, str]
Reader = Callable[[str], Iterable[Term]]

_LATIN = tuple(Way)
_OTHER = (Way.START, Way.INSIDE, Way.CODE, Way.PART)
_MOBILE = re.compile(r"1[3-9]\d{9}")


def ways_for(word: str) -> tuple[Way, ...]:
    """Return the ways in which the word can match, best first."""
    return _LATIN if is_latin(word) else _OTHER


def text_terms(value: str) -> Iterator[Term]:
    """Any piece of a text that begins with a Chinese character, a word or a number."""
    found = read(value)
    for start in found.starts[:MOST_STARTS]:
        yield (Way.INSIDE if start else Way.START), found.text[start : start + PIECE]


def name_terms(endings: Sequence[str] = ()) -> Reader:
    """Return a reader of names: as texts, and by pinyin and initials as far as the name has no ending.

    Nobody types the reading of “有限公司”, which thousands share; the characters themselves are found.
    """
    longest = tuple(sorted(endings, key=len, reverse=True))

    def terms(value: str) -> Iterator[Term]:
        found = read(value)
        for start in found.starts[:MOST_STARTS]:
            yield (Way.INSIDE if start else Way.START), found.text[start : start + PIECE]
        if not found.text.isascii():
            yield from _read_terms(_without(found.text, longest))

    return terms


def _without(text: str, endings: Sequence[str]) -> str:
    ending = next((ending for ending in endings if text.endswith(ending) and text != ending), "")
    return text.removesuffix(ending)


@lru_cache(maxsize=2_000)
def _read_terms(text: str) -> tuple[Term, ...]:
    terms: list[Term] = []
    for reading in readings(text):
        if reading == tuple(text):
            break  # nothing in it is read otherwise than written
        for start, (character, syllable) in enumerate(zip(text, reading, strict=False)):
            if start >= MOST_READ:
                break
            if start and character == syllable:
                continue  # no Chinese character: the text itself is found from here
            rest = reading[start:]
            terms.append((Way.READ_INSIDE if start else Way.READ_START, "".join(rest)[:PIECE]))
            initials = "".join(syllable[0] for syllable in rest[:INITIALS])
            terms.append((Way.INITIALS_INSIDE if start else Way.INITIALS_START, initials))
    return tuple(terms)


def code_terms(value: str) -> Iterator[Term]:
    """A code or an address from its beginning and from each of its parts; a number also without its zeros."""
    found = read(value)
    for start in found.starts[:MOST_STARTS]:
        rest = found.text[start : start + CODE]
        yield (Way.PART if start else Way.CODE), rest
        if rest.startswith("0") and (bare := rest.lstrip("0")):
            yield Way.PART, bare


def phone_terms(value: str) -> Iterator[Term]:
    """A telephone number from its beginning, with and without the country, and any three digits of it."""
    digits = "".join(character for character in _main_number(read(value)) if character.isdigit())
    if not digits:
        return
    national = digits[2:] if digits.startswith("86") and len(digits) > 10 else digits
    if national is not digits and not _MOBILE.fullmatch(national):
        national = "0" + national
    yield Way.CODE, digits[:CODE]
    yield Way.CODE, national[:CODE]
    for start in range(1, len(national) - 2):
        yield Way.PART, national[start : start + PIECE]


def _main_number(found: Folded) -> str:
    """The number without its extension."""
    return re.split(r"ext|x|转|分机", found.text, maxsplit=1)[0]
