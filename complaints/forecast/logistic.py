"""Logistic regression with a ridge penalty, fitted by Newton's method. Pure: arrays in, weights out.

Columns are standardised first, so that one penalty is fair to all of them. The model maximises
Σ y·log p + (1 − y)·log(1 − p) − ½·λ·Σ w², with the intercept left free (le Cessie & van Houwelingen 1992).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]
#: λ on standardised columns: weak where there are many complaints, strong where there are few.
PENALTY: Final = 5.0
MOST_STEPS: Final = 50
TOLERANCE: Final = 1e-8


@dataclass(frozen=True)
class Logistic:
    """A fitted model: chance = expit(intercept + Σ weight · (value − mean) / scale)."""

    intercept: float
    weights: Floats
    means: Floats
    scales: Floats

    def parts(self, values: Floats) -> Floats:
        """Return what each column adds to the log odds, shape (rows, columns)."""
        parts: Floats = (values - self.means) / self.scales * self.weights
        return parts

    def chances(self, values: Floats) -> Floats:
        """Return the probability of each row."""
        found: Floats = expit(self.intercept + self.parts(values).sum(axis=1))
        return found

    def shifted(self, expected: float, values: Floats) -> Logistic:
        """Return the model with the intercept at which the mean chance of `values` is `expected`.

        The order of the rows stays as it is. An `expected` of 0 or 1 cannot be reached: nothing is shifted.
        """
        if not 0 < expected < 1 or not len(values):
            return self
        raw, low, high = self.parts(values).sum(axis=1), -30.0, 30.0
        for _turn in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if expit(middle + raw).mean() < expected else (low, middle)
        return Logistic((low + high) / 2, self.weights, self.means, self.scales)

    def as_json(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Return the model as it is stored."""
        rows = zip(names, self.weights, self.means, self.scales, strict=True)
        return {
            "intercept": round(self.intercept, 6),
            "columns": {
                name: {"weight": round(float(w), 6), "mean": round(float(m), 6), "scale": round(float(s), 6)}
                for name, w, m, s in rows
            },
        }


def fit(values: Floats, labels: npt.ArrayLike, *, penalty: float = PENALTY) -> Logistic:
    """Fit the model. ValueError for other shapes than (n, k) and (n,), and for labels of one kind only."""
    y = np.asarray(labels, dtype=np.float64)
    if values.ndim != 2 or y.shape != (values.shape[0],):
        raise ValueError("values must be (n, k), labels (n,)")
    if not len(y) or y.min() == y.max():
        raise ValueError("labels must be of both kinds")
    means, scales = values.mean(axis=0), values.std(axis=0)
    # A column that never varies tells nothing, and gets the weight 0.
    scales = np.where(scales > 0, scales, 1.0)
    design = np.column_stack([np.ones(len(y)), (values - means) / scales])
    ridge = np.full(design.shape[1], penalty)
    ridge[0] = 0.0
    found = np.zeros(design.shape[1])
    found[0] = np.log(y.mean() / (1 - y.mean()))
    for _step in range(MOST_STEPS):
        step = _newton(design, y, found, ridge)
        found = found + step
        if np.abs(step).max() < TOLERANCE:
            break
    return Logistic(float(found[0]), found[1:], means, scales)


def _newton(design: Floats, y: Floats, found: Floats, ridge: Floats) -> Floats:
    """Return Newton's step, halved until the penalised likelihood does not fall."""
    p = expit(design @ found)
    slope = design.T @ (y - p) - ridge * found
    curve = (design * (p * (1 - p))[:, None]).T @ design + np.diag(ridge)
    curve[0, 0] += 1e-9
    step: Floats = np.asarray(np.linalg.solve(curve, slope), dtype=np.float64)
    before = _likelihood(design, y, found, ridge)
    for _turn in range(20):
        if _likelihood(design, y, found + step, ridge) >= before:
            break
        step = step / 2
    return step


def _likelihood(design: Floats, y: Floats, found: Floats, ridge: Floats) -> float:
    raw = design @ found
    return float((y * raw - np.logaddexp(0.0, raw)).sum() - 0.5 * (ridge * found**2).sum())
