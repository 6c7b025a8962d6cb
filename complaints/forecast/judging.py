"""How good scores were once it is known who complained: ranking, the first twenty, calibration. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import rankdata

from complaints.chance import Z95, Share, share_of

Floats = npt.NDArray[np.float64]
FIRST: Final = 20
BANDS: Final = 5


@dataclass(frozen=True)
class Band:
    """Customers with like chances: how many, what was expected, and how many complained."""

    n: int
    expected: float
    observed: Share


@dataclass(frozen=True)
class Judgement:
    """What was measured. `first` is the share that complained among the twenty with the highest scores."""

    n: int
    events: int
    auc: float
    auc_low: float
    auc_high: float
    first: Share
    base: Share
    bands: tuple[Band, ...]
    brier: float | None = None
    brier_base: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return asdict(self)


def judged(scores: npt.ArrayLike, labels: npt.ArrayLike, *, are_chances: bool) -> Judgement | None:
    """Judge scores, higher meaning likelier; None where all complained, or nobody did.

    Rows must come in the order in which ties are listed. Calibration and Brier exist for chances only.
    """
    s, y = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    events = int(y.sum())
    if not 0 < events < len(y):
        return None
    area, low, high = auc_of(s, y)
    top = np.argsort(-s, kind="stable")[:FIRST]
    first, base = share_of(int(y[top].sum()), len(top)), share_of(events, len(y))
    assert first is not None and base is not None
    found: dict[str, Any] = {"n": len(y), "events": events, "auc": area, "auc_low": low, "auc_high": high}
    if not are_chances:
        return Judgement(**found, first=first, base=base, bands=())
    rate = events / len(y)
    return Judgement(
        **found,
        first=first,
        base=base,
        bands=_bands(s, y),
        brier=float(((s - y) ** 2).mean()),
        brier_base=rate * (1 - rate),
    )


def auc_of(scores: Floats, labels: Floats) -> tuple[float, float, float]:
    """Return the chance that a complainer scores above another customer, with DeLong's 95% interval.

    Ties count half. The interval is taken on the logit scale; at 0 or 1 it reaches to the exact limit of
    the smaller class.
    """
    hit = labels > 0
    positive, negative = scores[hit], scores[~hit]
    ranks = rankdata(scores)
    above = (ranks[hit] - rankdata(positive)) / len(negative)
    below = 1 - (ranks[~hit] - rankdata(negative)) / len(positive)
    area, least = float(above.mean()), min(len(positive), len(negative))
    edge = 0.025 ** (1 / least)
    if area >= 1:
        return 1.0, edge, 1.0
    if area <= 0:
        return 0.0, 0.0, 1 - edge
    variance = sum(float(part.var(ddof=1)) / len(part) for part in (above, below) if len(part) > 1)
    half = Z95 * variance**0.5 / (area * (1 - area))
    return area, float(expit(logit(area) - half)), float(expit(logit(area) + half))


def _bands(chances: Floats, labels: Floats) -> tuple[Band, ...]:
    """Cut the customers into bands of about as many expected complaints each, the least likely first."""
    order = np.argsort(chances, kind="stable")
    expected = np.cumsum(chances[order])
    bounds = np.searchsorted(expected, np.arange(1, BANDS) * expected[-1] / BANDS)
    found = []
    for part in np.split(order, np.unique(bounds)):
        observed = share_of(int(labels[part].sum()), len(part))
        if observed is not None:
            found.append(Band(len(part), float(chances[part].mean()), observed))
    return tuple(found)
