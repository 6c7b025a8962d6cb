"""Churn without a contract: the chance of no order in the next W days, and how good that forecast is.

Nobody gives notice, so churn is defined: no order within W days, W from the base's own gaps. The risk
is exp(−expected purchases in W). Never use 1 − P(alive) of BG/NBD: it is 0 for every one-time buyer
and ranks worse than a coin. A risk is shown only if it beats silence (recency) in ranking and the base
rate in calibration, on a later period than the model learned from (`backtest`).
"""

import math

import numpy as np
import numpy.typing as npt

from analytics.maths.arrays import (
    Floats,
    above_zero,
    fraction,
    same_length,
    scalar_or_vector,
    vector,
    whole_number,
)
from analytics.maths.clv.value import Purchases
from analytics.maths.judgement import Backtest, auc, auc_change, backtest, brier, calibration, lift

__all__ = [
    "Backtest",
    "auc",
    "auc_change",
    "backtest",
    "brier",
    "calibration",
    "lift",
    "no_order_risk",
    "risk_window",
    "silence_ratio",
    "usual_gap",
    "usual_gaps",
]

SHORTEST_WINDOW = 30
LONGEST_WINDOW = 365
"""Days. Below a month a warning comes from one missed visit, above a year it comes too late."""


def risk_window(
    gaps: npt.ArrayLike,
    *,
    percentile: float = 0.85,
    shortest: int = SHORTEST_WINDOW,
    longest: int = LONGEST_WINDOW,
) -> int:
    """W: whole days within which `percentile` of the completed gaps between purchases ended.

    `gaps` are the days between one purchase day and the next of the same customer, all customers
    together, shape (n,), above 0. Rounded up and kept within `shortest` and `longest`. Gaps still open
    are not in it, so W is rather short than long; hence a high percentile.
    ValueError names `gaps` when empty, missing or not above 0, and `percentile` and limits that make no
    sense. A base in which nobody came back has no W: ask for one before calling.
    """
    days = vector("gaps", gaps)
    if not days.size:
        raise ValueError("gaps: at least one completed gap is needed")
    if (days <= 0).any():
        raise ValueError("gaps: must be above 0 (merge purchases of one day first)")
    shortest = whole_number("shortest", shortest, least=1)
    longest = whole_number("longest", longest, least=shortest)
    reached = math.ceil(float(np.quantile(days, fraction("percentile", percentile))) - 1e-9)
    return min(max(reached, shortest), longest)


def no_order_risk(
    model: Purchases,
    window: float,
    frequency: npt.ArrayLike,
    recency: npt.ArrayLike,
    age: npt.ArrayLike,
) -> Floats:
    """Chance of no order within `window` after `age`, array of shape (n,): exp(−expected purchases).

    `window` is in the unit of time of `recency` and `age`. It is exact where rate and presence are known;
    as they are not, it says too little (simulated: .74 on average where .79 stayed away). The exact
    chance is `PurchaseModel.probability_no_purchase`. On CDNOW, whose customers buy more than the model
    says, it is no better (.85 said, .82 happened, against .82 here): let `backtest` judge.
    """
    above_zero("window", window)
    return np.exp(-model.expected_purchases(window, frequency, recency, age))


def usual_gap(days: npt.ArrayLike) -> float | None:
    """Median days between the purchase days of one customer; None with fewer than two different days.

    `days` are day numbers (ordinals) in any order; the same day twice counts once.
    """
    gaps = np.diff(np.unique(vector("days", days, negative=True)))
    return float(np.median(gaps)) if gaps.size else None


def usual_gaps(customer: npt.ArrayLike, days: npt.ArrayLike) -> tuple[Floats, Floats]:
    """`usual_gap` for many: customer numbers, and the median gap of each with two purchase days or more.

    `customer` and `days` (day numbers) are the columns of the purchase days, shape (n,), in any order.
    """
    who = vector("customer", customer, negative=True)
    when = vector("days", days, negative=True)
    same_length(customer=who, days=when)
    who, gaps = _gaps(who, when)
    order = np.lexsort((gaps, who))
    who, gaps = who[order], gaps[order]
    found, start, size = np.unique(who, return_index=True, return_counts=True)
    return found, (gaps[start + (size - 1) // 2] + gaps[start + size // 2]) / 2


def _gaps(who: Floats, when: Floats) -> tuple[Floats, Floats]:
    order = np.lexsort((when, who))
    who, when = who[order], when[order]
    gaps = np.diff(when)
    inside = (np.diff(who) == 0) & (gaps > 0)
    return who[1:][inside], gaps[inside]


def silence_ratio(silence: npt.ArrayLike, gap: npt.ArrayLike) -> Floats:
    """Days since the last purchase as a multiple of the usual gap, array of shape (n,).

    "Usually orders every 41 days, silent for 160" is 3.9. ValueError names `gap` when not above 0.
    """
    silent = scalar_or_vector("silence", silence)
    usual = scalar_or_vector("gap", gap)
    same_length(silence=silent, gap=usual)
    if (usual <= 0).any():
        raise ValueError("gap: must be above 0")
    return silent / usual
