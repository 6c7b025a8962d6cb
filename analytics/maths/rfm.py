"""RFM: how recently, how often, how much, each as a score from 1 to `bins`, and the segment they name.

The rule is score = 1 + floor(bins·(rank_min − 1)/n), rank 1 the worst: customers with equal values
share a score whatever the order of the rows, so scores need not be equally filled (on CDNOW 60 % of
the customers bought once and share the lowest frequency score). The usual quantile cut breaks such
ties by row order or fails on them.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from analytics.maths.arrays import Floats, Ints, Texts, same_length, vector, whole_number

Cell: TypeAlias = tuple[int, ...]
SegmentMap: TypeAlias = Mapping[str, str] | Mapping[int, str] | Mapping[Cell, str]


def score(
    recency: npt.ArrayLike, frequency: npt.ArrayLike, monetary: npt.ArrayLike, *, bins: int = 5
) -> tuple[Ints, Ints, Ints]:
    """Recency, frequency and monetary scores, three integer arrays of shape (n,), 1 worst to `bins` best.

    `recency` is the time since the last purchase (any unit; small is good), `frequency` the number of
    purchases, `monetary` their value (any unit; refunds may make it negative).
    ValueError names the argument that is missing values, negative (recency, frequency), of another
    length, or a `bins` below 2.
    """
    since = vector("recency", recency)
    count = vector("frequency", frequency)
    value = vector("monetary", monetary, negative=True)
    same_length(recency=since, frequency=count, monetary=value)
    bins = whole_number("bins", bins, least=2)
    return _score(-since, bins), _score(count, bins), _score(value, bins)


def _score(goodness: Floats, bins: int) -> Ints:
    _, position, sizes = np.unique(goodness, return_inverse=True, return_counts=True)
    below = np.cumsum(sizes, dtype=np.int64) - sizes
    scores: Ints = 1 + bins * below // max(goodness.size, 1)
    return scores[position]


def segment(r: npt.ArrayLike, f: npt.ArrayLike, m: npt.ArrayLike, *, segment_map: SegmentMap) -> Texts:
    """Segment key of each customer, array of shape (n,), looked up by the scores.

    A cell of `segment_map` is "RFM" or "RF" digits ("545", "54"), the same as int, or a tuple
    (5, 4, 5); the last is the only way beyond nine bins. With RF cells `m` is checked but not used.
    ValueError names `r`, `f` or `m` where a score is not a whole number within the map's bins or the
    lengths differ, and `segment_map` where a cell that a customer needs is missing.
    """
    cells = _cells(segment_map)
    bins = max(max(cell) for cell in cells)
    scores = {"r": _scores("r", r, bins), "f": _scores("f", f, bins), "m": _scores("m", m, bins)}
    same_length(**scores)
    used = list(scores.values())[: len(next(iter(cells)))]
    keys = sorted(set(cells.values()))
    index_of = {key: index for index, key in enumerate(keys)}
    table = np.full((bins,) * len(used), -1, dtype=np.int64)
    for cell, key in cells.items():
        table[tuple(digit - 1 for digit in cell)] = index_of[key]
    found = table[tuple(axis - 1 for axis in used)]
    if (found < 0).any():
        row = int(np.argmax(found < 0))
        raise ValueError(f"segment_map: no segment for cell {tuple(int(axis[row]) for axis in used)}")
    return np.array(keys, dtype=np.str_)[found]


def _scores(name: str, value: npt.ArrayLike, bins: int) -> Ints:
    scores = vector(name, value, whole=True).astype(np.int64)
    if ((scores < 1) | (scores > bins)).any():
        raise ValueError(f"{name}: scores must lie between 1 and {bins}")
    return scores


def _cells(segment_map: SegmentMap) -> dict[Cell, str]:
    """The map with tuple cells; ValueError naming `segment_map` when it cannot be read as one."""
    cells = {_cell(key): name for key, name in segment_map.items()}
    if {len(cell) for cell in cells} not in ({2}, {3}):
        raise ValueError("segment_map: every cell must have two (R, F) or every cell three (R, F, M) scores")
    if min(min(cell) for cell in cells) < 1:
        raise ValueError("segment_map: scores start at 1")
    if not all(isinstance(name, str) and name for name in cells.values()):
        raise ValueError("segment_map: every cell needs the key of a segment")
    return cells


def _cell(key: str | int | Cell) -> Cell:
    try:
        return tuple(int(digit) for digit in (key if isinstance(key, tuple) else str(key)))
    except (TypeError, ValueError):
        raise ValueError(f"segment_map: {key!r} is not a cell such as '545' or '54'") from None


def validate_segment_map(segment_map: SegmentMap, *, bins: int = 5) -> None:
    """Returns when every cell has exactly one segment; otherwise ValueError with all that is wrong."""
    problems = segment_map_problems(segment_map, bins=bins)
    if problems:
        raise ValueError("segment_map: " + "; ".join(problems))


def segment_map_problems(segment_map: SegmentMap, *, bins: int = 5) -> list[str]:
    """What keeps the map from giving every cell of a `bins` grid exactly one segment; empty when sound."""
    bins = whole_number("bins", bins, least=2)
    try:
        cells = _cells(segment_map)
    except ValueError as error:
        return [str(error).removeprefix("segment_map: ")]
    return list(_cell_problems(cells, bins, twice=len(segment_map) - len(cells)))


def _cell_problems(cells: dict[Cell, str], bins: int, *, twice: int) -> Iterator[str]:
    expected = set(product(range(1, bins + 1), repeat=len(next(iter(cells)))))
    missing, foreign = sorted(expected - cells.keys()), sorted(cells.keys() - expected)
    if missing:
        yield f"no segment for {_listed(missing)}"
    if foreign:
        yield f"cells outside the grid: {_listed(foreign)}"
    if twice:
        yield f"{twice} cells are named more than once"


def _listed(cells: list[Cell], most: int = 10) -> str:
    shown = ", ".join("-".join(map(str, cell)) for cell in cells[:most])
    return shown if len(cells) <= most else f"{shown} and {len(cells) - most} more"
