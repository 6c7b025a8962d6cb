"""Gamma-Gamma: what a customer spends per purchase.

A customer's purchases have values ~ Gamma(p, rate ν), the customers' ν ~ Gamma(q, rate v). With the
mean m of x purchases (Fader & Hardie 2013, "The Gamma-Gamma Model of Monetary Value", note 025):

    L = Γ(px+q)/(Γ(px)Γ(q)) · v^q · m^(px−1) · x^(px) / (v + xm)^(px+q)
    E[M | x, m] = p(v + xm)/(px + q − 1),        E[M] = pv/(q − 1) for q > 1
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, psi

from analytics.maths.arrays import Floats, same_length, scalar_or_vector, vector, whole_number
from analytics.maths.clv.maximise import Box, Objective, climb, maximum

LEAST_Q = 1.05
"""At q ≤ 1 the population mean does not exist, a little above it is noise."""

P_LIMITS = (1e-3, 1e4)
Q_LIMITS = (1e-2, 1e4)
V_LIMITS = (1e-7, 1e7)
THINNED = 20_000


@dataclass(frozen=True, eq=False)
class GammaGamma:
    """A fitted Gamma-Gamma. `v` is in money; `covariance` (3×3) is that of the logarithms of p, q, v.

    `population_mean` is pv/(q − 1), or the observed mean of the customers where that does not exist
    (`mean_exists` False). `correlation` of frequency and mean value should be near 0, for the model
    takes them as independent: warn above about 0.3; None where either does not vary.
    """

    p: float
    q: float
    v: float
    log_likelihood: float
    n: int
    covariance: Floats
    converged: bool
    on_boundary: bool
    observed_mean: float
    correlation: float | None

    @property
    def mean_exists(self) -> bool:
        """Whether q is far enough above 1 for the model's population mean to mean something."""
        return self.q > LEAST_Q

    @property
    def population_mean(self) -> float:
        """Expected value of a purchase of a customer of whom nothing is known."""
        return self.p * self.v / (self.q - 1) if self.mean_exists else self.observed_mean

    @property
    def parameters(self) -> Floats:
        """(p, q, v)."""
        return np.array([self.p, self.q, self.v])

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of p, q, v on their own scale."""
        return self.parameters * np.sqrt(np.diag(self.covariance))

    def expected_value(self, frequency: npt.ArrayLike, monetary: npt.ArrayLike) -> Floats:
        """Expected value of a purchase, array of shape (n,); the population mean at frequency 0.

        `monetary` is the mean value of the `frequency` repeat purchases, and is ignored at frequency 0.
        ValueError names an argument with missing, negative or mismatched values.
        """
        x = scalar_or_vector("frequency", frequency, whole=True)
        mean = scalar_or_vector("monetary", monetary)
        same_length(frequency=x, monetary=mean)
        x, mean = np.broadcast_arrays(x, mean)
        known = self.p * (self.v + x * mean) / np.where(x > 0, self.p * x + self.q - 1, 1.0)
        return np.where((x > 0) & (self.p * x + self.q > LEAST_Q), known, self.population_mean)

    def sample_parameters(self, draws: int, rng: np.random.Generator) -> Floats:
        """Plausible (p, q, v), array of shape (draws, 3), normal on the log scale around the estimate."""
        draws = whole_number("draws", draws, least=1)
        spread = rng.multivariate_normal(np.zeros(3), self.covariance, draws, method="eigh")
        return self.parameters * np.exp(np.clip(spread, -6, 6))

    def with_parameters(self, parameters: Floats) -> Self:
        """The same model with other (p, q, v)."""
        p, q, v = (float(value) for value in parameters)
        return replace(self, p=p, q=q, v=v)


def fit_gamma_gamma(frequency: npt.ArrayLike, monetary: npt.ArrayLike) -> GammaGamma:
    """Gamma-Gamma by maximum likelihood, on repeat customers only.

    `frequency` repeat purchases (whole, at least 1), `monetary` their mean value (above 0, any
    currency; the result does not depend on its unit). ValueError names the argument on missing
    values, mismatched lengths, no customer, a frequency below 1, a mean not above 0: the caller drops
    those, says how many, and gives them the population mean.
    """
    x = vector("frequency", frequency, whole=True)
    mean = vector("monetary", monetary)
    same_length(frequency=x, monetary=mean)
    if not x.size:
        raise ValueError("frequency: at least one repeat customer is needed")
    if (x < 1).any():
        raise ValueError("frequency: only customers with a repeat purchase can be fitted")
    if (mean <= 0).any():
        raise ValueError("monetary: only customers with a mean value above 0 can be fitted")
    return _fit(x, mean)


def _fit(x: Floats, mean: Floats) -> GammaGamma:
    unit, n = float(mean.mean()), x.size
    box = Box.of(P_LIMITS, Q_LIMITS, V_LIMITS)
    order = np.lexsort((mean, x))[(np.arange(min(n, THINNED)) * n) // min(n, THINNED)]
    near = climb(_objective(x[order], mean[order] / unit), [(6.0, 4.0, 0.5), (1.0, 2.0, 1.0)], box)
    best = maximum(_objective(x, mean / unit), near, box, n)
    p, q, v = (float(value) for value in best.parameters)
    return GammaGamma(
        p=p,
        q=q,
        v=v * unit,
        log_likelihood=best.log_likelihood - n * float(np.log(unit)),
        n=n,
        covariance=best.covariance,
        converged=best.converged,
        on_boundary=best.on_boundary,
        observed_mean=unit,
        correlation=_correlation(x, mean),
    )


def _objective(x: Floats, mean: Floats) -> Objective:
    """Mean log-likelihood over (ln p, ln q, ln v), values in units of their mean."""
    counts, count_of, weight = np.unique(x, return_inverse=True, return_counts=True)
    total = x * mean
    log_total = np.log(total)
    # Σ ln m and Σ x·ln(xm) do not change with the parameters.
    log_means, x_log_totals = float(np.log(mean).sum()), float(x @ log_total)

    def objective(theta: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(theta)
        ends = p * counts + q
        log_sum = np.log(v + total)
        gammas = weight @ (gammaln(ends) - gammaln(p * counts)) - x.size * gammaln(q)
        powers = x.size * q * theta[2] + p * x_log_totals - log_means - ends[count_of] @ log_sum
        log_sums = float(log_sum.sum())
        d_ends = psi(ends)
        d_p = weight @ (counts * (d_ends - psi(p * counts))) + x_log_totals - x @ log_sum
        d_q = weight @ d_ends - x.size * (psi(q) - theta[2]) - log_sums
        d_v = x.size * q / v - ends[count_of] @ (1 / (v + total))
        gradient = np.array([d_p, d_q, d_v]) * np.exp(theta)
        return float(gammas + powers) / x.size, gradient / x.size

    return objective


def _correlation(x: Floats, mean: Floats) -> float | None:
    if np.ptp(x) == 0 or np.ptp(mean) == 0:
        return None
    return float(np.corrcoef(x, mean)[0, 1])
