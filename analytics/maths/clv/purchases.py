"""Fitted purchase models: how often a customer will buy, and whether he is still there."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy.stats import nbinom

from analytics.maths.arrays import Floats, same_length, scalar_or_vector, whole_number
from analytics.maths.clv.conditional import Process
from analytics.maths.clv.history import Rows, checked_history, distinct_rows

AB_LIMITS = (1e-3, 1e3)
"""Limits of a and b: nearer to 0 or beyond, the chance to leave hardly changes any more."""


@dataclass(frozen=True, eq=False)
class PurchaseModel:
    """A fitted BG/NBD or MBG/NBD.

    Where no drop-out can be seen in the history, `dropout_visible` is False, `a` and `b` are None,
    purchases come from the NBD (r, alpha) and P(alive) is NaN: it cannot be told, and 1 would be a lie.

    `alpha` is in the unit of time of the fit. `covariance` is that of the natural logarithms of the
    parameters (4×4, or 2×2 without drop-out), zero for one that stands at its limit (`on_boundary`).
    `dropout_statistic` is twice the gain in log-likelihood over the NBD, the evidence for drop-out.
    """

    r: float
    alpha: float
    a: float | None
    b: float | None
    log_likelihood: float
    n: int
    covariance: Floats
    converged: bool
    on_boundary: bool
    dropout_statistic: float

    name: ClassVar[str]
    shift: ClassVar[int]

    @property
    def dropout_visible(self) -> bool:
        """Whether the history shows customers leaving."""
        return self.a is not None

    @property
    def parameters(self) -> Floats:
        """(r, alpha, a, b), or (r, alpha) where no drop-out can be seen."""
        return np.array([value for value in (self.r, self.alpha, self.a, self.b) if value is not None])

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of `parameters` on their own scale: parameter × error of its logarithm."""
        return self.parameters * np.sqrt(np.diag(self.covariance))

    def expected_purchases(
        self, horizon: npt.ArrayLike, frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
    ) -> Floats:
        """Expected number of purchases within `horizon` after `age`, array of shape (n,).

        Any of the four may be a single number for all customers. A new customer is (0, 0, 0).
        ValueError as in `checked_history`, and for a missing or negative horizon.
        """
        span = scalar_or_vector("horizon", horizon)
        x, last, total = checked_history(frequency, recency, age)
        same_length(frequency=x, recency=last, age=total, horizon=span)
        span, x, last, total = np.broadcast_arrays(span, x, last, total)
        if self._process is None:
            return (self.r + x) * span / (self.alpha + total)
        first, kind = distinct_rows(span, x, total)
        rows = (column.reshape(-1)[first] for column in (span, x, total))
        each = self._process.purchases_if_alive(*rows)
        return each[kind].reshape(x.shape) * self._process.probability_alive(x, last, total)

    def probability_alive(
        self, frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
    ) -> Floats:
        """Chance that the customer has not left by `age`, array of shape (n,); NaN without drop-out.

        Under BG/NBD it is 1 for every customer without repeat purchase (nobody can leave before), so
        never read 1 − P(alive) as a churn risk: use `analytics.maths.churn.no_order_risk`.
        """
        x, last, total = np.broadcast_arrays(*checked_history(frequency, recency, age))
        if self._process is None:
            return np.full(x.shape, np.nan)
        return self._process.probability_alive(x, last, total)

    def probability_no_purchase(
        self, horizon: npt.ArrayLike, frequency: npt.ArrayLike, recency: npt.ArrayLike, age: npt.ArrayLike
    ) -> Floats:
        """Exact chance of no purchase within `horizon` after `age`, array of shape (n,).

        1 − P(alive)·[1 − ((α+T)/(α+T+t))^(r+x)]: the rate of a customer alive is Gamma(r+x, rate α+T).
        Arguments as in `expected_purchases`; P(alive) is 1 here where no drop-out can be seen.
        """
        span = scalar_or_vector("horizon", horizon)
        x, last, total = checked_history(frequency, recency, age)
        same_length(frequency=x, recency=last, age=total, horizon=span)
        span, x, last, total = np.broadcast_arrays(span, x, last, total)
        buys_if_alive = -np.expm1(-(self.r + x) * np.log1p(span / (self.alpha + total)))
        if self._process is None:
            return 1 - buys_if_alive
        return 1 - buys_if_alive * self._process.probability_alive(x, last, total)

    def weighted_purchases(self, horizons: Floats, weights: Floats, rows: Rows) -> Floats:
        """Σ weight·E[purchases within horizon] for each of the rows: one pass for many horizons."""
        if self._process is None:
            return (self.r + rows.x) / (self.alpha + rows.age) * float(weights @ horizons)
        x, age = rows.x[rows.first], rows.age[rows.first]
        each = np.zeros_like(x)
        for horizon, weight in zip(horizons, weights, strict=True):
            each += weight * self._process.purchases_if_alive(horizon, x, age)
        return each[rows.kind] * self._process.probability_alive(rows.x, rows.recency, rows.age)

    def count_probability(self, count: npt.ArrayLike, age: npt.ArrayLike) -> Floats:
        """Chance of exactly `count` repeat purchases by `age`: what the fit says the histogram should be."""
        x = scalar_or_vector("count", count, whole=True)
        total = scalar_or_vector("age", age)
        same_length(count=x, age=total)
        if self._process is None:
            return np.asarray(nbinom.pmf(x, self.r, self.alpha / (self.alpha + total)))
        return self._process.count_probability(x, total)

    def sample_parameters(self, draws: int, rng: np.random.Generator) -> Floats:
        """Plausible parameters, array of shape (draws, 4), or (draws, 2) without drop-out.

        Drawn from the normal approximation on the log scale, and kept within the limits of the fit,
        so that a direction of which little is known does not run off.
        """
        draws = whole_number("draws", draws, least=1)
        estimate = self.parameters
        spread = rng.multivariate_normal(np.zeros(estimate.size), self.covariance, draws, method="eigh")
        drawn = estimate * np.exp(np.clip(spread, -6, 6))
        drawn[:, 2:] = np.clip(drawn[:, 2:], *AB_LIMITS)
        return drawn

    def with_parameters(self, parameters: Floats) -> Self:
        """The same model with other parameters, as `sample_parameters` gives them."""
        r, alpha, *dropout = (float(value) for value in parameters)
        a, b = dropout or (None, None)
        return replace(self, r=r, alpha=alpha, a=a, b=b)

    @property
    def _process(self) -> Process | None:
        if self.a is None or self.b is None:
            return None
        return Process(self.r, self.alpha, self.a, self.b, self.shift)


class BgNbd(PurchaseModel):
    """BG/NBD (Fader, Hardie & Lee 2005): a customer may leave after each repeat purchase."""

    name = "BG/NBD"
    shift = 0


class MbgNbd(PurchaseModel):
    """MBG/NBD (Batislam et al. 2007): a customer may leave after every purchase, the first included."""

    name = "MBG/NBD"
    shift = 1
