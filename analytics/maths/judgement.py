"""How good a risk was, once the window has closed: AUC, Brier, calibration, lift, and the backtest."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtri
from scipy.stats import rankdata

from analytics.maths.arrays import Bools, Floats, fraction, same_length, vector, whole_number
from analytics.maths.intervals import Change, Estimate, wilson


def auc(scores: npt.ArrayLike, labels: npt.ArrayLike, *, level: float = 0.95) -> Estimate:
    """Chance that a random positive scores above a random negative (ties half), with DeLong's interval.

    `labels` are 0 or 1, `scores` any number, higher the riskier, shape (n,). The interval is taken on
    the logit scale and is (0, 1)-bounded (DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44; midranks
    of Sun & Xu 2014). At an AUC of 0 or 1 DeLong's variance is 0 and Hanley & McNeil's exact limit is
    taken instead (the rule of three on the smaller class).
    ValueError names an argument that is missing, mismatched, not 0/1, or of one class only.
    """
    risk, churned = _checked(scores, labels, negative=True)
    positives, negatives = _placements(risk, churned)
    area = float(positives.mean())
    z = float(ndtri((1 + fraction("level", level)) / 2))
    least = min(positives.size, negatives.size)
    if area in (0.0, 1.0):
        edge = ((1 - level) / 2) ** (1 / least)
        low, high = (edge, 1.0) if area else (0.0, 1 - edge)
        return Estimate(area, low, high, risk.size)
    half = z * np.sqrt(_variance(positives, negatives)) / (area * (1 - area))
    low, high = expit(logit(area) - half), expit(logit(area) + half)
    return Estimate(area, float(low), float(high), risk.size)


def auc_change(
    scores: npt.ArrayLike, other: npt.ArrayLike, labels: npt.ArrayLike, *, level: float = 0.95
) -> Change:
    """AUC of `scores` minus AUC of `other` on the same customers, with DeLong's paired interval."""
    risk, churned = _checked(scores, labels, negative=True)
    rival = vector("other", other, negative=True)
    same_length(scores=risk, other=rival)
    ours, theirs = _placements(risk, churned), _placements(rival, churned)
    gap = float(ours[0].mean() - theirs[0].mean())
    half = float(ndtri((1 + fraction("level", level)) / 2)) * np.sqrt(
        _variance(ours[0] - theirs[0], ours[1] - theirs[1])
    )
    return Change(
        gap, float(gap - half), float(gap + half), gap / max(float(theirs[0].mean()), 1e-9), risk.size
    )


def _placements(risk: Floats, churned: Bools) -> tuple[Floats, Floats]:
    """For each positive the share of negatives below it, for each negative the share of positives above."""
    ranks = rankdata(risk)
    positive, negative = risk[churned], risk[~churned]
    above = (ranks[churned] - rankdata(positive)) / negative.size
    below = 1 - (ranks[~churned] - rankdata(negative)) / positive.size
    return above, below


def _variance(positives: Floats, negatives: Floats) -> float:
    parts = (part for part in (positives, negatives) if part.size > 1)
    return float(sum(part.var(ddof=1) / part.size for part in parts))


def brier(probabilities: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Mean squared distance of the probability from what happened (0 or 1); lower is better (Brier 1950)."""
    chance, churned = _checked(probabilities, labels, name="probabilities")
    _within_one("probabilities", chance)
    return float(np.mean((chance - churned) ** 2))


@dataclass(frozen=True)
class CalibrationBin:
    """Customers of similar risk: the mean risk said, and the share that really churned."""

    predicted: float
    actual: Estimate


def calibration(
    probabilities: npt.ArrayLike, labels: npt.ArrayLike, *, bins: int = 10
) -> list[CalibrationBin]:
    """Said against happened in `bins` groups of rising risk; equal risks stay together, so groups may
    be fewer. Each share has its Wilson interval."""
    chance, churned = _checked(probabilities, labels, name="probabilities")
    _within_one("probabilities", chance)
    bins = whole_number("bins", bins, least=2)
    group = (bins * (rankdata(chance, method="min") - 1) // chance.size).astype(np.int64)
    table = []
    for one in np.unique(group):
        inside = group == one
        actual = wilson(int(churned[inside].sum()), int(inside.sum()))
        if actual is not None:
            table.append(CalibrationBin(float(chance[inside].mean()), actual))
    return table


def lift(scores: npt.ArrayLike, labels: npt.ArrayLike, *, top: float = 0.2) -> float:
    """Churn rate among the `top` share by score over that of all; ties at the edge count by their share."""
    risk, churned = _checked(scores, labels, negative=True)
    size = fraction("top", top) * risk.size
    values, inverse = np.unique(-risk, return_inverse=True)
    counts = np.bincount(inverse, minlength=values.size)
    hits = np.bincount(inverse, churned, minlength=values.size)
    taken = np.clip(size - (np.cumsum(counts) - counts), 0, counts) / counts
    return float(taken @ hits / size / churned.mean())


@dataclass(frozen=True)
class Backtest:
    """A closed window judged. Show the risk only when it `is_worth_showing`."""

    n: int
    base_rate: Estimate
    auc: Estimate
    auc_recency: Estimate
    auc_gain: Change
    brier: float
    brier_base: float
    lift_tenth: float
    lift_fifth: float
    calibration: list[CalibrationBin]

    @property
    def is_worth_showing(self) -> bool:
        """Whether it ranks better than silence alone and is nearer the truth than the base rate."""
        return self.auc_gain.difference > 0 and self.brier < self.brier_base


def backtest(
    risk: npt.ArrayLike, silence: npt.ArrayLike, labels: npt.ArrayLike, *, base_rate: float
) -> Backtest:
    """Judges the `risk` said at a cut-off against what happened in the window after it.

    `silence` is the time since the last purchase at the cut-off (the baseline that costs nothing),
    `labels` 1 where no order came, shape (n,). `base_rate` is the churn rate of an earlier window, the
    only one that was known at the cut-off. ValueError as in `auc`.
    """
    chance, churned = _checked(risk, labels, name="risk")
    _within_one("risk", chance)
    baseline = vector("silence", silence)
    same_length(risk=chance, silence=baseline)
    share = wilson(int(churned.sum()), churned.size)
    assert share is not None  # _checked refuses an empty history
    return Backtest(
        n=churned.size,
        base_rate=share,
        auc=auc(chance, churned),
        auc_recency=auc(baseline, churned),
        auc_gain=auc_change(chance, baseline, churned),
        brier=brier(chance, churned),
        brier_base=brier(np.full(churned.size, fraction("base_rate", base_rate)), churned),
        lift_tenth=lift(chance, churned, top=0.1),
        lift_fifth=lift(chance, churned, top=0.2),
        calibration=calibration(chance, churned),
    )


def _checked(
    scores: npt.ArrayLike, labels: npt.ArrayLike, *, name: str = "scores", negative: bool = False
) -> tuple[Floats, Bools]:
    risk = vector(name, scores, negative=negative)
    marks = vector("labels", labels)
    same_length(**{name: risk, "labels": marks})
    if not np.isin(marks, (0, 1)).all():
        raise ValueError("labels: must be 0 or 1")
    if not 0 < marks.sum() < marks.size:
        raise ValueError("labels: both outcomes are needed")
    return risk, marks == 1


def _within_one(name: str, chance: Floats) -> None:
    if (chance > 1).any():
        raise ValueError(f"{name}: must lie between 0 and 1")
