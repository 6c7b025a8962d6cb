"""The signs in one order, how their counts enter the model, and the points of the rule. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from complaints.choices.foresight import Sign

Floats = npt.NDArray[np.float64]
#: Raised whenever the meaning of a sign changes: scores of another edition are not compared.
EDITION: Final = 1
SIGNS: Final[tuple[str, ...]] = tuple(sign.value for sign in Sign)

#: From which count on a sign speaks, and the points it then gives. Where there is too little to fit a model.
POINTS: Final[Mapping[str, tuple[float, int]]] = {
    Sign.OPEN: (1, 3),
    Sign.REOPENED: (1, 3),
    Sign.RECENT: (1, 2),
    Sign.EARLIER: (1, 1),
    Sign.REJECTED: (1, 2),
    Sign.LOW_SCORE: (1, 3),
    Sign.ESCALATED: (1, 2),
    Sign.ANGRY: (1, 2),
    Sign.REQUESTS: (3, 2),
    Sign.REFUNDS: (1, 1),
    Sign.SILENT: (3, 1),
    Sign.LIKE: (2, 1),
    Sign.ORDERS: (12, 1),
}
#: From which count on a sign is worth a word as a reason.
SPEAKS: Final[Mapping[str, float]] = {
    Sign.ORDERS: 6,
    Sign.LIKE: 0.5,
    Sign.SILENT: 2,
    Sign.REQUESTS: 2,
}
MOST_REASONS: Final = 4


def points_of(counts: Floats) -> tuple[Floats, Floats]:
    """Return (points of each sign, their sum) for counts of shape (customers, signs)."""
    least = np.array([POINTS[name][0] for name in SIGNS])
    worth = np.array([POINTS[name][1] for name in SIGNS], dtype=np.float64)
    parts: Floats = np.where(counts >= least, worth, 0.0)
    return parts, parts.sum(axis=1)


def columns_of(counts: Floats) -> Floats:
    """Return the columns of the model: log(1 + count), so that the tenth adds less than the first."""
    found: Floats = np.log1p(counts)
    return found


def reasons_of(counts: Floats, parts: Floats) -> list[dict[str, Any]]:
    """Return what speaks for one customer, the weightiest first: signs that are there and that add."""
    found: list[dict[str, Any]] = [
        {"sign": name, "value": round(float(count), 2), "weight": round(float(part), 3)}
        for name, count, part in zip(SIGNS, counts, parts, strict=True)
        if part > 0 and count >= SPEAKS.get(name, 1)
    ]
    return sorted(found, key=lambda one: (-one["weight"], one["sign"]))[:MOST_REASONS]
