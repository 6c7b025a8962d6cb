"""The three largest problems of a day. Pure: rows in, ranks out, always in the same order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

#: What one complaint of each grade weighs where counts are equal.
WEIGHTS: Final[Mapping[str, int]] = {"severe": 5, "general": 2, "minor": 1}
TOP: Final = 3
#: Below so many complaints of a problem a change against the week before says nothing.
LEAST_FOR_CHANGE: Final = 3


@dataclass(frozen=True)
class Case:
    """What the ranking looks at."""

    code: str
    grade: str
    source: str = ""
    pk: int = 0


@dataclass(frozen=True)
class Rank:
    """One problem of the day."""

    code: str
    count: int
    share: float
    weight: int
    mean: float
    sources: tuple[tuple[str, int], ...]
    cases: tuple[int, ...] = ()

    @property
    def change(self) -> float:
        """Against the mean of the seven days before."""
        return self.count - self.mean

    def as_json(self) -> dict[str, Any]:
        """Return what is stored; the change is empty where there are too few complaints."""
        told = round(self.change, 2) if max(self.count, self.mean) >= LEAST_FOR_CHANGE else None
        return {
            "code": self.code,
            "count": self.count,
            "share": round(self.share, 4),
            "weight": self.weight,
            "mean": round(self.mean, 2),
            "change": told,
            "sources": [list(one) for one in self.sources],
            "cases": list(self.cases),
        }


def ranked(
    cases: Sequence[Case], week: Mapping[str, int], *, top: int = TOP, total: int | None = None
) -> list[Rank]:
    """Return the largest problems: by count, then weight of the grades, then change, then code.

    `week` has the number of complaints of each code in the seven days before. `total` is the number of
    complaints of the day, where one of them may be among the cases for several codes, or for none.
    """
    codes = {case.code for case in cases}
    of_all = len(cases) if total is None else total
    found = [_rank(code, cases, week.get(code, 0), of_all) for code in codes]
    return sorted(found, key=lambda one: (-one.count, -one.weight, -one.change, one.code))[:top]


def _rank(code: str, cases: Sequence[Case], week: int, total: int) -> Rank:
    mine = [case for case in cases if case.code == code]
    weight = sum(WEIGHTS.get(case.grade, 0) for case in mine)
    keys = tuple(sorted(case.pk for case in mine))
    return Rank(code, len(mine), len(mine) / total, weight, week / 7, _sources(mine), keys)


def _sources(cases: Iterable[Case]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for case in cases:
        if case.source:
            counts[case.source] = counts.get(case.source, 0) + 1
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP])
