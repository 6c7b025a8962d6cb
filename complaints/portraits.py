"""The arithmetic of portraits: what complainants have in common, as shares against a base. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from complaints.chance import discoveries, share_of
from complaints.choices.foresight import Spend, Tenure

#: Fewer complainants than this are not told apart.
LEAST_CELL: Final = 5
#: A value that fewer in the base have is left out altogether: its name alone might tell who it is.
LEAST_BASE: Final = 10
MOST_VALUES: Final = 15
#: Share of clear traits that may be due to chance.
FALSE_SHARE: Final = 0.05
#: Bounds of the bands, in the base currency.
SPEND_BOUNDS: Final = ((50_000, Spend.TO_50), (200_000, Spend.TO_200), (1_000_000, Spend.TO_1000))
TENURE_BOUNDS: Final = ((1, Tenure.FIRST_YEAR), (3, Tenure.TO_THREE), (5, Tenure.TO_FIVE))


@dataclass(frozen=True)
class Trait:
    """One value of an attribute against the base; figures are None where too few have it."""

    attribute: str
    value: str
    n: int | None
    cases: int | None
    total: int
    base_n: int
    base_total: int
    share: float | None = None
    low: float | None = None
    high: float | None = None
    lift: float | None = None
    is_clear: bool = False


def spend_band(amount: float) -> str:
    """Return the band of a turnover of twelve months."""
    if amount <= 0:
        return Spend.NOTHING
    return next((band for bound, band in SPEND_BOUNDS if amount < bound), Spend.MORE)


def years_back(day: date, years: int) -> date:
    """Return the same day so many years earlier; 29 February falls back to the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def tenure_band(since: date, day: date) -> str:
    """Return how long somebody who came `since` is a customer on `day`."""
    return next((band for years, band in TENURE_BOUNDS if since > years_back(day, years)), Tenure.LONGER)


def traits_of(
    attribute: str,
    counts: Mapping[str, tuple[int, int]],
    base: Mapping[str, int],
    *,
    total: int | None = None,
) -> list[Trait]:
    """Describe one attribute: `counts` maps a value to (complainants, complaints), `base` to all with it.

    The value "" is what nobody knows; it is left out on both sides. One value that is hidden alone could
    be worked out from the total: the next smallest is hidden with it.
    """
    known = {value: n for value, n in base.items() if value and n >= LEAST_BASE}
    values = sorted(known, key=lambda value: (-known[value], value))[:MOST_VALUES]
    of = sum(n for value, (n, _cases) in counts.items() if value) if total is None else total
    among = sum(n for value, n in base.items() if value)
    hidden = {value for value in values if counts.get(value, (0, 0))[0] < LEAST_CELL}
    told = sorted((value for value in values if value not in hidden), key=lambda one: counts[one][0])
    if len(hidden) == 1 and told and counts.get(next(iter(hidden)), (0, 0))[0]:
        hidden.add(told[0])
    return [
        Trait(attribute, value, None, None, of, known[value], among)
        if value in hidden
        else _described(attribute, value, counts[value], of, known[value], among)
        for value in values
    ]


def _described(
    attribute: str, value: str, counted: tuple[int, int], total: int, base_n: int, base_total: int
) -> Trait:
    n, cases = counted
    share = share_of(n, total)
    assert share is not None
    return Trait(
        attribute,
        value,
        n,
        cases,
        total,
        base_n,
        base_total,
        share=share.value,
        low=share.low,
        high=share.high,
        lift=share.value / (base_n / base_total),
    )


def marked(traits: list[Trait]) -> list[Trait]:
    """Mark what differs clearly from the base: exact binomial tests, corrected for looking at many."""
    # Loaded here: pages import this module, and the library is large.
    from scipy import stats

    chances = {
        place: float(stats.binomtest(trait.n, trait.total, trait.base_n / trait.base_total).pvalue)
        for place, trait in enumerate(traits)
        if trait.n is not None and trait.total
    }
    clear = discoveries(chances, FALSE_SHARE)
    return [
        Trait(**{**vars(trait), "is_clear": place in clear}) if place in chances else trait
        for place, trait in enumerate(traits)
    ]
