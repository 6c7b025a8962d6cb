"""Likeness of short texts in Chinese and English: pieces of text, weighed by BM25. Pure.

Chinese has no spaces, so that its pieces are pairs of neighbouring characters; other scripts give words.
Texts are folded as the search folds them: width, case, accents and traditional forms make no difference.
Weights after Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond",
formula 3.15, with the non-negative inverse document frequency ln(1 + (N − n + 0.5) / (n + 0.5)).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from core.search.text import fold

K1: Final = 1.2
B: Final = 0.75
_HAN = re.compile(r"[㐀-鿿]+")
_WORD = re.compile(r"[^\W_]+")
#: Words that say nothing about the matter.
_EMPTY = frozenset(
    "a an and are as at be but by for from had has have he her his i in is it its me my not of on or our"
    " she so that the their them they this to us was we were what when which who will with you your".split()
)


def terms_of(text: str) -> Counter[str]:
    """Return the pieces of the text and how often each is there."""
    folded = fold(text)
    found: Counter[str] = Counter()
    for run in _HAN.findall(folded):
        found.update(run[place : place + 2] for place in range(max(len(run) - 1, 1)))
    for word in _WORD.findall(_HAN.sub(" ", folded)):
        if word not in _EMPTY:
            found[_stem(word)] += 1
    return found


def _stem(word: str) -> str:
    """Leave out the plural, so that "invoices" finds "invoice"."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def likeness(one: Collection[str], other: Collection[str]) -> float:
    """Return how alike two sets of pieces are, from 0 to 1: Dice (1945), twice the shared by all they hold.

    It says the same whatever else is compared, so that a limit means something.
    """
    mine, yours = set(one), set(other)
    both = len(mine) + len(yours)
    return 2 * len(mine & yours) / both if both else 0.0


def shared_pieces(text: str, other: str, *, most: int = 4) -> list[str]:
    """Return what the texts have in common as people read it, the longest first, at most so many pieces.

    Neighbouring pairs of Chinese characters are joined again, and stand as the text has them.
    """
    known = terms_of(other)
    found: dict[str, None] = {}
    for run in _HAN.findall(text):
        folded = fold(run)
        # A character that folds to none or to several has no place of its own in the text.
        shown = run if len(folded) == len(run) else folded
        for start, end in _joined(folded, known):
            found[shown[start:end]] = None
    for word in _WORD.findall(fold(_HAN.sub(" ", text))):
        if len(word) > 1 and word not in _EMPTY and _stem(word) in known:
            found[word] = None
    return sorted(found, key=lambda piece: -len(piece))[:most]


def _joined(run: str, known: Mapping[str, int]) -> Iterable[tuple[int, int]]:
    """Yield where the longest stretches of the run begin and end whose pairs are all known."""
    start = None
    for place in range(len(run)):
        if run[place : place + 2] in known and place < len(run) - 1:
            start = place if start is None else start
        elif start is not None:
            yield start, place + 1
            start = None


@dataclass
class Index:
    """Texts by the pieces that they hold. Memory and time grow with the pieces, not with the texts asked."""

    lengths: dict[int, int] = field(default_factory=dict)
    postings: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, texts: Iterable[tuple[int, Mapping[str, int]]]) -> Index:
        """Build it from (number of the text, its pieces)."""
        index = cls()
        for number, terms in texts:
            index.lengths[number] = sum(terms.values())
            for term, times in terms.items():
                index.postings[term].append((number, times))
        return index

    def best(self, text: str, *, most: int = 5) -> list[tuple[int, float]]:
        """Return the most alike texts as (number, score), the best first; only what shares a piece."""
        count = len(self.lengths)
        mean = sum(self.lengths.values()) / count if count else 0.0
        scores: dict[int, float] = defaultdict(float)
        for term in terms_of(text):
            places = self.postings.get(term, ())
            rarity = math.log(1 + (count - len(places) + 0.5) / (len(places) + 0.5))
            for number, times in places:
                norm = K1 * (1 - B + B * self.lengths[number] / mean)
                scores[number] += rarity * times * (K1 + 1) / (times + norm)
        return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
